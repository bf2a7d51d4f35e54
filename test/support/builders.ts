// Orders, lines, references and settings with sensible defaults; every test names only what it is about.
import { parseOrder } from '../../lambda/shared/bigcommerce/parse-order';
import type { Order, RawOrder, Replication, Snapshot } from '../../lambda/shared/order/order';
import type { OrderReference } from '../../lambda/shared/order/reference';
import type { Row } from '../../lambda/shared/runtime/json';
import type { Rules } from '../../lambda/shared/order/rules';

/** Noon of a quiet day; every virtual clock starts here. */
export const NOON = Date.UTC(2026, 0, 10, 12);

/** BigCommerce's form of a date, in whole seconds. */
export function storeDate(time: number): string {
  return new Date(time).toUTCString().replace('GMT', '+0000');
}

export function iso(time: number): string {
  return new Date(time).toISOString();
}

export function aRuleSet(overrides: Partial<Rules> = {}): Rules {
  return {
    allowedStatusIds: [7, 10, 11],
    advanceStatusIds: [10, 11],
    advanceOrders: true,
    newPhysicalOrderStatusId: 9,
    newDigitalOrderStatusId: 8,
    ...overrides,
  };
}

/** A paid physical order, last changed an hour before noon. */
export function anOrder(overrides: Partial<RawOrder> = {}): RawOrder {
  const id = overrides.id ?? 100;
  return {
    id,
    status_id: 11,
    status: 'Awaiting Fulfillment',
    custom_status: 'To pick',
    date_created: storeDate(NOON - 7_200_000),
    date_modified: storeDate(NOON - 3_600_000),
    date_shipped: '',
    order_is_digital: false,
    shipping_address_count: 1,
    total_inc_tax: '12.5000',
    staff_notes: null,
    customer_message: '',
    billing_address: { first_name: 'Ada', last_name: 'Moss', form_fields: [] },
    products: { url: `https://store.example/orders/${id}/products`, resource: `/orders/${id}/products` },
    shipping_addresses: { url: 'https://store.example/', resource: `/orders/${id}/shipping_addresses` },
    coupons: { url: 'https://store.example/', resource: `/orders/${id}/coupons` },
    ...overrides,
  };
}

/** That order as the adapter gives it, listed or fetched. */
export function aParsedOrder(overrides: Partial<RawOrder> = {}): Order {
  return parseOrder(anOrder(overrides));
}

export function aLine(overrides: Readonly<Record<string, unknown>> = {}) {
  return {
    id: 1,
    product_id: 77,
    name: 'Mug',
    type: 'physical',
    quantity: 1,
    total_inc_tax: '12.5000',
    ...overrides,
  };
}

type SnapshotOverrides = Partial<Omit<Snapshot, 'replication'>> & { replication?: Partial<Replication> };

/** That order as it was read and stored at noon. */
export function aSnapshot({ replication = {}, ...overrides }: SnapshotOverrides = {}): Snapshot {
  return {
    ...anOrder(),
    products: [aLine()],
    shipping_addresses: [],
    coupons: [],
    ...overrides,
    replication: {
      state: 'stored',
      source: 'poll',
      seen_at: iso(NOON),
      read_at: iso(NOON),
      status_before: 11,
      ...replication,
    },
  };
}

/** What a poll at noon queued, of an order an hour old. */
export function aReference(overrides: Partial<OrderReference> = {}): OrderReference {
  return {
    orderId: 100,
    source: 'poll',
    seenAt: iso(NOON),
    statusId: 11,
    dateModified: storeDate(NOON - 3_600_000),
    ...overrides,
  };
}

/** A line with all the fields that BigCommerce gives it, as far as anything goes by them. */
export function aWholeLine(overrides: Readonly<Record<string, unknown>> = {}) {
  const prices = ['base_price', 'price_ex_tax', 'price_inc_tax', 'base_total', 'total_ex_tax'];
  return aLine({
    order_address_id: 5,
    sku: 'MUG',
    product_options: [],
    ...Object.fromEntries(prices.map((name) => [name, '12.5000'])),
    ...overrides,
  });
}

/** An order that came with its lines, all shipped to one address. */
export function anOrderWithLines(lines: readonly Row[], overrides: Partial<RawOrder> = {}): RawOrder {
  const shipping = [{ id: 5, street_1: '1 Test Street', line_items: lines }];
  return anOrder({
    items_total: lines.reduce((sum, { quantity }) => sum + Number(quantity), 0),
    consignments: { pickups: [], shipping, downloads: [], email: { gift_certificates: [] } },
    ...overrides,
  });
}
