// One small row per order: where its replication stands, and which worker holds it. Every write is conditional.
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  GetCommand,
  TransactWriteCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { batchGet } from './batch-get';
import { RefusedWriteError } from '../runtime/errors';
import {
  advanceUpdate,
  covers,
  deadUpdate,
  finishUpdate,
  leaseUpdate,
  queuedUpdate,
  releaseUpdate,
  unreadableUpdate,
} from './ledger-updates';
import type { AdvanceFinish, Death, Finish, Learnt, Lease } from './ledger-updates';
import type { LedgerRow } from '../order/ledger-row';
import type { OrderReference } from '../order/reference';
import type { Snapshot } from '../order/order';

export interface Ledger {
  /** The rows that are there, by order id, strongly consistent. */
  find(orderIds: readonly number[]): Promise<ReadonlyMap<number, LedgerRow>>;
  /** Notes that a reference is on its way, unless the row knows better: false then. */
  recordQueued(reference: OrderReference, now: number): Promise<boolean>;
  /** Notes that a reference was queued because no list can show the order. */
  recordUnreadable(orderId: number, now: number): Promise<void>;
  /** Takes the order for one worker, unless another has it or the row covers the reference already. */
  takeLease(lease: Lease, reference: OrderReference, until: number, now: number): Promise<LeaseAnswer>;
  /** Lets go of an order that was not finished, and keeps what was learnt. Only the owner's call has an effect. */
  release(lease: Lease, error: string, learnt: Learnt, now: number): Promise<void>;
  /** Ends in one write what needs no advance, and lets go. Throws RefusedWriteError if the row knows better. */
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
  /** Notes that a reference was parked, unless the row read later than it was seen, or queued a later one: false. */
  recordDead(reference: OrderReference, death: Death, now: number): Promise<boolean>;
}

/** `row` is as it stands with the lease. */
export type LeaseAnswer =
  { readonly kind: 'taken'; readonly row: LedgerRow } | { readonly kind: 'held' | 'covered' };

export interface LedgerTables {
  readonly ledgerTable: string;
  /** Needed by finishAdvance alone. */
  readonly ordersTable?: string;
  readonly sleep?: (ms: number) => Promise<unknown>;
}

export function createLedger(client: DynamoDBDocumentClient, tables: LedgerTables): Ledger {
  const { ledgerTable, ordersTable = '' } = tables;

  const update = (orderId: number, input: Omit<UpdateCommandInput, 'TableName' | 'Key'>) =>
    client.send(new UpdateCommand({ TableName: ledgerTable, Key: { order_id: orderId }, ...input }));

  return {
    async find(orderIds) {
      const keys = [...new Set(orderIds)].map((order_id) => ({ order_id }));
      const rows = await batchGet(client, ledgerTable, keys, { sleep: tables.sleep });
      return new Map((rows as readonly LedgerRow[]).map((row) => [row.order_id, row]));
    },

    recordQueued: (reference, now) => unlessRefused(update(reference.orderId, queuedUpdate(reference, now))),

    async recordUnreadable(orderId, now) {
      await update(orderId, unreadableUpdate(now));
    },

    async takeLease(lease, reference, until, now) {
      const taking = { ...leaseUpdate(lease, reference, until, now), ReturnValues: 'ALL_NEW' } as const;
      const taken = await answered(update(lease.orderId, taking));
      if (taken === undefined) return whyRefused(lease, reference, client, tables);
      return { kind: 'taken', row: taken.Attributes as LedgerRow };
    },

    async release(lease, error, learnt, now) {
      await unlessRefused(update(lease.orderId, releaseUpdate(lease, error, learnt, now)));
    },

    async recordEnd(lease, finish, now) {
      const done = await unlessRefused(update(lease.orderId, finishUpdate(lease, finish, now)));
      if (!done) throw refused(lease.orderId);
    },

    async recordAdvance(lease, snapshot, finish, now, leftMs) {
      const order = {
        TableName: ordersTable,
        Key: { id: lease.orderId },
        ...advanceUpdate(snapshot, finish),
      };
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
      const send = () => client.send(new TransactWriteCommand(input));
      if (!(await unlessRefused(repeated(send, leftMs, tables.sleep)))) throw refused(lease.orderId);
    },

    recordDead: (reference, death, now) =>
      unlessRefused(update(reference.orderId, deadUpdate(reference, death, now))),
  };
}

async function whyRefused(
  lease: Lease,
  reference: OrderReference,
  client: DynamoDBDocumentClient,
  { ledgerTable }: LedgerTables,
): Promise<LeaseAnswer> {
  const Key = { order_id: lease.orderId };
  const { Item } = await client.send(new GetCommand({ TableName: ledgerTable, Key, ConsistentRead: true }));
  const row = Item as LedgerRow | undefined;
  // The SDK repeats a write whose answer was lost: the refusal may be of our own lease.
  if (row?.lease_owner === lease.owner) return { kind: 'taken', row };
  return { kind: covers(row, reference) ? 'covered' : 'held' };
}

async function unlessRefused(write: Promise<object>): Promise<boolean> {
  return (await answered(write)) !== undefined;
}

/** The answer to a conditional write; undefined if its condition did not hold. */
async function answered<T>(write: Promise<T>): Promise<T | undefined> {
  try {
    return await write;
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

/** Another write of the same row takes milliseconds. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/** Repeats a transaction that the SDK gives up at once: it met another write of the same rows, or was throttled. */
async function repeated(
  send: () => Promise<object>,
  timeMs: number,
  sleep: (ms: number) => Promise<unknown> = wait,
): Promise<object> {
  let leftMs = timeMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const sentAt = performance.now();
    try {
      return await send();
    } catch (error) {
      // Throttled ones take their time, too; the release that follows must still fit in.
      leftMs -= performance.now() - sentAt;
      if (!passes(error) || pauseMs > leftMs) throw error;
    }
    await sleep(pauseMs);
    leftMs -= pauseMs;
  }
}

/** docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html names the codes of each item. */
const PASSING: ReadonlySet<string | undefined> = new Set([
  'None',
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
]);

function passes(error: unknown): boolean {
  if (error instanceof TransactionCanceledException) {
    const reasons = error.CancellationReasons ?? [];
    return reasons.length > 0 && reasons.every(({ Code }) => PASSING.has(Code ?? 'None'));
  }
  return error instanceof Error && error.name === 'TransactionInProgressException';
}

function isRefusal(error: unknown): boolean {
  if (error instanceof ConditionalCheckFailedException) return true;
  return (
    error instanceof TransactionCanceledException &&
    (error.CancellationReasons ?? []).some(({ Code }) => Code === 'ConditionalCheckFailed')
  );
}

function refused(orderId: number): RefusedWriteError {
  return new RefusedWriteError(`Order ${orderId} was taken over by a later read, or by another worker.`);
}
