// The tables on MiniStack: large orders, jobs that stay small, deliveries that are all kept.
import { GetCommand, PutCommand, QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { SnapshotTooLargeError } from '../lambda/shared/errors';
import {
  createJobsTable,
  createOrdersTable,
  createWebhooksTable,
  readSnapshot,
} from '../lambda/shared/tables';
import type { Job, OrderItem } from '../lambda/shared/tables';
import { startMiniStack, type MiniStack } from '../scripts/local/ministack';
import { aLine, aSnapshot, iso, NOON } from './fakes/builders';
import { connect, createTables } from './fakes/real-tables';

let miniStack: MiniStack;
let client: DynamoDBDocumentClient;
beforeAll(async () => {
  miniStack = await startMiniStack();
  client = connect(miniStack);
  await createTables(client);
}, 60_000);
afterAll(() => miniStack.stop());

describe('an order too large for one item', () => {
  const lines = Array.from({ length: 1_000 }, (_, index) =>
    aLine({ id: index + 1, description: 'long '.repeat(100) }),
  );

  it('is stored whole all the same, and read back with readSnapshot', async () => {
    const orders = createOrdersTable(client, 'OrdersTable');
    const snapshot = aSnapshot({
      id: 1,
      products: lines,
      customer_message: 'ü😀',
      replication: { state: 'copied' },
    });
    expect(JSON.stringify(snapshot).length).toBeGreaterThan(500_000);

    await orders.store(snapshot);

    expect(await orders.find(1)).toEqual(snapshot);
    const { Item } = await client.send(new GetCommand({ TableName: 'OrdersTable', Key: { id: 1 } }));
    expect(Item).toMatchObject({ id: 1, customer_message: 'ü😀', replication: { state: 'copied' } });
    expect(Item).not.toHaveProperty('products');
    expect(await readSnapshot(Item as OrderItem)).toEqual(snapshot);
  });

  it('is refused in so many words when not even compression helps', async () => {
    const random = Array.from({ length: 700_000 }, () =>
      String.fromCharCode(32 + Math.floor(Math.random() * 90)),
    ).join('');
    const orders = createOrdersTable(client, 'OrdersTable');
    await expect(orders.store(aSnapshot({ id: 2, products: [aLine({ random })] }))).rejects.toThrow(
      SnapshotTooLargeError,
    );
  });

  it('leaves ordinary orders plain', async () => {
    const orders = createOrdersTable(client, 'OrdersTable');
    await orders.store(aSnapshot({ id: 3, products: lines.slice(0, 60) }));
    const { Item } = await client.send(new GetCommand({ TableName: 'OrdersTable', Key: { id: 3 } }));
    expect(Item?.products).toHaveLength(60);
  });
});

it('gives numbers beyond JavaScript’s back as numbers', async () => {
  const orders = createOrdersTable(client, 'OrdersTable');
  const snapshot = aSnapshot({ id: 5, external: 2 ** 60, small: 0.1 });
  await orders.store(snapshot);
  expect(await orders.find(5)).toEqual(snapshot);
});

it('takes a row that the sample left for no snapshot, and stores over it', async () => {
  await client.send(new PutCommand({ TableName: 'OrdersTable', Item: { id: 4, status_id: 11 } }));
  const orders = createOrdersTable(client, 'OrdersTable');
  expect(await orders.find(4)).toBeUndefined();
  await orders.store(aSnapshot({ id: 4 }));
  expect(await orders.find(4)).toEqual(aSnapshot({ id: 4 }));
});

it('finds when the last poll that finished began', async () => {
  const jobs = createJobsTable(client, 'JobsTable', 90);
  const job: Job = {
    timestamp: NOON,
    outcome: 'finished',
    duration_ms: 5,
    counted: { 11: 2 },
    found: 2,
    enqueued: 2,
    left_out: {},
  };
  expect(await jobs.lastFinished()).toBeUndefined();
  await jobs.record(job);
  await jobs.record({ ...job, timestamp: NOON - 60_000 });
  await jobs.record({ ...job, timestamp: NOON + 60_000, outcome: 'failed', error: 'down' });
  expect(await jobs.lastFinished()).toBe(NOON);
  const { Items = [] } = await client.send(new ScanCommand({ TableName: 'JobsTable' }));
  expect(Items).toHaveLength(3);
  expect(Items.map(({ timestamp, expires_at }) => Number(expires_at) * 1000 - Number(timestamp))).toEqual(
    Items.map(() => 90 * 24 * 3_600_000),
  );
});

it('keeps every delivery of an order', async () => {
  const webhooks = createWebhooksTable(client, 'WebhooksTable', 90);
  const delivery = {
    orderId: 7,
    receivedAt: iso(NOON),
    outcome: 'accepted',
    messageId: 'm',
    proof: 'signature',
    webhook: { hash: 'x' },
  } as const;
  await webhooks.record({ ...delivery, requestId: 'one' });
  await webhooks.record({ ...delivery, requestId: 'two' });
  const { Items } = await client.send(
    new QueryCommand({
      TableName: 'WebhooksTable',
      KeyConditionExpression: 'orderId = :id',
      ExpressionAttributeValues: { ':id': 7 },
    }),
  );
  expect(Items).toMatchObject([
    { delivery: `${iso(NOON)}#one`, webhook: { hash: 'x' }, outcome: 'accepted', messageId: 'm' },
    { delivery: `${iso(NOON)}#two` },
  ]);
});
