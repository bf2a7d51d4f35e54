// Decides how long a returned reference stays hidden in the queue.

const FIRST_VISIBILITY_SECONDS = 60;

const MAX_VISIBILITY_SECONDS = 3 * 60 * 60;

const VISIBILITY_JITTER = 0.1;

/** A worker usually finishes an order within seconds. After a crash, its lease ends within about a minute. */
export const LEASE_HELD_VISIBILITY_SECONDS = 30;

/**
 * Seconds for which a failed reference stays hidden: 60 s doubling to 3 h, ±10 %. With the shortest waits, 20 receives
 * still span more than 24 h (33 h).
 */
export function visibilitySeconds(receiveCount: number, random: () => number): number {
  const doublings = Math.min(Math.max(receiveCount, 1) - 1, 30);
  const seconds = Math.min(FIRST_VISIBILITY_SECONDS * 2 ** doublings, MAX_VISIBILITY_SECONDS);
  return Math.round(seconds * (1 + VISIBILITY_JITTER * (2 * random() - 1)));
}
