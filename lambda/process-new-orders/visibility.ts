// How long a reference that is returned to the queue stays hidden.

const FIRST_VISIBILITY_SECONDS = 60;

const MAX_VISIBILITY_SECONDS = 3 * 60 * 60;

const VISIBILITY_JITTER = 0.1;

/** A worker that holds an order is done within seconds, and its lease ends about a minute after a crash. */
export const LEASE_HELD_VISIBILITY_SECONDS = 30;

/**
 * Seconds for which a failed reference stays out of sight: 60 s doubling to 3 h, ±10 %, so that 20 receives span
 * more than 24 hours even when every one of them draws the shortest wait (33 h).
 */
export function visibilitySeconds(receiveCount: number, random: () => number): number {
  const doublings = Math.min(Math.max(receiveCount, 1) - 1, 30);
  const seconds = Math.min(FIRST_VISIBILITY_SECONDS * 2 ** doublings, MAX_VISIBILITY_SECONDS);
  return Math.round(seconds * (1 + VISIBILITY_JITTER * (2 * random() - 1)));
}
