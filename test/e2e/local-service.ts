// The deployed service of one test file: its own stack, of the real template with the real packages, on the MiniStack of
// the jest worker, and its own simulated store.
import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';

import type { LedgerRow } from '../../lambda/shared/order/ledger-row';
import { isDelivery } from '../../lambda/shared/tables/webhooks';
import { readSnapshot } from '../../lambda/shared/tables/orders';
import type { Snapshot } from '../../lambda/shared/order/order';
import { localClients } from '../../scripts/service/clients';
import { deployLocally } from '../../scripts/local/local-stack';
import { storeParameters } from '../../scripts/local/store-account';
import { startSimulator } from '../../simulator/index';
import { builtPackages } from '../support/built-packages';
import { sharedMiniStack } from '../support/shared-ministack';

export type LocalService = Awaited<ReturnType<typeof startLocalService>>;

/** `more`: further parameters of the stack; `delivery`: those of the delivery stack, which is deployed only with them. */
export async function startLocalService(
  more: Readonly<Record<string, string>> = {},
  delivery?: Readonly<Record<string, string>>,
) {
  const [packagesDir, mini, simulator] = await Promise.all([
    builtPackages(),
    sharedMiniStack(),
    startSimulator(),
  ]);
  const clients = localClients(mini.endpoint);
  const stop = async () => {
    await mini.stop();
    await simulator.stop();
    clients.destroy();
  };
  const parameters = { ...storeParameters({ ...simulator.credentials, apiUrl: simulator.url }), ...more };
  try {
    const stack = await deployLocally(clients, {
      endpoint: mini.endpoint,
      parameters,
      packagesDir,
      ...(delivery && { delivery }),
    });
    return { mini, simulator, clients, stack, stop, ...readers(clients, stack.outputs) };
  } catch (error) {
    await stop();
    throw error;
  }
}

function readers({ documents }: ReturnType<typeof localClients>, outputs: Readonly<Record<string, string>>) {
  const get = async (table: string | undefined, Key: Record<string, number>) =>
    (await documents.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }))).Item;
  const parts = { client: documents, tableName: outputs['OrderPartsTableName'] ?? '' };
  return {
    ledgerRow: async (id: number) =>
      (await get(outputs['LedgerTableName'], { order_id: id })) as LedgerRow | undefined,
    snapshot: async (id: number): Promise<Snapshot | undefined> => {
      const item = await get(outputs['OrdersTableName'], { id });
      return item && readSnapshot(item, parts);
    },
    /** The genuine webhooks that named this order. */
    webhooks: async (orderId: number) => {
      const { Items = [] } = await documents.send(
        new QueryCommand({
          TableName: outputs['WebhooksTableName'],
          KeyConditionExpression: 'orderId = :id',
          ExpressionAttributeValues: { ':id': orderId },
        }),
      );
      return Items.filter(isDelivery);
    },
  };
}
