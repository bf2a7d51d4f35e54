// The Orders table. A snapshot is never overwritten by one that was read earlier.
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { MissingPartsError, RefusedWriteError } from '../runtime/errors';
import { bigintsAsTexts } from '../runtime/json';
import type { Row } from '../runtime/json';
import { readParts, supersedeParts, writeParts } from './order-parts';
import type { PartsName, PartsTable } from './order-parts';
import type { Replication, Snapshot } from '../order/order';
import { pack, unpack } from './order-item';
import { batchGet } from './batch-get';

/** The compressed bytes that fit into an item of 409,600 bytes next to the plain fields. More is kept in parts. */
const INLINE_BYTES = 320_000;

/** A stored order. `compressed`, or its parts, stand in for the fields that cannot be plain. */
export type OrderItem = Row & {
  /** Base64 text in the events that Lambda makes of the stream. */
  readonly compressed?: Uint8Array | string;
  readonly compressed_parts?: PartsName;
  readonly replication?: Replication;
};

export interface OrdersTable {
  /** Marked as `replication.parts_missing` where parts of it are gone: its content is unknown then. */
  find(orderId: number): Promise<Snapshot | undefined>;
  /**
   * Stores the snapshot whole, whatever is in it; of one with `parts_missing` only how it stands, so that parts that are
   * restored belong to it again. Throws RefusedWriteError when a snapshot read later is there.
   */
  save(snapshot: Snapshot): Promise<void>;
}

export interface OrdersTables {
  readonly ordersTable: string;
  readonly orderPartsTable: string;
}

interface SnapshotTable {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly parts: PartsTable;
}

/** Creates the access to whole snapshots, for the worker. */
export function createOrdersTable(
  client: DynamoDBDocumentClient,
  { ordersTable, orderPartsTable }: OrdersTables,
): OrdersTable {
  const parts = { client, tableName: orderPartsTable };
  const table = { client, tableName: ordersTable, parts };
  return {
    find: (orderId) => findSnapshot(table, orderId),
    save: (snapshot) => saveSnapshot(table, snapshot),
  };
}

async function findSnapshot(table: SnapshotTable, orderId: number): Promise<Snapshot | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.tableName, Key: { id: orderId }, ConsistentRead: true }),
  );
  // The sample, whose table this may once have been, stored orders without saying when they were read.
  if (Item?.replication === undefined) return undefined;
  return readStored(Item, table.parts).catch((error: unknown) => {
    if (!(error instanceof MissingPartsError)) throw error;
    return withoutPacked(Item);
  });
}

async function saveSnapshot(table: SnapshotTable, snapshot: Snapshot): Promise<void> {
  if (snapshot.replication.parts_missing === true) {
    await markUnlessReadLater(table, snapshot).catch((error: unknown) => throwRefused(error, snapshot));
    return;
  }
  const item = await toItem(snapshot, table.parts);
  const replaced = await putUnlessReadLater(table, item, snapshot).catch(async (error: unknown) => {
    const isRefused = error instanceof ConditionalCheckFailedException;
    if (isRefused && hasParts(item)) await supersedeParts(table.parts, snapshot, 'refused');
    return throwRefused(error, snapshot);
  });
  // The SDK repeats a write whose answer was lost. The replaced item is then our own, and does not show earlier parts.
  const isRepeated = replaced?.replication?.read_at === snapshot.replication.read_at;
  if (hasParts(item) || hasParts(replaced) || isRepeated) {
    await supersedeParts(table.parts, snapshot, 'stored');
  }
}

/** Returns the item that was there before. */
async function putUnlessReadLater(
  table: SnapshotTable,
  Item: OrderItem,
  { replication }: Snapshot,
): Promise<OrderItem | undefined> {
  const { Attributes } = await table.client.send(
    new PutCommand({
      TableName: table.tableName,
      Item,
      ConditionExpression: 'attribute_not_exists(replication.read_at) OR replication.read_at <= :readAt',
      ExpressionAttributeValues: { ':readAt': replication.read_at },
      ReturnValues: 'ALL_OLD',
    }),
  );
  return Attributes as OrderItem | undefined;
}

/** Leaves the content as it is, and the parts named. */
async function markUnlessReadLater(table: SnapshotTable, snapshot: Snapshot): Promise<void> {
  const { parts_missing, ...replication } = snapshot.replication;
  await table.client.send(
    new UpdateCommand({
      TableName: table.tableName,
      Key: { id: snapshot.id },
      UpdateExpression: 'SET replication = :replication',
      ConditionExpression: 'replication.read_at <= :readAt',
      ExpressionAttributeValues: { ':replication': replication, ':readAt': replication.read_at },
    }),
  );
}

/**
 * Returns the whole order from an item of the Orders table or an image of its stream, whatever its form; an integer beyond
 * 2^53 is a text. Unmarshall with `unmarshallOptions`, or such integers are rounded before they come here.
 * `parts` is needed only for orders that are too large for one item even if they are gzipped; throws without it.
 */
export async function readSnapshot(item: OrderItem, parts?: PartsTable): Promise<Snapshot> {
  return bigintsAsTexts(await readStored(item, parts)) as Snapshot;
}

/** The same for code that writes the order again: an integer beyond 2^53 is a bigint. */
export async function readStored(item: OrderItem, parts?: PartsTable): Promise<Snapshot> {
  const { compressed, compressed_parts: name, ...plain } = item;
  if (name !== undefined) {
    const { id } = plain as unknown as Snapshot;
    if (parts !== undefined) return unpack(plain, await readParts(parts, id, name));
    throw new Error(
      `Order ${id} is kept in parts: give readSnapshot a DynamoDBDocumentClient and the name of their table, ` +
        'which is the output OrderPartsTableName of the stack.',
    );
  }
  if (compressed === undefined) return plain as unknown as Snapshot;
  return unpack(plain, typeof compressed === 'string' ? Buffer.from(compressed, 'base64') : compressed);
}

/** How the order stands, in the form of a snapshot: the lists that are packed are unknown, not empty. */
function withoutPacked({ compressed, compressed_parts, replication, ...plain }: OrderItem): Snapshot {
  const lists = { products: [], shipping_addresses: [], coupons: [] };
  return { ...lists, ...plain, replication: { ...replication, parts_missing: true } } as unknown as Snapshot;
}

function throwRefused(error: unknown, { id }: Snapshot): never {
  if (!(error instanceof ConditionalCheckFailedException)) throw error;
  throw new RefusedWriteError(`Order ${id} was stored by a later read meanwhile.`, { cause: error });
}

async function toItem(snapshot: Snapshot, parts: PartsTable): Promise<OrderItem> {
  const { plain, compressed } = await pack(snapshot);
  if (compressed === undefined) return plain;
  if (compressed.length <= INLINE_BYTES) return { ...plain, compressed };
  return { ...plain, compressed_parts: await writeParts(parts, snapshot, compressed) };
}

function hasParts(item: OrderItem | undefined): boolean {
  return item?.compressed_parts !== undefined;
}

/** The version that a snapshot shows. */
export interface StoredVersion {
  readonly date_modified?: unknown;
  readonly status_id?: unknown;
  readonly replication?: Pick<Replication, 'incomplete'> & Partial<Pick<Replication, 'read_at'>>;
}

export interface StoredOrders {
  /** Those of the orders that have a snapshot, by id, strongly consistent. */
  among(orderIds: readonly number[]): Promise<ReadonlyMap<number, StoredVersion>>;
}

/** Creates the access to the versions of stored orders, for audits and accounts. */
export function createStoredOrders(client: DynamoDBDocumentClient, tableName: string): StoredOrders {
  return {
    async among(orderIds) {
      const keys = [...new Set(orderIds)].map((id) => ({ id }));
      // The sample, whose table this may once have been, stored orders without saying when they were read.
      const options = {
        ProjectionExpression: 'id, date_modified, status_id, replication.read_at, replication.incomplete',
      };
      const items = (await batchGet(client, tableName, keys, options)) as readonly Projected[];
      const stored = items.filter(({ replication }) => replication !== undefined);
      return new Map(stored.map((item) => [item.id, item]));
    },
  };
}

interface Projected extends StoredVersion {
  readonly id: number;
}
