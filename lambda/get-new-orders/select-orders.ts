// Which listed orders a poll need not queue: those that are neither new nor followed, and those that the ledger knows.
// Pure.
import { linesOf } from '../shared/order/consignments';
import { hasOtherContent, isArchivedNoMore } from '../shared/order/listed';
import {
  FOUGHT_OVER,
  GONE,
  isCreatedBefore,
  isDigital,
  isSettled,
  parseDate,
  QUEUE_RETENTION_MS,
  Status,
  whyNotAdvanced,
  whyNotStored,
  whyOutside,
  whyVoid,
} from '../shared/order/order';
import type { OrderReference, Rules } from '../shared/order/order';
import type { ListedOrder } from '../shared/bigcommerce/client';
import type { LedgerRow } from '../shared/tables/ledger-updates';
import type { Bounds } from './poll-window';

const DAY_MS = 24 * 60 * 60 * 1000;

/** How long a 404, or the dead letter of an outage, is taken for the last word on a version. */
const BELIEVED_MS = DAY_MS;

/** An order as a list showed it, and the reference that would be queued. */
export interface Sighting {
  readonly order: ListedOrder;
  readonly reference: OrderReference;
}

/** Says why an order listed under this status is not new, or undefined. The worker has the last word on what is digital. */
export function whyNotNew(
  order: ListedOrder,
  statusId: number,
  bounds: Pick<Bounds, 'completedSince' | 'createdSince'>,
): string | undefined {
  const outside = whyOutside(order, bounds.createdSince);
  if (outside !== undefined || statusId !== Status.Completed) return outside;
  if (order.order_is_digital !== true && !isDigital(linesOf(order) ?? [])) return 'completed, not digital';
  const modified = parseDate(order.date_modified) ?? Infinity;
  return modified < bounds.completedSince ? 'completed before the lookback' : undefined;
}

/** Whether an order is new, whatever list it is in. */
export function isNew(order: ListedOrder, rules: Rules, bounds: Bounds): boolean {
  const statusId = Number(order.status_id);
  return rules.allowedStatusIds.includes(statusId) && whyNotNew(order, statusId, bounds) === undefined;
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
): string | undefined {
  if (row?.state !== undefined) {
    const changed = parseDate(order.date_modified) ?? Infinity;
    if (changed < bounds.followedSince) return 'no longer followed';
    // It was never stored: the bound counts as for an order without a row.
    return row.state === 'skipped' ? whyOutside(order, bounds.createdSince) : undefined;
  }
  if (isCreatedBefore(order, bounds.followedSince)) return 'no longer followed';
  // No ledger row, and already past its new status: staff moved it before this poll.
  return whyNotStored(order, bounds.createdSince, rules);
}

/** Whether a snapshot is marked as gone: a list that shows such an order contradicts that, however old the order is. */
export function isMarkedGone(row: LedgerRow | undefined): boolean {
  return row?.state === 'copied' && row.reason === GONE;
}

/** Says that the ledger knows an order in this very version, or undefined if it must be queued. */
export function whyKnown(
  row: LedgerRow | undefined,
  seen: Sighting,
  rules: Rules,
  now: number,
): string | undefined {
  const { dateModified, statusId } = seen.reference;
  const sameVersion = row?.date_modified === dateModified && row?.status_id === statusId;
  if (row?.state === undefined || !sameVersion) return undefined;
  return isKnown(row, seen, rules, now) ? `already ${row.state}` : undefined;
}

function isKnown(row: LedgerRow, seen: Sighting, rules: Rules, now: number): boolean {
  const settledAt = (look: string | undefined) => isSettled(row.date_modified, time(look));
  const isRecent = now - time(row.reached_at) < BELIEVED_MS;
  switch (row.state) {
    case 'queued':
      return settledAt(row.seen_at) && now - time(row.seen_at) < QUEUE_RETENTION_MS;
    case 'replicated':
      return isStored(row, seen);
    case 'skipped':
      return settledAt(row.read_at) && (row.reason === GONE ? isRecent : isSkippedNow(seen, rules));
    case 'copied':
      if (row.reason === GONE) return settledAt(row.read_at) && isRecent;
      if (row.reason === FOUGHT_OVER && now < time(row.left_alone_until)) return true;
      return isStored(row, seen) && !isArchivedNoMore(row, seen.order) && !mayBeAdvancedNow(row, seen, rules);
    case 'dead':
      // It may never have been read; what counts is that it was tried in this version.
      return row.dead_by === 'permanent' ? settledAt(row.tried_at) : isRecent;
    default:
      return false;
  }
}

/**
 * Whether what a list shows was stored. The store need not move the date with a change, so that a list with lines has the
 * last word. A row of our own advance rests on a read that is older than its date: there such a list has to agree.
 */
function isStored(row: LedgerRow, seen: Sighting): boolean {
  const showsChange = hasOtherContent(row, seen.order, seen.reference.listedDigest);
  if (isSettled(row.date_modified, time(row.read_at))) return showsChange !== true;
  return isSettled(row.date_modified, time(seen.reference.seenAt)) && showsChange === false;
}

/** By the rules and the order of now: neither may be what they were when it was skipped. */
function isSkippedNow({ order, reference }: Sighting, rules: Rules): boolean {
  return whyNotStored({ ...order, status_id: reference.statusId }, undefined, rules) !== undefined;
}

/** A copied order is queued again once the rules have changed in its favour, but for what its lines forbid. */
function mayBeAdvancedNow(row: LedgerRow, { order, reference }: Sighting, rules: Rules): boolean {
  const { status_id: statusId } = row;
  if (statusId === undefined || reference.advance === false) return false;
  if (whyVoid({ ...order, status_id: statusId }, rules) !== undefined) return false;
  const circumstances = {
    digital: row.digital === true,
    wasAdvanced: row.advanced_at !== undefined,
    isOld: isCreatedBefore(order, rules.ignoreOrdersCreatedBefore),
  };
  return whyNotAdvanced(statusId, circumstances, rules) === undefined;
}

function time(iso: string | undefined): number {
  return iso === undefined ? Number.NaN : Date.parse(iso);
}
