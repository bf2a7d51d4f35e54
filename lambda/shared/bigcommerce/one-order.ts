// One order: the forms in which it is asked for, with ever fewer extras, and the PUT of its status.
import { toRawOrder } from '../order/order';
import type { Gone, RawOrder, Read } from '../order/order';
import { parseOrder } from './parse-order';
import type { Answer, Get, Query, StoreRequest } from './request';

/** How one order is asked for. */
export interface OrderForm {
  /** Without any extra: the lightest GET that there is. */
  readonly plainly?: boolean;
}

/** Something that the store adds to an order on request, by one further word of `include`. */
interface Extra {
  readonly include: string;
  readonly query?: Query;
  /** Asked for with `readConsignments` alone. */
  readonly isConsignments?: boolean;
}

/** In the order in which they are given up where the store does not answer with them. */
const EXTRAS: readonly Extra[] = [
  // Without the structure the API answers in a form that it means to give up.
  {
    include: 'consignments.line_items',
    query: { consignment_structure: 'object' },
    isConsignments: true,
  },
  { include: 'fees' },
];

/** The ways in which one order can be asked for: with all extras first, with one less each time, plainly last. */
export function formsOf(asksLines: boolean): readonly Query[] {
  const extras = EXTRAS.filter(({ isConsignments }) => asksLines || isConsignments !== true);
  return [...extras.map((_, given) => queryOf(extras.slice(given))), {}];
}

function queryOf(asked: readonly Extra[]): Query {
  const include = asked.map((extra) => extra.include).join(',');
  return asked.reduce<Query>((all, { query }) => ({ ...all, ...query }), { include });
}

/** The GETs of single orders in one invocation: a form in which the store refused an order is not asked for again. */
export function createGetOrder(get: Get, forms: readonly Query[]) {
  /** By order: the form that the store answered, where it was not the first. */
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

/** The request that sets a status; it takes no time-out of its own, since the lease counts on the container's. */
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
