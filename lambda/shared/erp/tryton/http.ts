// Sends one HTTP request to Tryton with axios: connections, timeout and size limit. It does not interpret the answer.
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import axios, { AxiosError } from 'axios';

/** Far above a sale with a thousand lines, far below a function's memory. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/**
 * An idle connection is closed after this time. A container that was frozen would send its first request over one that the
 * server closed long ago, and not know what became of it.
 */
const IDLE_MS = 4_000;

export interface HttpRequest {
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** From the first byte to the last. */
  readonly timeoutMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/** That no complete answer came. Its text has the code only: axios's own error contains the key and the body. */
export class LostAnswer extends Error {
  override readonly name = 'LostAnswer';

  constructor(
    /** Such as `ECONNRESET`. */
    readonly code: string,
    /** What the network was doing, such as `connect` or `read`; empty if it is not known. */
    readonly during: string,
  ) {
    super(`No answer (${code}).`);
  }
}

/** Sends one request. Throws LostAnswer if no complete answer came. */
export type Http = (request: HttpRequest) => Promise<HttpAnswer>;

/** Creates the sender that one container shares, with its connections. */
export function createHttp({ maxBytes = MAX_ANSWER_BYTES, idleMs = IDLE_MS } = {}): Http {
  // While a request is under way, its own timeout counts and not the agent's.
  const connections = { keepAlive: true, timeout: idleMs };
  const client = axios.create({
    httpAgent: new HttpAgent(connections),
    httpsAgent: new HttpsAgent(connections),
    proxy: false,
    // A followed redirect would carry the key and the order to wherever it points.
    maxRedirects: 0,
    maxContentLength: maxBytes,
    maxBodyLength: maxBytes,
    responseType: 'text',
    transformResponse: (text: unknown) => text,
    validateStatus: () => true,
  });
  return async ({ method, url, headers, body, timeoutMs }) => {
    try {
      const { status, data } = await client.request<string>({
        method,
        url,
        headers: { ...headers },
        ...(body === undefined ? {} : { data: body }),
        timeout: timeoutMs,
        // Axios's timeout applies only while no data arrives; this one also ends a slow answer.
        signal: AbortSignal.timeout(timeoutMs),
      });
      return { status, text: data };
    } catch (error) {
      throw toLostAnswer(error);
    }
  };
}

function toLostAnswer(error: unknown): LostAnswer {
  const cause = error instanceof AxiosError ? error.cause : error;
  const code = textOf(error, 'code') ?? textOf(cause, 'code') ?? 'UNKNOWN';
  return new LostAnswer(code, textOf(cause, 'syscall') ?? '');
}

function textOf(value: unknown, name: 'code' | 'syscall'): string | undefined {
  const found: unknown =
    value instanceof Error ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined;
  return typeof found === 'string' && found !== '' ? found : undefined;
}
