// Decides which failed calls are retried within the invocation, and after how long. After that, the reference waits in the
// queue.
import type { FailureKind } from '../runtime/errors';

const RETRYABLE_STATUSES = new Set([408, 423, 425, 429]);
const PERMANENT_SERVER_ERRORS = new Set([501, 505, 507]);

/** Tries of one call within an invocation. */
const MAX_TRIES = 4;

/** A hanging request delays the others of its lane, so it is retried once, not three times. */
const TIMEOUT_COUNTS_AS = 2;

const FIRST_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 15_000;

/** The longest pause by a header: BigCommerce's windows are 30 s, and a wrong value must not block a container. */
const MAX_ASKED_PAUSE_MS = 5 * 60 * 1000;

/** The jitter keeps containers that got the same pause from sending at the same moment. */
const ASKED_PAUSE_JITTER_MS = 250;

/**
 * The kind of an HTTP status that is neither 2xx nor 404, by BigCommerce's page of status codes. A redirect means a wrong
 * BigCommerceApiUrl, such as one with http, so it is `configuration`.
 */
export function classifyStatus(status: number): FailureKind {
  if (status === 401 || status === 403 || (status >= 300 && status < 400)) return 'configuration';
  if (status >= 500) return PERMANENT_SERVER_ERRORS.has(status) ? 'permanent' : 'retryable';
  return RETRYABLE_STATUSES.has(status) ? 'retryable' : 'permanent';
}

/** A failed try of a call. */
export interface FailedTry {
  readonly method: string;
  readonly kind: FailureKind;
  /** Tries of this call before this one, as `NextStep.tries` counts them. */
  readonly triesBefore: number;
  /** Absent when no answer came. */
  readonly status?: number | undefined;
  readonly header?: ((name: string) => unknown) | undefined;
  readonly timedOut?: boolean | undefined;
  /** The invocation's time left for calls. */
  readonly timeLeftMs: number;
}

/** The reaction to a failed try. */
export interface NextStep {
  /** Whether the call is sent again after the pause. */
  readonly again: boolean;
  readonly pauseMs: number;
  /** Whether all calls of the container pause: the store is overloaded, or its quota is exhausted. */
  readonly pausesAll: boolean;
  readonly tries: number;
}

/**
 * Decides on a failed try. A write is never retried: the caller checks whether it took effect. All calls wait for a pause that
 * an answer requests, even if this call is not retried.
 */
export function afterFailure(failed: FailedTry, random: () => number): NextStep {
  const { method, kind, status, header, triesBefore, timedOut = false, timeLeftMs } = failed;
  const tries = triesBefore + (timedOut ? TIMEOUT_COUNTS_AS : 1);
  const asked = status === undefined || !header ? undefined : requestedPauseMs(status, header);
  const pauseMs =
    asked === undefined ? backoffMs(tries, random) : asked + Math.ceil(ASKED_PAUSE_JITTER_MS * random());
  const mayRepeat = method === 'GET' && kind === 'retryable' && tries < MAX_TRIES;
  return {
    again: mayRepeat && pauseMs < timeLeftMs,
    pauseMs,
    pausesAll: asked !== undefined || status === 429,
    tries,
  };
}

/**
 * The pause that a failed answer requests, in milliseconds, or undefined. The longest of its headers counts. Every answer has
 * the end of the quota's window, but only a 429 requests to wait for it.
 */
function requestedPauseMs(status: number, header: (name: string) => unknown): number | undefined {
  const asked = [
    status === 429 ? positive(header('x-rate-limit-time-reset-ms')) : 0,
    positive(header('x-retry-after')) * 1000,
    positive(header('retry-after')) * 1000,
  ];
  const longest = Math.max(...asked);
  return longest > 0 ? Math.min(longest, MAX_ASKED_PAUSE_MS) : undefined;
}

/** The pause in milliseconds after an answer that requests none: exponential, with full jitter. */
function backoffMs(tries: number, random: () => number): number {
  const ceiling = Math.min(FIRST_BACKOFF_MS * 2 ** (tries - 1), MAX_BACKOFF_MS);
  return Math.ceil(ceiling * random());
}

function positive(value: unknown): number {
  const number = typeof value === 'string' || typeof value === 'number' ? Number(value) : 0;
  return Number.isFinite(number) && number > 0 ? number : 0;
}
