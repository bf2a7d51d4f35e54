// The line between a container and the store: what was sent still takes effect when a container dies meanwhile.
import type { Http, HttpAnswer, HttpRequest } from '../../../lambda/shared/bigcommerce/http';
import { isRow, parseJson } from '../../../lambda/shared/runtime/json';
import { parseDate } from '../../../lambda/shared/runtime/time';
import type { Store } from '../../../simulator/index';
import type { VirtualTime } from '../../support/virtual-time';
import { addTo } from './history';
import type { History } from './history';

export interface Wire {
  readonly time: VirtualTime;
  readonly store: Store;
  /** What answers in the store's place. */
  readonly handle: Store['handle'];
  readonly history: History;
  /** Cuts lists to so many rows. */
  readonly pageSize: number | undefined;
}

/** Sends requests straight into the store; a hanging one ends by its timeout, a broken one as a socket would. */
export function overTheWire({ time, handle, history, pageSize = Infinity }: Wire): Http {
  const shortened = ({ query }: HttpRequest) =>
    query?.limit === undefined ? {} : { query: { ...query, limit: Math.min(Number(query.limit), pageSize) } };
  return async (request) => {
    const startedAt = time.now();
    notePut(request, history, startedAt);
    let cancel: () => void = () => undefined;
    const timeout = new Promise<never>((_, reject) => {
      cancel = time.setTimer(() => reject(lineError('ECONNABORTED', 'timeout')), request.timeoutMs);
    });
    const answered = answer({ ...request, ...shortened(request) }, handle);
    const came = await Promise.race([answered, timeout]).finally(cancel);
    noteAnswer(request, came, { startedAt, endedAt: time.now() }, history);
    return came;
  };
}

async function answer(
  { method, url, query = {}, headers, body }: HttpRequest,
  handle: Store['handle'],
): Promise<HttpAnswer> {
  const asked = Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]);
  const search = asked.length > 0 ? `?${new URLSearchParams(asked).toString()}` : '';
  const came = await handle({
    method,
    path: `${url}${search}`,
    headers,
    ...(body === undefined ? {} : { body }),
  });
  if (!('fault' in came)) return { status: came.status, text: came.body, headers: came.headers };
  if (came.fault === 'reset') throw lineError('ECONNRESET', 'socket hang up');
  return new Promise<never>(() => undefined);
}

function lineError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** The order that a call is about as a whole. */
function orderIdIn({ url }: HttpRequest): number | undefined {
  const [, id] = /\/v2\/orders\/(\d+)$/.exec(url) ?? [];
  return id === undefined ? undefined : Number(id);
}

function notePut(request: HttpRequest, { puts }: History, sentAt: number): void {
  const orderId = orderIdIn(request);
  if (request.method !== 'PUT' || orderId === undefined) return;
  const { status_id: statusId } = JSON.parse(request.body ?? '{}') as { status_id: number };
  puts.push({ orderId, statusId, sentAt });
}

/** An answer that shows no order tells nothing. */
function noteAnswer(
  request: HttpRequest,
  { status, text }: HttpAnswer,
  times: { readonly startedAt: number; readonly endedAt: number },
  { reads, answers }: History,
): void {
  const orderId = orderIdIn(request);
  const order = orderId === undefined || status !== 200 ? undefined : parseJson(text);
  if (orderId === undefined || !isRow(order) || order.id !== orderId) return;
  addTo(request.method === 'PUT' ? answers : reads, orderId, {
    ...times,
    statusId: Number(order.status_id),
    isArchived: order.is_deleted === true,
    modifiedAt: parseDate(order.date_modified) ?? 0,
  });
}
