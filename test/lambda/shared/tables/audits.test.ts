// What an audit asks of the tables, on MiniStack: which orders are stored, and the results of earlier audits.
import { BatchGetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import type { Audit } from '../../../../lambda/shared/order/audit-result';
import { createAudits } from '../../../../lambda/shared/tables/audits';
import type { Audits } from '../../../../lambda/shared/tables/audits';
import { batchGet } from '../../../../lambda/shared/tables/batch-get';
import { createStoredOrders, createOrdersTable } from '../../../../lambda/shared/tables/orders';
import { createJobsTable } from '../../../../lambda/shared/tables/jobs';
import type { MiniStack } from '../../../../scripts/local/ministack';
import { aSnapshot, NOON } from '../../../support/builders';
import { connect, createTables, tableNames } from '../../../support/real-tables';
import { sharedMiniStack } from '../../../support/shared-ministack';

let miniStack: MiniStack;
let client: DynamoDBDocumentClient;
let audits: Audits;
beforeAll(async () => {
  miniStack = await sharedMiniStack();
  client = connect(miniStack);
  await createTables(client);
  audits = createAudits(client, 'JobsTable', 90);
}, 60_000);
afterAll(() => miniStack.stop());

const anAudit = (timestamp: number, day: string, open = 0): Audit => ({
  timestamp,
  day,
  summary: `${day}: 0 of ${open}, ${open} open`,
  duration_ms: 5,
  listed: open,
  copied: 0,
  queued: 0,
  dead: 0,
  excluded: {},
  open,
  staying: 0,
  enqueued: open,
  gaps: [{ id: 7, reason: 'not-in-ledger' }],
  dead_orders: [],
  open_ids: [7],
});

describe('the newest audit of a day', () => {
  it('the newest audit of a day is found among those of other days, whole', async () => {
    await audits.record(anAudit(NOON, '2026-01-08', 1));
    await audits.record(anAudit(NOON + 1, '2026-01-08'));
    await audits.record(anAudit(NOON + 2, '2026-01-09', 3));
    expect(await audits.newestOf('2026-01-08')).toMatchObject(anAudit(NOON + 1, '2026-01-08'));
  });

  it('a day that was never audited has no newest audit', async () => {
    expect(await audits.newestOf('2026-01-10')).toBeUndefined();
  });

  it('an audit expires as polls do', async () => {
    await audits.record(anAudit(NOON + 3, '2026-01-07'));
    const expires_at = NOON / 1000 + 90 * 86_400;
    expect(await audits.newestOf('2026-01-07')).toMatchObject({ expires_at: expires_at + 1 });
  });

  it('an audit outlasts the 14 days for which the schedule repeats its day', async () => {
    const timestamp = NOON + 5;
    await createAudits(client, 'JobsTable', 3).record(anAudit(timestamp, '2026-01-05'));
    const { expires_at } = (await audits.newestOf('2026-01-05')) as Audit & { expires_at: number };
    expect(expires_at).toBeGreaterThan(timestamp / 1000 + 14 * 86_400);
  });

  it('an audit does not count as a poll', async () => {
    await audits.record(anAudit(NOON + 4, '2026-01-06'));
    expect(await createJobsTable(client, 'JobsTable', 90).lastFinished()).toBeUndefined();
  });
});

describe('stored orders', () => {
  const stored = () => createStoredOrders(client, 'OrdersTable');

  it('stored orders are distinguished from those that are not, however many are requested', async () => {
    const orders = createOrdersTable(client, tableNames);
    for (const id of [1, 120, 250]) await orders.save(aSnapshot({ id }));
    const ids = Array.from({ length: 250 }, (_, nth) => nth + 1);
    const versions = await stored().among([...ids, 250]);
    expect([...versions.keys()].sort((one, other) => one - other)).toEqual([1, 120, 250]);
    const { date_modified, status_id } = aSnapshot();
    expect(versions.get(120)).toMatchObject({ date_modified, status_id });
  });

  it('stored orders show which of their lists could not be read', async () => {
    const replication = { incomplete: ['coupons'] as const };
    await createOrdersTable(client, tableNames).save(aSnapshot({ id: 310, replication }));
    expect((await stored().among([310])).get(310)?.replication?.incomplete).toEqual(['coupons']);
  });

  it('items that another writer put there are no stored orders', async () => {
    await client.send(new PutCommand({ TableName: 'OrdersTable', Item: { id: 300, status_id: 11 } }));
    expect(await stored().among([300])).toEqual(new Map());
  });

  it('a set of ids may have no stored orders', async () => {
    expect(await stored().among([])).toEqual(new Map());
  });
});

it('keys that DynamoDB omits from an answer are requested again, with growing pauses', async () => {
  const keys = [{ id: 1 }, { id: 2 }, { id: 3 }];
  const answer = (items: readonly object[], left: readonly object[]) => ({
    Responses: { orders: [...items] },
    UnprocessedKeys: left.length === 0 ? {} : { orders: { Keys: [...left] } },
  });
  const mock = mockClient(client);
  mock
    .on(BatchGetCommand)
    .resolvesOnce(answer([{ id: 1 }], [{ id: 2 }, { id: 3 }]))
    .resolvesOnce(answer([], [{ id: 2 }, { id: 3 }]))
    .resolvesOnce(answer([{ id: 3 }, { id: 2 }], []));
  const pauses: number[] = [];
  const sleep = (ms: number) => Promise.resolve(pauses.push(ms));
  const found = await batchGet(client, 'orders', keys, {
    ProjectionExpression: 'id',
    sleep,
  });
  expect(found).toEqual([{ id: 1 }, { id: 3 }, { id: 2 }]);
  expect(pauses).toEqual([200, 300]);
  expect(mock.commandCalls(BatchGetCommand).map(({ args: [{ input }] }) => input.RequestItems)).toEqual(
    [keys, keys.slice(1), keys.slice(1)].map((Keys) => ({
      orders: { Keys, ProjectionExpression: 'id', ConsistentRead: true },
    })),
  );
  mock.restore();
});
