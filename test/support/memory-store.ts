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

/** The state of a store in memory. Only `Store` is what the flows see. */
class Shelves {
  readonly shelves = new Map<number, Shelf>();
  readonly calls: string[] = [];
  readonly puts: { orderId: number; from: number; to: number; restsOnReadOf: number }[] = [];
  readonly hooks: { name: CallName; when: 'before' | 'after'; run: () => unknown }[] = [];
  readonly unreadable = new Set<number>();
  mostRows = Infinity;
  putTurnMs = 0;
  lastReadAt = Number.NaN;

  constructor(
    readonly clock: Clock,
    readonly latencyMs: number,
  ) {}

  async runHooks(name: CallName, when: 'before' | 'after'): Promise<void> {
    const index = this.hooks.findIndex((hook) => hook.name === name && hook.when === when);
    if (index >= 0) await this.hooks.splice(index, 1)[0]!.run();
  }

  async call<T>(name: CallName, about: string, effect: () => T): Promise<T> {
    this.calls.push(`${name} ${about}`.trim());
    await this.runHooks(name, 'before');
    const result = effect();
    this.clock.now += this.latencyMs;
    await this.runHooks(name, 'after');
    return result;
  }

  list(name: CallName, orderId: number, pick: (shelf: Shelf) => readonly Row[]): Promise<readonly Row[]> {
    return this.call(name, String(orderId), () => {
      const shelf = this.shelves.get(orderId);
      if (shelf === undefined) throw new BigCommerceError('404', 'retryable', 404);
      return structuredClone(pick(shelf));
    });
  }

  edit(orderId: number, changes: Readonly<Record<string, unknown>>): void {
    const shelf = this.shelves.get(orderId)!;
    shelf.order = { ...shelf.order, ...changes, date_modified: storeDate(this.clock.now) };
  }
}

export function memoryStore(clock: Clock, latencyMs = 100) {
  const state = new Shelves(clock, latencyMs);
  return {
    store: { ...listsOf(state), ...ordersIn(state), ...subResourcesOf(state) },
    calls: state.calls,
    puts: state.puts,
    ...changesOf(state),
    /** From now on each list fails that holds this order, or until it is readable again. */
    makeUnreadable: (orderId: number) => void state.unreadable.add(orderId),
    makeReadable: (orderId: number) => void state.unreadable.delete(orderId),
    /** From now on lists fail that are asked for more rows. */
    limitRows: (rows: number) => void (state.mostRows = rows),
    /** How long a PUT waits for its turn from now on. */
    delayPuts: (ms: number) => void (state.putTurnMs = ms),
    /** Runs once, just before the next such call takes effect; throwing makes the call fail without effect. */
    before: (name: CallName, run: () => unknown) => void state.hooks.push({ name, when: 'before', run }),
    /** Runs once, after the effect and before the answer; throwing loses the answer. */
    after: (name: CallName, run: () => unknown) => void state.hooks.push({ name, when: 'after', run }),
  };
}

function listsOf(state: Shelves): Pick<Store, 'countOrders' | 'listOrders'> {
  const { shelves } = state;
  return {
    countOrders: ({ modifiedSince = 0, modifiedBefore = Infinity, createdSince = 0 } = {}) =>
      state.call('countOrders', '', () => {
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
      state.call('listOrders', `${query.statusId ?? 'any'} from ${query.minId}`, () => {
        const matching = [...shelves.values()]
          .filter(({ order }) => isMeant(order, query))
          .sort((one, other) => one.order.id - other.order.id);
        const { limit = 250 } = query;
        const page = matching.slice(0, limit);
        if (limit > state.mostRows || page.some(({ order }) => state.unreadable.has(order.id))) {
          throw new BigCommerceError('GET /v2/orders answered 500.', 'retryable', 500);
        }
        return {
          orders: structuredClone(page.map(query.withLines === true ? withLines : plain)).map(parseOrder),
          unreadable: 0,
          isLast: page.length < Math.min(limit, 50),
        };
      }),
  };
}

function ordersIn(state: Shelves): Pick<Store, 'getOrder' | 'putStatus'> {
  const { shelves, clock } = state;
  return {
    async getOrder(orderId) {
      state.calls.push(`getOrder ${orderId}`);
      await state.runHooks('getOrder', 'before');
      const readAt = clock.now;
      const shown = structuredClone(shelves.get(orderId)?.order);
      state.lastReadAt = readAt;
      clock.now += state.latencyMs;
      await state.runHooks('getOrder', 'after');
      return shown === undefined ? { order: undefined, readAt } : { order: parseOrder(shown), readAt };
    },
    async putStatus(orderId, statusId, notAfter) {
      clock.now += state.putTurnMs;
      if (clock.now > notAfter) return 'too-late';
      return state.call('putStatus', `${orderId} to ${statusId}`, () => {
        const shelf = shelves.get(orderId);
        if (shelf === undefined) throw new BigCommerceError('404', 'permanent', 404);
        const from = shelf.order.status_id;
        state.puts.push({ orderId, from, to: statusId, restsOnReadOf: state.lastReadAt });
        state.edit(orderId, { status_id: statusId, status: `status ${statusId}` });
        return parseOrder(structuredClone(shelves.get(orderId)!.order));
      });
    },
  };
}

function subResourcesOf(
  state: Shelves,
): Pick<Store, 'getLines' | 'getShippingAddresses' | 'getCoupons' | 'getFees'> {
  return {
    getLines: (orderId) => state.list('getLines', orderId, ({ lines }) => lines),
    getShippingAddresses: (orderId) =>
      state.list('getShippingAddresses', orderId, ({ addresses }) => addresses),
    getCoupons: (orderId) => state.list('getCoupons', orderId, ({ coupons }) => coupons),
    getFees: (orderId) => state.list('getFees', orderId, ({ fees = [] }) => fees),
  };
}

/** What a test does to the store's orders. */
function changesOf(state: Shelves) {
  const { shelves } = state;
  return {
    add(order: RawOrder, lists: Partial<Omit<Shelf, 'order'>> = {}): void {
      shelves.set(order.id, { order, lines: [aLine()], addresses: [{ id: 5 }], coupons: [], ...lists });
    },
    edit: (orderId: number, changes: Readonly<Record<string, unknown>>) => state.edit(orderId, changes),
    editLines(orderId: number, lines: readonly Row[]): void {
      shelves.get(orderId)!.lines = lines;
      state.edit(orderId, {});
    },
    /** Changes that move no date: the store does not promise that it always moves. */
    editSilently(orderId: number, changes: Readonly<Record<string, unknown>>, lines?: readonly Row[]): void {
      const shelf = shelves.get(orderId)!;
      shelf.order = { ...shelf.order, ...changes };
      if (lines !== undefined) shelf.lines = lines;
    },
    remove: (orderId: number) => void shelves.delete(orderId),
    order: (orderId: number) => shelves.get(orderId)?.order,
  };
}
