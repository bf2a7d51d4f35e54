// Whether the ledger knows a listed order in this very version, so that no reference is needed. Pure.
import { DAY_MS } from '../runtime/time';
import type { Reason } from '../order/reasons';
import { whyVoid, whyNotStored, isCreatedBefore, whyNotAdvanced } from '../order/rules';
import type { Rules } from '../order/rules';
import { QUEUE_RETENTION_MS } from '../order/reference';
import type { OrderReference } from '../order/reference';
import { isSettled } from '../order/version';
import type { LedgerRow } from '../order/ledger-row';
import { hasOtherContent, isArchivedNoMore } from '../order/listed';
import type { ListedOrder } from '../order/order';

/** How long a 404, or the dead letter of an outage, is taken for the last word on a version. */
const BELIEVED_MS = DAY_MS;

/** An order as a list showed it, and the reference that would be queued. */
export interface Sighting {
  readonly order: ListedOrder;
  readonly reference: OrderReference;
}

/** Says that the ledger knows an order in this very version, or undefined if it must be queued. */
export function whyKnown(
  row: LedgerRow | undefined,
  seen: Sighting,
  rules: Rules,
  now: number,
): Reason | undefined {
  const { dateModified, statusId } = seen.reference;
  const sameVersion = row?.date_modified === dateModified && row?.status_id === statusId;
  if (row?.state === undefined || !sameVersion) return undefined;
  return isKnown(row, seen, rules, now) ? `already-${row.state}` : undefined;
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
      return settledAt(row.read_at) && (row.reason === 'not-found' ? isRecent : isSkippedNow(seen, rules));
    case 'copied':
      if (row.reason === 'not-found') return settledAt(row.read_at) && isRecent;
      if (row.reason === 'put-back-repeatedly' && now < time(row.left_alone_until)) return true;
      return isStored(row, seen) && !isArchivedNoMore(row, seen.order) && !mayBeAdvancedNow(row, seen, rules);
    case 'dead':
      // It may never have been read; what counts is that it was tried in this version.
      return row.reason === 'rejected' ? settledAt(row.tried_at) : isRecent;
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
  return whyNotStored({ ...order, statusId: reference.statusId }, undefined, rules) !== undefined;
}

/** A copied order is queued again once the rules have changed in its favour, but for what its lines forbid. */
function mayBeAdvancedNow(row: LedgerRow, { order, reference }: Sighting, rules: Rules): boolean {
  const { status_id: statusId } = row;
  if (statusId === undefined || reference.advance === false) return false;
  if (whyVoid({ ...order, statusId }, rules) !== undefined) return false;
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
