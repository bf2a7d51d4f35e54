// Reading orders: counts, filters, pages, sub-resources, consignments.
import { createStore } from '../../../simulator/index';
import type { Store } from '../../../simulator/index';
import { ask, fields, ids, rows } from '../../support/store-client';
import { virtualTime } from '../../support/virtual-time';

let store: Store;
beforeEach(() => {
  store = createStore(virtualTime());
});

const add = (count: number): void => {
  for (let made = 0; made < count; made += 1) store.orders.add();
};

describe('GET /orders/count', () => {
  it('the count of orders shows all fifteen statuses in the order of the store', async () => {
    store.orders.add({ status_id: 0 });
    store.orders.add({ status_id: 11 });
    store.orders.add({ status_id: 11 });
    const { statuses, count } = fields(await ask(store, 'GET', '/orders/count'));
    expect(count).toBe(3);
    expect(statuses).toHaveLength(15);
    expect(statuses).toMatchObject(
      [0, 1, 7, 11, 9, 8, 3, 10, 2, 5, 6, 4, 13, 12, 14].map((id, sort_order) => ({ id, sort_order })),
    );
    expect(statuses).toContainEqual(
      expect.objectContaining({ id: 11, name: 'Awaiting Fulfillment', count: 2 }),
    );
  });

  it('the count of orders uses filters and ignores is_deleted', async () => {
    add(3);
    store.orders.archive(101);
    const counted = await ask(store, 'GET', '/orders/count?min_id=101&is_deleted=true');
    expect(counted.body).toMatchObject({ count: 1 });
  });
});

describe('GET /orders', () => {
  it('the list has fifty orders by ascending id, and the next page has the rest', async () => {
    add(60);
    const first = await ask(store, 'GET', '/orders');
    const second = await ask(store, 'GET', '/orders?page=2');
    expect(ids(first)).toEqual(Array.from({ length: 50 }, (_, index) => 100 + index));
    expect(ids(second)).toEqual(Array.from({ length: 10 }, (_, index) => 150 + index));
  });

  it('the list is a 204 past its end and without a match', async () => {
    add(1);
    expect(await ask(store, 'GET', '/orders?page=2')).toMatchObject({ status: 204, text: '' });
    expect(await ask(store, 'GET', '/orders?status_id=7')).toMatchObject({ status: 204, text: '' });
  });

  it('the list accepts a limit of 250 and refuses a higher one', async () => {
    add(251);
    expect(ids(await ask(store, 'GET', '/orders?limit=250'))).toHaveLength(250);
    expect(await ask(store, 'GET', '/orders?limit=251')).toMatchObject({
      status: 413,
      body: [{ status: 413 }],
    });
  });

  it('the list refuses two values of status_id', async () => {
    add(1);
    expect(await ask(store, 'GET', '/orders?status_id=7,11')).toMatchObject({
      status: 400,
      body: [{ status: 400, message: "The field 'status_id' is invalid." }],
    });
  });

  it.each([
    ['min_id=101&max_id=102', [101, 102]],
    ['customer_id=7', [101]],
    ['email=ada%40example.com', [102]],
    ['external_order_id=ERP-1', [103]],
    ['payment_method=Cash', [103]],
    ['min_total=1000', [103]],
    ['channel_id=2', [102]],
    ['min_date_created=2026-01-05T00:00:00%2B00:00', [102, 103]],
    ['max_date_created=Sun,%2004%20Jan%202026%2000:00:00%20%2B0000', [100, 101]],
    ['sort=id:desc&limit=2', [103, 102]],
    ['sort=date_modified:asc&min_date_modified=2026-01-06T00:00:00Z', [103]],
    ['unknown_parameter=1&limit=1', [100]],
    ['min_id=', [100, 101, 102, 103]],
  ])('the list is filtered and sorted by %s', async (query, expected) => {
    store.orders.add({ date_created: '2026-01-03T00:00:00Z', customer_id: 1 });
    store.orders.add({ date_created: '2026-01-04T00:00:00Z', customer_id: 7 });
    const email = 'ada@example.com';
    const later = { date_created: '2026-01-05T00:00:00Z', channel_id: 2, customer_id: 1 };
    store.orders.add({ ...later, billing_address: { email } });
    store.orders.add({
      date_created: '2026-01-06T00:00:00Z',
      external_order_id: 'ERP-1',
      customer_id: 1,
      payment_method: 'Cash',
      lines: [{ quantity: 100 }],
    });
    expect(ids(await ask(store, 'GET', `/orders?${query}`))).toEqual(expected);
  });

  it.each(['min_id=x', 'limit=0', 'limit=-1', 'page=x', 'sort=name', 'min_date_created=yesterday'])(
    'the list refuses the query %s',
    async (query) => {
      expect((await ask(store, 'GET', `/orders?${query}`)).status).toBe(400);
    },
  );

  it('the list reads a plus sign in a date as a space and refuses the date', async () => {
    const answer = await ask(store, 'GET', '/orders?min_date_created=2026-01-05T00:00:00+02:00');
    expect(answer.status).toBe(400);
  });

  it('the list hides archived and Incomplete orders unless the query requests them', async () => {
    add(2);
    store.orders.add({ status_id: 0 });
    store.orders.archive(100);
    expect(ids(await ask(store, 'GET', '/orders'))).toEqual([101]);
    expect(ids(await ask(store, 'GET', '/orders?is_deleted=true'))).toEqual([100]);
    expect(ids(await ask(store, 'GET', '/orders?status_id=0'))).toEqual([102]);
  });
});

describe('GET /orders/{id}', () => {
  it('an unknown order or path is a 404 with an array', async () => {
    for (const path of ['/orders/99', '/orders/99/products', '/orders/abc', '/orders/100x', '/nothing']) {
      expect(await ask(store, 'GET', path)).toMatchObject({
        status: 404,
        body: [{ status: 404, message: 'The requested resource was not found.' }],
      });
    }
  });

  it('a removed order is a 404, and an archived one is still shown', async () => {
    add(2);
    store.orders.remove(100);
    store.orders.archive(101);
    expect((await ask(store, 'GET', '/orders/100')).status).toBe(404);
    expect((await ask(store, 'GET', '/orders/101')).body).toMatchObject({ is_deleted: true });
  });

  it('an order has the types of real orders', async () => {
    store.orders.add({ status_id: 7 });
    const order = await ask(store, 'GET', '/orders/100');
    expect(order.body).toMatchObject({
      id: 100,
      date_created: 'Tue, 06 Jan 2026 10:15:00 +0000',
      date_modified: 'Tue, 06 Jan 2026 10:15:00 +0000',
      date_shipped: '',
      status_id: 7,
      status: 'Awaiting Payment',
      custom_status: 'Awaiting Payment',
      refunded_amount: '0.0000',
      payment_provider_id: null,
      currency_exchange_rate: '1.0000000000',
      ebay_order_id: '0',
    });
    expect(fields(order).total_inc_tax).toMatch(/^\d+\.\d{4}$/);
    expect(order.text).toContain('"resource":"\\/orders\\/100\\/products"');
  });

  it('the totals of an order are the sums of its lines, shipping and coupons', async () => {
    const lines = [
      { quantity: 2, price_ex_tax: '10.0000', price_tax: '1.0000' },
      { quantity: 1, price_ex_tax: '5.5000', price_tax: '0.0000' },
    ];
    store.orders.add({ lines, coupons: [{ discount: '3.0000' }] });
    expect((await ask(store, 'GET', '/orders/100')).body).toMatchObject({
      subtotal_ex_tax: '25.5000',
      subtotal_tax: '2.0000',
      subtotal_inc_tax: '27.5000',
      shipping_cost_ex_tax: '5.0000',
      shipping_cost_tax: '0.4000',
      coupon_discount: '3.0000',
      total_ex_tax: '27.5000',
      total_tax: '2.4000',
      total_inc_tax: '29.9000',
      items_total: 3,
    });
  });

  it('an order includes its fees, which have a path of their own', async () => {
    store.orders.add({ fees: [{ display_name_customer: 'Rush' }] });
    const order = await ask(store, 'GET', '/orders/100?include=fees');
    const fees = await ask(store, 'GET', '/orders/100/fees');
    expect(order.body).toMatchObject({ fees: [{ display_name_customer: 'Rush', cost_ex_tax: '1.0000' }] });
    expect(fees.body).toEqual({ fees: fields(order).fees });
  });
});

describe('sub-resources', () => {
  it('an empty sub-resource is a 204', async () => {
    store.orders.add({ lines: [{ type: 'digital' }] });
    for (const name of ['shipping_addresses', 'shippingaddresses', 'coupons', 'shipments', 'fees']) {
      expect(await ask(store, 'GET', `/orders/100/${name}`)).toMatchObject({ status: 204, text: '' });
    }
    expect(store.orders.get(100)).toMatchObject({ order_is_digital: true, shipping_address_count: 0 });
  });

  it('addresses are served under both spellings, and each address and line has its own path', async () => {
    add(1);
    const addresses = await ask(store, 'GET', '/orders/100/shipping_addresses');
    expect((await ask(store, 'GET', '/orders/100/shippingaddresses')).body).toEqual(addresses.body);
    const address = rows(addresses)[0] as { id: number };
    expect((await ask(store, 'GET', `/orders/100/shipping_addresses/${address.id}`)).body).toEqual(address);
    const quotes = `/orders/100/shipping_addresses/${address.id}/shipping_quotes`;
    expect((await ask(store, 'GET', quotes)).status).toBe(204);
    const [line] = store.orders.lines(100);
    expect(line?.order_address_id).toBe(address.id);
    expect((await ask(store, 'GET', `/orders/100/products/${line?.id}`)).body).toEqual(line);
    expect((await ask(store, 'GET', '/orders/100/products/1')).status).toBe(404);
  });

  it('an order with digital lines and gift certificates is digital', async () => {
    store.orders.add({ lines: [{ type: 'digital' }, { type: 'giftcertificate' }] });
    expect(store.orders.get(100)?.order_is_digital).toBe(true);
    const types = rows(await ask(store, 'GET', '/orders/100/products')).map(({ type }) => type);
    expect(types).toEqual(['digital', 'giftcertificate']);
  });

  it('an order with digital and physical lines is not digital, and only its lines show the mix', async () => {
    store.orders.add({ lines: [{ type: 'digital' }, { type: 'physical' }] });
    expect(store.orders.get(100)?.order_is_digital).toBe(false);
    const types = rows(await ask(store, 'GET', '/orders/100/products')).map(({ type }) => type);
    expect(types).toEqual(['digital', 'physical']);
  });
});

describe('consignments', () => {
  const asObject = 'consignment_structure=object';

  it('consignments are a link, links to lines or complete lines, and an array unless the query requests an object', async () => {
    add(1);
    const line = { resource: `/orders/100/products/${store.orders.lines(100)[0]?.id}` };
    const withLinks = await ask(store, 'GET', `/orders/100?include=consignments&${asObject}`);
    const full = await ask(store, 'GET', `/orders?include=consignments.line_items&${asObject}`);
    const legacy = await ask(store, 'GET', '/orders/100?include=consignments.line_items');
    expect(store.orders.get(100)?.consignments).toMatchObject({ resource: '/orders/100/consignments' });
    expect(withLinks.body).toMatchObject({ consignments: { shipping: [{ line_items: [line] }] } });
    expect(rows(full)[0]).toMatchObject({
      consignments: { shipping: [{ line_items: store.orders.lines(100), base_cost: 5 }] },
    });
    expect(fields(legacy).consignments).toEqual([rows(full)[0]?.consignments]);
    const alone = await ask(store, 'GET', '/orders/100/consignments?include=consignments.line_items');
    expect([alone.body]).toEqual(fields(legacy).consignments);
  });

  it('a consignment shows fifty lines at most, with a warning', async () => {
    store.orders.add({ lines: Array.from({ length: 51 }, () => ({})) });
    const order = await ask(store, 'GET', `/orders/100?include=consignments.line_items&${asObject}`);
    const { consignments } = fields(order) as { consignments: { shipping: Record<string, unknown>[] } };
    expect(consignments.shipping[0]?.line_items).toHaveLength(50);
    expect(consignments.shipping[0]).toHaveProperty('__warning__.message');
  });

  it('consignments separate downloads, certificates and pickups from shipments', async () => {
    store.orders.add({
      lines: [{ type: 'digital' }, { type: 'giftcertificate' }, { order_pickup_method_id: 1 }],
    });
    const { consignments } = fields(await ask(store, 'GET', `/orders/100?include=consignments&${asObject}`));
    expect(consignments).toMatchObject({
      shipping: [],
      pickups: [{ location: { name: 'Shop' }, line_items: [{}] }],
      downloads: [{ line_items: [{}] }],
      email: { gift_certificates: [{ line_items: [{}] }] },
    });
  });
});
