// Joins an order's products, shipping addresses and coupons to it, each in full.
import { BigCommerceError } from '../shared/errors';
import { isDigital } from '../shared/order';
import type { Order, Read, SubResources } from '../shared/order';
import type { Store } from '../shared/bigcommerce';

type Calls = Pick<Store, 'getLines' | 'getShippingAddresses' | 'getCoupons'>;

/** The lists belong to the read: they are fetched after its GET. Throws what the store's calls throw. */
export async function enrich({ order }: Read, store: Calls): Promise<SubResources> {
  const coupons = store.getCoupons(order.id);
  const lines = store.getLines(order.id);
  const addresses = seemsDigital(order)
    ? lines.then((found) => (isDigital(found) ? [] : store.getShippingAddresses(order.id)))
    : store.getShippingAddresses(order.id);
  const [products, shipping_addresses, foundCoupons] = await Promise.all([lines, addresses, coupons]);
  return { products, shipping_addresses, coupons: foundCoupons };
}

/** Where nothing may have been shipped the lines are looked at first: a digital order costs no address call. */
function seemsDigital(order: Order): boolean {
  return order.order_is_digital === true || order.shipping_address_count === 0;
}

/**
 * Throws when a list is empty although the order counts something in it: an empty answer looks the same as an empty list.
 * `items_total` is sure; what BigCommerce counts as a shipping address is not, so that is believed in the end. Gift
 * certificates and pickups have none.
 */
export function assertComplete(order: Order, lists: SubResources, believesNoAddress: boolean): void {
  const isShipped = lists.products.some((line) => line.type === 'physical' && !line.order_pickup_method_id);
  if (lists.products.length === 0) assertNone(order, 'items_total', 'products');
  if (lists.shipping_addresses.length === 0 && isShipped && !believesNoAddress) {
    assertNone(order, 'shipping_address_count', 'shipping addresses');
  }
}

function assertNone({ id, ...order }: Order, field: 'items_total' | 'shipping_address_count', what: string) {
  const count = Number(order[field] ?? 0);
  if (!(count > 0)) return;
  const text = `The store lists no ${what} of order ${id}, although its ${field} is ${count}.`;
  throw new BigCommerceError(text, 'retryable');
}
