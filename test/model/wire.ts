// The line between a container and the store: what was sent goes on to take effect, whoever dies meanwhile.
import { type Http, type HttpAnswer, type HttpRequest } from '../../lambda/shared/http';
import { type Store } from '../../scripts/local/simulator/index';
import { type VirtualTime } from '../simulator/virtual-time';
import { type History } from './history';

export interface Wire {
  readonly time: VirtualTime;
  readonly store: Store;
  readonly history: History;
  /** Cuts lists to so many rows. */
  readonly pageSize: number | undefined;
}

/** Sends requests straight into the store; a hanging one ends by its timeout, a broken one as a socket would. */
export function overTheWire({ time, store, history, pageSize = Infinity }: Wire): Http {
  const shortened = ({ query }: HttpRequest) =>
    query?.limit === undefined ? {} : { query: { ...query, limit: Math.min(Number(query.limit), pageSize) } };
  return async (request) => {
    notePut(request, history, time.now());
    let cancel: () => void = () => undefined;
    const timeout = new Promise<never>((_, reject) => {
      cancel = time.setTimer(() => reject(lineError('ECONNABORTED', 'timeout')), request.timeoutMs);
    });
    return Promise.race([answer({ ...request, ...shortened(request) }, store), timeout]).finally(cancel);
  };
}

async function answer(
  { method, url, query = {}, headers, body }: HttpRequest,
  store: Store,
): Promise<HttpAnswer> {
  const asked = Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]);
  const search = asked.length > 0 ? `?${new URLSearchParams(asked).toString()}` : '';
  const came = await store.handle({
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

function notePut({ method, url, body = '{}' }: HttpRequest, { puts }: History, sentAt: number): void {
  const [, id] = /\/v2\/orders\/(\d+)$/.exec(url) ?? [];
  if (method !== 'PUT' || id === undefined) return;
  const { status_id: statusId } = JSON.parse(body) as { status_id: number };
  puts.push({ orderId: Number(id), statusId, sentAt });
}
