// Whether a read is older than what is known already: the store's reads may lag behind its writes, and behind each other.
import { isSettled } from '../shared/order/version';
import { iso, parseDate } from '../shared/runtime/time';
import type { RawOrder, Read, Snapshot } from '../shared/order/order';
import type { OrderReference } from '../shared/order/reference';
import type { LedgerRow } from '../shared/order/ledger-row';

/** All that tells of an order's versions beside its reads. */
export interface Known {
  readonly reference: OrderReference;
  /** As it stood when the lease was taken. */
  readonly row: LedgerRow;
  readonly earlier: Snapshot | undefined;
  /** To the last PUT of this attempt that worked. */
  readonly answer: RawOrder | undefined;
}

/**
 * Says why a read must not be acted on, or undefined: a version with a later date is known; or it bears the very date of
 * our own PUT, shows another status, and began too early for that date to tell which of the two came first.
 */
export function whyStale({ order, readAt }: Read, known: Known): string | undefined {
  const modified = parseDate(order.date_modified);
  if (modified === undefined) return undefined;
  const newest = newestDate(known);
  if (modified < newest) {
    return `its version of ${String(order.date_modified)} is older than ${iso(newest)}, which is known`;
  }
  const isAfterOurs = putVersions(known).every(
    ({ date, statusId }) => parseDate(date) !== modified || statusId === order.status_id,
  );
  if (isAfterOurs || isSettled(order.date_modified, readAt)) return undefined;
  return `its status ${order.status_id} bears the date of our own PUT`;
}

/** Epoch milliseconds. */
function newestDate({ reference, row, earlier, answer }: Known): number {
  const dates = [
    reference.dateModified,
    row.modified_at,
    row.put_modified_at,
    earlier?.date_modified,
    answer?.date_modified,
  ];
  return Math.max(...dates.map((date) => parseDate(date) ?? -Infinity));
}

/**
 * What our own PUTs made of the order; what this attempt knows replaces what the row knows. The snapshot counts beside the
 * row: the note of a list that lags takes the row's state and status.
 */
function putVersions({ row, earlier, answer }: Known) {
  if (answer !== undefined) return [{ date: answer.date_modified, statusId: answer.status_id }];
  return [
    ...(row.state === 'replicated' ? [{ date: row.modified_at, statusId: row.status_id }] : []),
    ...(earlier?.replication.state === 'replicated'
      ? [{ date: earlier.date_modified, statusId: earlier.status_id }]
      : []),
    ...(row.put_modified_at === undefined ? [] : [{ date: row.put_modified_at, statusId: row.status_after }]),
  ];
}
