// Decides which listed orders a poll excludes: those that are neither new nor followed. Pure.
import type { Reason } from '../shared/order/reasons';
import { isCreatedBefore, isDigital, whyNotStored, whyOutside } from '../shared/order/rules';
import type { Rules } from '../shared/order/rules';
import { Status } from '../shared/order/status';
import type { ListedOrder } from '../shared/order/order';
import type { LedgerRow } from '../shared/order/ledger-row';
import type { Bounds } from './poll-window';

/** Returns why an order listed in this status is not new, or undefined. Only the worker decides finally what is digital. */
export function whyNotNew(
  order: ListedOrder,
  statusId: number,
  bounds: Pick<Bounds, 'completedSince' | 'createdSince'>,
): Reason | undefined {
  const outside = whyOutside(order, bounds.createdSince);
  if (outside !== undefined || statusId !== Status.Completed) return outside;
  if (order.raw.order_is_digital !== true && !isDigital(order.lines ?? [])) return 'completed-not-digital';
  const { modifiedAt = Infinity } = order;
  return modifiedAt < bounds.completedSince ? 'completed-before-lookback' : undefined;
}

/** Whether an order in any list is new. */
export function isNew(order: ListedOrder, rules: Rules, bounds: Bounds): boolean {
  const { statusId } = order;
  if (statusId === undefined || !rules.allowedStatusIds.includes(statusId)) return false;
  return whyNotNew(order, statusId, bounds) === undefined;
}

/**
 * Returns why a changed order is not followed, or undefined. For an order that the ledger knows, the age of the change
 * counts; for any other, the age of the order.
 */
export function whyNotFollowed(
  order: ListedOrder,
  row: LedgerRow | undefined,
  rules: Rules,
  bounds: Bounds,
): Reason | undefined {
  if (row?.state !== undefined) {
    const { modifiedAt: changedAt = Infinity } = order;
    if (changedAt < bounds.followedSince) return 'follow-up-ended';
    // It was never stored: the bound counts as for an order without a row.
    return row.state === 'skipped' ? whyOutside(order, bounds.createdSince) : undefined;
  }
  if (isCreatedBefore(order, bounds.followedSince)) return 'follow-up-ended';
  // No ledger row, and already past its new status: staff moved it before this poll.
  return whyNotStored(order, bounds.createdSince, rules);
}

/** Whether a snapshot is marked as gone. A list that shows such an order contradicts the mark. */
export function isMarkedGone(row: LedgerRow | undefined): boolean {
  return row?.state === 'copied' && row.reason === 'not-found';
}
