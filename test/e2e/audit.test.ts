// The audit on the deployed service: a store of mixed orders is accounted for; what is taken away behind its back is
// named, queued, stored again, and accounted for by the next one.
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { DeleteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';

import { dayOf } from '../../lambda/shared/runtime/time';
import type { Audit } from '../../lambda/shared/order/audit-result';
import { parseJson } from '../../lambda/shared/runtime/json';
import { Status } from '../../lambda/shared/order/status';
import { audit } from '../../scripts/commands/audit/command';
import { deployedFunctions } from '../../scripts/local/deployed-functions';
import { startLocalService } from './local-service';
import type { LocalService } from './local-service';
import { runLine } from '../support/run-noun';
import { until } from '../support/until';

const DAY_MS = 86_400_000;
const UNKNOWN = 'not in the ledger';
const MISSING = 'stored once, and missing from the Orders table';

const now = Date.now();
const today = dayOf(now);
const yesterday = dayOf(now - DAY_MS);
/** Noon of yesterday: no test crosses its bounds. */
const then = Date.parse(`${yesterday}T12:00:00Z`);

/** Ten of each. */
const statuses = [
  Status.AwaitingFulfillment,
  Status.AwaitingPayment,
  Status.Cancelled,
  Status.ManualVerificationRequired,
];

let service: LocalService;
let ids: readonly (readonly number[])[];

beforeAll(async () => {
  service = await startLocalService();
  const { orders } = service.simulator;
  ids = statuses.map((status_id) =>
    Array.from({ length: 10 }, () => orders.add({ status_id, date_created: then }).id),
  );
  await service.stack.poll();
  await drained();
}, 90_000);

afterAll(() => service.stop());

jest.setTimeout(60_000);

/** Nothing is queued any more. */
const drained = () =>
  until(async () => {
    const rows = await Promise.all(service.simulator.orders.all().map(({ id }) => service.ledgerRow(id)));
    return rows.every((row) => row?.state !== 'queued' && row?.lease_owner === undefined);
  });

/** What an audit reports of yesterday, or by its own options, and how it ends. */
async function command(line = ''): Promise<string> {
  const window = line.includes('--from') ? '' : `--from ${yesterday} --to ${yesterday}`;
  const { said } = await runLine(audit, `${window} ${line} --aws-port ${service.mini.port}`);
  return said.replaceAll(/^Auditing .*\n/gm, '');
}

async function invoke(event: object): Promise<readonly Audit[]> {
  const { Payload } = await service.clients.lambda.send(
    new InvokeCommand({
      FunctionName: service.stack.outputs['AuditOrdersFunctionName'],
      Payload: JSON.stringify(event),
    }),
  );
  return parseJson(Payload?.transformToString() ?? '') as readonly Audit[];
}

/** Takes rows away that belong to an order. */
async function remove(id: number, ...tables: readonly ('Orders' | 'Ledger')[]): Promise<number> {
  for (const table of tables) {
    const Key = table === 'Orders' ? { id } : { order_id: id };
    const TableName = service.stack.outputs[`${table}TableName`];
    await service.clients.documents.send(new DeleteCommand({ TableName, Key }));
  }
  return id;
}

/** Gives a snapshot the date that its order was given: a read older than the snapshot is not believed. */
async function storeDate(id: number, date: number): Promise<void> {
  await service.clients.documents.send(
    new UpdateCommand({
      TableName: service.stack.outputs['OrdersTableName'],
      Key: { id },
      UpdateExpression: 'SET date_modified = :date',
      ExpressionAttributeValues: { ':date': new Date(date).toUTCString().replace('GMT', '+0000') },
    }),
  );
}

it('an audit accounts for every order of a day, and prints one line', async () => {
  expect(await command()).toBe(`${yesterday}: 40 of 40, 0 open`);
  expect(service.simulator.log.of('PUT /orders/{id}')).toHaveLength(10);
});

it('an audit reports how many orders are copied, and why the others are excluded', async () => {
  const [audited] = await invoke({ day: yesterday });
  expect(audited).toMatchObject({
    listed: 40,
    copied: 20,
    queued: 0,
    dead: 0,
    open: 0,
    enqueued: 0,
    excluded: { 'void-status:5': 10, 'void-status:12': 10 },
  });
});

describe('orders that go missing behind its back', () => {
  let missing: readonly (readonly [id: number, reason: string])[];

  beforeAll(async () => {
    const [advanced = [], copied = []] = ids;
    missing = [
      [await remove(advanced[0] ?? 0, 'Orders'), MISSING],
      [await remove(advanced[1] ?? 0, 'Orders', 'Ledger'), UNKNOWN],
      [await remove(advanced[2] ?? 0, 'Ledger'), UNKNOWN],
      [await remove(copied[0] ?? 0, 'Orders'), MISSING],
    ];
    // As if they had been advanced long before the poll that ended last: what is newer is for the next poll to find.
    for (const id of advanced.slice(1, 3)) service.simulator.orders.edit(id, { date_modified: then });
    await storeDate(advanced[2] ?? 0, then);
  });

  it('a dry run of the audit names the missing orders and changes nothing', async () => {
    const said = await command('--dry-run');
    expect(said).toContain('This was a dry run: nothing was queued.');
    expect(await command('--dry-run')).toBe(said);
  });

  it('an audit names and queues the missing orders, the worker stores them again, and the next audit has none open', async () => {
    const said = await command();
    expect(said).toMatch(new RegExp(`^${yesterday}: 36 of 40, 4 open\n`));
    for (const [id, reason] of missing)
      expect(said).toContain(`missing: order ${id} of ${yesterday}, ${reason}`);
    expect(said).toMatch(
      /4 orders are open\. Queued orders are stored within minutes\. Run the audit again then\.$/,
    );
    await drained();
    for (const [id] of missing) {
      expect(await service.snapshot(id)).toMatchObject({
        id,
        replication: { state: expect.any(String) as string },
      });
    }
    expect(await command()).toBe(`${yesterday}: 40 of 40, 0 open`);
    // An order that had been advanced is not advanced again.
    expect(service.simulator.log.of('PUT /orders/{id}')).toHaveLength(10);
  });
});

it('an audit that is killed keeps the days that are done, and prints how to continue', async () => {
  const dayBefore = dayOf(now - 2 * DAY_MS);
  const before = () => void deployedFunctions(service).kill('AuditOrdersFunctionName');
  service.simulator.faults.add({ endpoint: 'GET /orders', skip: 1, times: 1, before });
  const said = await command(`--from ${dayBefore} --to ${yesterday}`);
  expect(said).toMatch(new RegExp(`^${dayBefore}: 0 of 0, 0 open\n1 of 2 days are done. To continue: `));
  expect(said).toMatch(
    new RegExp(` --from ${yesterday} --to ${yesterday}\nThe audit of ${yesterday} failed: `),
  );
  expect(await command()).toBe(`${yesterday}: 40 of 40, 0 open`);
});

it('an audit of a day without orders reports zero orders', async () => {
  expect(await command('--from 2020-02-29 --to 2020-02-29')).toBe('2020-02-29: 0 of 0, 0 open');
});

it('an audit of today queues the orders that no poll has seen, and counts them as queued', async () => {
  const { id } = service.simulator.orders.add();
  expect(await command(`--from ${today} --to ${today}`)).toBe(`${today}: 1 of 1, 0 open`);
  await until(async () => (await service.ledgerRow(id))?.state === 'replicated');
  expect((await service.snapshot(id))?.replication.source).toBe('audit');
});

it('the scheduled audit audits the day before', async () => {
  const event = { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };
  expect(await invoke(event)).toMatchObject([{ day: yesterday, summary: `${yesterday}: 40 of 40, 0 open` }]);
});

it('an audit of a day that does not exist fails and names the expected form', async () => {
  expect(await invoke({ day: '2026-02-30' })).toMatchObject({
    errorMessage: 'day must be a UTC day such as 2026-11-20.',
  });
});
