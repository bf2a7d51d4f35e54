// The deployed service of one test file with the delivery into a real Tryton: both stacks of the real templates, with a
// proxy in front of Tryton. What became of an order is read from Tryton itself, and the reasons from the Deliveries table.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';

import type { DeliveryRow } from '../../lambda/shared/delivery/delivery-row';
import { deployedFunctions } from '../../scripts/local/deployed-functions';
import { startErpProxy } from '../../scripts/local/erp-proxy';
import { deliveryParameters } from '../../scripts/local/local-erp';
import { startTryton } from '../../scripts/local/tryton';
import { isConfirmed, isLiving, readSales } from '../../scripts/local/tryton-sales';
import type { Sale } from '../../scripts/local/tryton-sales';
import type { NewOrder } from '../../simulator/index';
import { until } from '../support/until';
import { startLocalService } from './local-service';

export type LocalDelivery = Awaited<ReturnType<typeof startLocalDelivery>>;

/** A confirm may take a second, and a killed worker's lease and the settle time some more. */
const SETTLE_TIMEOUT_MS = 120_000;
/** Longer than a worker needs for an order, shorter than every back-off. */
const LATER_MS = 20_000;
/** What is due is queued so often. */
const SWEEP_MS = 1_000;

/** `more`: further parameters of the delivery stack. */
export async function startLocalDelivery(more: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'order-replication-delivery-'));
  let tryton = await startTryton({ folder });
  const proxy = await startErpProxy(tryton.url);
  const erp = deliveryParameters({ url: proxy.url, key: tryton.key });
  const stopErp = async () => {
    await tryton.stop();
    await proxy.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  const service = await startLocalService({}, { ...erp, ...more }).catch(async (error: unknown) => {
    await stopErp();
    throw error;
  });
  const { clients, simulator, stack, mini } = service;
  const { delivery } = stack;
  if (delivery === undefined) throw new Error('The delivery stack was not deployed.');

  const functions = deployedFunctions({ clients, mini, stack: delivery });
  const row = async (orderId: number): Promise<DeliveryRow | undefined> => {
    const TableName = delivery.outputs['DeliveriesTableName'];
    const look = new GetCommand({ TableName, Key: { order_id: orderId }, ConsistentRead: true });
    return (await clients.documents.send(look)).Item as DeliveryRow | undefined;
  };
  const salesOf = async (orderId: number): Promise<Sale[]> =>
    (await readSales(tryton)).filter(({ webId, reference }) => [webId, reference].includes(`BC-${orderId}`));

  /** With the key of the staff, who may do everything. */
  const rest = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(`${tryton.url}/${tryton.database}/rest/model/${path}`, {
      method,
      // Without a language fetch sends "*", which Tryton refuses in a write.
      headers: {
        authorization: `bearer ${tryton.staffKey}`,
        'content-type': 'application/json',
        'accept-language': 'en',
        'x-tryton-context': Buffer.from('{"company":1}').toString('base64'),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`Tryton answered ${answer.status} to ${path}: ${await answer.text()}`);
    return answer.json();
  };

  return {
    ...service,
    proxy,
    tryton: () => tryton,
    functions,
    row,
    salesOf,
    /** A paid order of an hour ago, with its id. */
    addOrder: (order: NewOrder = {}): number =>
      simulator.orders.add({ date_created: Date.now() - 3_600_000, ...order }).id,
    /** Sweeps until the delivery of each order is in the state, and at an end. */
    async ended(orderIds: readonly number[], state: DeliveryRow['state'], timeoutMs = SETTLE_TIMEOUT_MS) {
      let sweptAt = 0;
      await until(async () => {
        if (Date.now() - sweptAt > SWEEP_MS) {
          sweptAt = Date.now();
          await delivery.sweep();
        }
        const rows = await Promise.all(orderIds.map(row));
        return rows.every((one) => one?.state === state && one.due !== 'now');
      }, timeoutMs);
    },
    /** Exactly one living sale, confirmed, with the store's currency and total. */
    async expectDelivered(orderId: number): Promise<void> {
      const { total_inc_tax: total, default_currency_code: currency } = simulator.orders.get(orderId) ?? {};
      const living = (await salesOf(orderId)).filter(isLiving);
      const found = living.map((sale) => ({
        isConfirmed: isConfirmed(sale),
        currency: sale.currency,
        total: Number(sale.total).toFixed(2),
      }));
      expect({ orderId, found }).toEqual({
        orderId,
        found: [{ isConfirmed: true, currency, total: Number(total).toFixed(2) }],
      });
    },
    /** Ends Tryton as a crash does. Its database stays. */
    killErp: () => tryton.kill(),
    /** Starts it again at the same port. */
    async restartErp(): Promise<void> {
      tryton = await startTryton({ folder, port: tryton.port });
    },
    /** Makes the order due now, as if its back-off were over. */
    async dueNow(orderId: number): Promise<void> {
      await clients.documents.send(
        new UpdateCommand({
          TableName: delivery.outputs['DeliveriesTableName'],
          Key: { order_id: orderId },
          ConditionExpression: 'due = :now',
          UpdateExpression: 'SET due_at = :at',
          ExpressionAttributeValues: { ':now': 'now', ':at': new Date().toISOString() },
        }),
      );
    },
    /** Resolves when every order waits until later, and one of them because of an error of this class. */
    async waiting(orderIds: readonly number[], failure: string): Promise<void> {
      await until(async () => {
        const rows = await Promise.all(orderIds.map(row));
        const now = new Date(Date.now() + LATER_MS).toISOString();
        return (
          rows.every((one) => one?.state === 'waiting' && (one.due_at ?? '') > now) &&
          rows.some((one) => one?.last_error?.startsWith(failure))
        );
      }, SETTLE_TIMEOUT_MS);
    },
    /** Gives the worker another key. Its containers end, because they use a key for five minutes. */
    async setKey(key: string): Promise<void> {
      const SecretString = JSON.stringify({ key });
      const SecretId = delivery.outputs['ErpSecretArn'];
      await clients.secretsManager.send(new PutSecretValueCommand({ SecretId, SecretString }));
      functions.kill('DeliverOrdersFunctionName');
    },
    /** As if the ten minutes were over in which no worker calls an ERP that refused the credentials. */
    async endCircuit(): Promise<void> {
      await clients.documents.send(
        new UpdateCommand({
          TableName: delivery.outputs['DeliveryKeysTableName'],
          Key: { name: 'circuit' },
          ConditionExpression: 'attribute_exists(open_until)',
          UpdateExpression: 'SET open_until = :past',
          ExpressionAttributeValues: { ':past': new Date(Date.now() - 1_000).toISOString() },
        }),
      );
    },
    /** Staff add a product to the ERP. */
    async addProduct(code: string): Promise<void> {
      const [like] = (await rest('GET', 'product.template?s=1&f=default_uom&f=account_category')) as {
        default_uom: number;
        account_category: number;
      }[];
      await rest('POST', 'product.template', {
        name: code,
        code,
        type: 'goods',
        salable: true,
        list_price: { __class__: 'Decimal', decimal: '10.00' },
        default_uom: like?.default_uom,
        sale_uom: like?.default_uom,
        account_category: like?.account_category,
        products: [['create', [{}]]],
      });
    },
    async stop(): Promise<void> {
      await service.stop();
      await stopErp();
    },
  };
}
