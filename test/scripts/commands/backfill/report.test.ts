// A backfill in words: its progress, its account, its plan.
import { createPace, duration, progress, stalled } from '../../../../scripts/commands/backfill/progress';
import {
  accountLines,
  dryRunReport,
  finalReport,
  nextSteps,
} from '../../../../scripts/commands/backfill/report';
import { ended, excluded, nothing, ordersIn, sum } from '../../../../scripts/commands/backfill/tally';
import type { BackfillTally } from '../../../../scripts/commands/backfill/tally';

const copies = { advance: false };
const recommend = (command: string) => `npx order-replication ${command} --stage dev`;

const aTally = (overrides: Partial<BackfillTally> = {}): BackfillTally => ({ ...nothing, ...overrides });

it('the progress has the finished orders, the pace, the remaining time and the failures', () => {
  const tally = aTally({ copied: 1_181, dead: 3, excluded: { 'void-status:5': 15, archived: 5 } });
  expect(progress(tally, 10_000, 4.3)).toBe(
    '1,204 of 10,000 (12 %), 4.3 a second, 34 min left; 3 dead, 20 excluded',
  );
});

it('the progress has no pace while none is known', () => {
  expect(progress(nothing, 10, undefined)).toBe('0 of 10 (0 %); 0 dead, 0 excluded');
});

it('the progress never exceeds 100 %, whatever the store counts', () => {
  expect(progress(aTally({ copied: 12 }), 10, undefined)).toBe('12 of 12 (100 %); 0 dead, 0 excluded');
  expect(progress(nothing, 0, undefined)).toBe('0 of 0 (100 %); 0 dead, 0 excluded');
});

it('the pace is that of the last minute', () => {
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
])('the duration of %d ms is %s', (ms, words) => {
  expect(duration(ms)).toBe(words);
});

it('the report of a backfill has a line for each kind of result', () => {
  const tally = sum([
    ended({ order_id: 1, state: 'copied' }),
    ended({ order_id: 2, state: 'replicated' }),
    ended({ order_id: 3, state: 'skipped', reason: 'void-status', status_id: 5 }),
    ended({ order_id: 4, state: 'dead', reason: 'rejected', last_error: 'GET answered 400.\u001b[31m' }),
    excluded('already-copied', 7),
    excluded('already-copied'),
    aTally({ not_found: [8, 9] }),
  ]);
  expect(ordersIn(tally)).toBe(14);
  expect(accountLines(tally, copies, 3_000)).toEqual([
    'Orders      14',
    'Copied      1',
    'Replicated  1, advanced by a poll or a webhook meanwhile',
    'Skipped     1 void status (Cancelled)',
    'Excluded    8 already copied',
    'Dead        1',
    'Not found   orders 8, 9 are not in the store',
    'Took        3 s',
    '  dead: order 4, refused permanently: GET answered 400.\\u{1b}[31m',
  ]);
  expect(accountLines(tally, { advance: true }, 3_000)).toContain('Replicated  1, advanced in the store');
});

it('the report of a backfill names 50 dead orders, and counts the others', () => {
  const dead = Array.from({ length: 60 }, (_, id) =>
    ended({ order_id: id + 1, state: 'dead', reason: 'rejected', last_error: 'so' }),
  );
  const tally = sum([
    sum(dead),
    ended({ order_id: 99, state: 'dead', reason: 'rejected', last_error: 'late' }),
  ]);
  expect(accountLines(tally, copies, 3_000).slice(-2)).toEqual([
    '  dead: order 50, refused permanently: so',
    '  dead: and 11 more',
  ]);
});

it('the report of a backfill without orders says that nothing was copied', () => {
  expect(accountLines(nothing, copies, 3_000)).toEqual([
    'The store lists no matching order. Nothing was copied.',
  ]);
});

const dryRun = { queued: 1_500, tally: excluded('already-copied', 3), calls: 6 };
const costs = { callsPerOrder: 3, reservePercent: 10, quota: { calls: 150, windowMs: 30_000 } };

it('the report of a dry run has the orders to queue, and their cost in calls and time', () => {
  expect(dryRunReport(dryRun, costs).lines).toEqual([
    'To queue  1,500',
    'Excluded  3 already copied',
    'Calls     about 4,506 of BigCommerce: 3 for each order, 6 to find them',
    'Time      at least 17 min, at a quota of 150 calls per 30 s, of which 10 % are reserved for other apps',
    'Dry run: nothing was queued or written.',
  ]);
});

it('the report of a dry run has no time if the store reports no quota', () => {
  const { lines, data } = dryRunReport(dryRun, { ...costs, quota: undefined });
  expect(lines.join('\n')).not.toContain('Time');
  expect(data).toMatchObject({ leastTimeMs: null });
});

it('a dry run with --output json has codes and numbers', () => {
  expect(dryRunReport(dryRun, costs).data).toMatchObject({
    isDryRun: true,
    toQueue: 1_500,
    calls: 4_506,
    leastTimeMs: 1_001_334,
    excluded: { 'already-copied': 3 },
  });
});

it('a backfill with --output json has ISO times', () => {
  const checkpoint = {
    timestamp: Date.parse('2026-01-10T12:00:00Z'),
    selection: { created_since: '2025-01-01T00:00:00.000Z', advance: false },
  };
  const tally = sum([
    ended({ order_id: 1, state: 'copied' }),
    ended({ order_id: 4, state: 'dead', reason: 'rejected', last_error: 'so' }),
  ]);
  const { data } = finalReport({ checkpoint, tally, isResumed: false, durationMs: 3_000 }, recommend);
  expect(data).toEqual({
    isDryRun: false,
    startedAt: '2026-01-10T12:00:00.000Z',
    isResumed: false,
    durationMs: 3_000,
    createdSince: '2025-01-01T00:00:00.000Z',
    createdBefore: null,
    statusIds: null,
    orderIds: null,
    advance: false,
    orders: 2,
    copied: 1,
    replicated: 0,
    skipped: {},
    excluded: {},
    dead: 1,
    deadOrders: [{ orderId: 4, reason: 'rejected', error: 'so' }],
    notFound: [],
    notListed: [],
  });
});

it('the note about a stall has its likely reason', () => {
  expect(stalled(undefined, recommend)).toContain('The worker may be paused, or busy');
  expect(stalled('BigCommerceError: 503\n', recommend)).toContain(
    "The worker's last error: BigCommerceError: 503\\n.",
  );
});

it.each([
  [nothing, 'To check that no order is missing: npx order-replication audit --stage dev --from 2025-01-01'],
  [
    aTally({ dead: 1 }),
    'To list dead orders with their reasons: npx order-replication dead-letters list --stage dev',
  ],
])('the report of a backfill recommends the next commands', (tally, words) => {
  const selection = { created_since: '2025-01-01T00:00:00.000Z', advance: false };
  expect(nextSteps(tally, selection, recommend)[0]).toBe(words);
});

it('the report of a backfill by ids recommends no audit, because it does not know the days', () => {
  expect(nextSteps(nothing, { order_ids: [100], advance: false }, recommend)).toEqual([]);
});

it('the progress without a total has only the finished orders', () => {
  expect(progress(aTally({ copied: 1_204, dead: 3 }), undefined, 4.3)).toBe(
    '1,207, 4.3 a second; 3 dead, 0 excluded',
  );
  expect(progress(nothing, undefined, undefined)).toBe('0; 0 dead, 0 excluded');
});

it('the report of a backfill names the orders that no list can show, even if there are no others', () => {
  expect(accountLines({ ...nothing, unreadable_ids: [7, 9] }, copies, 3_000).at(-2)).toBe(
    'Not listed  BigCommerce fails on each list that contains orders 7, 9; queued alone',
  );
});
