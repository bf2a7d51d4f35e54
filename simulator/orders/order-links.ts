// The links from an order to its sub-resources. Like the real ones they lead to the address of the request. A switch
// selects a foreign host, which exposes clients that follow links where they must not.
import type { Link, Order, OrderFields } from './order-shapes';
import type { Switches } from '../switches';

const FOREIGN_ORIGIN = 'https://api.bigcommerce.com';

/** The start of links; `origin` is where the store listens, or empty. */
export function linkBaseFrom(origin: string, storeHash: string, switches: Switches): string {
  const isOwn = switches.linkHost === 'own' && origin !== '';
  return `${isOwn ? origin : FOREIGN_ORIGIN}/stores/${storeHash}/v2`;
}

/** A link to a resource of the store; `resource` is relative to `/v2`. */
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
