// Three workers and a poll against one quota, each knowing no more than its own answers tell, on virtual time.
import fc from 'fast-check';
import { type Plan } from './model/plan';
import { tell } from './model/story';

/** Paid orders that a first poll finds all at once, and nothing that breaks. */
function aRush(orders: number, overrides: Partial<Plan>): Plan {
  return {
    ...{ seed: 1, latencyMs: 150, storeSkewMs: 0, rules: {}, scopes: [], deliveries: {} },
    orders: Array.from({ length: orders }, () => ({ atMs: 0, statusId: 11, goods: 'physical', lines: 2 })),
    audits: [],
    readConsignments: true,
    ...{ edits: [], polls: [60_000], storeFaults: [], kills: [], junk: [], redrives: [] },
    queue: { duplicates: 0, lateMs: 0, failures: 0, refusals: 0 },
    tableFailures: 0,
    lastsMs: 1_200_000,
    ...overrides,
  };
}

/** The most calls in one window; as in the real store, one begins with the first call after the last has ended. */
function mostInAWindow(times: readonly number[], windowMs: number): number {
  let most = 0;
  for (let first = 0; first < times.length;) {
    const endsAt = (times[first] ?? 0) + windowMs;
    const next = times.findIndex((time) => time >= endsAt);
    const end = next < 0 ? times.length : next;
    most = Math.max(most, end - first);
    first = end;
  }
  return most;
}

async function rush(plan: Plan) {
  const story = await tell(plan);
  const { entries } = story.store.log;
  return {
    advanced: story.ids.filter((id) => story.tables.rows.get(id)?.state === 'replicated').length,
    refused: entries.filter(({ status }) => status === 429).length,
    most: mostInAWindow(
      entries.map(({ startedAt }) => startedAt),
      30_000,
    ),
    deadLetters: story.sqs.letters.length,
  };
}

it('drains 150 orders against 150 calls a window without a refusal, and spares the reserve', async () => {
  const quota = { requests: 150, windowMs: 30_000 };
  const { advanced, refused, most } = await rush(aRush(150, { quota }));
  expect({ advanced, refused }).toEqual({ advanced: 150, refused: 0 });
  // Less the reserve of a tenth, but for a call of each that the others' answers had not told of yet; and nearly all
  // of the rest is used.
  expect(most).toBeLessThanOrEqual(135 + 3);
  expect(most).toBeGreaterThan(125);
}, 60_000);

it('meets no refusal of its own making, whatever the quota and the latency', async () => {
  const plan = fc
    .record({
      seed: fc.nat(),
      latencyMs: fc.constantFrom(10, 50, 150, 400, 1_000),
      requests: fc.constantFrom(8, 20, 60, 150, 450),
      orders: fc.integer({ min: 5, max: 40 }),
    })
    .map(({ seed, latencyMs, requests, orders }) =>
      aRush(orders, { seed, latencyMs, quota: { requests, windowMs: 30_000 } }),
    );
  await fc.assert(
    fc.asyncProperty(plan, async (one) => {
      const { advanced, refused, deadLetters } = await rush(one);
      expect({ refused, deadLetters, advanced }).toEqual({
        refused: 0,
        deadLetters: 0,
        advanced: one.orders.length,
      });
    }),
    { seed: 1, numRuns: 60 },
  );
}, 60_000);
