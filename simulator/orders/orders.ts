// The store's orders. A test, a person or the API adds, edits, archives and removes them; dates, totals and events
// follow. An edit replaces the order and never changes it in place.
import type { Clock } from '../clock';
import type { Actor, Events } from '../events';
import { makeOrder } from './order-defaults';
import type { KeptOrder, Maker, NewOrder } from './order-defaults';
import { changeOrder } from './order-changes';
import type { Fee, Coupon, Order } from './order-shapes';
import type { OrderLine } from './line-shapes';
import type { ShippingAddress } from './address-shapes';
import { linkBaseFrom, withLinks } from './order-links';
import { randomFrom } from '../random';
import { announceChange, announceNew } from './order-events';
import type { Switches } from '../switches';

/** All orders of a store. Every method except `get` and `kept` throws if the order does not exist. */
export interface Orders {
  add(order?: NewOrder): Order;
  /** Changes fields and replaces the given lists. `date_modified` moves, unless the change names it. */
  edit(id: number, changes: NewOrder, by?: Actor): Order;
  setStatus(id: number, statusId: number): Order;
  archive(id: number, by?: Actor): Order;
  /** Removes the order permanently: from now on the API answers 404. */
  remove(id: number): void;
  get(id: number): Order | undefined;
  all(): Order[];
  lines(id: number): readonly OrderLine[];
  addresses(id: number): readonly ShippingAddress[];
  coupons(id: number): readonly Coupon[];
  fees(id: number): readonly Fee[];
  /** The order as the store keeps it, without links; undefined if it does not exist. */
  kept(id: number): KeptOrder | undefined;
  allKept(): Iterable<KeptOrder>;
}

/** The parts of a store that its orders use. */
interface OrdersContext {
  readonly seed: number;
  readonly storeHash: () => string;
  /** Where the store listens; empty without a socket. */
  readonly origin: () => string;
  readonly switches: Switches;
  readonly clock: Clock;
  readonly events: Events;
}

/** The orders and the ids that come next. */
interface OrderBook {
  readonly context: OrdersContext;
  readonly orders: Map<number, KeptOrder>;
  nextOrderId: number;
  lastPartId: number;
}

const FIRST_ORDER_ID = 100;

/** Creates a store's orders: none yet, and the first one is order 100. */
export function createOrders(context: OrdersContext): Orders {
  const orders = new Map<number, KeptOrder>();
  const book: OrderBook = { context, orders, nextOrderId: FIRST_ORDER_ID, lastPartId: 0 };
  return {
    add: (order = {}) => addOrder(book, order),
    edit: (id, changes, by = 'merchant') => editOrder(book, id, changes, by),
    setStatus: (id, statusId) => editOrder(book, id, { status_id: statusId }, 'merchant'),
    archive: (id, by = 'merchant') => editOrder(book, id, { is_deleted: true }, by),
    remove: (id) => {
      requireOrder(book, id);
      orders.delete(id);
      context.events.emit({ kind: 'removed', orderId: id, by: 'merchant' });
    },
    get: (id) => {
      const kept = orders.get(id);
      return kept && viewOf(kept, context);
    },
    all: () => [...orders.values()].map((kept) => viewOf(kept, context)),
    lines: (id) => requireOrder(book, id).lines,
    addresses: (id) => requireOrder(book, id).addresses,
    coupons: (id) => requireOrder(book, id).coupons,
    fees: (id) => requireOrder(book, id).fees,
    kept: (id) => orders.get(id),
    allKept: () => orders.values(),
  };
}

function addOrder(book: OrderBook, order: NewOrder): Order {
  const { context, orders } = book;
  const id = order.id ?? book.nextOrderId;
  if (orders.has(id)) throw new Error(`Order ${id} already exists.`);
  book.nextOrderId = Math.max(book.nextOrderId, id + 1);
  const kept = makeOrder(makerFor(book, id), id, order);
  orders.set(id, kept);
  announceNew(context, kept.fields);
  return viewOf(kept, context);
}

function editOrder(book: OrderBook, id: number, changes: NewOrder, by: Actor): Order {
  const before = requireOrder(book, id);
  const after = changeOrder(makerFor(book, id), before, changes);
  book.orders.set(id, after);
  announceChange(book.context, before, after, by);
  return viewOf(after, book.context);
}

function requireOrder({ orders }: OrderBook, id: number): KeptOrder {
  const kept = orders.get(id);
  if (!kept) throw new Error(`Order ${id} does not exist.`);
  return kept;
}

function makerFor(book: OrderBook, orderId: number): Maker {
  const { seed, switches, clock } = book.context;
  return {
    random: randomFrom(seed, 'order', orderId),
    switches,
    now: clock.now(),
    nextId: (requested = book.lastPartId + 1) => {
      book.lastPartId = Math.max(book.lastPartId, requested);
      return requested;
    },
  };
}

function viewOf({ fields }: KeptOrder, { origin, storeHash, switches }: OrdersContext): Order {
  return withLinks(fields, linkBaseFrom(origin(), storeHash(), switches), switches);
}
