// One line for each request to BigCommerce, each repeated one too: which it was, how it was answered, how soon. Nothing
// of a query, a header or a body, which may hold a token or what is a customer's.
import type { Log } from '../runtime/log';

interface LoggedRequest {
  readonly method: string;
  readonly endpoint: string;
  readonly path: string;
  readonly orderId?: number;
}

interface LoggedResult {
  /** `answered`: with what was asked for, or that it is not there (404). */
  readonly kind: 'answered' | 'failed';
  readonly http?: { readonly status: number };
  /** Why no answer came, in a word. */
  readonly lost?: string;
  readonly durationMs: number;
  readonly quotaLeft: number | undefined;
}

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
