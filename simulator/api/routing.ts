// Parses a request: version, route, ids in the path, query. No input of a client may throw here.
import type { Answer } from './response';
import { isRecord } from '../json';
import type { StoreState } from './state';

/** A request as the server receives it; the path includes the query. */
export interface StoreRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body?: string;
}

/** One endpoint of the store. `{name}` in a template stands for a whole number. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Without `/stores/{hash}`, with the version: `/v2/orders/{id}`. */
  readonly template: string;
  /** The OAuth scope that it requires, without `_read_only`. */
  readonly scope?: 'store_v2_orders' | 'store_v2_information';
  run(call: Call): Answer;
}

/** A parsed request. */
export interface Call {
  readonly store: StoreState;
  readonly method: string;
  readonly path: string;
  /** Whether path and query can be decoded. */
  readonly isDecodable: boolean;
  readonly version: 'v2' | 'v3';
  /** Undefined if the path belongs to no store. */
  readonly storeHash: string | undefined;
  /** As in the log: `PUT /orders/{id}`. */
  readonly endpoint: string;
  readonly route?: Route;
  /** Whether the path is known, with this or another method. */
  readonly pathIsKnown: boolean;
  readonly ids: Readonly<Record<string, number>>;
  readonly query: URLSearchParams;
  readonly asksForJson: boolean;
  readonly rawBody: string;
  /** The parsed body; undefined if there is none or it is invalid. */
  readonly body: unknown;
  header(name: string): string | undefined;
}

const STORE_PATH = /^\/stores\/([^/]*)\/(v2|v3)(\/.*)$/;
const BAD_ENCODING = /%(?![0-9a-f]{2})/i;

/** Parses a request; the call has no route if none matches. */
export function parseCall(store: StoreState, routes: readonly Route[], request: StoreRequest): Call {
  const [fullPath = '', ...query] = request.path.split('?');
  const [, storeHash, version = 'v2', tail = ''] = STORE_PATH.exec(fullPath) ?? [];
  const path = `/${version}${tail.replace(/(\.json)?\/?$/, '')}`;
  const method = request.method.toUpperCase();
  const known = routes.filter((route) => idsIn(route.template, path));
  const route = known.find((candidate) => candidate.method === method);
  const headers = new Map(
    Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value ?? '')]),
  );
  const rawBody = request.body ?? '';
  return {
    store,
    method,
    path: fullPath,
    isDecodable: isDecodable(request.path),
    version: version === 'v3' ? 'v3' : 'v2',
    storeHash,
    endpoint: `${method} ${known[0] ? endpointPath(known[0].template) : '(unknown)'}`,
    ...(route ? { route } : {}),
    pathIsKnown: known.length > 0,
    ids: (known[0] && idsIn(known[0].template, path)) ?? {},
    query: new URLSearchParams(query.join('?')),
    asksForJson: tail.endsWith('.json') || (headers.get('accept') ?? '').includes('application/json'),
    rawBody,
    body: parse(rawBody),
    header: (name) => headers.get(name),
  };
}

function isDecodable(path: string): boolean {
  if (BAD_ENCODING.test(path)) return false;
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/** The path in the log: V2 paths without their version, except hooks, which exist in both versions. */
function endpointPath(template: string): string {
  return template.startsWith('/v2/') && template !== '/v2/hooks' ? template.slice('/v2'.length) : template;
}

function idsIn(template: string, path: string): Record<string, number> | undefined {
  const expected = template.split('/');
  const given = path.replace('/shippingaddresses', '/shipping_addresses').split('/');
  if (expected.length !== given.length) return undefined;
  const ids: Record<string, number> = {};
  for (const [index, part] of expected.entries()) {
    const value = given[index] ?? '';
    if (part.startsWith('{') && /^\d{1,15}$/.test(value)) ids[part.slice(1, -1)] = Number(value);
    else if (part !== value) return undefined;
  }
  return ids;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The parsed body if it is a JSON object. */
export function objectBody(call: Call): Readonly<Record<string, unknown>> | undefined {
  return isRecord(call.body) ? call.body : undefined;
}

/** The id of the order in the call's path, if there is one. */
export function orderIdOf(call: Call): number | undefined {
  return call.endpoint.includes('/orders/{id}') ? call.ids.id : undefined;
}
