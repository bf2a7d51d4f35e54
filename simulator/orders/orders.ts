// The store's orders: made, edited, archived and removed by a test, by a person or by the API, with everything
// that follows from it (dates, totals, events). Orders are replaced, never changed in place.
import type { Clock } from '../clock';
import type { Actor, Events } from '../events';
import { makeOrder } from './order-defaults';
import type { KeptOrder, Maker, NewOrder } from './order-defaults';
import { changeOrder } from './order-changes';
import type { Fee, Coupon, Order } from './order-shapes';
import type { OrderLine } from './line-shapes';
import type { ShippingAddress } from './address-shapes';
import { baseFrom, withLinks } from './order-links';
import { randomFrom } from '../random';
import { announceChange, announceNew } from './order-events';
import type { Switches } from '../switches';

/** All orders of a store. What names an order that does not exist throws, except `get`. */
export interface Orders {
  add(wanted?: NewOrder): Order;
  /** Changes fields, and replaces the lists that are named. `date_modified` moves, unless it is given. */
  edit(id: number, changes: NewOrder, by?: Actor): Order;
  setStatus(id: number, statusId: number): Order;
  archive(id: number, by?: Actor): Order;
  /** Removes it for good: the API answers 404 from now on. */
  remove(id: number): void;
  get(id: number): Order | undefined;
  all(): Order[];
  lines(id: number): readonly OrderLine[];
  addresses(id: number): readonly ShippingAddress[];
  coupons(id: number): readonly Coupon[];
  fees(id: number): readonly Fee[];
  /** The order as it is kept, without links; undefined if there is none. */
  kept(id: number): KeptOrder | undefined;
  allKept(): Iterable<KeptOrder>;
}

/** What the orders need of their store. */
export interface OrdersWorld {
  readonly seed: number;
  readonly storeHash: () => string;
  /** Where the store listens, or empty. */
  readonly origin: () => string;
  readonly switches: Switches;
  readonly clock: Clock;
  readonly events: Events;
}

const FIRST_ORDER_ID = 100;

/** A store without orders; the first will be order 100. */
export function createOrders(world: OrdersWorld): Orders {
  const book = new Map<number, KeptOrder>();
  let nextOrderId = FIRST_ORDER_ID;
  let lastPartId = 0;

  const maker = (orderId: number): Maker => ({
    random: randomFrom(world.seed, 'order', orderId),
    switches: world.switches,
    now: world.clock.now(),
    nextId: (wanted = lastPartId + 1) => {
      lastPartId = Math.max(lastPartId, wanted);
      return wanted;
    },
  });
  const need = (id: number): KeptOrder => {
    const kept = book.get(id);
    if (!kept) throw new Error(`There is no order ${id}.`);
    return kept;
  };
  const view = (kept: KeptOrder): Order => viewOf(kept, world);

  const add = (wanted: NewOrder = {}): Order => {
    const id = wanted.id ?? nextOrderId;
    if (book.has(id)) throw new Error(`There is an order ${id} already.`);
    nextOrderId = Math.max(nextOrderId, id + 1);
    const kept = makeOrder(maker(id), id, wanted);
    book.set(id, kept);
    announceNew(world, kept.fields);
    return view(kept);
  };
  const edit = (id: number, changes: NewOrder, by: Actor = 'merchant'): Order => {
    const before = need(id);
    const after = changeOrder(maker(id), before, changes);
    book.set(id, after);
    announceChange(world, before, after, by);
    return view(after);
  };
  return {
    add,
    edit,
    setStatus: (id, statusId) => edit(id, { status_id: statusId }),
    archive: (id, by) => edit(id, { is_deleted: true }, by),
    remove: (id) => {
      need(id);
      book.delete(id);
      world.events.emit({ kind: 'removed', orderId: id, by: 'merchant' });
    },
    get: (id) => {
      const kept = book.get(id);
      return kept && view(kept);
    },
    all: () => [...book.values()].map(view),
    lines: (id) => need(id).lines,
    addresses: (id) => need(id).addresses,
    coupons: (id) => need(id).coupons,
    fees: (id) => need(id).fees,
    kept: (id) => book.get(id),
    allKept: () => book.values(),
  };
}

function viewOf({ fields }: KeptOrder, { origin, storeHash, switches }: OrdersWorld): Order {
  return withLinks(fields, baseFrom(origin(), storeHash(), switches), switches);
}
