// The path of one request through the store: log, authorization, faults, effect, response. Half of the latency passes
// before the call takes effect and half after it, as on a real network.
import { asXml, notFound } from './response';
import type { Answer, BrokenAnswer } from './response';
import { runDamaged } from './broken-responses';
import type { Fault, FaultedCall } from './faults';
import { refuse } from './authorize';
import { parseCall, orderIdOf } from './routing';
import type { Call, Route, StoreRequest } from './routing';
import type { RequestLog } from '../request-log';
import { isRecord } from '../json';
import { DEFAULT_LIMIT } from './paging';
import type { StoreState } from './state';

/** Answers one request of the API. Throws only the errors of a fault's hooks. */
export async function handle(
  store: StoreState,
  routes: readonly Route[],
  request: StoreRequest,
): Promise<Answer | BrokenAnswer> {
  const call = parseCall(store, routes, request);
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
    return withQuota(inFormat(call, refusal ?? notFound(store.switches)), quotaHeaders);
  }
  const faulted = faultedCall(call);
  const faults = store.faults.strike({
    ...faulted,
    limit: Number(call.query.get('limit') ?? DEFAULT_LIMIT),
    contains: (orderId) => contains(call, route, orderId),
  });
  await store.clock.sleep(halfway + delay(faults, 'before'));
  const outcome = await effect(call, route, faults, faulted);
  await store.clock.sleep(halfway + delay(faults, 'after'));
  if ('fault' in outcome) {
    return outcome.partial ? { ...outcome, partial: withQuota(outcome.partial, quotaHeaders) } : outcome;
  }
  return withQuota(outcome, quotaHeaders);
}

/** The call as faults and their hooks see it. */
function faultedCall(call: Call): FaultedCall {
  const orderId = orderIdOf(call);
  return { endpoint: call.endpoint, body: call.body, ...(orderId === undefined ? {} : { orderId }) };
}

/** Whether the answer of a GET contains an order: the order itself, a list with it, or one of its own lists. */
function contains(call: Call, route: Route, orderId: number): boolean {
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
  faulted: FaultedCall,
): Promise<Answer | BrokenAnswer> {
  for (const { before } of faults) await before?.(faulted);
  const damage = faults.find((fault) => fault.kind !== undefined);
  const outcome = runDamaged(
    damage?.kind ? damage : undefined,
    () => inFormat(call, route.run(call)),
    call.store,
  );
  for (const { after } of faults) await after?.(faulted);
  return outcome;
}

function delay(faults: readonly Fault[], when: 'before' | 'after'): number {
  const slow = faults.find((fault) => fault.kind === 'slow');
  return slow?.kind === 'slow' && (slow.when ?? 'before') === when ? slow.delayMs : 0;
}

/** The response in the format that the call accepts. */
function inFormat(call: Call, plain: Answer): Answer {
  const asJson = call.version === 'v3' || call.asksForJson || !call.store.switches.xmlWithoutAccept;
  return asJson ? plain : asXml(plain, call.endpoint.match(/[a-z_]+/g)?.at(-1) ?? 'answer');
}

/** The response with the headers of the quota; a 429 has its own. */
function withQuota(response: Answer, quotaHeaders: Readonly<Record<string, string>>): Answer {
  const quota = response.status === 429 ? {} : quotaHeaders;
  return { ...response, headers: { ...quota, ...response.headers } };
}
