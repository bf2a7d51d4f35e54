// The Orders, Jobs and Webhooks tables. A snapshot is never overwritten by one that was read earlier.
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand, QueryCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { RefusedWriteError, SnapshotTooLargeError } from './errors';
import type { Snapshot, SubResources } from './order';

/** DynamoDB's limit is 400 KB an item. It counts an order somewhat smaller than its JSON; the rest is margin. */
const PLAIN_JSON_BYTES = 330_000;
const DAY_SECONDS = 24 * 60 * 60;

/** For every document client: a number beyond what JavaScript holds must neither fail an order nor come back a BigInt. */
export const documentOptions = {
  marshallOptions: { removeUndefinedValues: true, allowImpreciseNumbers: true },
  unmarshallOptions: { wrapNumbers: Number },
};

/** A stored order: `compressed` stands in for the three lists of an order too large to be stored plainly. */
export type OrderItem = Readonly<Record<string, unknown>> & { readonly compressed?: Uint8Array };

export interface OrdersTable {
  find(orderId: number): Promise<Snapshot | undefined>;
  /** Throws RefusedWriteError when a snapshot read later is there, SnapshotTooLargeError when nothing helps. */
  store(snapshot: Snapshot): Promise<void>;
}

export function createOrdersTable(client: DynamoDBDocumentClient, tableName: string): OrdersTable {
  return {
    async find(orderId) {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: { id: orderId }, ConsistentRead: true }),
      );
      // The sample, whose table this may once have been, stored orders without saying when they were read.
      return Item?.replication === undefined ? undefined : readSnapshot(Item);
    },

    async store(snapshot) {
      const item = await toItem(snapshot);
      await client
        .send(
          new PutCommand({
            TableName: tableName,
            Item: item,
            ConditionExpression:
              'attribute_not_exists(replication.read_at) OR replication.read_at <= :readAt',
            ExpressionAttributeValues: { ':readAt': snapshot.replication.read_at },
          }),
        )
        .catch((error: unknown) => {
          throw storeError(error, snapshot.id);
        });
    },
  };
}

/**
 * Gives back the whole order from an item of the Orders table or an image of its stream (unmarshalled). Orders too large
 * for one item keep their products, shipping addresses and coupons gzipped in `compressed`; all others are plain.
 */
export async function readSnapshot(item: OrderItem): Promise<Snapshot> {
  const { compressed, ...order } = item;
  if (compressed === undefined) return order as unknown as Snapshot;
  const lists = JSON.parse((await promisify(gunzip)(compressed)).toString()) as SubResources;
  return { ...order, ...lists } as unknown as Snapshot;
}

async function toItem(snapshot: Snapshot): Promise<OrderItem> {
  if (Buffer.byteLength(JSON.stringify(snapshot)) <= PLAIN_JSON_BYTES) return snapshot;
  const { products, shipping_addresses, coupons, ...order } = snapshot;
  const compressed = await promisify(gzip)(JSON.stringify({ products, shipping_addresses, coupons }));
  return { ...order, compressed };
}

function storeError(error: unknown, orderId: number): unknown {
  if (error instanceof ConditionalCheckFailedException) {
    return new RefusedWriteError(`Order ${orderId} was stored by a later read meanwhile.`, { cause: error });
  }
  const tooLarge = error instanceof Error && /item size/i.test(error.message);
  return tooLarge
    ? new SnapshotTooLargeError(`Order ${orderId} is too large for DynamoDB, even compressed.`, {
        cause: error,
      })
    : error;
}

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
      const Item = { ...job, expires_at: expiry(job.timestamp, retentionDays) };
      await client.send(new PutCommand({ TableName: tableName, Item }));
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

/** One genuine delivery that named an order. */
export interface Delivery {
  readonly orderId: number;
  /** ISO time of arrival. */
  readonly receivedAt: string;
  /** Tells deliveries of one millisecond apart. */
  readonly requestId: string;
  readonly outcome: 'accepted' | 'ignored' | 'not queued';
  readonly messageId?: string;
  /** What showed that it is genuine. */
  readonly proof: string;
  /** Of a true signature that came late. */
  readonly ageSeconds?: number;
  readonly webhook: unknown;
}

export interface WebhooksTable {
  record(delivery: Delivery): Promise<void>;
}

export function createWebhooksTable(
  client: DynamoDBDocumentClient,
  tableName: string,
  retentionDays: number,
): WebhooksTable {
  return {
    async record({ receivedAt, requestId, ...delivery }) {
      const expires_at = expiry(Date.parse(receivedAt), retentionDays);
      const Item = { ...delivery, delivery: `${receivedAt}#${requestId}`, expires_at };
      await client.send(new PutCommand({ TableName: tableName, Item }));
    },
  };
}

/** As DynamoDB's TTL wants it, in epoch seconds; `from` is epoch milliseconds. */
function expiry(from: number, retentionDays: number): number {
  return Math.ceil(from / 1000 + retentionDays * DAY_SECONDS);
}
