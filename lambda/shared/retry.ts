// One table says what is tried again, and how long to wait: in the invocation first, in the queue afterwards.
import type { FailureKind } from './errors';

const RETRYABLE_STATUSES = new Set([408, 423, 425, 429]);
const PERMANENT_SERVER_ERRORS = new Set([501, 505, 507]);

/** Tries of one call within an invocation; after that the reference waits in the queue instead. */
export const MAX_ATTEMPTS = 4;
const FIRST_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 15_000;

/** No header makes a container wait longer: BigCommerce's windows are 30 s, and an absurd value must not block it. */
const MAX_ASKED_PAUSE_MS = 5 * 60 * 1000;

const FIRST_VISIBILITY_SECONDS = 60;
const MAX_VISIBILITY_SECONDS = 3 * 60 * 60;
const VISIBILITY_JITTER = 0.1;

/** A worker that holds an order is done within seconds, and its lease ends about a minute after a crash. */
export const LEASE_HELD_VISIBILITY_SECONDS = 30;

/**
 * Sorts an HTTP status that is neither 2xx nor 404, by BigCommerce's status code page. A redirect means a wrong
 * BigCommerceApiUrl (plain http is redirected to https), so it is configuration.
 */
export function classifyStatus(status: number): FailureKind {
  if (status === 401 || status === 403 || (status >= 300 && status < 400)) return 'configuration';
  if (status >= 500) return PERMANENT_SERVER_ERRORS.has(status) ? 'permanent' : 'retryable';
  return RETRYABLE_STATUSES.has(status) ? 'retryable' : 'permanent';
}

/**
 * The pause that a failed answer asks for, in milliseconds, or undefined: the longer of its headers. The end of the
 * quota's window is on every answer; only a 429 means by it that one has to wait.
 */
export function requestedPauseMs(status: number, header: (name: string) => unknown): number | undefined {
  const asked = [
    status === 429 ? positive(header('x-rate-limit-time-reset-ms')) : 0,
    positive(header('x-retry-after')) * 1000,
    positive(header('retry-after')) * 1000,
  ];
  const longest = Math.max(...asked);
  return longest > 0 ? Math.min(longest, MAX_ASKED_PAUSE_MS) : undefined;
}

/** Milliseconds to wait after the given failed attempt (1, 2, …) when the answer asks for nothing: full jitter. */
export function backoffMs(attempt: number, random: () => number): number {
  const ceiling = Math.min(FIRST_BACKOFF_MS * 2 ** (attempt - 1), MAX_BACKOFF_MS);
  return Math.ceil(ceiling * random());
}

/**
 * Seconds for which a failed reference stays out of sight: 60 s doubling to 3 h, ±10 %, so that 20 receives span
 * more than 24 hours even when every one of them draws the shortest wait (33 h).
 */
export function visibilitySeconds(receiveCount: number, random: () => number): number {
  const doublings = Math.min(Math.max(receiveCount, 1) - 1, 30);
  const seconds = Math.min(FIRST_VISIBILITY_SECONDS * 2 ** doublings, MAX_VISIBILITY_SECONDS);
  return Math.round(seconds * (1 + VISIBILITY_JITTER * (2 * random() - 1)));
}

/** The store's quota as its last answer showed it; `resetsAt` is epoch milliseconds. */
export interface Quota {
  readonly requests: number;
  readonly left: number;
  readonly resetsAt: number;
}

/** Reads the quota that an answer came with; undefined when any of its headers is missing or unreadable. */
export function readQuota(header: (name: string) => unknown, now: number): Quota | undefined {
  const requests = positive(header('x-rate-limit-requests-quota'));
  const left = Number(header('x-rate-limit-requests-left') ?? Number.NaN);
  const resetMs = Math.min(positive(header('x-rate-limit-time-reset-ms')), MAX_ASKED_PAUSE_MS);
  if (requests === 0 || resetMs === 0 || !Number.isFinite(left)) return undefined;
  return { requests, left, resetsAt: now + resetMs };
}

/** Milliseconds to wait before the next call, so that `reservePercent` of the quota stays for other apps. */
export function quotaPauseMs(quota: Quota | undefined, reservePercent: number, now: number): number {
  if (quota === undefined || now >= quota.resetsAt) return 0;
  const reserved = Math.ceil((quota.requests * reservePercent) / 100);
  return quota.left > reserved ? 0 : quota.resetsAt - now;
}

function positive(value: unknown): number {
  const number = typeof value === 'string' || typeof value === 'number' ? Number(value) : 0;
  return Number.isFinite(number) && number > 0 ? number : 0;
}
