// Why an order is not stored, not advanced, not queued, missing or dead. Codes are stored, compared and counted; a sentence is
// made of one only where a person reads it. A code changes only with an upgrade note: docs/data-model.md lists them all.
import { statusName } from './status';

/** Each code, and what a person reads. */
const TEXTS = {
  'advance-off': 'AdvanceOrders is off',
  'already-queued': 'already queued',
  'already-copied': 'already copied',
  'already-replicated': 'already replicated',
  'already-skipped': 'already skipped',
  'already-dead': 'already a dead letter',
  archived: 'archived',
  'attempts-exhausted': 'failed at its last receive',
  'completed-after-advance': 'Completed after it was advanced',
  'completed-before-lookback': 'Completed before the lookback (CompletedOrdersLookbackDays)',
  'completed-not-digital': 'Completed, but not all of it is digital',
  'copy-only': 'copied without advancing',
  'created-before-limit': 'created before IgnoreOrdersCreatedBefore',
  'dead-letter-expired': 'a dead letter of more than 14 days ago, and not replicated since',
  'follow-up-ended': 'changed or created too long ago to be followed (FollowUpDays)',
  'in-target-status': 'already in its target status',
  'listed-but-not-found': 'recorded as not found in the store, which lists it',
  'malformed-reference': 'not an order reference',
  'moved-before-copy': 'in a later status before it was first read',
  'not-found': 'not found in the store',
  'not-in-ledger': 'not in the ledger',
  'put-back-repeatedly': 'reset by others each time after it was advanced',
  'reference-lost': 'queued more than 4 days ago, and not replicated since',
  rejected: 'refused permanently',
  'retention-expired': 'expired by OrderRetentionDays',
  'skipped-but-due': 'skipped once, and due by the rules of today',
  'snapshot-incomplete': 'stored without all of its lists',
  'snapshot-missing': 'stored once, and missing from the Orders table',
  'status-not-advanced': 'status not in AdvanceStatusIds',
  'status-not-allowed': 'status not in AllowedStatusIds',
  unlistable: 'BigCommerce fails on each list that holds it',
  unreadable: 'without a usable id',
  'void-status': 'void status',
} as const;

export type Reason = keyof typeof TEXTS;

export const REASONS = Object.keys(TEXTS) as readonly Reason[];

/** Why a reference is a dead letter. */
export type DeadReason = Extract<Reason, 'malformed-reference' | 'rejected' | 'attempts-exhausted'>;

/** Why a webhook is refused with 401 (all except the last four), or is unusable. Logged, never stored. */
export type WebhookReason =
  | 'no-signature'
  | 'incomplete-headers'
  | 'no-client-secret'
  | 'wrong-signature'
  | 'too-old'
  | 'in-the-future'
  | 'body-too-large'
  | 'not-json'
  | 'other-store'
  | 'no-scope'
  | 'no-order-id';

/** Reasons that say less without the status. */
const BY_STATUS: ReadonlySet<Reason> = new Set([
  'in-target-status',
  'moved-before-copy',
  'status-not-advanced',
  'status-not-allowed',
  'void-status',
]);

/** Whether a value is one of the codes. */
export function isReason(value: unknown): value is Reason {
  return typeof value === 'string' && Object.hasOwn(TEXTS, value);
}

/** For people: `void status (Cancelled)`. */
export function reasonText(reason: Reason, statusId?: number): string {
  const needsStatus = statusId !== undefined && BY_STATUS.has(reason);
  return needsStatus ? `${TEXTS[reason]} (${statusName(statusId)})` : TEXTS[reason];
}

/** For people: why an order or a reference is dead, with the text of the error where it is known. */
export function deathText(reason: Reason, error?: string): string {
  return error === undefined || error === '' ? TEXTS[reason] : `${TEXTS[reason]}: ${error}`;
}

/** The key under which orders are counted: the code, and the status id where a report tells statuses apart: `void-status:5`. */
export function countKey(reason: Reason, statusId?: number): string {
  return statusId !== undefined && BY_STATUS.has(reason) ? `${reason}:${statusId}` : reason;
}

/** What a person reads of such a key; a key of no known form is returned as it is. */
export function countText(key: string): string {
  const [reason, statusId] = key.split(':');
  if (!isReason(reason)) return key;
  return reasonText(reason, statusId === undefined ? undefined : Number(statusId));
}
