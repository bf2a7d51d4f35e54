// One small row per order: where its replication stands, and which worker holds it. Every write is conditional.
import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  GetCommand,
  TransactWriteCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { batchGet } from './batch-get';
import { RefusedWriteError } from './errors';
import { advanceUpdate, covers, deadUpdate, finishUpdate, leaseUpdate, queuedUpdate } from './ledger-row';
import type { AdvanceFinish, Death, Finish, Lease, LedgerRow } from './ledger-row';
import type { OrderReference, Snapshot } from './order';

export interface Ledger {
  /** The rows that are there, by order id, strongly consistent. */
  find(orderIds: readonly number[]): Promise<ReadonlyMap<number, LedgerRow>>;
  /** Notes that a reference is on its way, unless the row knows better: false then. */
  noteQueued(reference: OrderReference, now: number): Promise<boolean>;
  /** Takes the order for one worker, unless another has it or the row covers the reference already. */
  takeLease(lease: Lease, reference: OrderReference, until: number, now: number): Promise<LeaseAnswer>;
  /** Lets go of an order that was not finished. Only the owner's call has an effect. */
  release(lease: Lease, error: string): Promise<void>;
  /** Ends in one write what needs no advance, and lets go. Throws RefusedWriteError if the row knows better. */
  finish(lease: Lease, finish: Finish, now: number): Promise<void>;
  /** Ends an advance in one transaction over the Orders table and the ledger, and lets go. Throws RefusedWriteError. */
  finishAdvance(lease: Lease, snapshot: Snapshot, finish: AdvanceFinish, now: number): Promise<void>;
  /** Notes that a reference was parked, unless the row read later than it was seen, or queued a later one: false. */
  noteDead(reference: OrderReference, death: Death, now: number): Promise<boolean>;
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

    noteQueued: (reference, now) => unlessRefused(update(reference.orderId, queuedUpdate(reference, now))),

    async takeLease(lease, reference, until, now) {
      const taking = { ...leaseUpdate(lease, reference, until, now), ReturnValues: 'ALL_NEW' } as const;
      const taken = await answered(update(lease.orderId, taking));
      if (taken === undefined) return whyRefused(lease, reference, client, tables);
      return { kind: 'taken', row: taken.Attributes as LedgerRow };
    },

    async release(lease, error) {
      await unlessRefused(
        update(lease.orderId, {
          UpdateExpression: 'SET last_error = :error REMOVE lease_owner, lease_until',
          ConditionExpression: 'lease_owner = :owner',
          ExpressionAttributeValues: { ':owner': lease.owner, ':error': error },
        }),
      );
    },

    async finish(lease, finish, now) {
      const done = await unlessRefused(update(lease.orderId, finishUpdate(lease, finish, now)));
      if (!done) throw refused(lease.orderId);
    },

    async finishAdvance(lease, snapshot, finish, now) {
      const Key = { order_id: lease.orderId };
      const done = await unlessRefused(
        client.send(
          new TransactWriteCommand({
            TransactItems: [
              {
                Update: {
                  TableName: ordersTable,
                  Key: { id: lease.orderId },
                  ...advanceUpdate(snapshot, finish),
                },
              },
              { Update: { TableName: ledgerTable, Key, ...finishUpdate(lease, finish, now) } },
            ],
          }),
        ),
      );
      if (!done) throw refused(lease.orderId);
    },

    noteDead: (reference, death, now) =>
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
