// A backfill in words: its progress, its account, its plan.
import {
  account,
  afterwards,
  createPace,
  duration,
  plan,
  progress,
  still,
} from '../../../../scripts/commands/backfill/report';
import {
  ended,
  leftOut,
  nothing,
  ordersIn,
  sum,
  type Tally,
} from '../../../../scripts/commands/backfill/tally';

const aTally = (overrides: Partial<Tally> = {}): Tally => ({ ...nothing, ...overrides });

it('says how many of how many, how fast, how long yet, and what did not go well', () => {
  const tally = aTally({ copied: 1_181, dead: 3, left_out: { 'Cancelled is void': 15, archived: 5 } });
  expect(progress(tally, 10_000, 4.3)).toBe(
    '1,204 of 10,000 (12 %), 4.3 a second, 34 min left; 3 dead, 20 left out',
  );
});

it('says nothing of a pace that is not known', () => {
  expect(progress(nothing, 10, undefined)).toBe('0 of 10 (0 %); 0 dead, 0 left out');
});

it('never passes a hundred percent, however the store counts', () => {
  expect(progress(aTally({ copied: 12 }), 10, undefined)).toBe('12 of 12 (100 %); 0 dead, 0 left out');
  expect(progress(nothing, 0, undefined)).toBe('0 of 0 (100 %); 0 dead, 0 left out');
});

it('takes the pace of the last minute', () => {
  let now = 0;
  const pace = createPace(() => now);
  expect(pace(0)).toBeUndefined();
  now = 1_000;
  expect(pace(5_000)).toBe(5_000);
  now = 62_000;
  expect(pace(5_000)).toBeUndefined();
  now = 72_000;
  expect(pace(5_020)).toBe(2);
});

it.each([
  [900, '1 s'],
  [119_000, '119 s'],
  [120_000, '2 min'],
  [119 * 60_000, '119 min'],
  [3 * 3_600_000, '3 h'],
  [50 * 3_600_000, '2 d 2 h'],
])('calls %d ms %s', (ms, words) => {
  expect(duration(ms)).toBe(words);
});

it('accounts for every kind that there was', () => {
  const tally = sum([
    ...[ended({ order_id: 1, state: 'copied' }), ended({ order_id: 2, state: 'replicated' })],
    ended({ order_id: 3, state: 'skipped', reason: 'Cancelled is void' }),
    ended({ order_id: 4, state: 'dead', reason: 'GET answered 400.\u001b[31m' }),
    ...[leftOut('already copied', 7), leftOut('already copied'), aTally({ not_found: [8, 9] })],
  ]);
  expect(ordersIn(tally)).toBe(14);
  expect(account(tally)).toEqual([
    'Orders       14',
    'Copied       1',
    'Replicated   1, moved on in the store',
    'Skipped      1 Cancelled is void',
    'Left out     8 already copied',
    'Dead         1',
    '  order 4: GET answered 400.\\u{1b}[31m',
    'Not found    orders 8, 9 are not in the store',
  ]);
});

it('names fifty dead orders, and counts the others', () => {
  const dead = Array.from({ length: 60 }, (_, id) =>
    ended({ order_id: id + 1, state: 'dead', reason: 'so' }),
  );
  const tally = sum([sum(dead), ended({ order_id: 99, state: 'dead', reason: 'late' })]);
  expect(account(tally).slice(-2)).toEqual(['  order 50: so', '  and 11 more']);
});

it('says that there was nothing to copy', () => {
  expect(account(nothing)).toEqual(['The store lists no such order: there is nothing to copy.']);
});

const rehearsal = { queued: 1_500, tally: leftOut('already copied', 3), calls: 6 };
const costs = { callsPerOrder: 3, reservePercent: 10, allowed: { calls: 150, windowMs: 30_000 } };

it('says what would be queued, and what it costs by the quota', () => {
  expect(plan(rehearsal, costs)).toEqual([
    'To be queued 1,500',
    'Left out     3 already copied',
    'Calls        some 4,506 of BigCommerce: 3 for each order, 6 to find them',
    'Time         17 min at the least, by a quota of 150 calls in 30 s, 10 % of which are left to other apps',
    'A dry run: nothing was queued or written.',
  ]);
});

it('promises no time where the store tells of no quota', () => {
  expect(plan(rehearsal, { ...costs, allowed: undefined }).join('\n')).not.toContain('Time');
});

it('says why nothing ends', () => {
  expect(still(undefined, 'S')).toContain('The worker may be paused, or busy');
  expect(still('BigCommerceError: 503\n', 'S')).toContain(
    "The worker's last error: BigCommerceError: 503\\n.",
  );
});

it.each([
  [nothing, 'npm run audit -- --from 2025-01-01 S says'],
  [aTally({ dead: 1 }), 'npm run dead-letters -- list S shows'],
])('says what to do next', (tally, words) => {
  const [first] = afterwards(tally, { created_since: '2025-01-01T00:00:00.000Z', advance: false }, 'S');
  expect(first).toMatch(new RegExp(`^${words}`));
});

it('recommends no audit after a backfill of single orders, whose days it does not know', () => {
  expect(afterwards(nothing, { order_ids: [100], advance: false }, 'S')).toEqual([]);
});

it('says how far it is without a total, where the store did not count its orders', () => {
  expect(progress(aTally({ copied: 1_204, dead: 3 }), undefined, 4.3)).toBe(
    '1,207, 4.3 a second; 3 dead, 0 left out',
  );
  expect(progress(nothing, undefined, undefined)).toBe('0; 0 dead, 0 left out');
});

it('K1L: names the orders that no list can show, even where there is nothing else to name', () => {
  expect(account({ ...nothing, unreadable_ids: [7, 9] }).at(-1)).toBe(
    'Not listed   BigCommerce fails on each list that holds orders 7, 9; queued alone',
  );
});
