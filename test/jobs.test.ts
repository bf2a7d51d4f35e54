// The Jobs table on MiniStack: rows that expire, and what the next poll asks of them.
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createJobsTable, type Job } from '../lambda/shared/jobs';
import { startMiniStack, type MiniStack } from '../scripts/local/ministack';
import { NOON } from './fakes/builders';
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
