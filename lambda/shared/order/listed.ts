// Compares a listed order with age limits and with its ledger row, the same way for polls, audits and backfills. Pure.
import { showsContent } from './content';
import { isCreatedBefore } from './rules';
import { DAY_MS, HOUR_MS } from '../runtime/time';
import { QUEUE_RETENTION_MS } from './reference';
import { Status } from './status';
import type { LedgerRow } from './ledger-row';
import type { ListedOrder } from './order';

/** The list of changes starts this long before the last finished poll, because clocks differ and polls overlap. */
const OVERLAP_MS = HOUR_MS;

/** How far before the last finished poll the list of changes starts. After a long pause, the queue may have lost references. */
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

/** Whether polls exclude an order because of its age; no other sender advances it then. Bounds are epoch milliseconds. */
export function isTooOld(
  order: ListedOrder,
  bounds: { readonly createdSince: number | undefined; readonly completedSince: number },
): boolean {
  const completedAt = order.statusId === Status.Completed ? order.modifiedAt : undefined;
  const isOldCompleted = completedAt !== undefined && completedAt < bounds.completedSince;
  return isCreatedBefore(order, bounds.createdSince) || isOldCompleted;
}

/** Whether a list shows content that no read has seen yet. Undefined if the fingerprints cannot be compared. */
export function hasOtherContent(
  row: LedgerRow,
  order: ListedOrder,
  listedDigest: string | undefined,
): boolean | undefined {
  // A list and a GET may differ permanently, so the same list content causes only one read.
  if (listedDigest !== undefined && listedDigest === row.listed_digest) return false;
  const isSame = showsContent(order, row.content_digest);
  return isSame === undefined ? undefined : !isSame;
}

/** Whether staff restored an order from the archive. The store may keep its date then. */
export function isArchivedNoMore(row: LedgerRow, order: ListedOrder): boolean {
  return row.reason === 'archived' && !order.isArchived;
}
