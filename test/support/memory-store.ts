// A store for the flows, on virtual time: a test can edit it, or make it fail, exactly between two calls.
import { parseOrder } from '../../lambda/shared/bigcommerce/parse-order';
import type { Store } from '../../lambda/shared/bigcommerce/client';
import type { OrderQuery } from '../../lambda/shared/bigcommerce/order-list';
import { BigCommerceError } from '../../lambda/shared/runtime/errors';
import { Status } from '../../lambda/shared/order/status';
import type { RawOrder } from '../../lambda/shared/order/order';
import { aLine, storeDate } from './builders';

type Row = Readonly<Record<string, unknown>>;
type CallName = keyof Store;

export interface Clock {
  now: number;
}

interface Shelf {
  order: RawOrder;
  lines: readonly Row[];
  addresses: readonly Row[];
  coupons: readonly Row[];
  fees?: readonly Row[];
}

/** All bounds are inclusive. */
function isMeant(
  order: RawOrder,
  {
    statusId,
    minId,
    maxId = Infinity,
    modifiedSince = 0,
    modifiedBefore = Infinity,
    createdSince = 0,
  }: OrderQuery,
): boolean {
  return (
    order.id >= minId &&
    order.id <= maxId &&
    (statusId === undefined ? order.status_id !== Status.Incomplete : order.status_id === statusId) &&
    isWithin(order.date_modified, modifiedSince, modifiedBefore) &&
    isWithin(order.date_created, createdSince, Infinity)
  );
}

/** What has no date is within any bounds. */
function isWithin(date: unknown, from: number, to: number): boolean {
  const time = Date.parse(String(date));
  return Number.isNaN(time) || (time >= from && time <= to);
}

const plain = ({ order }: Shelf): RawOrder => order;

/** As the store shows an order that is asked for together with its lines. */
export function withLines({ order, lines }: Pick<Shelf, 'order' | 'lines'>): RawOrder {
  const whole = {
    product_id: 77,
    order_address_id: 5,
    name: '',
    sku: '',
    type: 'physical',
    product_options: [],
    base_price: '1',
    price_ex_tax: '1',
    price_inc_tax: '1',
    base_total: '1',
    total_ex_tax: '1',
    total_inc_tax: '1',
  };
  const line_items = lines.map((line) => ({ ...whole, ...line }));
  const items_total = lines.reduce((sum, { quantity }) => sum + Number(quantity), 0);
  return {
    ...order,
    items_total,
    consignments: { pickups: [], shipping: [{ id: 5, line_items }], downloads: [] },
  };
}

export function memoryStore(clock: Clock, latencyMs = 100) {
  const shelves = new Map<number, Shelf>();
  const calls: string[] = [];
  const puts: { orderId: number; from: number; to: number; restsOnReadOf: number }[] = [];
  const hooks: { name: CallName; when: 'before' | 'after'; run: () => unknown }[] = [];

  async function runHooks(name: CallName, when: 'before' | 'after'): Promise<void> {
    const index = hooks.findIndex((hook) => hook.name === name && hook.when === when);
    if (index >= 0) await hooks.splice(index, 1)[0]!.run();
  }

  async function call<T>(name: CallName, about: string, effect: () => T): Promise<T> {
    calls.push(`${name} ${about}`.trim());
    await runHooks(name, 'before');
    const result = effect();
    clock.now += latencyMs;
    await runHooks(name, 'after');
    return result;
  }

  const list = (orderId: number, pick: (shelf: Shelf) => readonly Row[]) => {
    const shelf = shelves.get(orderId);
    if (shelf === undefined) throw new BigCommerceError('404', 'retryable', 404);
    return structuredClone(pick(shelf));
  };
  const unreadable = new Set<number>();
  let mostRows = Infinity;
  let lastReadAt = Number.NaN;
  let putTurnMs = 0;

  const store: Store = {
    countOrders: ({ modifiedSince = 0, modifiedBefore = Infinity, createdSince = 0 } = {}) =>
      call('countOrders', '', () => {
        const counts = new Map<number, number>();
        for (let id = 0; id <= 14; id += 1) counts.set(id, 0);
        for (const { order } of shelves.values())
          if (
            isWithin(order.date_modified, modifiedSince, modifiedBefore) &&
            isWithin(order.date_created, createdSince, Infinity)
          )
            counts.set(order.status_id, counts.get(order.status_id)! + 1);
        return counts;
      }),
    listOrders: (query: OrderQuery) =>
      call('listOrders', `${query.statusId ?? 'any'} from ${query.minId}`, () => {
        const matching = [...shelves.values()]
          .filter(({ order }) => isMeant(order, query))
          .sort((one, other) => one.order.id - other.order.id);
        const { limit = 250 } = query;
        const page = matching.slice(0, limit);
        if (limit > mostRows || page.some(({ order }) => unreadable.has(order.id))) {
          throw new BigCommerceError('GET /v2/orders answered 500.', 'retryable', 500);
        }
        return {
          orders: structuredClone(page.map(query.withLines === true ? withLines : plain)).map(parseOrder),
          unreadable: 0,
          isLast: page.length < Math.min(limit, 50),
        };
      }),
    async getOrder(orderId) {
      calls.push(`getOrder ${orderId}`);
      await runHooks('getOrder', 'before');
      const readAt = clock.now;
      const shown = structuredClone(shelves.get(orderId)?.order);
      lastReadAt = readAt;
      clock.now += latencyMs;
      await runHooks('getOrder', 'after');
      return shown === undefined ? { order: undefined, readAt } : { order: parseOrder(shown), readAt };
    },
    getLines: (orderId) => call('getLines', String(orderId), () => list(orderId, ({ lines }) => lines)),
    getShippingAddresses: (orderId) =>
      call('getShippingAddresses', String(orderId), () => list(orderId, ({ addresses }) => addresses)),
    getCoupons: (orderId) =>
      call('getCoupons', String(orderId), () => list(orderId, ({ coupons }) => coupons)),
    getFees: (orderId) => call('getFees', String(orderId), () => list(orderId, ({ fees = [] }) => fees)),
    async putStatus(orderId, statusId, notAfter) {
      clock.now += putTurnMs;
      if (clock.now > notAfter) return 'too-late';
      return call('putStatus', `${orderId} to ${statusId}`, () => {
        const shelf = shelves.get(orderId);
        if (shelf === undefined) throw new BigCommerceError('404', 'permanent', 404);
        puts.push({ orderId, from: shelf.order.status_id, to: statusId, restsOnReadOf: lastReadAt });
        edit(orderId, { status_id: statusId, status: `status ${statusId}` });
        return parseOrder(structuredClone(shelves.get(orderId)!.order));
      });
    },
  };

  function edit(orderId: number, changes: Readonly<Record<string, unknown>>): void {
    const shelf = shelves.get(orderId)!;
    shelf.order = { ...shelf.order, ...changes, date_modified: storeDate(clock.now) };
  }

  return {
    store,
    calls,
    puts,
    add(order: RawOrder, lists: Partial<Omit<Shelf, 'order'>> = {}): void {
      shelves.set(order.id, { order, lines: [aLine()], addresses: [{ id: 5 }], coupons: [], ...lists });
    },
    edit,
    editLines(orderId: number, lines: readonly Row[]): void {
      shelves.get(orderId)!.lines = lines;
      edit(orderId, {});
    },
    /** Changes that move no date: the store does not promise that it always moves. */
    editSilently(orderId: number, changes: Readonly<Record<string, unknown>>, lines?: readonly Row[]): void {
      const shelf = shelves.get(orderId)!;
      shelf.order = { ...shelf.order, ...changes };
      if (lines !== undefined) shelf.lines = lines;
    },
    /** From now on each list fails that holds this order, or until it is readable again. */
    makeUnreadable: (orderId: number) => void unreadable.add(orderId),
    makeReadable: (orderId: number) => void unreadable.delete(orderId),
    /** From now on lists fail that are asked for more rows. */
    limitRows: (rows: number) => void (mostRows = rows),
    /** How long a PUT waits for its turn from now on. */
    delayPuts: (ms: number) => void (putTurnMs = ms),
    remove: (orderId: number) => void shelves.delete(orderId),
    order: (orderId: number) => shelves.get(orderId)?.order,
    /** Runs once, just before the next such call takes effect; throwing makes the call fail without effect. */
    before: (name: CallName, run: () => unknown) => void hooks.push({ name, when: 'before', run }),
    /** Runs once, after the effect and before the answer; throwing loses the answer. */
    after: (name: CallName, run: () => unknown) => void hooks.push({ name, when: 'after', run }),
  };
}
