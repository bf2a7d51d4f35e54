// Calls a store in a test: over its socket, or directly through `handle`.
import type { Answer, Simulator, Store } from '../../simulator/index';

/** An answer with its body parsed, if it can be. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  text: string;
  body: unknown;
}

type Headers = Record<string, string>;

function headersFor(store: Store, body: unknown, headers: Headers): Headers {
  return {
    'X-Auth-Token': store.credentials.accessToken,
    Accept: 'application/json',
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...headers,
  };
}

function pathFor(store: Store, path: string): string {
  return path.startsWith('/v3')
    ? `/stores/${store.credentials.storeHash}${path}`
    : `/stores/${store.credentials.storeHash}/v2${path}`;
}

/** One call over HTTP; a V2 path stands alone, a V3 path has its version. */
export async function fetchFrom(
  simulator: Simulator,
  method: string,
  path: string,
  body?: unknown,
  headers: Headers = {},
): Promise<Reply> {
  const answer = await fetch(simulator.url + pathFor(simulator, path), {
    method,
    headers: headersFor(simulator, body, headers),
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: Object.fromEntries(answer.headers), text, body: parsed(text) };
}

/** One call without a socket; throws if the connection would have broken. */
export async function ask(
  store: Store,
  method: string,
  path: string,
  body?: unknown,
  headers: Headers = {},
): Promise<Reply> {
  const answer = await store.handle({
    method,
    path: path.startsWith('/stores') ? path : pathFor(store, path),
    headers: headersFor(store, body, headers),
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  if ('fault' in answer) throw new Error(`The connection broke: ${answer.fault}.`);
  return reply(answer);
}

function reply({ status, headers, body }: Answer): Reply {
  return { status, headers: { ...headers }, text: body, body: parsed(body) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The body as an object. */
export function fields({ body }: Reply): Record<string, unknown> {
  return body as Record<string, unknown>;
}

/** The body as a list of objects. */
export function rows({ body }: Reply): Record<string, unknown>[] {
  return body as Record<string, unknown>[];
}

/** The ids in a list. */
export function ids(reply: Reply): unknown[] {
  return rows(reply).map(({ id }) => id);
}
