// What a poll leaves out because the ledger knows it in this very version: the protocol's list, line by line.
import { whyKnown } from '../lambda/get-new-orders/left-out';
import type { LedgerRow } from '../lambda/shared/ledger-row';
import { aReference, aRuleSet, iso, NOON, storeDate } from './fakes/builders';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const modified = NOON - HOUR;
const settled = iso(modified + 10_000);
const unsettled = iso(modified + 9_999);

const known = (row: Partial<LedgerRow>, { now = NOON, rules = {}, reference = {} } = {}) => {
  const version = { date_modified: storeDate(modified), status_id: 11, reached_at: iso(NOON) };
  return (
    whyKnown({ order_id: 100, ...version, ...row }, aReference(reference), aRuleSet(rules), now) !== undefined
  );
};

it.each<[string, Partial<LedgerRow>, object, boolean]>([
  ['queued, seen settled', { state: 'queued', seen_at: settled }, {}, true],
  ['queued, seen unsettled', { state: 'queued', seen_at: unsettled }, {}, false],
  ['queued 4 days ago', { state: 'queued', seen_at: iso(NOON) }, { now: NOON + 4 * DAY }, false],
  [
    'queued just under 4 days ago',
    { state: 'queued', seen_at: iso(NOON) },
    { now: NOON + 4 * DAY - 1 },
    true,
  ],
  ['replicated, settled', { state: 'replicated', read_at: settled }, {}, true],
  ['replicated, unsettled', { state: 'replicated', read_at: unsettled }, {}, false],
  [
    'skipped, settled',
    { state: 'skipped', read_at: settled, reason: 'Cancelled is void' },
    { now: NOON + 30 * DAY },
    true,
  ],
  ['skipped, unsettled', { state: 'skipped', read_at: unsettled }, {}, false],
  [
    'skipped for 404 today',
    { state: 'skipped', read_at: settled, reason: 'not found in the store' },
    { now: NOON + DAY - 1 },
    true,
  ],
  [
    'skipped for 404 a day ago',
    { state: 'skipped', read_at: settled, reason: 'not found in the store' },
    { now: NOON + DAY },
    false,
  ],
  [
    'copied, advanced if it were read again',
    { state: 'copied', read_at: settled, digital: false },
    {},
    false,
  ],
  [
    'copied while AdvanceOrders is off',
    { state: 'copied', read_at: settled, digital: false },
    { rules: { advanceOrders: false } },
    true,
  ],
  [
    'copied, not in AdvanceStatusIds',
    { state: 'copied', read_at: settled, digital: false },
    { rules: { advanceStatusIds: [10] } },
    true,
  ],
  [
    'copied, in its target status',
    { state: 'copied', read_at: settled, digital: false },
    { rules: { newPhysicalOrderStatusId: 11 } },
    true,
  ],
  [
    'copied and gone today',
    { state: 'copied', read_at: settled, reason: 'not found in the store' },
    {},
    true,
  ],
  [
    'copied and gone a day ago',
    { state: 'copied', read_at: settled, reason: 'not found in the store' },
    { now: NOON + DAY },
    false,
  ],
  [
    'copied, unsettled',
    { state: 'copied', read_at: unsettled, digital: false },
    { rules: { advanceOrders: false } },
    false,
  ],
  [
    'dead for good, tried settled',
    { state: 'dead', dead_by: 'permanent', tried_at: settled },
    { now: NOON + 30 * DAY },
    true,
  ],
  ['dead for good, tried unsettled', { state: 'dead', dead_by: 'permanent', tried_at: unsettled }, {}, false],
  ['dead by exhaustion today', { state: 'dead', dead_by: 'exhausted' }, { now: NOON + DAY - 1 }, true],
  ['dead by exhaustion a day ago', { state: 'dead', dead_by: 'exhausted' }, { now: NOON + DAY }, false],
  ['only leased', { lease_owner: 'a' }, {}, false],
  [
    'another date',
    { state: 'queued', seen_at: settled },
    { reference: { dateModified: storeDate(NOON) } },
    false,
  ],
  ['another status', { state: 'queued', seen_at: settled }, { reference: { statusId: 7 } }, false],
])('%s', (_, row, circumstances, isKnown) => {
  expect(known(row, circumstances)).toBe(isKnown);
});

it.each([
  ['found digital', true, false],
  ['not found digital', false, true],
])('a Completed order, copied, whose lines were %s', (_, digital, isKnown) => {
  const row = { state: 'copied', status_id: 10, read_at: settled, digital } as const;
  expect(known(row, { reference: { statusId: 10 } })).toBe(isKnown);
});

it('a Completed digital order that was advanced before is not to be advanced again', () => {
  const row = {
    state: 'copied',
    status_id: 10,
    read_at: settled,
    digital: true,
    advanced_at: iso(NOON),
  } as const;
  expect(known(row, { reference: { statusId: 10 } })).toBe(true);
});

it('nothing is known of an order without a row', () => {
  expect(whyKnown(undefined, aReference(), aRuleSet(), NOON)).toBeUndefined();
});
