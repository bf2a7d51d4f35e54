// An order as consignments: pickups, shipments, downloads and mailed certificates. Costs are numbers here, and no
// consignment shows more than 50 lines.
import type { ShippingAddress } from './address-shapes';
import type { OrderLine } from './line-shapes';
import type { KeptOrder } from './order-defaults';
import { link } from './order-links';
import type { Switches } from '../switches';

const MAX_LINES = 50;
// Separates the ids from those of addresses when the switch requires it.
const ID_OFFSET = 100_000;

/** The consignments of an order, with complete lines or links to them. */
export function consignmentsOf(kept: KeptOrder, base: string, full: boolean, switches: Switches) {
  const orderPath = `/orders/${kept.fields.id}`;
  const linesOf = (lines: readonly OrderLine[]) => {
    if (switches.emptyLineItems) return { line_items: [] };
    const first = lines.slice(0, MAX_LINES);
    const items = full ? first : first.map((line) => link(base, `${orderPath}/products/${line.id}`));
    return { line_items: items, ...(lines.length > MAX_LINES ? { __warning__: warning } : {}) };
  };
  const ofType = (type: OrderLine['type']) => kept.lines.filter((line) => line.type === type);
  const pickedUp = kept.lines.filter((line) => line.order_pickup_method_id > 0);
  const recipient = { recipient_email: kept.fields.billing_address.email };
  const mailed = (lines: readonly OrderLine[]) =>
    lines.length > 0 ? [{ ...recipient, ...linesOf(lines) }] : [];
  const shipped = (address: ShippingAddress) => {
    const lines = kept.lines.filter((line) => line.order_address_id === address.id);
    const id = switches.consignmentIdIsAddressId ? address.id : address.id + ID_OFFSET;
    const quotes = link(base, `${orderPath}/consignments/shipping/${id}/shipping_quotes`);
    return { ...plainNumbers(address), id, ...linesOf(lines), shipping_quotes: quotes };
  };
  return {
    pickups: pickedUp.length > 0 ? [{ ...pickup, ...linesOf(pickedUp) }] : [],
    shipping: kept.addresses.map(shipped),
    downloads: mailed(ofType('digital')),
    email: { gift_certificates: mailed(ofType('giftcertificate')) },
  };
}

const warning = {
  message:
    'Not all line items of this consignment are returned, only 50 are included. Please use the ' +
    '`/v2/orders/{order_id}/products` endpoint to fetch all line items.',
};

const pickup = {
  id: 1,
  pickup_method_id: 1,
  pickup_method_display_name: 'Pick Up',
  collection_instructions: '',
  collection_time_description: '9am - 6pm',
  location: {
    id: 1,
    name: 'Shop',
    code: 'L1',
    address_line_1: '1 Test Street',
    address_line_2: '',
    city: 'Austin',
    state: 'Texas',
    postal_code: '78701',
    country_alpha2: 'US',
    email: 'shop@example.com',
    phone: '5125550100',
  },
};

function plainNumbers(address: ShippingAddress): Record<string, unknown> {
  const fields = Object.entries(address).filter(([name]) => name !== 'order_id');
  const isCost = (name: string): boolean => /cost(_(ex|inc))?(_tax)?$/.test(name);
  return Object.fromEntries(fields.map(([name, value]) => [name, isCost(name) ? Number(value) : value]));
}
