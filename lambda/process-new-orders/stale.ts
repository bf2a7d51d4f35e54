// Whether a read is older than what is known already: the store's reads may lag behind its writes, and behind each other.
import { isSettledAt } from '../shared/order/version';
import { iso, parseDate } from '../shared/runtime/time';
import type { Order, Read, Snapshot } from '../shared/order/order';
import type { OrderReference } from '../shared/order/reference';
import type { LedgerRow } from '../shared/order/ledger-row';

/** All that tells of an order's versions beside its reads. */
export interface KnownVersions {
  readonly reference: OrderReference;
  /** As it stood when the lease was taken. */
  readonly row: LedgerRow;
  readonly earlier: Snapshot | undefined;
  /** To the last PUT of this attempt that worked. */
  readonly answer: Order | undefined;
}

/**
 * Says why a read must not be acted on, or undefined: a version with a later date is known; or it bears the very date of
 * our own PUT, shows another status, and began too early for that date to tell which of the two came first.
 */
export function whyStale({ order, readAt }: Read, known: KnownVersions): string | undefined {
  const { modifiedAt, statusId } = order;
  if (modifiedAt === undefined) return undefined;
  const newest = newestDate(known);
  if (modifiedAt < newest) {
    return `its version of ${String(order.raw.date_modified)} is older than ${iso(newest)}, which is known`;
  }
  const isAfterOurs = putVersions(known).every(
    (ours) => ours.modifiedAt !== modifiedAt || ours.statusId === statusId,
  );
  if (isAfterOurs || isSettledAt(modifiedAt, readAt)) return undefined;
  return `its status ${statusId} bears the date of our own PUT`;
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
 * What our own PUTs made of the order; what this attempt knows replaces what the row knows. The snapshot counts beside the
 * row: the note of a list that lags takes the row's state and status.
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
