// Classifies one listed order: copied, queued, dead, excluded with a reason, or a gap. An order that no record accounts for is
// a gap. Pure.
import { DAY_MS, parseDate } from '../shared/runtime/time';
import type { Reason } from '../shared/order/reasons';
import { QUEUE_RETENTION_MS } from '../shared/order/reference';
import type { OrderReference } from '../shared/order/reference';
import { SETTLE_MS } from '../shared/order/version';
import { whyNotStored } from '../shared/order/rules';
import type { Rules } from '../shared/order/rules';
import type { LedgerRow } from '../shared/order/ledger-row';
import { contentDigest } from '../shared/order/content';
import { hasOtherContent, isArchivedNoMore, isTooOld } from '../shared/order/listed';
import type { ListedOrder } from '../shared/order/order';

/** How long a list may still show an order that a GET answered with 404: less than until the audit of the next night. */
const GONE_BELIEVED_MS = DAY_MS / 2;

/** As long as the dead letter queue keeps a message. */
const DEAD_LETTER_RETENTION_MS = 14 * DAY_MS;

/** A listed order and its records in the tables. The row was read before the snapshot. */
export interface AuditedOrder {
  readonly order: ListedOrder;
  readonly row: LedgerRow | undefined;
  readonly isStored: boolean;
  /** Whether the snapshot lacks a list. Such an order also has a dead letter. */
  readonly isIncomplete: boolean;
  /** Whether the snapshot shows another version than the row, as after a restore of a table. */
  readonly isStale: boolean;
}

/** Times are epoch milliseconds. */
export interface AuditContext {
  readonly rules: Rules;
  readonly createdSince: number | undefined;
  /** Polls exclude orders that were completed before this time. */
  readonly completedSince: number;
  /** The start of the last finished poll. */
  readonly lastPoll: number | undefined;
  readonly now: number;
}

/** The class of an order, and its reference if it must be queued. */
export interface Finding {
  readonly kind: 'copied' | 'queued' | 'dead' | 'excluded' | 'gap';
  /** For `queued`, the reason of the gap if it cannot be queued now. */
  readonly reason?: Reason;
  /** For `excluded` by its status. */
  readonly statusId?: number | undefined;
  /** For `dead`: the text of the error. */
  readonly error?: string | undefined;
  /** The reference's fields in addition to its version; absent if no reference is needed. */
  readonly send?: Pick<OrderReference, 'advance' | 'wasStored' | 'listedDigest'>;
}

/** Classifies an order. If it must be queued but is too old for polls, its reference says not to advance it. */
export function classify(found: AuditedOrder, context: AuditContext): Finding {
  const finding = classifyByState(found, context);
  if (finding.send === undefined) return finding;
  const listedDigest = contentDigest(found.order);
  const send = {
    ...finding.send,
    ...(isTooOld(found.order, context) ? { advance: false } : {}),
    ...(listedDigest === undefined ? {} : { listedDigest }),
  };
  return { ...finding, send };
}

function classifyByState(found: AuditedOrder, context: AuditContext): Finding {
  const { row } = found;
  switch (row?.state) {
    case 'queued':
      if (isWithin(QUEUE_RETENTION_MS, row.seen_at, context)) return { kind: 'queued' };
      return { kind: 'gap', reason: 'reference-lost', send: wasStored(found, row, context) };
    case 'dead':
      return accountForDead(found, row, context);
    case 'copied':
    case 'replicated':
      return accountForStored(found, row, context);
    case 'skipped':
    case undefined:
      return accountForUnstored(found, context);
  }
}

/** An expired dead letter does not account for an order that is not stored whole. */
function accountForDead(found: AuditedOrder, row: LedgerRow, context: AuditContext): Finding {
  const isKept = isWithin(DEAD_LETTER_RETENTION_MS, row.reached_at, context);
  if ((found.isStored && !found.isIncomplete) || isKept)
    return { kind: 'dead', reason: row.reason ?? 'attempts-exhausted', error: row.last_error };
  return { kind: 'gap', reason: 'dead-letter-expired', send: wasStored(found, row, context) };
}

function accountForStored(found: AuditedOrder, row: LedgerRow, context: AuditContext): Finding {
  if (!found.isStored) {
    if (hasExpired(row, context)) return { kind: 'excluded', reason: 'retention-expired' };
    return { kind: 'gap', reason: 'snapshot-missing', send: { wasStored: true } };
  }
  // The write that should have recorded its dead letter failed.
  if (found.isIncomplete) return { kind: 'gap', reason: 'snapshot-incomplete', send: {} };
  if (row.reason === 'not-found' && !isWithin(GONE_BELIEVED_MS, row.reached_at, context)) {
    return { kind: 'gap', reason: 'listed-but-not-found', send: {} };
  }
  if (!hasChanged(found.order, row) && !found.isStale) return { kind: 'copied' };
  return { kind: 'copied', send: {} };
}

function accountForUnstored({ order, row, isStored }: AuditedOrder, context: AuditContext): Finding {
  const notToBeStored = whyNotStored(order, context.createdSince, context.rules);
  if (notToBeStored !== undefined && !isStored)
    return { kind: 'excluded', reason: notToBeStored, statusId: order.statusId };
  if (row?.reason === 'not-found' && isWithin(GONE_BELIEVED_MS, row.reached_at, context)) {
    return { kind: 'excluded', reason: 'not-found' };
  }
  // The ledger does not know this snapshot, so it is updated. It is not advanced if the rules would not store it today.
  const send = notToBeStored === undefined ? {} : { advance: false };
  const kind = isNewToPolls(order, context) ? 'queued' : 'gap';
  return { kind, reason: whyUnstored(row), send };
}

function whyUnstored(row: LedgerRow | undefined): Reason {
  if (row?.state === undefined) return 'not-in-ledger';
  return row.reason === 'not-found' ? 'listed-but-not-found' : 'skipped-but-due';
}

/** Whether the order changed after the start of the last poll, so that the next one finds it. The store's clock may be slow. */
function isNewToPolls(order: ListedOrder, { lastPoll = Infinity }: AuditContext): boolean {
  return (order.modifiedAt ?? -Infinity) + SETTLE_MS >= lastPoll;
}

/** An older list shows no change. A list with the same date shows one by its status, content or archive mark. */
function hasChanged(order: ListedOrder, row: LedgerRow): boolean {
  const [listedAt, knownAt] = [order.modifiedAt, parseDate(row.modified_at)];
  if (listedAt === undefined || knownAt === undefined) return false;
  if (listedAt !== knownAt) return listedAt > knownAt;
  return (
    order.statusId !== row.status_id ||
    isArchivedNoMore(row, order) ||
    hasOtherContent(row, order, contentDigest(order)) === true
  );
}

/** Only the row of an order that was stored has `status_before`. */
function wasStored({ isStored }: AuditedOrder, row: LedgerRow, context: AuditContext) {
  const isMissing = !isStored && row.status_before !== undefined && !hasExpired(row, context);
  return isMissing ? { wasStored: true } : {};
}

function hasExpired({ kept_until }: LedgerRow, { now }: AuditContext): boolean {
  return kept_until !== undefined && Date.parse(kept_until) <= now;
}

function isWithin(ms: number, time: string | undefined, { now }: AuditContext): boolean {
  return time !== undefined && now - Date.parse(time) < ms;
}
