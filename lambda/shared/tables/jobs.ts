// The Jobs table: one small row for each poll, and two rows that never expire, by which the next poll finds its start.
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { unlessConditionFails } from './conditional-write';
import { readExcluded } from '../order/earlier-reasons';
import { isRow } from '../runtime/json';
import type { Row } from '../runtime/json';
import { expiry, newestOf } from './job-rows';

/**
 * Reserved keys: what the next poll goes by must outlast any pause, and the rows of polls expire. Neither row has an
 * outcome, so that the index ByOutcome lists only polls, audits and backfills.
 */
const LAST_FINISHED = 0;
const LAST = 1;

/** What one poll found and did; bounded, however many orders there were. */
export interface Job {
  /** Epoch milliseconds of the start, and the row's key. */
  readonly timestamp: number;
  readonly outcome: 'poll.finished' | 'poll.sliced' | 'poll.failed';
  /** When the first of the polls began that read the store between them; rows of earlier versions do not say. */
  readonly began?: number;
  readonly duration_ms: number;
  /** The store's count of orders by status id; empty where it could not be had. */
  readonly counted: Readonly<Record<string, number>>;
  readonly found: number;
  readonly enqueued: number;
  /** How many listed orders were not queued, by reason; a status id follows where one tells more: `void-status:5`. */
  readonly excluded: Readonly<Record<string, number>>;
  /** How many orders no list can show, and which: they are not among those found. */
  readonly unreadable?: number;
  readonly unreadable_ids?: readonly number[];
  /** Why the store's counts were not available. */
  readonly not_counted?: string;
  readonly error?: string;
  /** Of a sliced poll. */
  readonly cursor?: Cursor;
  /**
   * Epoch milliseconds: since then lists of changes end before the store's count of them, or hold orders that wait for their
   * reference, so that `began` is that of the last poll before.
   */
  readonly held_since?: number;
}

/** The point at which a poll ran out of time, with the state that the next poll needs to continue there. */
export interface Cursor {
  /** The names of all lists, read and unread. */
  readonly lists: readonly string[];
  /** The list to continue, after this order id. */
  readonly list: string;
  readonly last_id: number;
  /** The bounds that were set when it began, in epoch milliseconds. */
  readonly completed_since: number;
  readonly modified_since?: number | undefined;
  /** How many polls have read the store so far. */
  readonly slices: number;
  /** Rows on the next page, where larger pages failed. */
  readonly page_size?: number | undefined;
  /** An order among the changes that no list can show waits for its reference of the day. */
  readonly waits?: boolean | undefined;
}

export interface JobsTable {
  record(job: Job): Promise<void>;
  /** When the last poll that finished began, or the first of its slices, in epoch milliseconds. */
  lastFinished(): Promise<number | undefined>;
  /** The last poll that finished says `held_since`, if it does. */
  heldSince(): Promise<number | undefined>;
  /** The last poll, if it was sliced. */
  lastSliced(): Promise<Job | undefined>;
}

interface JobRows {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly retentionDays: number;
}

/** Creates the access to the jobs of polls; their rows expire after `retentionDays`. */
export function createJobsTable(
  client: DynamoDBDocumentClient,
  tableName: string,
  retentionDays: number,
): JobsTable {
  const table = { client, tableName, retentionDays };
  return {
    record: (job) => recordJob(table, job),
    lastFinished: () => lastFinished(table),
    heldSince: () => heldSince(table),
    lastSliced: () => lastSliced(table),
  };
}

async function recordJob(table: JobRows, job: Job): Promise<void> {
  const Item = { ...job, expires_at: expiry(job.timestamp, table.retentionDays) };
  await table.client.send(new PutCommand({ TableName: table.tableName, Item }));
  const { timestamp, outcome, began, held_since } = job;
  const short = { timestamp, outcome, began, held_since };
  if (outcome === 'poll.finished') await keepPoll(table, LAST_FINISHED, short);
  await keepPoll(table, LAST, outcome === 'poll.sliced' ? job : short);
}

async function lastFinished(table: JobRows): Promise<number | undefined> {
  const last = await findLastFinished(table);
  return last?.began ?? last?.timestamp;
}

async function heldSince(table: JobRows): Promise<number | undefined> {
  return (await findLastFinished(table))?.held_since;
}

async function lastSliced(table: JobRows): Promise<Job | undefined> {
  const [kept, ...rows] = await Promise.all([
    findKept(table, LAST),
    newest(table, 'poll.sliced'),
    newest(table, 'poll.finished'),
    newest(table, 'poll.failed'),
  ]);
  const last = Math.max(...rows.map((timestamp = 0) => timestamp), kept?.timestamp ?? 0);
  if (kept?.timestamp === last) return kept.outcome === 'poll.sliced' ? (kept as Job) : undefined;
  return last > 0 && rows[0] === last ? findJob(table, last) : undefined;
}

/** A stack of an earlier version has rows alone, and may have been deployed again in between: the newest counts. */
async function findLastFinished(table: JobRows): Promise<Kept | undefined> {
  const [kept, timestamp] = await Promise.all([
    findKept(table, LAST_FINISHED),
    newest(table, 'poll.finished'),
  ]);
  if (timestamp === undefined || (kept !== undefined && kept.timestamp >= timestamp)) return kept;
  return (await findJob(table, timestamp)) ?? { timestamp, outcome: 'poll.finished' };
}

async function newest(table: JobRows, outcome: Job['outcome']): Promise<number | undefined> {
  return (await newestOf(formsOf(outcome), table.client, table.tableName))[0];
}

async function findJob(table: JobRows, timestamp: number): Promise<Job | undefined> {
  const row = await findRow(table, timestamp);
  return row && readJob(row);
}

async function findKept(table: JobRows, key: number): Promise<Kept | undefined> {
  const poll = (await findRow(table, key))?.poll;
  return isRow(poll) ? readJob(poll) : undefined;
}

async function findRow(table: JobRows, timestamp: number): Promise<Row | undefined> {
  const input = { TableName: table.tableName, Key: { timestamp }, ConsistentRead: true };
  return (await table.client.send(new GetCommand(input))).Item;
}

/** An earlier poll may end after a later one: the later one stays. */
async function keepPoll(table: JobRows, key: number, poll: Kept): Promise<void> {
  const put = new PutCommand({
    TableName: table.tableName,
    Item: { timestamp: key, poll },
    ConditionExpression: 'attribute_not_exists(poll) OR poll.#timestamp <= :timestamp',
    ExpressionAttributeNames: { '#timestamp': 'timestamp' },
    ExpressionAttributeValues: { ':timestamp': poll.timestamp },
  });
  await unlessConditionFails(table.client.send(put));
}

/** The outcome, and the one that earlier versions wrote. */
const formsOf = (outcome: Job['outcome']) => [outcome, outcome.replace('poll.', '')] as const;

/** Reads a poll from a row or from a function's answer; earlier versions wrote the outcome as `finished`. */
export function readJob({ outcome, ...row }: Row): Job {
  const known = String(outcome).startsWith('poll.') ? outcome : `poll.${String(outcome)}`;
  return { ...readExcluded(row), outcome: known } as unknown as Job;
}

/** The fields of a poll that the next one needs: all of them if it was sliced. */
type Kept = Pick<Job, 'timestamp' | 'outcome'> & {
  readonly began?: number | undefined;
  readonly held_since?: number | undefined;
};
