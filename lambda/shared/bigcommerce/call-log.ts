// Logs one line for each request to BigCommerce, also for each retry: the endpoint, the status and the duration. Never a
// query, a header or a body, which may contain a token or personal data.
import type { Log } from '../runtime/log';

interface LoggedRequest {
  readonly method: string;
  readonly endpoint: string;
  readonly path: string;
  readonly orderId?: number;
}

interface LoggedResult {
  /** `answered`: with the requested value, or with 404. */
  readonly kind: 'answered' | 'failed';
  readonly http?: { readonly status: number };
  /** The code of the network error, if no answer came. */
  readonly lost?: string;
  readonly durationMs: number;
  readonly quotaLeft: number | undefined;
}

/** Logs a request and its result, with the metrics CallLatency and QuotaLeft. */
export function logCall(
  log: Log,
  { method, endpoint, path, orderId }: LoggedRequest,
  result: LoggedResult,
): void {
  const { kind, http, lost, durationMs, quotaLeft } = result;
  log[kind === 'answered' ? 'info' : 'warn'](
    http ? 'bigcommerce.answered' : 'bigcommerce.unanswered',
    {
      orderId,
      method,
      endpoint,
      path,
      status: http?.status,
      error: lost,
      duration_ms: durationMs,
      quota_left: quotaLeft,
    },
    { CallLatency: durationMs, QuotaLeft: quotaLeft },
  );
}
