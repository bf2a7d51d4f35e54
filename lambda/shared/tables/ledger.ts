// The ledger: one small row per order with its replication state and its lease. Every write of a state is conditional.
import { randomUUID } from 'node:crypto';
import { GetCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient, UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { batchGet } from './batch-get';
import { unlessConditionFails, unlessRefused } from './conditional-write';
import { repeatTransaction } from './repeat-transaction';
import { RefusedWriteError } from '../runtime/errors';
import { isRow } from '../runtime/json';
import { advanceUpdate, finishUpdate } from './ledger-finish';
import { covers, leaseUpdate, releaseUpdate } from './ledger-lease';
import { deadUpdate, queuedUpdate, unlistableUpdate } from './ledger-references';
import type { AdvanceFinish, Finish } from './ledger-finish';
import type { DeadLetterCause } from './ledger-references';
import type { Observations, Lease } from './ledger-lease';
import type { LedgerRow } from '../order/ledger-row';
import { toLedgerRow } from './stored-ledger-row';
import type { OrderReference } from '../order/reference';
import type { Snapshot } from '../order/order';

export interface Ledger {
  /** The rows that are there, by order id, strongly consistent. */
  find(orderIds: readonly number[]): Promise<ReadonlyMap<number, LedgerRow>>;
  /** Records that a reference is queued. Returns false, without a change, if the row is newer. */
  recordQueued(reference: OrderReference, now: number): Promise<boolean>;
  /** Records that a reference was queued because no list can show the order. */
  recordUnlistable(orderId: number, now: number): Promise<void>;
  /** Takes the order for one worker, unless another has it or the row covers the reference already. */
  takeLease(lease: Lease, reference: OrderReference, until: number, now: number): Promise<LeaseAnswer>;
  /** Releases the lease of an unfinished order, and records the observations. Only the owner's call has an effect. */
  release(lease: Lease, error: string, observations: Observations, now: number): Promise<void>;
  /** Records the end of an order that needs no advance, and releases the lease. Throws RefusedWriteError if the row is newer. */
  recordEnd(lease: Lease, finish: Finish, now: number): Promise<void>;
  /**
   * Ends an advance in one transaction over the Orders table and the ledger, and lets go. One that only conflicts with
   * another write, or is throttled, is repeated until `leftMs` have passed. Throws RefusedWriteError if a row knows
   * better.
   */
  recordAdvance(
    lease: Lease,
    snapshot: Snapshot,
    finish: AdvanceFinish,
    now: number,
    leftMs: number,
  ): Promise<void>;
  /** Records that a reference is a dead letter, unless the row read later than it was seen, or queued a later one: false. */
  recordDead(reference: OrderReference, death: DeadLetterCause, now: number): Promise<boolean>;
}

/** `row` is as it stands with the lease. */
export type LeaseAnswer =
  { readonly kind: 'taken'; readonly row: LedgerRow } | { readonly kind: 'held' | 'covered' };

export interface LedgerTables {
  readonly ledgerTable: string;
  /** Needed by recordAdvance alone. */
  readonly ordersTable?: string;
  readonly sleep?: (ms: number) => Promise<unknown>;
}

interface LedgerRows extends LedgerTables {
  readonly client: DynamoDBDocumentClient;
}

/** Creates the access to the ledger. */
export function createLedger(client: DynamoDBDocumentClient, tables: LedgerTables): Ledger {
  const table = { client, ...tables };
  return {
    find: (orderIds) => findRows(table, orderIds),
    recordQueued: (reference, now) => recordQueued(table, reference, now),
    recordUnlistable: (orderId, now) => recordUnlistable(table, orderId, now),
    takeLease: (lease, reference, until, now) => takeLease(table, lease, reference, until, now),
    release: (lease, error, observations, now) => release(table, lease, error, observations, now),
    recordEnd: (lease, finish, now) => recordEnd(table, lease, finish, now),
    recordAdvance: (...advance) => recordAdvance(table, ...advance),
    recordDead: (reference, death, now) => recordDead(table, reference, death, now),
  };
}

async function findRows(
  table: LedgerRows,
  orderIds: readonly number[],
): Promise<ReadonlyMap<number, LedgerRow>> {
  const { ledgerTable, sleep } = table;
  const keys = [...new Set(orderIds)].map((order_id) => ({ order_id }));
  const rows = await batchGet(table.client, ledgerTable, keys, { sleep });
  return new Map(
    rows
      .filter(isRow)
      .map(toLedgerRow)
      .map((row) => [row.order_id, row]),
  );
}

function recordQueued(table: LedgerRows, reference: OrderReference, now: number): Promise<boolean> {
  return unlessRefused(update(table, reference.orderId, queuedUpdate(reference, now)));
}

async function recordUnlistable(table: LedgerRows, orderId: number, now: number): Promise<void> {
  await update(table, orderId, unlistableUpdate(now));
}

async function takeLease(
  table: LedgerRows,
  lease: Lease,
  reference: OrderReference,
  until: number,
  now: number,
): Promise<LeaseAnswer> {
  const taking = { ...leaseUpdate(lease, reference, until, now), ReturnValues: 'ALL_NEW' } as const;
  const taken = await unlessConditionFails(update(table, lease.orderId, taking));
  if (taken === undefined) return whyRefused(table, lease, reference);
  return { kind: 'taken', row: toLedgerRow(taken.Attributes ?? {}) };
}

async function release(
  table: LedgerRows,
  lease: Lease,
  error: string,
  observations: Observations,
  now: number,
): Promise<void> {
  await unlessRefused(update(table, lease.orderId, releaseUpdate(lease, error, observations, now)));
}

async function recordEnd(table: LedgerRows, lease: Lease, finish: Finish, now: number): Promise<void> {
  const isDone = await unlessRefused(update(table, lease.orderId, finishUpdate(lease, finish, now)));
  if (!isDone) throw refused(lease.orderId);
}

async function recordAdvance(
  table: LedgerRows,
  lease: Lease,
  snapshot: Snapshot,
  finish: AdvanceFinish,
  now: number,
  leftMs: number,
): Promise<void> {
  const { ledgerTable, ordersTable = '', sleep } = table;
  const order = { TableName: ordersTable, Key: { id: lease.orderId }, ...advanceUpdate(snapshot, finish) };
  const row = {
    TableName: ledgerTable,
    Key: { order_id: lease.orderId },
    ...finishUpdate(lease, finish, now),
  };
  const input = {
    TransactItems: [{ Update: order }, { Update: row }],
    // A repetition of one whose answer was lost is then known for what it is.
    ClientRequestToken: randomUUID(),
  };
  const send = () => table.client.send(new TransactWriteCommand(input));
  if (!(await unlessRefused(repeatTransaction(send, leftMs, sleep)))) throw refused(lease.orderId);
}

function recordDead(
  table: LedgerRows,
  reference: OrderReference,
  death: DeadLetterCause,
  now: number,
): Promise<boolean> {
  return unlessRefused(update(table, reference.orderId, deadUpdate(reference, death, now)));
}

async function update(
  table: LedgerRows,
  orderId: number,
  input: Omit<UpdateCommandInput, 'TableName' | 'Key'>,
) {
  const { ledgerTable } = table;
  return table.client.send(
    new UpdateCommand({ TableName: ledgerTable, Key: { order_id: orderId }, ...input }),
  );
}

async function whyRefused(table: LedgerRows, lease: Lease, reference: OrderReference): Promise<LeaseAnswer> {
  const { ledgerTable } = table;
  const Key = { order_id: lease.orderId };
  const { Item } = await table.client.send(
    new GetCommand({ TableName: ledgerTable, Key, ConsistentRead: true }),
  );
  const row = Item === undefined ? undefined : toLedgerRow(Item);
  // The SDK repeats a write whose answer was lost: the refusal may be of our own lease.
  if (row?.lease_owner === lease.owner) return { kind: 'taken', row };
  return { kind: covers(row, reference) ? 'covered' : 'held' };
}

function refused(orderId: number): RefusedWriteError {
  return new RefusedWriteError(`Order ${orderId} was taken over by a later read, or by another worker.`);
}
