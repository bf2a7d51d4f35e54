// One HTTP request to BigCommerce at a time per endpoint: its timeout, its retries, the store's quota.
// Apart from bigcommerce.ts, so that what is asked and how it is asked can each be read in a minute.
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';
import axios from 'axios';
import type { AxiosResponse } from 'axios';
import { badAnswer, noAnswer, readValue } from './answers';
import { BigCommerceError } from './errors';
import { backoffMs, MAX_ATTEMPTS, quotaPauseMs, readQuota, requestedPauseMs } from './retry';
import type { Quota } from './retry';

/** One request must end within this time. BigCommerce names no limit of its own; its lists of 250 take seconds. */
const REQUEST_TIMEOUT_MS = 10_000;

/** A request that hangs keeps others of its lane waiting: it is repeated once, not three times. */
const TIMEOUT_COUNTS_AS = 2;

/** Far above a list of 250 large orders, far below a function's memory. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

export interface RequestsOptions {
  readonly apiUrl: string;
  readonly storeHash: string;
  readonly quotaReservePercent: number;
  /** The access token; `fresh` refetches it, after BigCommerce refused the one at hand. */
  readonly accessToken: (fresh?: boolean) => Promise<string>;
  readonly now?: () => number;
  readonly sleep?: (ms: number) => Promise<unknown>;
  readonly random?: () => number;
  readonly timeoutMs?: number;
}

export interface StoreRequest<T> {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** The path's template: a worker has at most one call in flight on each, as BigCommerce once asked (limit 3). */
  readonly endpoint: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: unknown;
  /** Narrows the answer's JSON (undefined where there was no body); undefined for a body that cannot be right. */
  readonly read: (body: unknown) => T | undefined;
  /** Epoch milliseconds: when its turn comes later than this, the request is not sent. */
  readonly notAfter?: number;
}

/** What was asked for, or that it is not there (404); `startedAt` is when this very request began. */
export type Answer<T> =
  | { readonly found: true; readonly value: T; readonly startedAt: number }
  | { readonly found: false; readonly startedAt: number };

/** Sends a request, giving up at `deadline` (epoch milliseconds). Throws BigCommerceError or ConfigurationError. */
export type Send = <T>(request: StoreRequest<T>, deadline: number) => Promise<Answer<T> | 'too late'>;

/** Makes the sender that one container shares; lanes and quota live as long as it does. */
export function createRequests(options: RequestsOptions): Send {
  const { now = Date.now, sleep = wait, random = Math.random } = options;
  const attempt = createAttempt(options, now);
  const inLane = createLanes();
  let pausedUntil = 0;
  let quota: Quota | undefined;

  async function waitForTurn(request: StoreRequest<unknown>, deadline: number): Promise<void> {
    const ms = Math.max(pausedUntil - now(), quotaPauseMs(quota, options.quotaReservePercent, now()));
    if (now() + ms >= deadline) throw outOfTime(request);
    if (ms > 0) await sleep(ms);
    if (quota !== undefined) quota = { ...quota, left: quota.left - 1 };
  }

  async function sendInTurn<T>(request: StoreRequest<T>, deadline: number): Promise<Answer<T> | 'too late'> {
    for (let attempts = 0; ;) {
      await waitForTurn(request, deadline);
      const outcome = await attempt(request, deadline);
      if (outcome === 'too late') return outcome;
      quota = outcome.quota ?? quota;
      if (outcome.answer) return outcome.answer;
      attempts += outcome.timedOut ? TIMEOUT_COUNTS_AS : 1;
      pausedUntil = Math.max(pausedUntil, now() + (outcome.pauseMs ?? 0));
      const pauseMs = outcome.pauseMs ?? backoffMs(attempts, random);
      // A write is never repeated here: whether the first one took effect is for the caller to find out.
      const mayRepeat = request.method === 'GET' && outcome.again && attempts < MAX_ATTEMPTS;
      if (!mayRepeat || now() + pauseMs >= deadline) throw outcome.error;
      await sleep(pauseMs);
    }
  }

  return (request, deadline) => inLane(request.endpoint, () => sendInTurn(request, deadline));
}

type Outcome<T> =
  | 'too late'
  | { readonly answer: Answer<T>; readonly quota?: Quota | undefined }
  | {
      readonly answer?: undefined;
      readonly error: Error;
      readonly again: boolean;
      readonly timedOut?: boolean;
      readonly pauseMs?: number | undefined;
      readonly quota?: Quota | undefined;
    };

/** One try: no answer, an unusable one, or the answer. A 401 is tried once more with a token fetched afresh. */
function createAttempt(options: RequestsOptions, now: () => number) {
  const { timeoutMs = REQUEST_TIMEOUT_MS } = options;
  const http = axios.create({
    // The container reuses connections; a request whose connection BigCommerce has closed meanwhile is repeated.
    httpAgent: new HttpAgent({ keepAlive: true }),
    httpsAgent: new HttpsAgent({ keepAlive: true }),
    proxy: false,
    // A followed redirect would carry the token to wherever it points.
    maxRedirects: 0,
    maxContentLength: MAX_ANSWER_BYTES,
    responseType: 'text',
    transformResponse: (text: unknown) => text,
    validateStatus: () => true,
  });

  async function request(
    wanted: StoreRequest<unknown>,
    token: string,
    deadline: number,
  ): Promise<AxiosResponse<string>> {
    const ms = Math.max(1, Math.min(timeoutMs, deadline - now()));
    return http.request<string>({
      method: wanted.method,
      url: `${options.apiUrl}/stores/${options.storeHash}${wanted.path}`,
      ...(wanted.query ? { params: wanted.query } : {}),
      ...(wanted.body === undefined ? {} : { data: JSON.stringify(wanted.body) }),
      headers: {
        Accept: 'application/json',
        'X-Auth-Token': token,
        'User-Agent': 'order-replication',
        ...(wanted.body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      timeout: ms,
      signal: AbortSignal.timeout(ms),
    });
  }

  return async function attempt<T>(
    wanted: StoreRequest<T>,
    deadline: number,
    fresh = false,
  ): Promise<Outcome<T>> {
    const token = await options.accessToken(fresh);
    const startedAt = now();
    if (startedAt > (wanted.notAfter ?? Infinity)) return 'too late';
    const answer = await request(wanted, token, deadline).catch((error: unknown) => asError(error));
    if (answer instanceof Error) {
      return { again: true, timedOut: isTimeout(answer), error: noAnswer(call(wanted), answer) };
    }
    const quota = readQuota((name) => answer.headers[name], now());
    if (answer.status === 401 && !fresh && wanted.method === 'GET') return attempt(wanted, deadline, true);
    if (answer.status === 401) await options.accessToken(true);
    return { quota, ...judge(wanted, answer, startedAt) };
  };
}

function judge<T>(
  wanted: StoreRequest<T>,
  { status, data, headers }: AxiosResponse<string>,
  startedAt: number,
) {
  if (status === 404) return { answer: { found: false, startedAt } as const };
  const value = readValue(status, data, wanted.read);
  if (value !== undefined) return { answer: { found: true, value, startedAt } as const };
  const error = badAnswer(call(wanted), status, data);
  const pauseMs = requestedPauseMs(status, (name) => headers[name]);
  return { error, again: error.kind === 'retryable', pauseMs };
}

function outOfTime(wanted: StoreRequest<unknown>): Error {
  return new BigCommerceError(
    `${call(wanted)} was not sent: too little of the invocation's time is left.`,
    'retryable',
  );
}

function call(wanted: StoreRequest<unknown>): string {
  return `${wanted.method} ${wanted.path}`;
}

/** Axios's codes for its own timeout, and for our signal. */
function isTimeout(error: Error): boolean {
  return 'code' in error && ['ECONNABORTED', 'ETIMEDOUT', 'ERR_CANCELED'].includes(String(error.code));
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** Runs tasks of one lane one after the other, tasks of different lanes side by side. */
function createLanes() {
  const ends = new Map<string, Promise<unknown>>();
  return function inLane<T>(lane: string, task: () => Promise<T>): Promise<T> {
    const turn = (ends.get(lane) ?? Promise.resolve()).then(task);
    ends.set(
      lane,
      turn.catch(() => undefined),
    );
    return turn;
  };
}
