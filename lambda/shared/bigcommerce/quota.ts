// The store's quota of requests, as its last answer showed it: how many calls one container may have under way. Pure.
// https://developer.bigcommerce.com/docs/start/best-practices/api-rate-limits

/** Who shares the quota with us, of our own: three workers and a poll. */
const OWN_SENDERS = 4;

/** What the others may use up meanwhile: two workers with five calls under way, each answered within 20 ms. */
const OTHERS_CALLS_PER_MS = 0.5;

/** An answer that tells of so much later an end is one of the next window: answers take less long than that. */
const ANOTHER_WINDOW_MS = 2_000;

/** BigCommerce's windows are 30 s: an absurd value must not block a container. */
const MAX_WINDOW_MS = 5 * 60 * 1000;

/** Times are epoch milliseconds. */
export interface Quota {
  readonly requests: number;
  readonly left: number;
  readonly resetsAt: number;
  readonly seenAt: number;
}

/** `unknown` before the first answer; `unlimited` for a store that tells of no quota. */
export type KnownQuota = Quota | 'unknown' | 'unlimited';

/** Reads the quota that an answer came with; undefined when any of its headers is missing or unreadable. */
export function readQuota(header: (name: string) => unknown, now: number): Quota | undefined {
  const requests = count(header('x-rate-limit-requests-quota'));
  const left = count(header('x-rate-limit-requests-left'));
  const resetMs = count(header('x-rate-limit-time-reset-ms'));
  if (!(requests > 0) || !(left >= 0) || !(resetMs > 0)) return undefined;
  return { requests, left, resetsAt: now + Math.min(resetMs, MAX_WINDOW_MS), seenAt: now };
}

/** What is known after another answer: within one window answers overtake each other, and the lowest is the newest. */
export function updateQuota(known: KnownQuota, told: Quota | undefined): KnownQuota {
  if (told === undefined) return known === 'unknown' ? 'unlimited' : known;
  const isSameWindow = typeof known === 'object' && told.resetsAt < known.resetsAt + ANOTHER_WINDOW_MS;
  return isSameWindow ? { ...told, left: Math.min(told.left, known.left) } : told;
}

/** How many calls a container may have under way before the next. */
export interface Allowance {
  readonly calls: number;
  /** How many of them may be young: what the others do meanwhile is known the less, the older our last look is. */
  readonly recent: number;
}

/**
 * A container takes its share of what is left above the reserve, so that all slow down before the wall and none runs into
 * it; no call is allowed until `resetsAt` then. When the others may have used up its share since its last look at the
 * quota, one call goes ahead and looks.
 */
export function allowance(known: KnownQuota, reservePercent: number, now: number): Allowance {
  if (known === 'unlimited') return { calls: Infinity, recent: Infinity };
  if (known === 'unknown') return { calls: Infinity, recent: 1 };
  const isOver = now >= known.resetsAt;
  const quota = isOver ? nextWindow(known) : known;
  const reserved = Math.ceil((quota.requests * reservePercent) / 100);
  // A quota too small to be shared is used one call at a time.
  const sharers = Math.max(1, Math.min(OWN_SENDERS, quota.requests - reserved));
  const shareOf = (left: number) => Math.max(0, Math.floor((left - reserved) / sharers));
  // The last calls of a window are for whoever comes first, where the reserve bears that all of us do. And with each
  // window one call looks, whatever the last one was like.
  const takesLast = isOver || (quota.left > reserved && reserved >= sharers - 1);
  const calls = Math.max(shareOf(quota.left), takesLast ? 1 : 0);
  const usedSince = (now - quota.seenAt) * OTHERS_CALLS_PER_MS;
  return { calls, recent: Math.max(shareOf(quota.left - usedSince), Math.min(calls, 1)) };
}

/** A window that is over is followed by a full one. */
function nextWindow(quota: Quota): Quota {
  return { ...quota, left: quota.requests, seenAt: quota.resetsAt };
}

/** NaN for what is no number from 0 upwards. */
function count(value: unknown): number {
  const number = typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN;
  return value !== '' && Number.isFinite(number) && number >= 0 ? number : Number.NaN;
}
