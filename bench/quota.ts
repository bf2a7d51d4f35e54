// Drains a poll within the quota of an ordinary plan, with all times divided by the same factor.
import type { Simulator } from '../simulator';
import { addOrders, drained } from './drain';
import { withDeployed } from './deployed';
import type { Limits } from './limits';
import type { Print } from '../scripts/terminal/command';

const ORDERS = 200;
const QUOTA = 150;
/** The template's default of ApiQuotaReservePercent. */
const RESERVED = 15;
/** A window of 30 s and a latency of 150 ms, this many times faster. */
const SPEED = 5;
const WINDOW_MS = 30_000 / SPEED;
const LATENCY_MS = 150 / SPEED;
const MAX_TIMES_IDEAL = 1.1;

/** Drains physical orders as fast as the quota allows, and prints the time, the refused calls and the use of the reserve. */
export async function measureQuota(print: Print, limits: Limits): Promise<void> {
  const quota = { requests: QUOTA, windowMs: WINDOW_MS };
  await withDeployed({ latencyMs: LATENCY_MS, quota }, async ({ simulator, stack }) => {
    addOrders(simulator, ORDERS);
    simulator.log.clear();
    const lowest = watchQuota(simulator);
    await stack.poll();
    await drained(simulator, ORDERS);
    report(simulator, lowest(), print, limits);
  });
}

/** The lowest rest of the quota in any window. */
function watchQuota({ faults, quota }: Simulator): () => number {
  let lowest = Infinity;
  faults.add({ before: () => void (lowest = Math.min(lowest, quota.left())) });
  return () => lowest;
}

function report({ log }: Simulator, lowest: number, print: Print, limits: Limits): void {
  const times = log.entries.map(({ startedAt, endedAt = startedAt }) => [startedAt, endedAt] as const);
  const took = Math.max(...times.map(([, end]) => end)) - Math.min(...times.map(([start]) => start));
  const ideal = (log.count() / (QUOTA - RESERVED)) * WINDOW_MS;
  const refused = log.entries.filter(({ status }) => status === 429).length;
  limits.atMost(MAX_TIMES_IDEAL, took / ideal, 'time of a drain within the quota, times the least');
  limits.atMost(0, refused, 'answers of 429');
  print(
    `Draining ${ORDERS} orders against ${QUOTA} calls per ${WINDOW_MS / 1000} s (30 s, ${SPEED} times faster), ${RESERVED} of them reserved:`,
  );
  print(
    `  ${log.count()} calls in ${(took / 1000).toFixed(1)} s, ${(took / ideal).toFixed(2)} times calls ÷ (quota less reserve) ` +
      `(at most ${MAX_TIMES_IDEAL} times); ${(log.count() / ORDERS).toFixed(3)} calls per order`,
  );
  print(
    `  ${refused} answers of 429 (none is expected); at least ${lowest} of ${QUOTA} left in every window`,
  );
}
