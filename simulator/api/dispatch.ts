// The way of one request through the store: logged, let in or refused, struck by faults, answered late. Half of
// the latency passes before the call takes effect and half after it, as on a real line.
import { asXml, notFound } from './response';
import type { Answer, BrokenAnswer } from './response';
import { damaged } from './broken-responses';
import type { Fault, FaultedCall } from './faults';
import { refuse } from './authorize';
import { locate, orderIdOf } from './routing';
import type { Call, Route, StoreRequest } from './routing';
import type { RequestLog } from '../request-log';
import { isRecord } from '../json';
import { DEFAULT_LIMIT } from './paging';
import type { StoreState } from './state';

/** Answers one request of the API. Throws only what a fault's hook throws. */
export async function handle(
  store: StoreState,
  routes: readonly Route[],
  request: StoreRequest,
): Promise<Answer | BrokenAnswer> {
  const call = locate(store, routes, request);
  const end = begin(call);
  let outcome: Answer | BrokenAnswer | undefined;
  try {
    outcome = await answer(call);
    return outcome;
  } finally {
    end(outcome && ('fault' in outcome ? outcome.fault : outcome.status), store.clock.now());
  }
}

function begin(call: Call): ReturnType<RequestLog['begin']> {
  const orderId = orderIdOf(call);
  return call.store.log.begin({
    method: call.method,
    path: call.path,
    query: Object.fromEntries(call.query),
    endpoint: call.endpoint,
    ...(orderId === undefined ? {} : { orderId }),
    ...(call.rawBody === '' ? {} : { body: call.body ?? call.rawBody }),
    startedAt: call.store.clock.now(),
  });
}

async function answer(call: Call): Promise<Answer | BrokenAnswer> {
  const { store, route } = call;
  const refusal = refuse(call);
  const quotaHeaders = store.quota.headers();
  const halfway = store.settings.latencyMs / 2;
  if (refusal || !route) {
    await store.clock.sleep(2 * halfway);
    return dressed(formed(call, refusal ?? notFound(store.switches)), quotaHeaders);
  }
  const seen = seenBy(call);
  const faults = store.faults.strike({
    ...seen,
    limit: Number(call.query.get('limit') ?? DEFAULT_LIMIT),
    contains: (orderId) => answersWith(call, route, orderId),
  });
  await store.clock.sleep(halfway + delay(faults, 'before'));
  const outcome = await effect(call, route, faults, seen);
  await store.clock.sleep(halfway + delay(faults, 'after'));
  if ('fault' in outcome) {
    return outcome.partial ? { ...outcome, partial: dressed(outcome.partial, quotaHeaders) } : outcome;
  }
  return dressed(outcome, quotaHeaders);
}

/** The call as faults and their hooks see it. */
function seenBy(call: Call): FaultedCall {
  const orderId = orderIdOf(call);
  return { endpoint: call.endpoint, body: call.body, ...(orderId === undefined ? {} : { orderId }) };
}

/** Whether the answer of a GET contains an order: the order itself, a list with it, or one of its own lists. */
function answersWith(call: Call, route: Route, orderId: number): boolean {
  if (call.method !== 'GET') return false;
  if (orderIdOf(call) === orderId) return true;
  if (call.endpoint !== 'GET /orders') return false;
  const { body } = route.run(call);
  const rows: unknown = body === '' ? [] : JSON.parse(body);
  return Array.isArray(rows) && rows.some((row: unknown) => isRecord(row) && row.id === orderId);
}

async function effect(
  call: Call,
  route: Route,
  faults: readonly Fault[],
  seen: FaultedCall,
): Promise<Answer | BrokenAnswer> {
  for (const { before } of faults) await before?.(seen);
  const damage = faults.find((fault) => fault.kind !== undefined);
  const outcome = damaged(damage?.kind ? damage : undefined, () => formed(call, route.run(call)), call.store);
  for (const { after } of faults) await after?.(seen);
  return outcome;
}

function delay(faults: readonly Fault[], when: 'before' | 'after'): number {
  const slow = faults.find((fault) => fault.kind === 'slow');
  return slow?.kind === 'slow' && (slow.when ?? 'before') === when ? slow.delayMs : 0;
}

/** The answer in the form that was asked for. */
function formed(call: Call, plain: Answer): Answer {
  const asJson = call.version === 'v3' || call.asksForJson || !call.store.switches.xmlWithoutAccept;
  return asJson ? plain : asXml(plain, call.endpoint.match(/[a-z_]+/g)?.at(-1) ?? 'answer');
}

/** The answer with the headers that every one carries; a 429 has what its own mode says and nothing more. */
function dressed(answered: Answer, quotaHeaders: Readonly<Record<string, string>>): Answer {
  const quota = answered.status === 429 ? {} : quotaHeaders;
  return { ...answered, headers: { ...quota, ...answered.headers } };
}
