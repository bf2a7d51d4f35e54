// The life of the stack that delivers orders into an ERP, by the commands of an operator: deployed after the replication,
// fed by its stream, paused, deleted alone, deployed again over its tables, and deleted together with the replication.
import { DeleteStackCommand, ListExportsCommand } from '@aws-sdk/client-cloudformation';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { GetFunctionConfigurationCommand, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { GetCommand } from '@aws-sdk/lib-dynamodb';

import { destroy } from '../../scripts/commands/destroy/command';
import { pause, resume } from '../../scripts/commands/pause/command';
import { deployLocally } from '../../scripts/local/local-stack';
import type { LocalStack } from '../../scripts/local/local-stack';
import { storeParameters } from '../../scripts/local/store-account';
import { localClients } from '../../scripts/service/clients';
import type { Clients } from '../../scripts/service/clients';
import { describeStack, parametersOf } from '../../scripts/stack/stack-state';
import type { MiniStack } from '../../scripts/local/ministack';
import { startSimulator } from '../../simulator/index';
import type { Simulator } from '../../simulator/index';
import { builtPackages } from '../support/built-packages';
import { runCommand } from '../support/run-command';
import { sharedMiniStack } from '../support/shared-ministack';
import { until } from '../support/until';

const stackName = 'OrderReplication-dev';
const deliveryName = `${stackName}-Delivery`;

let mini: MiniStack;
let simulator: Simulator;
let clients: Clients;
let packagesDir: string;
let stack: LocalStack;

jest.setTimeout(60_000);

beforeAll(async () => {
  [packagesDir, mini, simulator] = await Promise.all([builtPackages(), sharedMiniStack(), startSimulator()]);
  clients = localClients(mini.endpoint);
  await deployBoth();
}, 60_000);

afterAll(async () => {
  await mini.stop();
  await simulator.stop();
  clients.destroy();
});

/** In the mode off, in which orders are noted and no ERP is called. */
async function deployBoth(): Promise<void> {
  stack = await deployLocally(clients, {
    endpoint: mini.endpoint,
    packagesDir,
    parameters: storeParameters({ ...simulator.credentials, apiUrl: simulator.url }),
    delivery: {
      ErpAdapter: 'tryton',
      ErpUrl: 'http://127.0.0.1:9',
      ErpCredentials: '{"user":"no one"}',
      DeliveryMode: 'off',
    },
  });
}

const delivery = async (orderId: number) =>
  (
    await clients.documents.send(
      new GetCommand({
        TableName: `${stackName}-Deliveries`,
        Key: { order_id: orderId },
        ConsistentRead: true,
      }),
    )
  ).Item;

const tables = async () => (await clients.dynamoDb.send(new ListTablesCommand({}))).TableNames?.sort();
const ofReplication = ['Jobs', 'Ledger', 'OrderParts', 'Orders', 'Webhooks'];
const namesOf = (names: readonly string[]) => names.map((name) => `${stackName}-${name}`).sort();
const exists = async (name: string) => (await describeStack(clients.cloudFormation, name)) !== undefined;
const run = (command: typeof destroy, ...args: string[]) =>
  runCommand(command, [...args, '--stage', 'dev', '--aws-port', String(mini.port)]);

async function mappingStates(): Promise<Readonly<Record<string, string | undefined>>> {
  const { EventSourceMappings = [] } = await clients.lambda.send(new ListEventSourceMappingsCommand({}));
  return Object.fromEntries(
    EventSourceMappings.map(({ FunctionArn = '', State }) => [FunctionArn.split('-').at(-1) ?? '', State]),
  );
}

it('an order that is replicated is noted in the Deliveries table', async () => {
  const { id } = simulator.orders.add();
  await stack.poll();
  await until(async () => (await delivery(id)) !== undefined);
  expect(await delivery(id)).toMatchObject({ state: 'waiting', due: 'now' });
});

it('the functions of the delivery get what the replication exports', async () => {
  const configuration = await clients.lambda.send(
    new GetFunctionConfigurationCommand({
      FunctionName: stack.delivery?.outputs['DeliverOrdersFunctionName'],
    }),
  );
  expect(configuration.Environment?.Variables).toMatchObject({
    ORDERS_TABLE: stack.outputs['OrdersTableName'],
    ORDER_PARTS_TABLE: stack.outputs['OrderPartsTableName'],
    EXCEPTIONS_TOPIC_ARN: stack.outputs['ExceptionsTopicArn'],
    METRICS_NAMESPACE: stackName,
    ERP_SECRET_ARN: stack.delivery?.outputs['ErpSecretArn'],
  });
  const { Exports = [] } = await clients.cloudFormation.send(new ListExportsCommand({}));
  const exported = Exports.map(({ Name }) => Name);
  expect(exported).toEqual(
    expect.arrayContaining([`${stackName}-OrdersTableStreamArn`, `${deliveryName}-DeliveriesTableName`]),
  );
});

it('the replication cannot be deleted while the delivery stands', async () => {
  const deleting = clients.cloudFormation.send(new DeleteStackCommand({ StackName: stackName }));
  await expect(deleting).rejects.toThrow(/is imported by stack OrderReplication-dev-Delivery|in use by/);
  expect(await exists(stackName)).toBe(true);
});

it('pause --only delivery leaves the replication running and the orders noted', async () => {
  await run(pause, '--only', 'delivery');
  expect(parametersOf(await describeStack(clients.cloudFormation, deliveryName))['Paused']).toBe('true');
  expect(parametersOf(await describeStack(clients.cloudFormation, stackName))['Paused']).toBe('false');
  expect(await mappingStates()).toMatchObject({ ProcessOrders: 'Enabled', QueueDeliveries: 'Enabled' });
  await run(resume, '--only', 'delivery');
  expect(parametersOf(await describeStack(clients.cloudFormation, deliveryName))['Paused']).toBe('false');
});

it('a delivery that is deleted alone keeps its tables, and the next deploy adopts them with their rows', async () => {
  const { id } = simulator.orders.add();
  await stack.poll();
  await until(async () => (await delivery(id)) !== undefined);
  const before = await delivery(id);

  expect(await run(destroy, '--only', 'delivery', '--yes')).toContain(`${deliveryName} is deleted.`);
  expect([await exists(deliveryName), await exists(stackName)]).toEqual([false, true]);
  expect(await tables()).toEqual(namesOf([...ofReplication, 'Deliveries', 'DeliveryKeys']));

  await deployBoth();
  expect(await delivery(id)).toEqual(before);
  const later = simulator.orders.add().id;
  await stack.poll();
  await until(async () => (await delivery(later)) !== undefined);
});

it('destroy deletes the delivery before the replication, and keeps the tables of both', async () => {
  const said = await run(destroy, '--yes');
  expect(said).toContain(`Delete   the stack ${deliveryName}, before the other`);
  expect(said.indexOf(`${deliveryName} is deleted.`)).toBeGreaterThan(0);
  expect(said.indexOf(`${deliveryName} is deleted.`)).toBeLessThan(said.indexOf(`${stackName} is deleted.`));
  expect([await exists(deliveryName), await exists(stackName)]).toEqual([false, false]);
  expect(await tables()).toEqual(namesOf([...ofReplication, 'Deliveries', 'DeliveryKeys']));
});

it('destroy --delete-data deletes the tables of both stacks', async () => {
  await run(destroy, '--yes', '--delete-data');
  expect(await tables()).toEqual([]);
});
