// What one listed order comes to: copied, queued, dead, excluded with a reason, or a gap. What nothing accounts for is a
// gap. Pure.
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

/** How long a list may go on showing an order that a GET answered with 404: not until the audit of the next night. */
const GONE_BELIEVED_MS = DAY_MS / 2;

/** As long as the dead letter queue keeps a message. */
const DEAD_LETTER_RETENTION_MS = 14 * DAY_MS;

/** A listed order, and what the tables have of it; the row was read before the snapshot was looked for. */
export interface AuditedOrder {
  readonly order: ListedOrder;
  readonly row: LedgerRow | undefined;
  readonly isStored: boolean;
  /** Whether the snapshot lacks a list that could not be had: beside it stands a dead letter. */
  readonly isIncomplete: boolean;
  /** Whether the snapshot shows another version than the row: a table that was restored has such. */
  readonly isStale: boolean;
}

/** Times are epoch milliseconds. */
export interface AuditContext {
  readonly rules: Rules;
  readonly createdSince: number | undefined;
  /** From when on polls take Completed orders. */
  readonly completedSince: number;
  /** When the last poll that finished began. */
  readonly lastPoll: number | undefined;
  readonly now: number;
}

export interface Finding {
  readonly kind: 'copied' | 'queued' | 'dead' | 'excluded' | 'gap';
  /** Of `queued`, why it is a gap if it cannot be queued now. */
  readonly reason?: Reason;
  /** Of `excluded` by its status. */
  readonly statusId?: number | undefined;
  /** Of `dead`: the text of the error. */
  readonly error?: string | undefined;
  /** What its reference is to say beside its version, if one is to be queued. */
  readonly send?: Pick<OrderReference, 'advance' | 'wasStored' | 'listedDigest'>;
}

/** What an order comes to. Where one is sent for that no poll would take for its age, its status is left alone. */
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

/** A dead letter that has expired, of an order that is not stored whole, accounts for nothing. */
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
  // Its dead letter could not be noted.
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
  // A snapshot of which the ledger knows nothing is brought up to date; the rules say nothing of its status.
  const send = notToBeStored === undefined ? {} : { advance: false };
  const kind = isNewToPolls(order, context) ? 'queued' : 'gap';
  return { kind, reason: whyUnstored(row), send };
}

function whyUnstored(row: LedgerRow | undefined): Reason {
  if (row?.state === undefined) return 'not-in-ledger';
  return row.reason === 'not-found' ? 'listed-but-not-found' : 'skipped-but-due';
}

/** Since the last poll began, so that the next one finds it: the store's clock may be behind ours a little. */
function isNewToPolls(order: ListedOrder, { lastPoll = Infinity }: AuditContext): boolean {
  return (order.modifiedAt ?? -Infinity) + SETTLE_MS >= lastPoll;
}

/** A list that is older than the row shows no change. One of the same date does by its status, content or archive mark. */
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

/** Only of what was stored does a row have the status before. */
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
