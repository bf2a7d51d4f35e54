// The links by which an order names its sub-resources. They always point at the real API's host, as the real
// ones do: a client that follows them instead of building its own paths is caught by it.
import { type Link, type Order, type OrderFields } from './order-shapes';
import { type Switches } from './switches';

/** A link to something of the store; `resource` is relative to `/v2`. */
export function link(storeHash: string, resource: string): Link {
  return { url: `https://api.bigcommerce.com/stores/${storeHash}/v2${resource}`, resource };
}

/** The order with its links, as a GET without `include` shows it. */
export function withLinks(fields: OrderFields, storeHash: string, switches: Switches): Order {
  const to = (name: string): Link => link(storeHash, `/orders/${fields.id}/${name}`);
  return {
    ...fields,
    products: to('products'),
    shipping_addresses: to(switches.addressLink),
    coupons: to('coupons'),
    ...(switches.consignmentsLink ? { consignments: to('consignments') } : {}),
    fees: to('fees'),
  };
}
