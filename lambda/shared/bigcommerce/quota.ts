// Decides by the store's quota, as its last answer showed it, how many calls one container may have in flight. Pure.
// https://developer.bigcommerce.com/docs/start/best-practices/api-rate-limits

/** The senders of this service that share the quota: three workers and a poll. */
const OWN_SENDERS = 4;

/** The calls of other senders per millisecond at most: two workers with five calls in flight, each answered within 20 ms. */
const OTHERS_CALLS_PER_MS = 0.5;

/** An answer whose window ends at least this much later belongs to the next window: answers take less time than this. */
const ANOTHER_WINDOW_MS = 2_000;

/** BigCommerce's windows are 30 s. A wrong value must not block a container. */
const MAX_WINDOW_MS = 5 * 60 * 1000;

/** Times are epoch milliseconds. */
export interface Quota {
  readonly requests: number;
  readonly left: number;
  readonly resetsAt: number;
  readonly seenAt: number;
}

/** `unknown` before the first answer; `unlimited` for a store whose answers have no quota headers. */
export type KnownQuota = Quota | 'unknown' | 'unlimited';

/** Reads the quota headers of an answer; undefined if one of them is missing or unreadable. */
export function readQuota(header: (name: string) => unknown, now: number): Quota | undefined {
  const requests = count(header('x-rate-limit-requests-quota'));
  const left = count(header('x-rate-limit-requests-left'));
  const resetMs = count(header('x-rate-limit-time-reset-ms'));
  if (!(requests > 0) || !(left >= 0) || !(resetMs > 0)) return undefined;
  return { requests, left, resetsAt: now + Math.min(resetMs, MAX_WINDOW_MS), seenAt: now };
}

/** The quota after another answer. Within one window answers may overtake each other, so the lowest value counts. */
export function updateQuota(known: KnownQuota, shown: Quota | undefined): KnownQuota {
  if (shown === undefined) return known === 'unknown' ? 'unlimited' : known;
  const isSameWindow = typeof known === 'object' && shown.resetsAt < known.resetsAt + ANOTHER_WINDOW_MS;
  return isSameWindow ? { ...shown, left: Math.min(shown.left, known.left) } : shown;
}

/** How many calls a container may have in flight before the next one. */
export interface Allowance {
  readonly calls: number;
  /** How many of them may be recent: the older the last answer, the more calls the others may have made since. */
  readonly recent: number;
}

/**
 * A container uses its share of the quota above the reserve, so that all containers slow down before the quota is exhausted.
 * Without a share, no call is allowed until `resetsAt`. If other senders may have used its share since the last answer, one
 * call is allowed, whose answer shows the quota.
 */
export function allowance(known: KnownQuota, reservePercent: number, now: number): Allowance {
  if (known === 'unlimited') return { calls: Infinity, recent: Infinity };
  if (known === 'unknown') return { calls: Infinity, recent: 1 };
  const isOver = now >= known.resetsAt;
  const quota = isOver ? nextWindow(known) : known;
  const reserved = Math.ceil((quota.requests * reservePercent) / 100);
  // A quota that is too small to share is used one call at a time.
  const sharers = Math.max(1, Math.min(OWN_SENDERS, quota.requests - reserved));
  const shareOf = (left: number) => Math.max(0, Math.floor((left - reserved) / sharers));
  // Any sender may use the last calls of a window, if the reserve suffices for one call of each sender. At the start of a
  // window, one call is always allowed, to read the new quota.
  const takesLast = isOver || (quota.left > reserved && reserved >= sharers - 1);
  const calls = Math.max(shareOf(quota.left), takesLast ? 1 : 0);
  const usedSince = (now - quota.seenAt) * OTHERS_CALLS_PER_MS;
  return { calls, recent: Math.max(shareOf(quota.left - usedSince), Math.min(calls, 1)) };
}

/** The next window starts with the full quota. */
function nextWindow(quota: Quota): Quota {
  return { ...quota, left: quota.requests, seenAt: quota.resetsAt };
}

/** NaN for a value that is not a number of at least 0. */
function count(value: unknown): number {
  const number = typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN;
  return value !== '' && Number.isFinite(number) && number >= 0 ? number : Number.NaN;
}
