// A table that lost rows, or holds wrong ones, fixed from a copy that was restored to an earlier moment.
import { RestoreTableToPointInTimeCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';

import { deleteOtherParts } from '../../lambda/shared/tables/order-parts';
import type { Snapshot } from '../../lambda/shared/order/order';
import { orders } from '../../scripts/commands/orders/command';
import { pause, resume } from '../../scripts/commands/pause/command';
import { restore } from '../../scripts/commands/restore/command';
import type { Command } from '../../scripts/terminal/command';
import { runCommand } from '../support/run-command';
import { noise } from '../support/noise';
import { startLocalService } from './local-service';
import type { LocalService } from './local-service';
import { runVerb } from '../support/run-noun';
import { until } from '../support/until';

let service: LocalService;
let table: string;
let partsTable: string;
let copy: string;
let copyOfParts: string;
let ids: number[];
let before: (Snapshot | undefined)[];
const said: string[] = [];

const run = (...args: readonly string[]) => {
  const port = new URL(service.mini.endpoint).port;
  return runCommand(restore, [...args, '--aws-port', port, '--local'], undefined, (line) => said.push(line));
};

/** Order 0 is lost, order 1 is damaged. */
async function damage(): Promise<void> {
  const { documents } = service.clients;
  await documents.send(new DeleteCommand({ TableName: table, Key: { id: ids[0] } }));
  await documents.send(new PutCommand({ TableName: table, Item: { id: ids[1], damaged: true } }));
}

/** What AWS makes of a table when it restores it. */
async function aCopyOf(source: string, suffix = 'restored'): Promise<string> {
  const { dynamoDb } = service.clients;
  const TableName = `${source}-${suffix}`;
  const request = { SourceTableName: source, TargetTableName: TableName, UseLatestRestorableTime: true };
  await dynamoDb.send(new RestoreTableToPointInTimeCommand(request));
  await waitUntilTableExists({ client: dynamoDb, maxWaitTime: 30, minDelay: 1 }, { TableName });
  return TableName;
}

beforeAll(async () => {
  service = await startLocalService();
  const { simulator, stack } = service;
  // The first is too large for one item, even gzipped.
  ids = [400_000, 1, 1].map(
    (bytes) => simulator.orders.add({ status_id: 11, extra: { staff_notes: noise(bytes, 1) } }).id,
  );
  await stack.poll();
  await until(async () => {
    const rows = await Promise.all(ids.map((id) => service.ledgerRow(id)));
    return rows.every((row) => row?.state === 'replicated');
  });
  table = stack.outputs['OrdersTableName'] ?? '';
  partsTable = stack.outputs['OrderPartsTableName'] ?? '';
  [copy, copyOfParts] = await Promise.all([aCopyOf(table), aCopyOf(partsTable)]);
  before = await Promise.all(ids.map((id) => service.snapshot(id)));
}, 60_000);

afterAll(() => service.stop());

beforeEach(async () => {
  said.length = 0;
  await damage();
});

const now = () => Promise.all(ids.map((id) => service.snapshot(id)));

it('restore writes the missing rows whole, and leaves existing rows unchanged', async () => {
  await run('--table', 'Orders', '--from', copy);
  expect(said).toEqual([
    `Restored 1 of 3 rows of ${copy} to ${table}; the other rows exist and are unchanged.`,
    expect.stringMatching(/^1 of them is stored in parts, .* --table OrderParts --overwrite\.$/),
  ]);
  expect(await now()).toEqual([before[0], { id: ids[1], damaged: true }, before[2]]);
});

it('restore writes the parts of a large order', async () => {
  const parts = { client: service.clients.documents, tableName: partsTable };
  await deleteOtherParts(parts, ids[0]!);
  await run('--table', 'Orders', '--from', copy);
  await expect(now()).rejects.toThrow('0 are in');
  await run('--table', 'OrderParts', '--from', copyOfParts, '--order', String(ids[0]));
  expect((await now())[0]).toEqual(before[0]);
});

it('restore overwrites only while the service is paused', async () => {
  await expect(run('--table', 'Orders', '--from', copy, '--overwrite')).rejects.toThrow(
    'Pause it first: npx order-replication pause --stage dev --local',
  );
  expect(await now()).toEqual([undefined, { id: ids[1], damaged: true }, before[2]]);
  const port = new URL(service.mini.endpoint).port;
  await runCommand(pause, ['--local', '--aws-port', port]);
  await run('--table', 'Orders', '--from', copy, '--overwrite', '--yes');
  expect(await now()).toEqual(before);
}, 30_000);

it('restore of one order writes only the rows of that order', async () => {
  await run('--table', 'Orders', '--from', copy, '--order', String(ids[2]));
  expect(said.join()).toContain('Restored 0 of 1 rows');
  expect((await now())[0]).toBeUndefined();
});

it.each([
  ['a table that is none of the service', ['--table', 'Others', '--from', 'x'], 'Allowed choices are Orders'],
  ['no copy', ['--table', 'Orders'], "required option '--from <table>' not specified"],
  ['a copy that is not there', ['--table', 'Orders', '--from', 'x'], 'There is no table x.'],
])('restore refuses %s', async (_, args, message) => {
  await expect(run(...args)).rejects.toThrow(message);
});

it('restore refuses a copy of another table, and the table itself', async () => {
  await expect(run('--table', 'Ledger', '--from', copy)).rejects.toThrow('is not a copy of');
  await expect(run('--table', 'Orders', '--from', table)).rejects.toThrow('is not a copy of');
});

it('restore does not bring an erased shopper back, nor does the worker that reads the order next', async () => {
  const { simulator, stack, clients } = service;
  const local = ['--local', '--aws-port', new URL(service.mini.endpoint).port];
  const stopOrStart = (command: Command) => runCommand(command, local);
  await stopOrStart(resume);
  const email = 'ada@example.com';
  const billing_address = { first_name: 'Ada', last_name: 'Moss', email, form_fields: [] };
  const ofAda = [500_000, 1].map(
    (bytes) =>
      simulator.orders.add({ status_id: 11, extra: { staff_notes: noise(bytes, 1), billing_address } }).id,
  );
  await stack.poll();
  await until(async () => {
    const rows = await Promise.all(ofAda.map((id) => service.ledgerRow(id)));
    return rows.every((row) => row?.state === 'replicated');
  });
  const names = ['Ledger', 'Orders', 'OrderParts'];
  const copies = await Promise.all(
    names.map((name) => aCopyOf(stack.outputs[`${name}TableName`] ?? '', 'with-ada')),
  );
  await runVerb(orders, ['erase', '--email', email, '--yes', ...local]);
  await stopOrStart(pause);
  for (const options of [[], ['--overwrite', '--yes']]) {
    for (const [index, name] of names.entries()) {
      await run('--table', name, '--from', copies[index] ?? '', ...options);
    }
  }
  await stopOrStart(resume);
  simulator.orders.edit(ofAda[1]!, { extra: { staff_notes: 'Ring twice', external_source: 'edited' } });
  await simulator.deliverWebhook({ destination: stack.webhookUrl, orderId: ofAda[1]! });
  await until(async () => (await service.snapshot(ofAda[1]!))?.['external_source'] === 'edited');
  expect(JSON.stringify(await Promise.all(ofAda.map((id) => service.snapshot(id))))).not.toMatch(
    /ada@example|Moss|Ring/,
  );
  const { Items = [] } = await clients.documents.send(
    new QueryCommand({
      TableName: partsTable,
      KeyConditionExpression: 'order_id = :id',
      ExpressionAttributeValues: { ':id': ofAda[0] },
    }),
  );
  expect(Items).toEqual([]);
}, 60_000);
