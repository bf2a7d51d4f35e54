// The store's request quota: one window for all callers, told on every answer, as the real store does.
import type { Clock } from '../clock';
import type { RateLimitHeaders } from '../switches';

/** So many requests per window. */
export interface QuotaLimit {
  requests: number;
  windowMs: number;
}

/** The quota of a store. */
export interface Quota {
  /** Takes one request from the window; false if none is left. */
  take(): boolean;
  /** Lets other apps of the same store use some of it. */
  spend(requests: number): void;
  left(): number;
  /** The headers of an ordinary answer. */
  headers(): Record<string, string>;
  /** The headers of a 429 in the given mode. */
  refusal(mode: RateLimitHeaders): Record<string, string>;
}

/** A quota over live limits. A window begins with the first request after the last one ended. */
export function createQuota(clock: Clock, limit: () => QuotaLimit): Quota {
  let endsAt = Number.NEGATIVE_INFINITY;
  let used = 0;

  const turn = (): void => {
    if (clock.now() < endsAt) return;
    endsAt = clock.now() + limit().windowMs;
    used = 0;
  };
  const left = (): number => {
    turn();
    return Math.max(0, limit().requests - used);
  };
  const resetMs = (): number => Math.max(0, Math.ceil(endsAt - clock.now()));
  const headers = (): Record<string, string> => ({
    'x-rate-limit-requests-left': String(left()),
    'x-rate-limit-requests-quota': String(limit().requests),
    'x-rate-limit-time-reset-ms': String(resetMs()),
    'x-rate-limit-time-window-ms': String(limit().windowMs),
  });
  const retryAfter = (): Record<string, string> => {
    turn();
    return { 'x-retry-after': String(Math.ceil(resetMs() / 1000)) };
  };
  return {
    take: () => {
      if (left() === 0) return false;
      used += 1;
      return true;
    },
    spend: (requests) => {
      turn();
      used += requests;
    },
    left,
    headers,
    refusal: (mode) => ({
      ...(mode === 'all' || mode === 'msOnly' ? headers() : {}),
      ...(mode === 'all' || mode === 'retryAfterOnly' ? retryAfter() : {}),
    }),
  };
}
