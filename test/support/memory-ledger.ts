// The ledger and the Orders table in memory, written from the protocol and not from the adapters' expressions;
// test/lambda/shared/tables/ledger.test.ts holds both to one list of cases, the adapters on a real DynamoDB API.
import { isDeepStrictEqual } from 'node:util';
import { RefusedWriteError } from '../../lambda/shared/runtime/errors';
import type { Ledger } from '../../lambda/shared/tables/ledger';
import type { Finish } from '../../lambda/shared/tables/ledger-finish';
import type { Lease } from '../../lambda/shared/tables/ledger-lease';
import type { LedgerRow } from '../../lambda/shared/order/ledger-row';
import { CLOCK_MARGIN_MS, dateModified } from '../../lambda/shared/order/version';
import { parseDate } from '../../lambda/shared/runtime/time';
import type { OrderReference } from '../../lambda/shared/order/reference';
import type { Snapshot } from '../../lambda/shared/order/order';
import type { StoredVersion, OrdersTable } from '../../lambda/shared/tables/orders';
import { followingFields } from '../../lambda/shared/order/content';

export interface MemoryTables {
  readonly ledger: Ledger;
  readonly orders: OrdersTable;
  readonly rows: Map<number, LedgerRow>;
  readonly snapshots: Map<number, Snapshot>;
  /** Every snapshot written, in order: what the table's stream shows. */
  readonly stream: Snapshot[];
  /** What an audit sees of the Orders table. */
  versions(ids: readonly number[]): ReadonlyMap<number, StoredVersion>;
}

export function memoryTables(): MemoryTables {
  const memory: Memory = { rows: new Map(), snapshots: new Map(), stream: [] };
  const { snapshots } = memory;
  const ledger: Ledger = {
    find: (orderIds) =>
      Promise.resolve(
        new Map(orderIds.flatMap((id) => (memory.rows.has(id) ? [[id, memory.rows.get(id)!] as const] : []))),
      ),
    ...referencesOf(memory),
    ...deathsOf(memory),
    ...leasesOf(memory),
    ...endsOf(memory),
  };
  const versions = (ids: readonly number[]) =>
    new Map(ids.flatMap((id) => (snapshots.has(id) ? [[id, snapshots.get(id)!] as const] : [])));
  return { ...memory, ledger, orders: ordersOf(memory), versions };
}

type Rows = Map<number, LedgerRow>;

type Memory = Pick<MemoryTables, 'rows' | 'snapshots' | 'stream'>;

function ordersOf(memory: Memory): OrdersTable {
  return {
    find: (orderId) => Promise.resolve(structuredClone(memory.snapshots.get(orderId))),
    async save(snapshot) {
      await Promise.resolve();
      const stored = memory.snapshots.get(snapshot.id);
      if (stored !== undefined && stored.replication.read_at > snapshot.replication.read_at) {
        throw new RefusedWriteError('refused');
      }
      write(memory, snapshot);
    },
  };
}

function referencesOf(memory: Memory): Pick<Ledger, 'recordQueued' | 'recordUnlistable'> {
  return {
    recordQueued(reference, now) {
      const row = memory.rows.get(reference.orderId);
      const modified = parseDate(reference.dateModified);
      const versioned = modified !== undefined && reference.statusId !== undefined;
      if (row?.state !== undefined && !(versioned && givesWay(row, modified, reference.seenAt))) {
        return Promise.resolve(false);
      }
      change(
        memory.rows,
        reference.orderId,
        { state: 'queued', seen_at: reference.seenAt, reached_at: iso(now) },
        ['reason'],
      );
      if (versioned) {
        change(memory.rows, reference.orderId, {
          date_modified: reference.dateModified!,
          modified_at: iso(modified),
          status_id: reference.statusId,
        });
      }
      return Promise.resolve(true);
    },

    recordUnlistable(orderId, now) {
      change(memory.rows, orderId, { unreadable_at: iso(now) });
      return Promise.resolve();
    },
  };
}

function deathsOf(memory: Memory): Pick<Ledger, 'recordDead'> {
  return {
    recordDead(reference, death, now) {
      const row = memory.rows.get(reference.orderId);
      const readLater = row?.read_at !== undefined && row.read_at > reference.seenAt;
      const queuedLater = row?.state === 'queued' && (row.seen_at ?? '') > reference.seenAt;
      if (readLater || queuedLater) return Promise.resolve(false);
      const modified = parseDate(reference.dateModified);
      change(memory.rows, reference.orderId, {
        state: 'dead',
        reason: death.reason,
        reached_at: iso(now),
        last_error: death.error,
        ...(reference.statusId === undefined ? {} : { status_id: reference.statusId }),
        ...(reference.dateModified === undefined ? {} : { date_modified: reference.dateModified }),
        ...(modified === undefined ? {} : { modified_at: iso(modified) }),
      });
      return Promise.resolve(true);
    },
  };
}

function leasesOf(memory: Memory): Pick<Ledger, 'takeLease' | 'release'> {
  return {
    takeLease(lease, reference, until, now) {
      const row = memory.rows.get(lease.orderId);
      if (row?.lease_owner === lease.owner) return Promise.resolve({ kind: 'taken', row });
      if (covers(row, reference)) return Promise.resolve({ kind: 'covered' });
      if (row?.lease_until !== undefined && row.lease_until >= iso(now))
        return Promise.resolve({ kind: 'held' });
      change(memory.rows, lease.orderId, {
        lease_owner: lease.owner,
        lease_until: iso(until),
        tried_at: iso(now),
        first_seen_at: row?.first_seen_at ?? reference.seenAt,
        attempts: (row?.attempts ?? 0) + 1,
      });
      return Promise.resolve({ kind: 'taken', row: memory.rows.get(lease.orderId)! });
    },

    release(lease, error, { advanced, isMissing, wasFound, putMayLandUntil: heldUntil }, now) {
      const row = memory.rows.get(lease.orderId);
      if (row?.lease_owner !== lease.owner) return Promise.resolve();
      change(memory.rows, lease.orderId, { last_error: error }, ['lease_owner', 'lease_until']);
      if (heldUntil !== undefined) change(memory.rows, lease.orderId, { lease_until: iso(heldUntil) });
      const noted = wasFound === true ? undefined : row.missing_since;
      if (isMissing === true) change(memory.rows, lease.orderId, { missing_since: noted ?? iso(now) });
      if (isMissing === false) change(memory.rows, lease.orderId, {}, ['missing_since']);
      if (advanced !== undefined) {
        const modified = advanced.order.modifiedAt;
        const { at: advanced_at, advances, order } = advanced;
        change(memory.rows, lease.orderId, { advanced_at, advances, status_after: order.statusId });
        if (modified !== undefined) change(memory.rows, lease.orderId, { put_modified_at: iso(modified) });
      }
      return Promise.resolve();
    },
  };
}

function endsOf(memory: Memory): Pick<Ledger, 'recordEnd' | 'recordAdvance'> {
  return {
    async recordEnd(lease, finish, now) {
      await Promise.resolve();
      assertMayFinish(memory.rows, lease, finish.readAt);
      finishRow(memory.rows, lease, finish, now);
    },

    async recordAdvance(lease, snapshot, finish, now) {
      await Promise.resolve();
      assertMayFinish(memory.rows, lease, finish.readAt);
      const stored = memory.snapshots.get(lease.orderId);
      if (stored === undefined || stored.replication.read_at > snapshot.replication.read_at) {
        throw new RefusedWriteError('refused');
      }
      const replication = {
        ...stored.replication,
        state: 'replicated' as const,
        advanced_at: finish.advancedAt,
      };
      write(memory, { ...stored, ...followingFields(finish.order.raw), replication });
      finishRow(memory.rows, lease, finish, now);
    },
  };
}

function assertMayFinish(rows: Rows, lease: Lease, readAt: number): void {
  const row = rows.get(lease.orderId);
  const isOwner = row?.lease_owner === lease.owner;
  if (!isOwner || (row.read_at !== undefined && row.read_at > iso(readAt))) {
    throw new RefusedWriteError('refused');
  }
}

const END_FIELDS = [
  'reason',
  'status_before',
  'status_after',
  'digital',
  'content_digest',
  'listed_digest',
  'kept_until',
] as const;

function finishRow(rows: Rows, lease: Lease, finish: Finish, now: number): void {
  const version =
    finish.order === undefined ? [] : (['modified_at', 'put_modified_at', 'missing_since'] as const);
  change(rows, lease.orderId, {}, [...END_FIELDS, ...version, 'lease_owner', 'lease_until', 'last_error']);
  const modified = finish.order?.modifiedAt;
  const order = finish.order && {
    status_after: finish.order.statusId,
    status_id: finish.order.statusId,
    date_modified: dateModified(finish.order.raw),
    modified_at: modified === undefined ? undefined : iso(modified),
  };
  const values = {
    state: finish.state,
    reason: finish.reason,
    read_at: iso(finish.readAt),
    reached_at: iso(now),
    status_before: finish.statusBefore,
    digital: finish.digital,
    advanced_at: finish.advancedAt,
    advances: finish.advances,
    left_alone_until: finish.noAdvanceUntil,
    content_digest: finish.digest,
    listed_digest: finish.listedDigest,
    kept_until: finish.keptUntil,
    ...order,
  };
  change(rows, lease.orderId, defined(values) as Partial<LedgerRow>);
}

function write({ snapshots, stream }: Memory, snapshot: Snapshot): void {
  const copy = structuredClone(snapshot);
  // As DynamoDB: a write that changes nothing is no event of the stream.
  if (isDeepStrictEqual(copy, snapshots.get(snapshot.id))) return;
  snapshots.set(snapshot.id, copy);
  stream.push(copy);
}

function change(
  rows: Rows,
  orderId: number,
  changes: Partial<LedgerRow>,
  drop: readonly (keyof LedgerRow)[] = [],
): void {
  const row = Object.entries({ ...rows.get(orderId), ...defined(changes), order_id: orderId });
  const kept = row.filter(([name]) => !drop.includes(name as keyof LedgerRow));
  rows.set(orderId, Object.fromEntries(kept) as unknown as LedgerRow);
}

function covers(row: LedgerRow | undefined, { seenAt, advance }: OrderReference): boolean {
  const finished = ['copied', 'replicated', 'skipped'].includes(row?.state ?? '');
  if (row?.state === 'copied' && row.reason === 'copy-only' && advance !== false) return false;
  return finished && Date.parse(row?.read_at ?? seenAt) > Date.parse(seenAt) + CLOCK_MARGIN_MS;
}

function givesWay(row: LedgerRow, modified: number, seenAt: string): boolean {
  const rowModified = row.modified_at === undefined ? -Infinity : Date.parse(row.modified_at);
  if (row.state === 'queued') return rowModified <= modified;
  if (row.read_at !== undefined && row.read_at > seenAt) return false;
  if (rowModified < modified) return true;
  if (rowModified > modified) return false;
  return Date.parse(row.reached_at ?? seenAt) < Date.parse(seenAt) - CLOCK_MARGIN_MS;
}

function defined<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
