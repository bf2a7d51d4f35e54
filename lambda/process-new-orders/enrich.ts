// Fetches the products, shipping addresses, coupons and fees of an order, each in full.
import { lacksFees } from '../shared/order/consignments';
import { failureKind } from '../shared/runtime/errors';
import { isDigital } from '../shared/order/rules';
import type { ListName, Order, SubResources } from '../shared/order/order';
import type { Row } from '../shared/runtime/json';
import type { Store } from '../shared/bigcommerce/client';
import { ownFees, toFoundList, checkCount } from './found-list';
import type { FoundList } from './found-list';

export type ListCalls = Pick<Store, 'getLines' | 'getShippingAddresses' | 'getCoupons' | 'getFees'>;

/** The lists of an order. Those that `incomplete` names are empty here. */
export interface Enriched {
  readonly lists: SubResources;
  readonly incomplete: readonly ListName[];
  /** The error of an incomplete list; undefined if none is incomplete. */
  readonly error: Error | undefined;
}

/** `fees` is absent for an order that shows neither fees nor a link to them. */
type FoundLists = Readonly<Record<Exclude<ListName, 'fees'>, FoundList>> & { readonly fees?: FoundList };

/**
 * Fetches the lists that did not come with the order. An empty list that contradicts the order's counts is incomplete. With
 * `acceptsDoubtful`, a doubtful empty list is complete. Never throws.
 */
export async function enrich(order: Order, acceptsDoubtful: boolean, store: ListCalls): Promise<Enriched> {
  const ask = (rows: Promise<readonly Row[]>) => toFoundList(rows, acceptsDoubtful);
  const coupons = ask(store.getCoupons(order.id));
  const { lines: came } = order;
  const products =
    came === undefined ? ask(store.getLines(order.id)) : Promise.resolve<FoundList>({ rows: came });
  const addresses = seemsDigital(order)
    ? products.then((found) =>
        isDigital(found.rows) ? { rows: [] } : ask(store.getShippingAddresses(order.id)),
      )
    : ask(store.getShippingAddresses(order.id));
  const fees = lacksFees(order) ? ask(store.getFees(order.id)) : Promise.resolve(ownFees(order));
  const found = await Promise.all([products, addresses, coupons, fees]);
  return toEnriched(checkCounts(order, toFoundLists(found), acceptsDoubtful));
}

function toFoundLists([products, shipping_addresses, coupons, fees]: readonly [
  FoundList,
  FoundList,
  FoundList,
  FoundList | undefined,
]): FoundLists {
  const lists = { products, shipping_addresses, coupons };
  return fees === undefined ? lists : { ...lists, fees };
}

/** Whether the lines are checked before addresses are fetched: a digital order needs no address call. */
function seemsDigital(order: Order): boolean {
  const { lines, raw } = order;
  return lines === undefined
    ? raw.order_is_digital === true || raw.shipping_address_count === 0
    : isDigital(lines);
}

/**
 * Compares empty lists with the order's counts. `items_total` is reliable. `shipping_address_count` and `coupon_discount` are
 * not, so an empty list is accepted in the end. Gift certificates and pickups have no address.
 */
function checkCounts(order: Order, found: FoundLists, acceptsDoubtful: boolean): FoundLists {
  const { products, shipping_addresses, coupons } = found;
  const mayBeShipped = products.error !== undefined || products.rows.some(isShipped);
  return {
    ...found,
    products: checkCount(order, products, 'items_total', 'products'),
    shipping_addresses:
      mayBeShipped && !acceptsDoubtful
        ? checkCount(order, shipping_addresses, 'shipping_address_count', 'shipping addresses')
        : shipping_addresses,
    coupons: acceptsDoubtful ? coupons : checkCount(order, coupons, 'coupon_discount', 'coupons'),
  };
}

function isShipped(line: Row): boolean {
  return !isDigital([line]) && !line.order_pickup_method_id;
}

function toEnriched(found: FoundLists): Enriched {
  const incomplete = (Object.keys(found) as ListName[]).filter((name) => found[name]?.error !== undefined);
  const errors = incomplete.flatMap((name) => found[name]?.error ?? []);
  const lists = {
    products: found.products.rows,
    shipping_addresses: found.shipping_addresses.rows,
    coupons: found.coupons.rows,
    ...(found.fees === undefined ? {} : { fees: found.fees.rows }),
  };
  return { lists, incomplete, error: worstOf(errors) };
}

/** The error to act on. A configuration error needs an alert, and a retryable error needs another receive for all lists. */
function worstOf(errors: readonly Error[]): Error | undefined {
  const ofKind = (kind: string) => errors.find((error) => failureKind(error) === kind);
  return ofKind('configuration') ?? ofKind('retryable') ?? ofKind('permanent');
}
