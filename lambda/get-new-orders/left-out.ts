// Which listed orders a poll need not queue: those that are neither new nor followed, and those that the ledger knows.
// Pure.
import { linesOf } from '../shared/consignments';
import { contentDigest } from '../shared/content';
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
} from '../shared/order';
import type { OrderReference, Rules } from '../shared/order';
import type { ListedOrder } from '../shared/bigcommerce';
import type { LedgerRow } from '../shared/ledger-row';
import type { Bounds } from './begin';

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

/** Says why an order that was changed is none of ours, or undefined. */
export function whyNotFollowed(
  order: ListedOrder,
  row: LedgerRow | undefined,
  rules: Rules,
  bounds: Bounds,
): string | undefined {
  if (isCreatedBefore(order, bounds.followedSince)) return 'no longer followed';
  // What nobody knows and is to be stored has left its new status since the last poll: somebody was quicker.
  return row?.state === undefined ? whyNotStored(order, bounds.createdSince, rules) : undefined;
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
  // A row of our own advance rests on a read that is older than its date: a list shows whether anything changed with it.
  const isStored = () =>
    settledAt(row.read_at) || (settledAt(seen.reference.seenAt) && showsWhatIsStored(seen.order, row));
  switch (row.state) {
    case 'queued':
      return settledAt(row.seen_at) && now - time(row.seen_at) < QUEUE_RETENTION_MS;
    case 'replicated':
      return isStored();
    case 'skipped':
      return settledAt(row.read_at) && (row.reason !== GONE || isRecent);
    case 'copied':
      if (row.reason === GONE) return settledAt(row.read_at) && isRecent;
      if (row.reason === FOUGHT_OVER && now < time(row.left_alone_until)) return true;
      return isStored() && (seen.reference.advance === false || !mayBeAdvancedNow(row, rules));
    case 'dead':
      // It may never have been read; what counts is that it was tried in this version.
      return row.dead_by === 'permanent' ? settledAt(row.tried_at) : isRecent;
    default:
      return false;
  }
}

function showsWhatIsStored(order: ListedOrder, { content_digest: stored }: LedgerRow): boolean {
  return stored !== undefined && contentDigest(order) === stored;
}

/** A copied order is queued again once the rules have changed in its favour, but for what its lines forbid. */
function mayBeAdvancedNow(row: LedgerRow, rules: Rules): boolean {
  // An order from before IgnoreOrdersCreatedBefore has a reference that says so.
  const circumstances = {
    digital: row.digital === true,
    wasAdvanced: row.advanced_at !== undefined,
    isOld: false,
  };
  return row.status_id !== undefined && whyNotAdvanced(row.status_id, circumstances, rules) === undefined;
}

function time(iso: string | undefined): number {
  return iso === undefined ? Number.NaN : Date.parse(iso);
}
