// One table says what is tried again, and how long to wait: in the invocation first, in the queue afterwards.
import type { FailureKind } from '../runtime/errors';

const RETRYABLE_STATUSES = new Set([408, 423, 425, 429]);
const PERMANENT_SERVER_ERRORS = new Set([501, 505, 507]);

/** Tries of one call within an invocation; after that the reference waits in the queue instead. */
const MAX_TRIES = 4;

/** A request that hangs keeps others of its lane waiting: it is repeated once, not three times. */
const TIMEOUT_COUNTS_AS = 2;

const FIRST_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 15_000;

/** No header makes a container wait longer: BigCommerce's windows are 30 s, and an absurd value must not block it. */
const MAX_ASKED_PAUSE_MS = 5 * 60 * 1000;

/** Containers that were told one time do not all come back in the same moment. */
const ASKED_PAUSE_JITTER_MS = 250;

/**
 * Sorts an HTTP status that is neither 2xx nor 404, by BigCommerce's status code page. A redirect means a wrong
 * BigCommerceApiUrl (plain http is redirected to https), so it is configuration.
 */
export function classifyStatus(status: number): FailureKind {
  if (status === 401 || status === 403 || (status >= 300 && status < 400)) return 'configuration';
  if (status >= 500) return PERMANENT_SERVER_ERRORS.has(status) ? 'permanent' : 'retryable';
  return RETRYABLE_STATUSES.has(status) ? 'retryable' : 'permanent';
}

/** One try of a call that did not bring what was asked for. */
export interface FailedTry {
  readonly method: string;
  readonly kind: FailureKind;
  /** Tries of this call before this one, as `NextStep.tries` counts them. */
  readonly triesBefore: number;
  /** Absent when no answer came. */
  readonly status?: number | undefined;
  readonly header?: ((name: string) => unknown) | undefined;
  readonly timedOut?: boolean | undefined;
  /** What the invocation has left for calls. */
  readonly timeLeftMs: number;
}

/** What follows on a failed try. */
export interface NextStep {
  /** Whether the call is sent again after the pause; if not, it has failed. */
  readonly again: boolean;
  readonly pauseMs: number;
  /** Whether all calls of the container pause with it: the store refuses for its load, not for this call. */
  readonly pausesAll: boolean;
  readonly tries: number;
}

/**
 * Decides on a failed try. A write is never repeated: whether the first one took effect is for the caller to find out.
 * A pause that an answer asks for is kept by all calls, also when this one is given up.
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
 * The pause that a failed answer asks for, in milliseconds, or undefined: the longer of its headers. The end of the
 * quota's window is on every answer; only a 429 means by it that one has to wait.
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

/** Milliseconds to wait after so many tries when the answer asks for nothing: full jitter. */
function backoffMs(tries: number, random: () => number): number {
  const ceiling = Math.min(FIRST_BACKOFF_MS * 2 ** (tries - 1), MAX_BACKOFF_MS);
  return Math.ceil(ceiling * random());
}

function positive(value: unknown): number {
  const number = typeof value === 'string' || typeof value === 'number' ? Number(value) : 0;
  return Number.isFinite(number) && number > 0 ? number : 0;
}
