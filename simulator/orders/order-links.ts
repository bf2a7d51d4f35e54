// The links by which an order names its sub-resources. They lead to the address by which the store was asked, as the real
// ones do. A switch gives a foreign host: a client that follows links where it must not is caught by that.
import type { Link, Order, OrderFields } from './order-shapes';
import type { Switches } from '../switches';

const FOREIGN_ORIGIN = 'https://api.bigcommerce.com';

/** Where links begin; `origin` is where the store listens, or empty. */
export function baseFrom(origin: string, storeHash: string, switches: Switches): string {
  const isOwn = switches.linkHost === 'own' && origin !== '';
  return `${isOwn ? origin : FOREIGN_ORIGIN}/stores/${storeHash}/v2`;
}

/** A link to something of the store; `resource` is relative to `/v2`. */
export function link(base: string, resource: string): Link {
  return { url: `${base}${resource}`, resource };
}

/** The order with its links, as a GET without `include` shows it. */
export function withLinks(fields: OrderFields, base: string, switches: Switches): Order {
  const to = (name: string): Link => link(base, `/orders/${fields.id}/${name}`);
  return {
    ...fields,
    products: to('products'),
    shipping_addresses: to(switches.addressLink),
    coupons: to('coupons'),
    ...(switches.consignmentsLink ? { consignments: to('consignments') } : {}),
    fees: to('fees'),
  };
}
