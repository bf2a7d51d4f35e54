// The Deliveries table: one row per order, the truth about its delivery. Every write is conditional; flows decide its content.
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { DeliveryRow, RowChange } from '../delivery/delivery-row';
import { RefusedWriteError } from '../runtime/errors';
import { iso } from '../runtime/time';
import type { aliasedUpdate } from './aliased-update';
import { batchGet } from './batch-get';
import { unlessConditionFails } from './conditional-write';
import { countOverdue, queryDueNow, queryHeld, queryShadow, queryState } from './delivery-queries';
import type { DeliveriesTable, DueRow } from './delivery-queries';
import {
  commandChange,
  commandUpdate,
  leaseUpdate,
  leasedUpdate,
  shows,
  tellHandledUpdate,
  tellUpdate,
} from './delivery-updates';
import type { DeliveryLease, DueRules } from './delivery-updates';

export type { DeliveryLease, DueRules, DueRow };

export interface Deliveries {
  /** Strongly consistent. */
  find(orderId: number): Promise<DeliveryRow | undefined>;
  /**
   * Notes that a snapshot read at `readAt` (ISO, `replication.read_at`) exists. Absent → `waiting`, due now. Else, if it is newer
   * than `wanted_read_at`: raises it, `told` + 1, and due now unless `handled_read_at` has it. One conditional write each;
   * returns false if the row knows of it already.
   */
  tell(orderId: number, readAt: string, now: number): Promise<boolean>;
  /**
   * Takes the lease in one conditional write (free or past, and the row is due) until `until` (epoch milliseconds), and adds 1 to
   * `begun`. Returns the row as written; undefined if refused, unless the row names this very owner.
   */
  takeLease(lease: DeliveryLease, until: number, due: DueRules): Promise<DeliveryRow | undefined>;
  /**
   * One conditional write of the lease's owner; with `told`, only if the row's is unmoved. Returns the row as written, undefined if
   * refused. The SDK repeats a write whose answer was lost. One that keeps the lease succeeds again, with the same content; if
   * `told` moved in between, it counts as refused, so that what it announces, such as an intent, is not done. One that removes
   * `lease_owner` is recognized by the row, which then shows exactly this change and no lease.
   * Throws if the change leaves the row due without `due_at`.
   */
  changeLeased(lease: DeliveryLease, change: RowChange, told?: number): Promise<DeliveryRow | undefined>;
  /**
   * A command's change: one conditional write, only if the row still has `seen.told`, and `seen`'s lease, due and intent; adds 1 to
   * `told`. The row is due now unless the change itself sets or removes `due`. Returns false if refused.
   */
  changeByCommand(seen: DeliveryRow, change: RowChange, now: number): Promise<boolean>;
  /** Up to `limit` rows that are due `now`, oldest first, without leased ones; eventually consistent. */
  dueNow(limit: number, now: number): Promise<readonly DueRow[]>;
  /** Up to `limit` `held` rows that rest on another mapping than this digest; reads a bounded number of pages. */
  heldByAnotherMapping(limit: number, mapping: string, now: number): Promise<readonly DueRow[]>;
  /** Up to `limit` rows that wait for the mode `live`. */
  dueInLive(limit: number, now: number): Promise<readonly DueRow[]>;
  /** Rows in a state, newest first; `before` continues after the last row of an earlier page. */
  list(state: DeliveryRow['state'], limit: number, before?: DeliveryRow): Promise<readonly DeliveryRow[]>;
  /** Those of the orders that have a row, strongly consistent. */
  among(orderIds: readonly number[]): Promise<ReadonlyMap<number, DeliveryRow>>;
  /**
   * How many rows are due now since before this time, or have waited for their first end since, and how many are held since before that; epoch milliseconds. Reads a
   * bounded number of pages, so of very many rows it counts the first of them.
   */
  countOverdue(dueSince: number, heldSince: number): Promise<{ readonly due: number; readonly held: number }>;
}

/** Creates the access to the Deliveries table. */
export function createDeliveries(client: DynamoDBDocumentClient, tableName: string): Deliveries {
  const table = { client, tableName };
  return {
    find: (orderId) => find(table, orderId),
    tell: (orderId, readAt, now) => tell(table, orderId, readAt, now),
    takeLease: (lease, until, due) => takeLease(table, lease, until, due),
    changeLeased: (lease, change, told) => changeLeased(table, lease, change, told),
    changeByCommand: (seen, change, now) => changeByCommand(table, seen, change, now),
    dueNow: (limit, now) => queryDueNow(table, limit, now),
    heldByAnotherMapping: (limit, mapping, now) => queryHeld(table, limit, mapping, now),
    dueInLive: (limit, now) => queryShadow(table, limit, now),
    list: (state, limit, before) => queryState(table, state, limit, before),
    among: (orderIds) => among(table, orderIds),
    countOverdue: (dueSince, heldSince) => countOverdue(table, dueSince, heldSince),
  };
}

async function find({ client, tableName }: DeliveriesTable, orderId: number) {
  const look = new GetCommand({ TableName: tableName, Key: { order_id: orderId }, ConsistentRead: true });
  const { Item } = await client.send(look);
  return Item as DeliveryRow | undefined;
}

/** A telling that meets this many changes of the row in a row is left to its next attempt. */
const MOST_TELLINGS = 3;

async function tell(table: DeliveriesTable, orderId: number, readAt: string, now: number): Promise<boolean> {
  for (let tries = 0; tries < MOST_TELLINGS; tries += 1) {
    if ((await update(table, orderId, tellUpdate(readAt, now))) !== undefined) return true;
    const row = await find(table, orderId);
    const known = row?.wanted_read_at ?? '';
    // The SDK repeats a write whose answer was lost: the refusal may be of this very telling.
    if (known === readAt) return row?.due === 'now' && row.due_at === iso(now);
    if (known > readAt) return false;
    if ((await update(table, orderId, tellHandledUpdate(readAt))) !== undefined) return true;
  }
  throw new RefusedWriteError(`The delivery of order ${orderId} keeps changing while it is updated.`);
}

async function takeLease(table: DeliveriesTable, lease: DeliveryLease, until: number, due: DueRules) {
  const taken = await update(table, lease.orderId, leaseUpdate(lease, until, due));
  if (taken !== undefined) return taken;
  const row = await find(table, lease.orderId);
  return row?.lease_owner === lease.owner ? row : undefined;
}

async function changeLeased(table: DeliveriesTable, lease: DeliveryLease, change: RowChange, told?: number) {
  const changed = await update(table, lease.orderId, leasedUpdate(lease, change, told));
  if (changed !== undefined || !isReleased(change)) return changed;
  const row = await find(table, lease.orderId);
  if (row === undefined || (told !== undefined && row.told !== told)) return undefined;
  return row.lease_owner === undefined && shows(row, change) ? row : undefined;
}

async function changeByCommand(table: DeliveriesTable, seen: DeliveryRow, change: RowChange, now: number) {
  if ((await update(table, seen.order_id, commandUpdate(seen, change, now))) !== undefined) return true;
  const row = await find(table, seen.order_id);
  return row?.told === seen.told + 1 && shows(row, commandChange(change, now));
}

async function among({ client, tableName }: DeliveriesTable, orderIds: readonly number[]) {
  const keys = [...new Set(orderIds)].map((order_id) => ({ order_id }));
  const rows = (await batchGet(client, tableName, keys)) as readonly DeliveryRow[];
  return new Map(rows.map((row) => [row.order_id, row]));
}

/** The row as written; undefined if the condition fails. */
async function update(
  { client, tableName }: DeliveriesTable,
  orderId: number,
  input: ReturnType<typeof aliasedUpdate>,
): Promise<DeliveryRow | undefined> {
  const command = new UpdateCommand({ TableName: tableName, Key: { order_id: orderId }, ...input });
  const written = await unlessConditionFails(client.send(command));
  return written?.Attributes as DeliveryRow | undefined;
}

const isReleased = ({ remove = [] }: RowChange): boolean => remove.includes('lease_owner');
