// A rush of paid orders against one quota: three workers and a poll, each knowing no more than its own answers say.
import type { Plan } from './plan';
import { tell } from './story';

const WINDOW_MS = 30_000;

/** How the store limits, and how fast it answers. */
export interface Rush {
  readonly seed?: number;
  readonly latencyMs?: number;
  /** Calls in a window of 30 s. */
  readonly requests: number;
}

export interface RushReport {
  readonly advanced: number;
  /** Calls that were answered 429. */
  readonly refused: number;
  /** The most calls in one window. */
  readonly most: number;
  readonly deadLetters: number;
}

/** Drains so many paid orders, which the first poll finds together while nothing else breaks. */
export async function drainRush(orders: number, rush: Rush): Promise<RushReport> {
  const story = await tell(planOf(orders, rush));
  const { entries } = story.store.log;
  return {
    advanced: story.ids.filter((id) => story.tables.rows.get(id)?.state === 'replicated').length,
    refused: entries.filter(({ status }) => status === 429).length,
    most: mostInAWindow(entries.map(({ startedAt }) => startedAt)),
    deadLetters: story.sqs.deadLetters.length,
  };
}

function planOf(orders: number, { seed = 1, latencyMs = 150, requests }: Rush): Plan {
  return {
    seed,
    latencyMs,
    storeSkewMs: 0,
    rules: {},
    scopes: [],
    deliveries: {},
    orders: Array.from({ length: orders }, () => ({ atMs: 0, statusId: 11, goods: 'physical', lines: 2 })),
    audits: [],
    readConsignments: true,
    edits: [],
    polls: [60_000],
    storeFaults: [],
    kills: [],
    junk: [],
    redrives: [],
    queue: { duplicates: 0, lateMs: 0, failures: 0, refusals: 0 },
    tableFailures: 0,
    quota: { requests, windowMs: WINDOW_MS },
    lastsMs: 1_200_000,
  };
}

/** As in the real store, a window begins with the first call after the last window has ended. */
function mostInAWindow(times: readonly number[]): number {
  let most = 0;
  for (let first = 0; first < times.length;) {
    const endsAt = (times[first] ?? 0) + WINDOW_MS;
    const next = times.findIndex((time) => time >= endsAt);
    const end = next < 0 ? times.length : next;
    most = Math.max(most, end - first);
    first = end;
  }
  return most;
}
