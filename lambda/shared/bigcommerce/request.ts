// Sends requests to BigCommerce: one at a time per endpoint, within the quota, with timeout, token and retries.
import { setTimeout as wait } from 'node:timers/promises';
import { badAnswer, codeOf, noAnswer, readValue } from './response';
import { logCall } from './call-log';
import { OutOfTimeError } from '../runtime/errors';
import type { BigCommerceError } from '../runtime/errors';
import { createHttp, isTimeout } from './http';
import type { Http, HttpAnswer, HttpRequest } from './http';
import type { Log } from '../runtime/log';
import { readQuota } from './quota';
import type { Quota } from './quota';
import { afterFailure } from './retry';
import type { FailedTry } from './retry';
import { createLanes, createTurns } from './throttle';

/**
 * The default timeout of a request. BigCommerce documents no limit; its lists of 250 take seconds. PUTs always have this
 * timeout, because the lease outlives an invocation by only a little more.
 */
const REQUEST_TIMEOUT_MS = 10_000;

const TIMED_OUT = 'timeout';

const TOO_MANY_REQUESTS = 429;

export interface RequestsOptions {
  readonly apiUrl: string;
  readonly storeHash: string;
  readonly quotaReservePercent: number;
  /** The access token; `fresh` fetches it again, after BigCommerce refused the known one. */
  readonly accessToken: (fresh?: boolean) => Promise<string>;
  readonly http?: Http;
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
  /** For the log, if the request is about one order. */
  readonly orderId?: number;
  readonly query?: Query;
  /** Lighter queries for the next tries: the next one after a refusal, the last one after a timeout. */
  readonly lighter?: readonly Query[];
  readonly body?: unknown;
  /** Narrows the answer's JSON (undefined where there was no body); undefined for a body that cannot be right. */
  readonly read: (body: unknown) => T | undefined;
  /** Retried only after a 429: the caller has an alternative. */
  readonly once?: boolean | undefined;
  /** Epoch milliseconds: the request is not sent after this time. */
  readonly notAfter?: number;
  /** The timeout of one try; by default the container's. */
  readonly timeoutMs?: number | undefined;
}

export type Query = Readonly<Record<string, string | number>>;

/** The requested value, or that it does not exist (404); `startedAt` is the start of the last try, in epoch milliseconds. */
type OneAnswer<T> =
  | { readonly found: true; readonly value: T; readonly startedAt: number }
  | { readonly found: false; readonly startedAt: number };

/** `lightened`: how many lighter queries were needed. */
export type Answer<T> = OneAnswer<T> & { readonly lightened: number };

/** Sends a GET within one invocation; reads may have a timeout of their own. */
export type Get = <T>(request: Omit<StoreRequest<T>, 'method'>) => Promise<Answer<T>>;

/** Sends a request, giving up at `deadline` (epoch milliseconds). Throws BigCommerceError or ConfigurationError. */
export type Send = <T>(request: StoreRequest<T>, deadline: number) => Promise<Answer<T> | 'too-late'>;

/**
 * Creates the connections, lanes and quota that the invocations of a container share. Returns a function that creates a
 * sender for one invocation, which logs every request to `log`.
 */
export function createRequests(options: RequestsOptions): (log?: Log) => Send {
  const { now = Date.now, sleep = wait, random = Math.random } = options;
  const attempt = createAttempt(options, now);
  const inLane = createLanes();
  const turns = createTurns({ ...options, now, sleep });

  async function sendInTurn<T>(
    request: StoreRequest<T>,
    deadline: number,
    log: Log | undefined,
  ): Promise<Answer<T> | 'too-late'> {
    let lightened = 0;
    for (let tries = 0; ;) {
      const asked = lighten(request, lightened);
      const turn = await turns.take(deadline);
      if (turn === undefined) throw outOfTime(request);
      let outcome: TryResult<T> | undefined;
      try {
        outcome = await attempt(asked, deadline, log);
      } finally {
        turn.end(outcome && shownQuota(outcome, now()));
      }
      if (outcome.kind === 'too-late') return outcome.kind;
      if (outcome.kind === 'answered') return { ...outcome.answer, lightened };
      const timeLeftMs = deadline - now();
      const next = afterFailure(toFailedTry(request, outcome, tries, timeLeftMs), random);
      const steps = stepsAfter(outcome, request, lightened);
      const isLighter = steps > lightened && next.pauseMs < timeLeftMs;
      if (next.pausesAll) turns.pause(next.pauseMs);
      // An exhausted quota does not depend on the request, so it is also retried with `once`.
      const isAgain = next.again && (request.once !== true || outcome.http?.status === TOO_MANY_REQUESTS);
      if (!isAgain && !isLighter) throw outcome.error;
      if (isAgain && !next.pausesAll) await sleep(next.pauseMs);
      ({ tries } = next);
      lightened = steps;
    }
  }

  return (log) => (request, deadline) => inLane(request.endpoint, () => sendInTurn(request, deadline, log));
}

function lighten<T>(request: StoreRequest<T>, steps: number): StoreRequest<T> {
  const query = steps === 0 ? undefined : request.lighter?.[steps - 1];
  return query === undefined ? request : { ...request, query };
}

/**
 * How many lighter queries the next try needs. Any refusal may be about an extra, except one of credentials or for the number
 * of calls (429). After a timeout, the lightest query is sent.
 */
function stepsAfter<T>(
  { error, http, lost }: Extract<TryResult<T>, { kind: 'failed' }>,
  { lighter = [] }: StoreRequest<T>,
  lightened: number,
): number {
  if (error.kind === 'configuration' || http?.status === TOO_MANY_REQUESTS) return lightened;
  return lost === TIMED_OUT ? lighter.length : Math.min(lightened + 1, lighter.length);
}

/** The result of one try. `http` is the answer, if one came; `lost` is the code of the error otherwise. */
type TryResult<T> = { readonly http?: HttpAnswer } & (
  | { readonly kind: 'too-late' }
  | { readonly kind: 'answered'; readonly answer: OneAnswer<T> }
  | { readonly kind: 'failed'; readonly error: BigCommerceError; readonly lost?: string }
);

/** One try, logged. A 401 to a GET is tried once more, with a token that is fetched again. */
function createAttempt(options: RequestsOptions, now: () => number) {
  const askOnce = createAskOnce(options, now);
  return async function attempt<T>(
    request: StoreRequest<T>,
    deadline: number,
    log: Log | undefined,
    fresh = false,
  ): Promise<TryResult<T>> {
    const token = await options.accessToken(fresh);
    const startedAt = now();
    const outcome = await askOnce(request, token, deadline);
    if (outcome.kind === 'too-late') return outcome;
    const endedAt = now();
    const quotaLeft = shownQuota(outcome, endedAt)?.quota?.left;
    if (log) logCall(log, request, { ...outcome, quotaLeft, durationMs: endedAt - startedAt });
    const isRefused = outcome.http?.status === 401;
    if (isRefused && !fresh && request.method === 'GET') return attempt(request, deadline, log, true);
    if (isRefused) await options.accessToken(true);
    return outcome;
  };
}

/** One HTTP request: no answer, an unusable one, or the answer. */
function createAskOnce(options: RequestsOptions, now: () => number) {
  const { timeoutMs: defaultMs = REQUEST_TIMEOUT_MS, http = createHttp() } = options;
  return async function askOnce<T>(
    request: StoreRequest<T>,
    token: string,
    deadline: number,
  ): Promise<TryResult<T>> {
    const startedAt = now();
    if (startedAt > (request.notAfter ?? Infinity)) return { kind: 'too-late' };
    const timeoutMs = Math.max(1, Math.min(request.timeoutMs ?? defaultMs, deadline - startedAt));
    const sent = http({ ...toHttpRequest(request, token, options), timeoutMs });
    const came = await sent.catch((error: unknown) => asError(error));
    if (came instanceof Error) {
      const lost = isTimeout(came) ? TIMED_OUT : codeOf(came);
      return { kind: 'failed', error: noAnswer(call(request), came), lost };
    }
    return { http: came, ...toResult(request, came, startedAt) };
  };
}

function toHttpRequest(
  { method, path, query, body }: StoreRequest<unknown>,
  token: string,
  { apiUrl, storeHash }: RequestsOptions,
): Omit<HttpRequest, 'timeoutMs'> {
  return {
    method,
    url: `${apiUrl}/stores/${storeHash}${path}`,
    ...(query ? { query } : {}),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    headers: {
      Accept: 'application/json',
      'X-Auth-Token': token,
      'User-Agent': 'order-replication',
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
  };
}

function toResult<T>(request: StoreRequest<T>, { status, text }: HttpAnswer, startedAt: number) {
  if (status === 404) return { kind: 'answered', answer: { found: false, startedAt } } as const;
  const value = readValue(status, text, request.read);
  if (value !== undefined) return { kind: 'answered', answer: { found: true, value, startedAt } } as const;
  return { kind: 'failed', error: badAnswer(call(request), status, text) } as const;
}

function toFailedTry<T>(
  { method }: StoreRequest<T>,
  { error, lost, http }: Extract<TryResult<T>, { kind: 'failed' }>,
  triesBefore: number,
  timeLeftMs: number,
): FailedTry {
  const said = http && { status: http.status, header: header(http) };
  return { method, kind: error.kind, timedOut: lost === TIMED_OUT, triesBefore, timeLeftMs, ...said };
}

/** The quota that an answer shows. A refusal without quota headers does not mean that the store has no quota. */
function shownQuota(
  { kind, http }: TryResult<unknown>,
  now: number,
): { readonly quota: Quota | undefined } | undefined {
  const quota = http && readQuota(header(http), now);
  return quota !== undefined || kind === 'answered' ? { quota } : undefined;
}

const header =
  ({ headers }: HttpAnswer) =>
  (name: string) =>
    headers[name];

function outOfTime(request: StoreRequest<unknown>): Error {
  return new OutOfTimeError(
    `${call(request)} was not sent: too little of the invocation's time is left.`,
    'retryable',
  );
}

function call(request: StoreRequest<unknown>): string {
  return `${request.method} ${request.path}`;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
