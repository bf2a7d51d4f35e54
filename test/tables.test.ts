// The Jobs and Webhooks tables on MiniStack: the last good poll is found, deliveries are all kept.
import { QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createJobsTable, createWebhooksTable } from '../lambda/shared/tables';
import type { Job } from '../lambda/shared/tables';
import { startMiniStack, type MiniStack } from '../scripts/local/ministack';
import { iso, NOON } from './fakes/builders';
import { connect, createTables } from './fakes/real-tables';

let miniStack: MiniStack;
let client: DynamoDBDocumentClient;
beforeAll(async () => {
  miniStack = await startMiniStack();
  client = connect(miniStack);
  await createTables(client);
}, 60_000);
afterAll(() => miniStack.stop());

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
