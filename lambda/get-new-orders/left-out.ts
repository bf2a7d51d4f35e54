// Which listed orders a poll need not queue: those that are not new, and those that the ledger knows. Pure.
import { GONE, isSettled, parseDate, Status, whyNotAdvanced } from '../shared/order';
import type { OrderReference, Rules } from '../shared/order';
import type { ListedOrder } from '../shared/bigcommerce';
import type { LedgerRow } from '../shared/ledger-row';

const DAY_MS = 24 * 60 * 60 * 1000;

/** As long as the Orders queue keeps a message: longer than that, no reference can still be on its way. */
const QUEUE_RETENTION_MS = 4 * DAY_MS;

/** How long a 404, or the dead letter of an outage, is taken for the last word on a version. */
const BELIEVED_MS = DAY_MS;

/** The bounds of what counts as new, in epoch milliseconds. */
export interface Bounds {
  readonly completedSince: number;
  readonly createdSince: number | undefined;
}

/** Says why an order listed under this status is not new, or undefined. A list without lines goes by its own flag. */
export function whyNotNew(order: ListedOrder, statusId: number, bounds: Bounds): string | undefined {
  if (order.is_deleted === true) return 'archived';
  const created = parseDate(order.date_created) ?? Infinity;
  if (created < (bounds.createdSince ?? -Infinity)) return 'created before IgnoreOrdersCreatedBefore';
  if (statusId !== Status.Completed) return undefined;
  if (order.order_is_digital !== true) return 'completed, not digital';
  const modified = parseDate(order.date_modified) ?? Infinity;
  return modified < bounds.completedSince ? 'completed before the lookback' : undefined;
}

/** Says that the ledger knows an order in this very version, or undefined if it must be queued. */
export function whyKnown(
  row: LedgerRow | undefined,
  reference: OrderReference,
  rules: Rules,
  now: number,
): string | undefined {
  const sameVersion = row?.date_modified === reference.dateModified && row?.status_id === reference.statusId;
  if (row?.state === undefined || !sameVersion) return undefined;
  return isKnown(row, rules, now) ? `already ${row.state}` : undefined;
}

function isKnown(row: LedgerRow, rules: Rules, now: number): boolean {
  const settledAt = (look: string | undefined) => isSettled(row.date_modified, time(look));
  const isRecent = now - time(row.reached_at) < BELIEVED_MS;
  switch (row.state) {
    case 'queued':
      return settledAt(row.seen_at) && now - time(row.seen_at) < QUEUE_RETENTION_MS;
    case 'replicated':
      return settledAt(row.read_at);
    case 'skipped':
    case 'copied':
      if (row.reason === GONE) return settledAt(row.read_at) && isRecent;
      return settledAt(row.read_at) && !(row.state === 'copied' && mayBeAdvancedNow(row, rules));
    case 'dead':
      // It may never have been read; what counts is that it was tried in this version.
      return row.dead_by === 'permanent' ? settledAt(row.tried_at) : isRecent;
    default:
      return false;
  }
}

/** A copied order is queued again once the rules have changed in its favour, but for what its lines forbid. */
function mayBeAdvancedNow(row: LedgerRow, rules: Rules): boolean {
  const circumstances = { digital: row.digital === true, wasAdvanced: row.advanced_at !== undefined };
  return row.status_id !== undefined && whyNotAdvanced(row.status_id, circumstances, rules) === undefined;
}

function time(iso: string | undefined): number {
  return iso === undefined ? Number.NaN : Date.parse(iso);
}
