// The Jobs table: one small row for each poll, which also tells the next one where to begin.
import { PutCommand, QueryCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

const DAY_SECONDS = 24 * 60 * 60;

/** What one poll found and did; bounded, however many orders there were. */
export interface Job {
  /** Epoch milliseconds of the start, and the row's key. */
  readonly timestamp: number;
  readonly outcome: 'finished' | 'failed';
  readonly duration_ms: number;
  /** The store's count of orders by status id. */
  readonly counted: Readonly<Record<string, number>>;
  readonly found: number;
  readonly enqueued: number;
  /** How many listed orders were not queued, by reason. */
  readonly left_out: Readonly<Record<string, number>>;
  readonly error?: string;
}

export interface JobsTable {
  record(job: Job): Promise<void>;
  /** When the last poll that finished began, in epoch milliseconds. */
  lastFinished(): Promise<number | undefined>;
}

export function createJobsTable(
  client: DynamoDBDocumentClient,
  tableName: string,
  retentionDays: number,
): JobsTable {
  return {
    async record(job) {
      // As DynamoDB's TTL wants it, in epoch seconds.
      const expires_at = Math.ceil(job.timestamp / 1000 + retentionDays * DAY_SECONDS);
      await client.send(new PutCommand({ TableName: tableName, Item: { ...job, expires_at } }));
    },

    async lastFinished() {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: tableName,
          IndexName: 'ByOutcome',
          KeyConditionExpression: 'outcome = :finished',
          ExpressionAttributeValues: { ':finished': 'finished' },
          ScanIndexForward: false,
          Limit: 1,
        }),
      );
      const timestamp: unknown = Items[0]?.timestamp;
      return typeof timestamp === 'number' ? timestamp : undefined;
    },
  };
}
