// The sentences that version 0.1.0 and earlier stored are read as codes.
import { readCounts, readDeadReason, readReason } from '../../../../lambda/shared/order/earlier-reasons';
import type { Reason } from '../../../../lambda/shared/order/reasons';

/** Every sentence that version 0.1.0 stored or counted. */
const earlier: readonly (readonly [sentence: string, code: Reason, key?: string])[] = [
  ['not found in the store', 'not-found'],
  ['copied without advancing', 'copy-only'],
  ['archived', 'archived'],
  ['created before IgnoreOrdersCreatedBefore', 'created-before-limit'],
  ['put back again and again after it was advanced', 'put-back-repeatedly'],
  ['Completed, but not all of it is digital', 'completed-not-digital'],
  ['completed, not digital', 'completed-not-digital'],
  ['Completed after it was advanced', 'completed-after-advance'],
  ['completed before the lookback', 'completed-before-lookback'],
  ['no longer followed', 'follow-up-ended'],
  ['AdvanceOrders is off', 'advance-off'],
  ['already queued', 'already-queued'],
  ['already copied', 'already-copied'],
  ['already replicated', 'already-replicated'],
  ['already skipped', 'already-skipped'],
  ['already dead', 'already-dead'],
  ['without a usable id', 'unreadable'],
  ['the store fails on each list that holds it', 'unlistable'],
  ['a dead letter of more than 14 days ago, and not replicated since', 'dead-letter-expired'],
  ['not known to the ledger', 'not-in-ledger'],
  ['stored once, and missing from the Orders table', 'snapshot-missing'],
  ['queued more than 4 days ago, and not replicated since', 'reference-lost'],
  ['noted as not found in the store, which lists it', 'listed-but-not-found'],
  ['stored without all of its lists', 'snapshot-incomplete'],
  ['expired by OrderRetentionDays', 'retention-expired'],
  ['Cancelled is void', 'void-status', 'void-status:5'],
  ['Manual Verification Required is void', 'void-status', 'void-status:12'],
  ['Awaiting Payment is not in AllowedStatusIds', 'status-not-allowed', 'status-not-allowed:7'],
  ['Partially Shipped is not in AdvanceStatusIds', 'status-not-advanced', 'status-not-advanced:3'],
  ['Awaiting Shipment is its target status already', 'in-target-status', 'in-target-status:9'],
  ['moved on to Shipped before it was taken', 'moved-before-copy', 'moved-before-copy:2'],
  ['moved on to status 99 before it was taken', 'moved-before-copy', 'moved-before-copy:99'],
  ['skipped (Cancelled is void), and to be stored now', 'skipped-but-due'],
  ['skipped (no reason was noted), and to be stored now', 'skipped-but-due'],
];

it.each(earlier.map(([sentence, code, key = code]) => [sentence, code, key] as const))(
  'the stored sentence "%s" is read as %s',
  (sentence, code, key) => {
    expect(readReason(sentence)).toBe(code);
    expect(readCounts({ [sentence]: 3 })).toEqual({ [key]: 3 });
  },
);

it.each([undefined, 5, '', 'toString', 'GET answered 400.'])('%p is no reason', (stored) => {
  expect(readReason(stored)).toBeUndefined();
});

it('counts in both forms are added up, and a key in no known form is kept', () => {
  const counts = { 'Cancelled is void': 2, 'void-status:5': 3, 'completed, not digital': 1, later: 4 };
  expect(readCounts(counts)).toEqual({ 'void-status:5': 5, 'completed-not-digital': 1, later: 4 });
  expect(readCounts(undefined)).toEqual({});
});

it.each([
  ['rejected', undefined, 'rejected'],
  ['attempts-exhausted', undefined, 'attempts-exhausted'],
  ['malformed-reference', undefined, 'malformed-reference'],
  // A row that an earlier version wrote, and this one wrote again before it removed `dead_by`.
  ['attempts-exhausted', 'permanent', 'attempts-exhausted'],
  ['BigCommerceError: PUT answered 400.', 'permanent', 'rejected'],
  ['BigCommerceError: GET answered 503.', 'exhausted', 'attempts-exhausted'],
  [undefined, undefined, 'attempts-exhausted'],
])('a dead row with the reason %p and dead_by %p is %s', (reason, deadBy, code) => {
  expect(readDeadReason(reason, deadBy)).toBe(code);
});
