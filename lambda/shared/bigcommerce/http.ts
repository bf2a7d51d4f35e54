// One HTTP exchange with BigCommerce, by axios: its connections, its timeout, its bounds. What it means is not its business.
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

/** Sends one request. Rejects when no whole answer came: with axios's `code` where it knows one. */
export type Http = (request: HttpRequest) => Promise<HttpAnswer>;

/** Makes the sender that one container shares, and with it its connections. A larger answer than `maxBytes` is an error. */
export function createHttp(maxBytes = MAX_ANSWER_BYTES): Http {
  const client = axios.create({
    // The container reuses connections; a request whose connection BigCommerce has closed meanwhile is repeated.
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
      // Axios's own timeout is over silence only; an answer that trickles ends by this one.
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: answer.status, text: answer.data, headers: answer.headers };
  };
}

/** Whether a request ended because its time was over: axios's codes for its own timeout, and for the signal. */
export function isTimeout(error: Error): boolean {
  return 'code' in error && ['ECONNABORTED', 'ETIMEDOUT', 'ERR_CANCELED'].includes(String(error.code));
}
