// A proxy between the delivery worker and Tryton. It records each call, lets single calls fail, and lets tests act just
// before or just after a call takes effect. The worker uses it as the ERP's address.
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { isRow, parseJson } from '../../lambda/shared/runtime/json';
import { listen } from '../../simulator/listen';

/** The calls that change something in Tryton, and the read of the sales under a reference; other reads are `read`. */
export type ErpOperation =
  | 'find'
  | 'create customer'
  | 'create address'
  | 'create order'
  | 'quote'
  | 'confirm'
  | 'rewrite'
  | 'cancel'
  | 'read'
  | 'another write';

export interface ErpFault {
  readonly operation: ErpOperation;
  /** The external reference of the order; any order if omitted. A read of several is of the first. */
  readonly reference?: string;
  /** `refused`: not forwarded, the connection is reset; `unanswered`: it takes effect, its answer is lost. */
  readonly kind?: 'refused' | 'unanswered';
  /** How often; once if omitted. */
  readonly times?: number;
  /** Before it is forwarded; a promise delays it. */
  readonly before?: () => void | Promise<void>;
  /** After it took effect, before its answer is passed on. */
  readonly after?: () => void | Promise<void>;
}

export interface ErpCall {
  readonly operation: ErpOperation;
  readonly reference: string | undefined;
  /** Tryton's answer; undefined if there was none. */
  readonly status: number | undefined;
  readonly startedAt: number;
}

export interface ErpProxy {
  readonly url: string;
  readonly calls: readonly ErpCall[];
  /** The largest number of calls that were under way at the same time, without those whose caller had given up. */
  mostAtOnce(): number;
  /** Arms a fault. Returns a function that counts its occurrences. */
  add(fault: ErpFault): () => number;
  stop(): Promise<void>;
}

/** Starts a proxy on a free port, in front of the Tryton at `target`. */
export async function startErpProxy(target: string): Promise<ErpProxy> {
  const state: ProxyState = { target, calls: [], armed: [], references: new Map(), underWay: 0, most: 0 };
  const server = createServer((request, response) => {
    // A Tryton that is down resets the connection, and so does its proxy.
    pass(request, response, state).catch(() => response.socket?.resetAndDestroy());
  });
  const { url, stop } = await listen(server);
  return {
    url,
    calls: state.calls,
    mostAtOnce: () => state.most,
    add(fault) {
      const entry = { fault, struck: 0 };
      state.armed.push(entry);
      return () => entry.struck;
    },
    stop,
  };
}

interface ProxyState {
  readonly target: string;
  readonly calls: ErpCall[];
  readonly armed: { readonly fault: ErpFault; struck: number }[];
  /** The reference of each sale that was seen, by its id. */
  readonly references: Map<string, string>;
  underWay: number;
  most: number;
}

async function pass(request: IncomingMessage, response: ServerResponse, state: ProxyState): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const called = readCall(request, body.toString(), state.references);
  const fault = strike(state, called);
  state.underWay += 1;
  state.most = Math.max(state.most, state.underWay);
  response.once('close', () => (state.underWay -= 1));
  await fault?.before?.();
  if (fault?.kind === 'refused') {
    response.socket?.resetAndDestroy();
    return;
  }
  const { status, type, text } = await forward(request, body, called, state);
  await fault?.after?.();
  if (fault?.kind === 'unanswered') {
    response.socket?.resetAndDestroy();
    return;
  }
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

function strike(
  { armed }: ProxyState,
  { operation, reference }: Pick<ErpCall, 'operation' | 'reference'>,
): ErpFault | undefined {
  const entry = armed.find(
    ({ fault, struck }) =>
      fault.operation === operation &&
      (fault.reference === undefined || fault.reference === reference) &&
      struck < (fault.times ?? 1),
  );
  if (entry) entry.struck += 1;
  return entry?.fault;
}

async function forward(
  request: IncomingMessage,
  body: Buffer,
  called: Pick<ErpCall, 'operation' | 'reference'>,
  state: ProxyState,
) {
  const startedAt = Date.now();
  let status: number | undefined;
  try {
    const { host, connection, 'content-length': length, ...headers } = request.headers;
    const answer = await fetch(`${state.target}${request.url ?? '/'}`, {
      method: request.method ?? 'GET',
      headers: headers as Record<string, string>,
      ...(body.length > 0 && { body }),
    });
    ({ status } = answer);
    const text = await answer.text();
    remember(text, state.references);
    return { status, type: answer.headers.get('content-type') ?? 'application/json', text };
  } finally {
    state.calls.push({ ...called, status, startedAt });
  }
}

/** Which sale has which reference, for the calls that name a sale by its id. */
function remember(text: string, references: Map<string, string>): void {
  const answer = parseJson(text);
  for (const row of Array.isArray(answer) ? answer : [answer]) {
    if (isRow(row) && row.__name__ === 'sale.sale' && typeof row.web_id === 'string') {
      references.set(String(row.id), row.web_id);
    }
  }
}

function readCall(
  { method, url = '' }: IncomingMessage,
  body: string,
  references: ReadonlyMap<string, string>,
): Pick<ErpCall, 'operation' | 'reference'> {
  const { pathname, searchParams } = new URL(url, 'http://127.0.0.1');
  const [model = '', id = '', action] = /\/rest\/model\/(.+)$/.exec(pathname)?.[1]?.split('/') ?? [];
  const known = model === 'sale.sale' ? references.get(id) : undefined;
  if (method === 'GET') {
    if (model !== 'sale.sale') return { operation: 'read', reference: undefined };
    return { operation: 'find', reference: known ?? firstReference(searchParams.get('d')) };
  }
  if (action === 'quote' || action === 'confirm' || action === 'cancel') {
    return { operation: action, reference: known };
  }
  if (method === 'PUT' && model === 'sale.sale') return { operation: 'rewrite', reference: known };
  if (method !== 'POST' || id !== '') return { operation: 'another write', reference: known };
  const created = parseJson(body);
  const { web_id: webId, code } = isRow(created) ? created : {};
  if (model === 'sale.sale') return { operation: 'create order', reference: asText(webId) };
  if (model === 'party.party') return { operation: 'create customer', reference: asText(code) };
  return { operation: model === 'party.address' ? 'create address' : 'another write', reference: undefined };
}

/** The first text in a domain that looks like a reference. */
function firstReference(domain: string | null): string | undefined {
  const text = Buffer.from(domain ?? '', 'base64url').toString();
  return /"([A-Za-z]+-\d+(?:-\d+)?)"/.exec(text)?.[1];
}

const asText = (value: unknown) => (typeof value === 'string' ? value : undefined);

/** Waits; for faults that delay a call. */
export const delay = (ms: number) => (): Promise<void> => sleep(ms);
