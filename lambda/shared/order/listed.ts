// What a listed order says by its age, and against its ledger row: polls, audits and backfills decide by the same. Pure.
import { showsContent } from './content';
import { isCreatedBefore } from './rules';
import { DAY_MS, HOUR_MS } from '../runtime/time';
import { QUEUE_RETENTION_MS } from './reference';
import { Status } from './status';
import type { LedgerRow } from './ledger-row';
import type { ListedOrder } from './order';

/** Changed orders are looked for from this long before the last good poll: clocks differ, polls overlap. */
const OVERLAP_MS = HOUR_MS;

/** How far before the last good poll changes are looked for; after a pause, what waited in the queue may be forgotten. */
export function overlap(pausedMs: number): number {
  return pausedMs > QUEUE_RETENTION_MS - DAY_MS ? QUEUE_RETENTION_MS + DAY_MS : OVERLAP_MS;
}

/** From when on polls take Completed orders: by the lookback, or since the last poll that finished. Epoch milliseconds. */
export function findCompletedSince(
  now: number,
  lastFinished: number | undefined,
  lookbackDays: number,
): number {
  const lookback = now - lookbackDays * DAY_MS;
  return lastFinished === undefined
    ? lookback
    : Math.min(lookback, lastFinished - overlap(now - lastFinished));
}

/** Whether no poll takes an order because of its age: any other sender leaves its status alone. Bounds are epoch milliseconds. */
export function isTooOld(
  order: ListedOrder,
  bounds: { readonly createdSince: number | undefined; readonly completedSince: number },
): boolean {
  const completedAt = order.statusId === Status.Completed ? order.modifiedAt : undefined;
  const isOldCompleted = completedAt !== undefined && completedAt < bounds.completedSince;
  return isCreatedBefore(order, bounds.createdSince) || isOldCompleted;
}

/** Whether a list shows content, with this fingerprint, that no read has followed yet. Undefined where nothing says so. */
export function hasOtherContent(
  row: LedgerRow,
  order: ListedOrder,
  listedDigest: string | undefined,
): boolean | undefined {
  // A list and a GET may differ for good: what was looked at once is not looked at again.
  if (listedDigest !== undefined && listedDigest === row.listed_digest) return false;
  const isSame = showsContent(order, row.content_digest);
  return isSame === undefined ? undefined : !isSame;
}

/** Nobody knows whether the store moves the date of an order that staff bring back from the archive. */
export function isArchivedNoMore(row: LedgerRow, order: ListedOrder): boolean {
  return row.reason === 'archived' && !order.isArchived;
}
