// Requests one order, with fewer extras after each refusal, and sets its status.
import { toRawOrder } from '../order/order';
import type { Gone, RawOrder, Read } from '../order/order';
import { parseOrder } from './parse-order';
import type { Answer, Get, Query, StoreRequest } from './request';

/** How one order is requested. */
export interface OrderForm {
  /** Without any extra: the fastest GET. */
  readonly plainly?: boolean;
}

/** Data that the store adds to an order on request, by one more value of `include`. */
interface Extra {
  readonly include: string;
  readonly query?: Query;
  /** Requested only with `readConsignments`. */
  readonly isConsignments?: boolean;
}

/** In the order in which they are dropped if the store refuses them. */
const EXTRAS: readonly Extra[] = [
  // Without this parameter the API answers in a deprecated form.
  {
    include: 'consignments.line_items',
    query: { consignment_structure: 'object' },
    isConsignments: true,
  },
  { include: 'fees' },
];

/** The queries for one order: with all extras first, with one less each time, without any last. */
export function formsOf(asksLines: boolean): readonly Query[] {
  const extras = EXTRAS.filter(({ isConsignments }) => asksLines || isConsignments !== true);
  return [...extras.map((_, given) => queryOf(extras.slice(given))), {}];
}

function queryOf(asked: readonly Extra[]): Query {
  const include = asked.map((extra) => extra.include).join(',');
  return asked.reduce<Query>((all, { query }) => ({ ...all, ...query }), { include });
}

/** The GETs of single orders in one invocation. A query that the store refused for an order is not sent again. */
export function createGetOrder(get: Get, forms: readonly Query[]) {
  /** By order id: the index of the query that the store answered, if it was not the first. */
  const answered = new Map<number, number>();
  return async (orderId: number, { plainly = false }: OrderForm = {}): Promise<Read | Gone> => {
    const step = plainly ? forms.length - 1 : (answered.get(orderId) ?? 0);
    const { lightened, ...read } = await getOrder(get, orderId, forms.slice(step));
    if (lightened > 0) answered.set(orderId, step + lightened);
    return read;
  };
}

async function getOrder(
  get: Get,
  orderId: number,
  [query, ...lighter]: readonly Query[],
): Promise<(Read | Gone) & Pick<Answer<RawOrder>, 'lightened'>> {
  const read = (body: unknown) => {
    const order = toRawOrder(body);
    return order?.id === orderId ? order : undefined;
  };
  const path = `/v2/orders/${orderId}`;
  const answer = await get({ endpoint: 'GET order', path, orderId, ...(query && { query }), lighter, read });
  const { startedAt: readAt, lightened } = answer;
  if (!answer.found) return { order: undefined, readAt, lightened };
  return { order: parseOrder(answer.value), readAt, lightened };
}

/** The request that sets a status. It has the default timeout, on which the lease's duration relies. */
export function statusRequest(orderId: number, statusId: number, notAfter: number): StoreRequest<RawOrder> {
  return {
    method: 'PUT',
    endpoint: 'PUT order',
    path: `/v2/orders/${orderId}`,
    orderId,
    body: { status_id: statusId },
    read: toRawOrder,
    notAfter,
  };
}
