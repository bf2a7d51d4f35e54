// Sends requests to Tryton's REST API: URL, key, company, time limits. One call is one request, except that a refused key is
// fetched again once.
import { ConfigurationError } from '../../runtime/errors';
import { isRow, parseJson } from '../../runtime/json';
import type { ErpSettings } from '../erp';
import { badAnswer, noAnswer, notSent } from './classify';
import { LostAnswer } from './http';
import type { Http, HttpAnswer, HttpRequest } from './http';

export interface TrytonCall {
  /** For messages and logs, such as `create order`. */
  readonly call: string;
  readonly method: HttpRequest['method'];
  /** Such as `sale.sale/5/quote`; never a value from outside. */
  readonly path: string;
  readonly domain?: unknown;
  readonly fields?: readonly string[];
  readonly body?: unknown;
  /** The company's id, on which the records that the user sees depend. */
  readonly company?: number;
  /** Epoch milliseconds: the request does not leave later. */
  readonly notAfter?: number;
}

export interface Answered {
  readonly body: unknown;
  readonly status: number;
}

/** Sends one request and returns the JSON of a 200. Throws ErpError, or ConfigurationError for unusable credentials. */
export type Call = (request: TrytonCall) => Promise<Answered>;

export function createCalls(settings: ErpSettings, database: string, http: Http): Call {
  const { url, credentials, now, requestTimeoutMs, callsUntil, onCall } = settings;
  const root = `${url.endsWith('/') ? url.slice(0, -1) : url}/${encodeURIComponent(database)}/rest/model/`;

  async function send(request: TrytonCall, key: string): Promise<HttpAnswer> {
    const startedAt = now();
    if (startedAt > Math.min(callsUntil, request.notAfter ?? Infinity)) throw notSent(request.call);
    let status: number | undefined;
    try {
      const answer = await http({ ...toHttpRequest(request, root, key), timeoutMs: requestTimeoutMs });
      ({ status } = answer);
      return answer;
    } catch (error) {
      throw error instanceof LostAnswer ? noAnswer(request.call, error) : error;
    } finally {
      onCall?.({ call: request.call, status, durationMs: now() - startedAt });
    }
  }

  return async (request) => {
    const key = readKey(await credentials());
    const first = await send(request, key);
    const answer = first.status === 401 ? await sendWithFreshKey(request, key, first) : first;
    const body = answer.status === 200 ? parseJson(answer.text) : undefined;
    if (body === undefined) throw badAnswer(request.call, answer, subjectOf(request));
    return { body, status: answer.status };
  };

  /** A 401 proves refusal, so that even a write may be sent again; only another key makes a difference. */
  async function sendWithFreshKey(request: TrytonCall, refused: string, answer: HttpAnswer) {
    const key = readKey(await credentials(true));
    return key === refused ? answer : send(request, key);
  }
}

/** A record's id follows its model, as in `sale.sale/5/quote`. */
const subjectOf = ({ path }: TrytonCall) => (/^[a-z._]+\/\d+/.test(path) ? 'record' : 'model');

function toHttpRequest(request: TrytonCall, root: string, key: string): Omit<HttpRequest, 'timeoutMs'> {
  const { method, path, domain, fields = [], body, company } = request;
  const query = new URLSearchParams(domain === undefined ? {} : { d: base64(domain) });
  for (const field of fields) query.append('f', field);
  return {
    method,
    url: `${root}${path}?${query.toString()}`,
    headers: {
      Accept: 'application/json',
      // The error table has the English messages.
      'Accept-Language': 'en',
      Authorization: `bearer ${key}`,
      'User-Agent': 'order-replication',
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(company === undefined ? {} : { 'X-Tryton-Context': base64({ company }) }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
}

/** Base64url with padding: Tryton answers 500 without it. */
function base64(value: unknown): string {
  const text = Buffer.from(JSON.stringify(value)).toString('base64url');
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
}

function readKey(credentials: string): string {
  const value = parseJson(credentials);
  const key = isRow(value) ? value.key : undefined;
  // A header cannot contain any other character.
  if (typeof key === 'string' && /^[\x21-\x7e]+$/.test(key)) return key;
  throw new ConfigurationError(
    'The credentials of the ERP are unusable: expected JSON such as {"key": "…"} with the key of a user application of Tryton.',
  );
}
