// Snapshots that can be delivered, mappings, and the documents that follow from them; every test names only what it is about.
import { aSnapshot, storeDate, NOON } from './builders';
import { buildSalesOrder } from '../../lambda/shared/delivery/build-sales-order';
import type { Mapping } from '../../lambda/shared/delivery/mapping';
import type { SalesOrder } from '../../lambda/shared/delivery/sales-order';
import type { Snapshot } from '../../lambda/shared/order/order';
import type { Row } from '../../lambda/shared/runtime/json';

/** The example of the documentation: orders in dollars of channel 1. */
export function aMapping(overrides: Partial<Mapping> = {}): Mapping {
  return {
    version: 1,
    reference: { prefix: 'BC-' },
    customer: { match: 'id', guest: 'per-order', prefix: 'BC-', guestName: null },
    payment: { deliver: 'paid' },
    items: { by: 'sku', rename: { 'OLD-1': 'SKU-1' }, else: 'hold' },
    special: {
      shipping: 'SHIPPING',
      handling: 'HANDLING',
      wrapping: 'WRAPPING',
      fee: 'FEE',
      discount: 'DISCOUNT',
      tax: 'TAX',
      giftCertificate: 'GIFT',
    },
    tax: { owner: 'store', tolerance: '0.00', roundingItem: null },
    shippingMethods: [{ method: 'Ground*', use: 'Ground' }, { else: null }],
    addresses: { several: 'hold' },
    currencies: [{ currency: 'USD', use: {} }, { else: 'hold' }],
    paymentMethods: [
      { method: 'Gift Certificate', use: 'Gift certificate' },
      { method: 'Store Credit', use: 'Store credit' },
      { else: 'Paid in the shop' },
    ],
    channels: [{ channelId: 1, use: { shop: 'store-simulator' } }, { else: 'hold' }],
    erp: { database: 'erp', company: 'Merchant', warehouse: null, paymentTerm: null },
    ...overrides,
  };
}

/** The fields of one amount: `sides('subtotal', '25', '27', '2')`. */
export function sides(name: string, ex: string, inc: string, tax: string): Row {
  return { [`${name}_ex_tax`]: ex, [`${name}_inc_tax`]: inc, [`${name}_tax`]: tax };
}

/** Two mugs at 12.50, with 8 % tax. */
export function aLineToDeliver(overrides: Row = {}): Row {
  return {
    id: 11,
    type: 'physical',
    sku: 'MUG-07',
    name: 'Stoneware Mug',
    quantity: 2,
    quantity_refunded: 0,
    order_address_id: 5,
    ...sides('price', '12.5000', '13.5000', '1.0000'),
    ...sides('total', '25.0000', '27.0000', '2.0000'),
    applied_discounts: [],
    product_options: [],
    configurable_fields: [],
    ...overrides,
  };
}

const place = {
  first_name: 'Ada',
  last_name: 'Moss',
  company: '',
  street_1: '1 Test Street',
  street_2: '',
  city: 'Austin',
  state: 'Texas',
  zip: '78701',
  country: 'United States',
  country_iso2: 'US',
  phone: '5125550100',
  email: 'ada.moss@example.com',
  form_fields: [],
};

export const aBillingAddress = (overrides: Row = {}): Row => ({ ...place, ...overrides });

export const aShippingAddress = (overrides: Row = {}): Row => ({
  id: 5,
  ...place,
  shipping_method: 'Flat Rate',
  ...sides('cost', '5.0000', '5.4000', '0.4000'),
  ...overrides,
});

type SnapshotOverrides = Partial<Omit<Snapshot, 'replication'>> & {
  replication?: Partial<Snapshot['replication']>;
};

/** A paid order, 100, of customer 7: two mugs and shipping, 32.40 dollars in all, read and copied at noon. */
export function aSnapshotToDeliver({ replication = {}, ...overrides }: SnapshotOverrides = {}): Snapshot {
  return aSnapshot({
    customer_id: 7,
    date_created: storeDate(NOON - 7_200_000),
    channel_id: 1,
    default_currency_code: 'USD',
    is_tax_inclusive_pricing: false,
    payment_method: 'Credit Card',
    payment_status: 'captured',
    customer_message: '',
    ...sides('subtotal', '25.0000', '27.0000', '2.0000'),
    ...sides('shipping_cost', '5.0000', '5.4000', '0.4000'),
    ...sides('handling_cost', '0.0000', '0.0000', '0.0000'),
    ...sides('wrapping_cost', '0.0000', '0.0000', '0.0000'),
    ...sides('total', '30.0000', '32.4000', '2.4000'),
    discount_amount: '0.0000',
    coupon_discount: '0.0000',
    gift_certificate_amount: '0.0000',
    store_credit_amount: '0.0000',
    billing_address: aBillingAddress(),
    products: [aLineToDeliver()],
    shipping_addresses: [aShippingAddress()],
    coupons: [],
    fees: [],
    ...overrides,
    replication: { state: 'copied', ...replication },
  });
}

/** The document of a snapshot; throws with the reason where it is held. */
export function documentOf(snapshot: Snapshot, mapping: Mapping = aMapping()): SalesOrder {
  const built = buildSalesOrder(snapshot, mapping);
  if (built.kind === 'hold') throw new Error(`Held: ${built.reason}, ${built.detail}`);
  return built.document;
}

/** The document of that order under that mapping, with overrides that keep to its sums. */
export function aSalesOrder(overrides: Partial<SalesOrder> = {}): SalesOrder {
  return { ...documentOf(aSnapshotToDeliver()), ...overrides };
}

/** What makes three mugs of the two, 45.90 dollars in all. */
export const threeMugs = {
  products: [aLineToDeliver({ quantity: 3, ...sides('total', '37.5000', '40.5000', '3.0000') })],
  ...sides('subtotal', '37.5000', '40.5000', '3.0000'),
  ...sides('total', '42.5000', '45.9000', '3.4000'),
};
