// Reads the reasons that version 0.1.0 and earlier stored as sentences. Reads of rows, audits and jobs accept both forms;
// writes always store a code.
import { countKey, isReason } from './reasons';
import type { DeadReason, Reason } from './reasons';
import { statusIdOf } from './status';
import { isRow } from '../runtime/json';
import type { Row } from '../runtime/json';

const SENTENCES: Readonly<Record<string, Reason>> = {
  'not found in the store': 'not-found',
  'copied without advancing': 'copy-only',
  'created before IgnoreOrdersCreatedBefore': 'created-before-limit',
  'put back again and again after it was advanced': 'put-back-repeatedly',
  'Completed, but not all of it is digital': 'completed-not-digital',
  'completed, not digital': 'completed-not-digital',
  'Completed after it was advanced': 'completed-after-advance',
  'completed before the lookback': 'completed-before-lookback',
  'no longer followed': 'follow-up-ended',
  'AdvanceOrders is off': 'advance-off',
  'already queued': 'already-queued',
  'already copied': 'already-copied',
  'already replicated': 'already-replicated',
  'already skipped': 'already-skipped',
  'already dead': 'already-dead',
  'without a usable id': 'unreadable',
  'the store fails on each list that holds it': 'unlistable',
  'a dead letter of more than 14 days ago, and not replicated since': 'dead-letter-expired',
  'not known to the ledger': 'not-in-ledger',
  'stored once, and missing from the Orders table': 'snapshot-missing',
  'queued more than 4 days ago, and not replicated since': 'reference-lost',
  'noted as not found in the store, which lists it': 'listed-but-not-found',
  'stored without all of its lists': 'snapshot-incomplete',
  'expired by OrderRetentionDays': 'retention-expired',
};

/** Sentences that named a status, or another reason. */
const PATTERNS: readonly (readonly [RegExp, Reason])[] = [
  [/^(.+) is void$/, 'void-status'],
  [/^(.+) is not in AllowedStatusIds$/, 'status-not-allowed'],
  [/^(.+) is not in AdvanceStatusIds$/, 'status-not-advanced'],
  [/^(.+) is its target status already$/, 'in-target-status'],
  [/^moved on to (.+) before it was taken$/, 'moved-before-copy'],
  [/^skipped \((.+)\), and to be stored now$/, 'skipped-but-due'],
];

interface CodedReason {
  readonly reason: Reason;
  readonly statusId?: number | undefined;
}

/** The code of a stored reason, in either form; undefined for what no version has stored. */
export function readReason(stored: unknown): Reason | undefined {
  return toCode(stored)?.reason;
}

/** The reason of a dead row. Earlier versions stored the error text as the reason, and `dead_by`: whether a retry could help. */
export function readDeadReason(stored: unknown, deadBy: unknown): DeadReason {
  if (stored === 'rejected' || stored === 'malformed-reference') return stored;
  return stored !== 'attempts-exhausted' && deadBy === 'permanent' ? 'rejected' : 'attempts-exhausted';
}

/** Counts by reason, in either form; what no version has counted is kept as it is. */
export function readCounts(stored: Readonly<Record<string, number>> = {}): Record<string, number> {
  const counts = new Map<string, number>();
  for (const [key, count] of Object.entries(stored)) {
    const found = toCode(key);
    const code = found === undefined ? key : countKey(found.reason, found.statusId);
    counts.set(code, (counts.get(code) ?? 0) + count);
  }
  return Object.fromEntries(counts);
}

/** A row with its excluded orders counted by code; earlier versions stored the counts as `left_out`, by sentence. */
export function readExcluded({ left_out: earlier, excluded = earlier, ...row }: Row): Row {
  return isRow(excluded) ? { ...row, excluded: readCounts(excluded as Record<string, number>) } : row;
}

function toCode(stored: unknown): CodedReason | undefined {
  if (typeof stored !== 'string') return undefined;
  if (isReason(stored)) return { reason: stored };
  const reason = Object.hasOwn(SENTENCES, stored) ? SENTENCES[stored] : undefined;
  if (reason !== undefined) return { reason };
  for (const [pattern, code] of PATTERNS) {
    const [, name] = pattern.exec(stored) ?? [];
    if (name !== undefined) return { reason: code, statusId: statusIdOf(name) };
  }
  return undefined;
}
