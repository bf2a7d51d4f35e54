// The Jobs table: one small row for each poll, which also tells the next one where to begin.
import { GetCommand, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { expiry, newestOf } from './job-rows';

/** What one poll found and did; bounded, however many orders there were. */
export interface Job {
  /** Epoch milliseconds of the start, and the row's key. */
  readonly timestamp: number;
  readonly outcome: 'finished' | 'sliced' | 'failed';
  /** When the first of the polls began that read the store between them; rows of earlier versions do not say. */
  readonly began?: number;
  readonly duration_ms: number;
  /** The store's count of orders by status id; empty where it could not be had. */
  readonly counted: Readonly<Record<string, number>>;
  readonly found: number;
  readonly enqueued: number;
  /** How many listed orders were not queued, by reason. */
  readonly left_out: Readonly<Record<string, number>>;
  /** How many orders no list can show, and which: they are not among those found. */
  readonly unreadable?: number;
  readonly unreadable_ids?: readonly number[];
  /** Why the store's counts were not available. */
  readonly not_counted?: string;
  readonly error?: string;
  /** Of a sliced poll. */
  readonly cursor?: Cursor;
}

/** Where a poll stopped because its time was nearly over, and what the next one needs to go on from there. */
export interface Cursor {
  /** The names of all lists, read and unread. */
  readonly lists: readonly string[];
  /** The one to go on with, after this order id. */
  readonly list: string;
  readonly last_id: number;
  /** The bounds that were set when it began, in epoch milliseconds. */
  readonly completed_since: number;
  readonly modified_since?: number | undefined;
  /** How many polls have read the store so far. */
  readonly slices: number;
  /** Rows on the next page, where larger pages failed. */
  readonly page_size?: number | undefined;
}

export interface JobsTable {
  record(job: Job): Promise<void>;
  /** When the last poll that finished began, or the first of its slices, in epoch milliseconds. */
  lastFinished(): Promise<number | undefined>;
  /** The last poll, if it was sliced. */
  lastSliced(): Promise<Job | undefined>;
}

export function createJobsTable(
  client: DynamoDBDocumentClient,
  tableName: string,
  retentionDays: number,
): JobsTable {
  const newest = async (outcome: Job['outcome']) => (await newestOf(outcome, client, tableName))[0];

  async function find(timestamp: number): Promise<Job | undefined> {
    const input = { TableName: tableName, Key: { timestamp }, ConsistentRead: true };
    const { Item } = await client.send(new GetCommand(input));
    return Item as Job | undefined;
  }

  return {
    async record(job) {
      const Item = { ...job, expires_at: expiry(job.timestamp, retentionDays) };
      await client.send(new PutCommand({ TableName: tableName, Item }));
    },

    async lastFinished() {
      const timestamp = await newest('finished');
      return timestamp === undefined ? undefined : ((await find(timestamp))?.began ?? timestamp);
    },

    async lastSliced() {
      const timestamp = await newest('sliced');
      if (timestamp === undefined) return undefined;
      const later = await Promise.all([newest('finished'), newest('failed')]);
      return later.some((other = 0) => other > timestamp) ? undefined : find(timestamp);
    },
  };
}
