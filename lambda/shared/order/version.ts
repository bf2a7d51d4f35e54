// The version of an order, and when it can no longer change unseen.
import type { Row } from '../runtime/json';
import { parseDate } from '../runtime/time';

/** A version less than 10 s old may still change under the same date: the store's dates have whole seconds. */
export const SETTLE_MS = 10_000;

/** The clocks of containers differ a little, so a read covers only references seen at least this long before it. */
export const CLOCK_MARGIN_MS = 1_000;

/** BigCommerce's date as it came; `""` where it gives none. */
export function dateModified(order: Row): string {
  return typeof order.date_modified === 'string' ? order.date_modified : '';
}

/** Whether a version of this date can no longer change unseen, for a look that began at `lookedAt`. */
export function isSettled(date: unknown, lookedAt: number): boolean {
  return isSettledAt(parseDate(date), lookedAt);
}

/** The same by the time of the version, in epoch milliseconds. */
export function isSettledAt(modifiedAt: number | undefined, lookedAt: number): boolean {
  return modifiedAt !== undefined && lookedAt >= modifiedAt + SETTLE_MS;
}
