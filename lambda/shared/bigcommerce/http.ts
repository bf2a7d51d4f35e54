// Sends one HTTP request to BigCommerce with axios: connections, timeout and size limit. It does not interpret the answer.
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import axios from 'axios';

/** Far above a list of 250 large orders, far below a function's memory. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

export interface HttpRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly url: string;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** From the first byte to the last. */
  readonly timeoutMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, unknown>>;
}

/** Sends one request. Rejects if no complete answer came; the error has axios's `code`, if there is one. */
export type Http = (request: HttpRequest) => Promise<HttpAnswer>;

/** Creates the sender that one container shares, with its connections. An answer of more than `maxBytes` is an error. */
export function createHttp(maxBytes = MAX_ANSWER_BYTES): Http {
  const client = axios.create({
    // The container reuses connections. If BigCommerce has closed one, the request is retried.
    httpAgent: new HttpAgent({ keepAlive: true }),
    httpsAgent: new HttpsAgent({ keepAlive: true }),
    proxy: false,
    // A followed redirect would carry the token to wherever it points.
    maxRedirects: 0,
    maxContentLength: maxBytes,
    responseType: 'text',
    transformResponse: (text: unknown) => text,
    validateStatus: () => true,
  });
  return async ({ method, url, query, headers, body, timeoutMs }) => {
    const answer = await client.request<string>({
      method,
      url,
      headers: { ...headers },
      ...(query ? { params: query } : {}),
      ...(body === undefined ? {} : { data: body }),
      timeout: timeoutMs,
      // Axios's timeout applies only while no data arrives; this one also ends a slow answer.
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: answer.status, text: answer.data, headers: answer.headers };
  };
}

/** Whether a request timed out: axios has one code for its own timeout and one for the signal. */
export function isTimeout(error: Error): boolean {
  return 'code' in error && ['ECONNABORTED', 'ETIMEDOUT', 'ERR_CANCELED'].includes(String(error.code));
}
