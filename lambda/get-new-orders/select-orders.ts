// Which listed orders a poll need not queue: those that are neither new nor followed. Pure.
import type { Reason } from '../shared/order/reasons';
import { isCreatedBefore, isDigital, whyNotStored, whyOutside } from '../shared/order/rules';
import type { Rules } from '../shared/order/rules';
import { Status } from '../shared/order/status';
import type { ListedOrder } from '../shared/order/order';
import type { LedgerRow } from '../shared/order/ledger-row';
import type { Bounds } from './poll-window';

/** Says why an order listed under this status is not new, or undefined. The worker has the last word on what is digital. */
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

/** Whether an order is new, whatever list it is in. */
export function isNew(order: ListedOrder, rules: Rules, bounds: Bounds): boolean {
  const { statusId } = order;
  if (statusId === undefined || !rules.allowedStatusIds.includes(statusId)) return false;
  return whyNotNew(order, statusId, bounds) === undefined;
}

/**
 * Says why an order that was changed is none of ours, or undefined. An order that the ledger knows is followed however old
 * it is, unless the change itself is too long ago; of others those are too old that were created too long ago.
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

/** Whether a snapshot is marked as gone: a list that shows such an order contradicts that, however old the order is. */
export function isMarkedGone(row: LedgerRow | undefined): boolean {
  return row?.state === 'copied' && row.reason === 'not-found';
}
