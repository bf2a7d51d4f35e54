// Decides whether a read is older than a known version: the store's reads may lag behind its writes and behind each other.
import { isSettledAt } from '../shared/order/version';
import { iso, parseDate } from '../shared/runtime/time';
import type { Order, Read, Snapshot } from '../shared/order/order';
import type { OrderReference } from '../shared/order/reference';
import type { LedgerRow } from '../shared/order/ledger-row';

/** The sources of an order's known versions, in addition to its reads. */
export interface KnownVersions {
  readonly reference: OrderReference;
  /** The ledger's row when the lease was taken. */
  readonly row: LedgerRow;
  readonly earlier: Snapshot | undefined;
  /** The answer to the last successful PUT of this attempt. */
  readonly answer: Order | undefined;
}

/**
 * Returns why a read must not be acted on, or undefined. A read is stale if a version with a later date is known. It is also
 * stale if it has the date of our own PUT and another status, and began within 10 s of that date: within this time the date
 * does not show which status is newer.
 */
export function whyStale({ order, readAt }: Read, known: KnownVersions): string | undefined {
  const { modifiedAt, statusId } = order;
  if (modifiedAt === undefined) return undefined;
  const newest = newestDate(known);
  if (modifiedAt < newest) {
    return `its version of ${String(order.raw.date_modified)} is older than the known one of ${iso(newest)}`;
  }
  const isAfterOurs = putVersions(known).every(
    (ours) => ours.modifiedAt !== modifiedAt || ours.statusId === statusId,
  );
  if (isAfterOurs || isSettledAt(modifiedAt, readAt)) return undefined;
  return `its status ${statusId} has the date of our own PUT`;
}

/** Epoch milliseconds. */
function newestDate({ reference, row, earlier, answer }: KnownVersions): number {
  const dates = [
    parseDate(reference.dateModified),
    parseDate(row.modified_at),
    parseDate(row.put_modified_at),
    parseDate(earlier?.date_modified),
    answer?.modifiedAt,
  ];
  return Math.max(...dates.map((date) => date ?? -Infinity));
}

interface PutVersion {
  readonly modifiedAt: number | undefined;
  readonly statusId: number | undefined;
}

/**
 * The versions that our own PUTs made. The answer of this attempt replaces older ones. The snapshot counts in addition to the
 * row, because a lagging list may have overwritten the row's state and status.
 */
function putVersions({ row, earlier, answer }: KnownVersions): readonly PutVersion[] {
  if (answer !== undefined) return [answer];
  const versions: PutVersion[] = [];
  if (row.state === 'replicated') {
    versions.push({ modifiedAt: parseDate(row.modified_at), statusId: row.status_id });
  }
  if (earlier?.replication.state === 'replicated') {
    versions.push({ modifiedAt: parseDate(earlier.date_modified), statusId: earlier.status_id });
  }
  if (row.put_modified_at !== undefined) {
    versions.push({ modifiedAt: parseDate(row.put_modified_at), statusId: row.status_after });
  }
  return versions;
}
