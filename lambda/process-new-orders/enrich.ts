// Joins an order's products, shipping addresses and coupons to it, each in full.
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
