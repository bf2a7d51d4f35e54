// The Jobs table on MiniStack: rows that expire, and what the next poll asks of them.
import { DeleteCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createJobsTable } from '../../../../lambda/shared/tables/jobs';
import type { Cursor, Job } from '../../../../lambda/shared/tables/jobs';
import type { MiniStack } from '../../../../scripts/local/ministack';
import { NOON } from '../../../support/builders';
import { connect, createTables } from '../../../support/real-tables';
import { sharedMiniStack } from '../../../support/shared-ministack';

let miniStack: MiniStack;
let client: DynamoDBDocumentClient;
beforeAll(async () => {
  miniStack = await sharedMiniStack();
  client = connect(miniStack);
}, 60_000);
afterAll(() => miniStack.stop());

beforeEach(() => createTables(client));
afterEach(() => fetch(`${miniStack.endpoint}/_ministack/reset`, { method: 'POST' }));

const MINUTE = 60_000;
const cursor: Cursor = {
  lists: ['7', '11', 'follow'],
  list: '11',
  last_id: 4_711,
  slices: 1,
  completed_since: NOON - 7 * 24 * 60 * MINUTE,
};
const aJob = (minute: number, fields: Partial<Job> = {}): Job => ({
  timestamp: NOON + minute * MINUTE,
  outcome: 'poll.finished',
  began: NOON + minute * MINUTE,
  duration_ms: 5,
  counted: { 11: 2 },
  found: 2,
  enqueued: 2,
  excluded: {},
  ...fields,
});

async function tableOf(...rows: readonly Job[]) {
  const jobs = createJobsTable(client, 'JobsTable', 90);
  for (const row of rows) await jobs.record(row);
  return jobs;
}

/** Deletes a poll's row, as the table's TTL does. */
const expire = (minute: number) =>
  client.send(new DeleteCommand({ TableName: 'JobsTable', Key: { timestamp: NOON + minute * MINUTE } }));

/** As an earlier version left it, without the rows that never expire. */
async function forgetKept(): Promise<void> {
  for (const timestamp of [0, 1]) {
    await client.send(new DeleteCommand({ TableName: 'JobsTable', Key: { timestamp } }));
  }
}

it('the row of each poll expires, and two rows without an outcome or an end are kept', async () => {
  await tableOf(aJob(0), aJob(1, { outcome: 'poll.failed', error: 'down' }));
  const { Items: all = [] } = await client.send(new ScanCommand({ TableName: 'JobsTable' }));
  const Items = all.filter(({ outcome }) => outcome !== undefined);
  const others = all.filter((row) => !Items.includes(row));
  expect(others.map(({ timestamp }) => Number(timestamp)).sort()).toEqual([0, 1]);
  for (const row of others) expect(row).not.toHaveProperty('expires_at');
  expect(Items.map(({ timestamp, expires_at }) => Number(expires_at) * 1000 - Number(timestamp))).toEqual([
    90 * 24 * 3_600_000,
    90 * 24 * 3_600_000,
  ]);
});

describe('when the last poll that finished began', () => {
  it('the start of the last finished poll is not known before there is one', async () => {
    const jobs = await tableOf(
      aJob(0, { outcome: 'poll.failed' }),
      aJob(1, { outcome: 'poll.sliced', cursor }),
    );
    expect(await jobs.lastFinished()).toBeUndefined();
  });

  it('the start of the last finished poll is that of the newest row, in whatever sequence they were recorded', async () => {
    const jobs = await tableOf(aJob(5), aJob(3), aJob(6, { outcome: 'poll.failed' }));
    expect(await jobs.lastFinished()).toBe(NOON + 5 * MINUTE);
  });

  it('the start of the last finished poll is when its first slice began', async () => {
    const jobs = await tableOf(aJob(0), aJob(30, { began: NOON + 10 * MINUTE }));
    expect(await jobs.lastFinished()).toBe(NOON + 10 * MINUTE);
  });

  it('the start of the last finished poll is its timestamp, in a row of an earlier version', async () => {
    const { began: _, ...earlier } = aJob(4);
    expect(await (await tableOf(earlier)).lastFinished()).toBe(NOON + 4 * MINUTE);
  });
});

describe('when the last poll that finished began, after its row has expired,', () => {
  it('the start of the last finished poll is still known after its row has expired, also that of its first slice', async () => {
    const jobs = await tableOf(
      aJob(0),
      aJob(30, { began: NOON + 10 * MINUTE }),
      aJob(31, { outcome: 'poll.failed' }),
    );
    for (const minute of [0, 30, 31]) await expire(minute);
    expect(await jobs.lastFinished()).toBe(NOON + 10 * MINUTE);
  });

  it('the start of the last finished poll is that of the later poll, though the earlier one ended last', async () => {
    const jobs = await tableOf(aJob(5), aJob(3));
    for (const minute of [3, 5]) await expire(minute);
    expect(await jobs.lastFinished()).toBe(NOON + 5 * MINUTE);
  });

  it('the start of the last finished poll is that of the newest row where an earlier version has polled since', async () => {
    const jobs = await tableOf(aJob(0));
    const [kept] = (await client.send(new ScanCommand({ TableName: 'JobsTable' }))).Items!.filter(
      ({ timestamp }) => Number(timestamp) === 0,
    );
    await jobs.record(aJob(7));
    await client.send(new PutCommand({ TableName: 'JobsTable', Item: kept }));
    expect(await jobs.lastFinished()).toBe(NOON + 7 * MINUTE);
  });

  it('the start of the last finished poll is found by the newest row in a table of an earlier version', async () => {
    const jobs = await tableOf(aJob(0), aJob(4));
    await forgetKept();
    expect(await jobs.lastFinished()).toBe(NOON + 4 * MINUTE);
  });
});

it('the last finished poll says since when changes are read again', async () => {
  const jobs = await tableOf(aJob(0), aJob(5, { began: NOON, held_since: NOON + 5 * MINUTE }));
  await expire(5);
  expect([await jobs.heldSince(), await jobs.lastFinished()]).toEqual([NOON + 5 * MINUTE, NOON]);
  await jobs.record(aJob(6));
  expect(await jobs.heldSince()).toBeUndefined();
});

describe('a sliced poll', () => {
  const sliced = aJob(10, { outcome: 'poll.sliced', cursor });

  it('a sliced poll is found with its cursor while it is the last', async () => {
    const jobs = await tableOf(aJob(0), aJob(1, { outcome: 'poll.failed' }), sliced);
    expect(await jobs.lastSliced()).toMatchObject({ ...sliced, cursor });
  });

  it.each(['poll.finished', 'poll.failed'] as const)(
    'a sliced poll is no longer the last after one with %s',
    async (outcome) => {
      const jobs = await tableOf(sliced, aJob(11, { outcome }));
      expect(await jobs.lastSliced()).toBeUndefined();
    },
  );

  it('a sliced poll is found with its cursor after its row has expired, unless another poll failed since', async () => {
    const jobs = await tableOf(aJob(0), sliced);
    for (const minute of [0, 10]) await expire(minute);
    expect(await jobs.lastSliced()).toMatchObject({ ...sliced, cursor });
    await jobs.record(aJob(11, { outcome: 'poll.failed' }));
    await expire(11);
    expect(await jobs.lastSliced()).toBeUndefined();
  });

  it('a sliced poll is found in a table of an earlier version', async () => {
    const jobs = await tableOf(aJob(0), sliced);
    await forgetKept();
    expect(await jobs.lastSliced()).toMatchObject({ ...sliced, cursor });
  });

  it('a sliced poll is found only when there was one', async () => {
    expect(await (await tableOf(aJob(0))).lastSliced()).toBeUndefined();
  });
});
