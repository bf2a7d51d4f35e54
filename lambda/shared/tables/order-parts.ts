// The OrderParts table: what of a snapshot its item in Orders cannot hold. Parts are written before the item that names
// them and never changed; those that no item names any more stay as long as the stream's images may, and expire.
import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, paginateQuery, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient, QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { MissingPartsError } from '../runtime/errors';
import type { Row } from '../runtime/json';
import type { Snapshot } from '../order/order';

export interface PartsTable {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly sleep?: (ms: number) => Promise<unknown>;
}

/** How an item of Orders names its parts: what their keys begin with, and how many there are. */
export interface PartsName {
  readonly key: string;
  readonly count: number;
}

/** Of DynamoDB's 409,600 an item; the rest is for the keys. */
const PART_BYTES = 400_000;

/**
 * How long parts outlive their item: an image of the stream, which is kept for a day, may wait elsewhere for longer. And
 * DynamoDB deletes what has expired within days, in any order: an item must not be left without its parts.
 */
const OUTLIVE_SECONDS = 7 * 24 * 60 * 60;

/** Ten seconds for one part: the worker has a minute for all it does. */
const MAX_TRIES = 20;
const THROTTLED_WAIT_MS = 500;

/** Writes the parts of one version. Their keys hold its read and its content: no other version can come by them. */
export async function writeParts(table: PartsTable, snapshot: Snapshot, bytes: Buffer): Promise<PartsName> {
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  const name = {
    key: `${snapshot.replication.read_at}#${hash}`,
    count: Math.ceil(bytes.length / PART_BYTES),
  };
  const { expires_at: expiry } = snapshot;
  for (let index = 0; index < name.count; index += 1) {
    const Item = {
      order_id: snapshot.id,
      part: `${name.key}#${String(index).padStart(4, '0')}`,
      data: bytes.subarray(index * PART_BYTES, (index + 1) * PART_BYTES),
      ...(typeof expiry === 'number' ? { expires_at: expiry + OUTLIVE_SECONDS } : {}),
    };
    await unthrottled(table, () => table.client.send(new PutCommand({ TableName: table.tableName, Item })));
  }
  return name;
}

/** The bytes that an item's parts hold together. Throws when one of them is missing. */
export async function readParts(table: PartsTable, orderId: number, name: PartsName): Promise<Uint8Array> {
  const { key, count } = name;
  const parts: Uint8Array[] = [];
  const condition = { KeyConditionExpression: 'order_id = :id AND begins_with(part, :key)' };
  for await (const { data } of query(table, {
    ...condition,
    values: { ':id': orderId, ':key': `${key}#` },
  })) {
    parts.push(data as Uint8Array);
  }
  if (parts.length === count) return Buffer.concat(parts);
  throw new MissingPartsError(
    `Of the ${count} parts of order ${orderId} that begin with ${key}, ${parts.length} are in ${table.tableName}. ` +
      'Parts of a version that is no longer stored expire after a week; point-in-time recovery brings them back.',
  );
}

/**
 * Lets expire the parts of all that was read before `snapshot`, and its own if its item was refused: no item names them
 * any more. Parts of later reads stay: another worker may be about to write the item that names them.
 */
export async function supersedeParts(
  table: PartsTable,
  snapshot: Snapshot,
  became: 'stored' | 'refused',
): Promise<void> {
  const { read_at: readAt } = snapshot.replication;
  const expiry = Math.ceil(Date.parse(readAt) / 1000) + OUTLIVE_SECONDS;
  const superseded = {
    KeyConditionExpression: 'order_id = :id AND part < :end',
    FilterExpression: 'attribute_not_exists(expires_at) OR expires_at > :expiry',
    ProjectionExpression: 'part',
    values: { ':id': snapshot.id, ':end': became === 'refused' ? `${readAt}~` : readAt, ':expiry': expiry },
  };
  for await (const { part } of query(table, superseded)) {
    const update = new UpdateCommand({
      TableName: table.tableName,
      Key: { order_id: snapshot.id, part },
      UpdateExpression: 'SET expires_at = :expiry',
      ConditionExpression: 'attribute_exists(part)',
      ExpressionAttributeValues: { ':expiry': expiry },
    });
    await unthrottled(table, () => table.client.send(update)).catch((error: unknown) => {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    });
  }
}

/** Deletes all parts of an order at once, but for those that are named. For who holds the order's lease alone. */
export async function deleteOtherParts(table: PartsTable, orderId: number, kept?: PartsName): Promise<void> {
  const all = {
    KeyConditionExpression: 'order_id = :id',
    ProjectionExpression: 'part',
    values: { ':id': orderId },
  };
  for await (const { part } of query(table, all)) {
    if (kept !== undefined && String(part).startsWith(`${kept.key}#`)) continue;
    const Key = { order_id: orderId, part };
    await unthrottled(table, () => table.client.send(new DeleteCommand({ TableName: table.tableName, Key })));
  }
}

type PartsQuery = Omit<QueryCommandInput, 'TableName' | 'ExpressionAttributeValues'> & {
  readonly values: Readonly<Record<string, unknown>>;
};

async function* query(
  { client, tableName }: PartsTable,
  { values, ...query }: PartsQuery,
): AsyncGenerator<Row> {
  const input = { TableName: tableName, ExpressionAttributeValues: values, ConsistentRead: true, ...query };
  for await (const { Items = [] } of paginateQuery({ client }, input)) yield* Items;
}

const THROTTLED = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
]);

/**
 * DynamoDB takes 1 MB a second of what has one partition key, and all parts of an order have: they wait for their turn.
 * docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 */
async function unthrottled<T>({ sleep = wait }: PartsTable, send: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await send();
    } catch (error) {
      const isThrottled = error instanceof Error && THROTTLED.has(error.name);
      if (!isThrottled || tries === MAX_TRIES) throw error;
      await sleep(THROTTLED_WAIT_MS);
    }
  }
}
