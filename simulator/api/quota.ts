// The store's request quota: one window for all callers. Every response reports it, as in the real store.
import type { Clock } from '../clock';
import type { RateLimitHeaders } from '../switches';

/** The number of requests that one window allows. */
export interface QuotaLimit {
  requests: number;
  windowMs: number;
}

/** The quota of a store. */
export interface Quota {
  /** Takes one request from the window; returns false if none is left. */
  take(): boolean;
  /** Uses requests as other apps of the same store would. */
  spend(requests: number): void;
  left(): number;
  /** The headers of an ordinary response. */
  headers(): Record<string, string>;
  /** The headers of a 429 in the given mode. */
  refusal(mode: RateLimitHeaders): Record<string, string>;
}

/** Creates a quota with live limits. A window starts with the first request after the previous window. */
export function createQuota(clock: Clock, limit: () => QuotaLimit): Quota {
  let endsAt = Number.NEGATIVE_INFINITY;
  let used = 0;

  const renewWindow = (): void => {
    if (clock.now() < endsAt) return;
    endsAt = clock.now() + limit().windowMs;
    used = 0;
  };
  const left = (): number => {
    renewWindow();
    return Math.max(0, limit().requests - used);
  };
  const resetMs = (): number => {
    renewWindow();
    return Math.max(0, Math.ceil(endsAt - clock.now()));
  };
  const headers = (): Record<string, string> => quotaHeaders(limit(), left(), resetMs());
  return {
    take: () => {
      if (left() === 0) return false;
      used += 1;
      return true;
    },
    spend: (requests) => {
      renewWindow();
      used += requests;
    },
    left,
    headers,
    refusal: (mode) => ({
      ...(mode === 'all' || mode === 'msOnly' ? headers() : {}),
      ...(mode === 'all' || mode === 'retryAfterOnly'
        ? { 'x-retry-after': String(Math.ceil(resetMs() / 1000)) }
        : {}),
    }),
  };
}

function quotaHeaders(
  { requests, windowMs }: QuotaLimit,
  requestsLeft: number,
  resetMs: number,
): Record<string, string> {
  return {
    'x-rate-limit-requests-left': String(requestsLeft),
    'x-rate-limit-requests-quota': String(requests),
    'x-rate-limit-time-reset-ms': String(resetMs),
    'x-rate-limit-time-window-ms': String(windowMs),
  };
}
