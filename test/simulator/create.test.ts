// The store without its API: making and editing orders, the log, what repeats, what a demonstration gets.
import fc from 'fast-check';
import { createStore, fillStore, tellingOrders } from '../../simulator/index';
import type { Switches } from '../../simulator/index';
import { ask, fields, ids, rows } from '../support/store-client';
import { virtualTime } from '../support/virtual-time';

const totalOf = (quantity: number, price: string): string => (quantity * Number(price)).toFixed(4);

describe('orders', () => {
  test('get ascending ids from 100, and go on after one that was given', () => {
    const store = createStore();
    expect([store.orders.add().id, store.orders.add({ id: 4242 }).id, store.orders.add().id]).toEqual([
      100, 4242, 4243,
    ]);
    expect(() => store.orders.add({ id: 100 })).toThrow('Order 100 already exists.');
    expect(() => store.orders.edit(5, {})).toThrow('Order 5 does not exist.');
    expect(store.orders.get(5)).toBeUndefined();
  });

  test('are what a test says, and fields that nobody knows are kept', async () => {
    const store = createStore();
    store.orders.add({ date_created: '2020-02-29', staff_notes: 'x', extra: { brand_new_field: { a: 1 } } });
    expect((await ask(store, 'GET', '/orders/100')).body).toMatchObject({
      date_created: 'Sat, 29 Feb 2020 00:00:00 +0000',
      date_modified: 'Sat, 29 Feb 2020 00:00:00 +0000',
      staff_notes: 'x',
      brand_new_field: { a: 1 },
    });
    expect(() => store.orders.add({ date_created: 'soon' })).toThrow('"soon" is not a date.');
  });

  test('move their date with every edit, in whole seconds, unless the edit says otherwise', async () => {
    const time = virtualTime();
    const store = createStore(time);
    const { date_modified } = store.orders.add();
    await time.advance(1999);
    expect(store.orders.edit(100, { lines: [{}], date_modified })).toMatchObject({ date_modified });
    expect(store.orders.setStatus(100, 5).date_modified).toBe('Tue, 06 Jan 2026 10:15:01 +0000');
  });

  test('keep their lines apart from the ones that an edit replaces', () => {
    const store = createStore();
    store.orders.add({ lines: [{ quantity: 1 }, { quantity: 2 }] });
    const before = store.orders.lines(100);
    const edited = store.orders.edit(100, {
      lines: [{ id: before[1]!.id, quantity: 7 }, { type: 'digital' }],
    });
    const after = store.orders.lines(100);
    expect(edited.items_total).toBe(8);
    expect(after).toMatchObject([
      {
        id: before[1]!.id,
        name: before[1]!.name,
        quantity: 7,
        base_total: totalOf(7, before[1]!.price_ex_tax),
      },
      { type: 'digital' },
    ]);
    expect(new Set([...before, ...after].map(({ id }) => id)).size).toBe(3);
    expect(before).toMatchObject([{ quantity: 1 }, { quantity: 2 }]);
  });

  test('can be put back as they were kept', () => {
    const first = createStore();
    tellingOrders(first);
    const second = createStore();
    for (const { fields, ...parts } of first.orders.allKept()) second.orders.add({ ...fields, ...parts });
    expect([...second.orders.allKept()]).toEqual([...first.orders.allKept()]);
  });

  test('have lines whose totals are their prices times their quantities', () => {
    const store = createStore();
    const cents = fc.integer({ min: 0, max: 10_000_000 });
    fc.assert(
      fc.property(
        fc.array(fc.record({ price: cents, tax: cents, quantity: fc.integer({ min: 1, max: 99 }) })),
        (wanted) => {
          const lines = wanted.map(({ price, tax, quantity }) => ({
            price_ex_tax: (price / 100).toFixed(4),
            price_tax: (tax / 100).toFixed(4),
            quantity,
          }));
          const order = store.orders.add({ lines });
          const total = wanted.reduce((sum, { price, tax, quantity }) => sum + (price + tax) * quantity, 0);
          expect(order.subtotal_inc_tax).toBe((total / 100).toFixed(4));
        },
      ),
    );
  });
});

test('makes the same orders from the same seed, and others from another', () => {
  const orders = (seed: number) => {
    const store = createStore({ ...virtualTime(), seed });
    fillStore(store, 25);
    return [...store.orders.allKept()];
  };
  expect(orders(1)).toEqual(orders(1));
  expect(orders(2)).not.toEqual(orders(1));
});

test('logs every call with its template, its order and what became of it', async () => {
  const time = virtualTime();
  const store = createStore({ ...time, latencyMs: 100 });
  store.orders.add();
  const calls = Promise.all([
    ask(store, 'PUT', '/orders/100', { status_id: 9 }),
    ask(store, 'GET', '/orders/100/shippingaddresses?limit=250'),
    ask(store, 'GET', '/orders/100/products'),
    ask(store, 'GET', '/orders/101/products'),
    ask(store, 'GET', '/v3/hooks'),
    ask(store, 'GET', '/nothing'),
  ]);
  await time.advance(100);
  await calls;
  const startedAt = Date.UTC(2026, 0, 6, 10, 15);
  expect(store.log.entries).toMatchObject([
    {
      endpoint: 'PUT /orders/{id}',
      orderId: 100,
      body: { status_id: 9 },
      status: 200,
      startedAt,
      endedAt: startedAt + 100,
    },
    { endpoint: 'GET /orders/{id}/shipping_addresses', orderId: 100, query: { limit: '250' }, status: 200 },
    { endpoint: 'GET /orders/{id}/products', orderId: 100, status: 200 },
    { endpoint: 'GET /orders/{id}/products', orderId: 101, status: 404 },
    { endpoint: 'GET /v3/hooks', method: 'GET', path: '/stores/abc123xyz/v3/hooks' },
    { endpoint: 'GET (unknown)', status: 404 },
  ]);
  expect([store.log.count(), store.log.count('GET /orders/{id}/products')]).toEqual([6, 2]);
  expect([store.log.maxInFlight(), store.log.maxInFlight('GET /orders/{id}/products')]).toEqual([6, 2]);
  expect(store.log.inFlight()).toBe(0);
  store.log.clear();
  expect([store.log.count(), store.log.maxInFlight()]).toEqual([0, 0]);
});

test('lets half of the latency pass before a call takes effect', async () => {
  const time = virtualTime();
  const store = createStore({ ...time, latencyMs: 100 });
  store.orders.add();
  const put = ask(store, 'PUT', '/orders/100', { status_id: 9 });
  await time.advance(49);
  expect(store.orders.get(100)?.status_id).toBe(11);
  await time.advance(1);
  expect(store.orders.get(100)?.status_id).toBe(9);
  expect(store.log.inFlight()).toBe(1);
  await time.advance(50);
  expect((await put).status).toBe(200);
});

test('fills a store with orders that each tell a story', async () => {
  const store = createStore();
  const told = tellingOrders(store);
  expect(told.map(({ id }) => [id, store.orders.get(id)?.status_id])).toEqual([
    [100, 11],
    [101, 10],
    [102, 11],
    [103, 7],
    [104, 10],
    [105, 5],
    [106, 12],
    [107, 11],
    [108, 11],
    [109, 11],
  ]);
  expect(told.every(({ story }) => story.length > 5)).toBe(true);
  expect(store.orders.lines(102)).toHaveLength(60);
  expect(store.orders.coupons(100)).toHaveLength(1);
  expect(store.orders.get(101)).toMatchObject({ order_is_digital: true });
  expect(store.orders.get(104)).toMatchObject({
    order_is_digital: false,
    date_shipped: expect.stringMatching(/./) as unknown,
  });
  expect((await ask(store, 'GET', '/orders/108')).text).toContain('Zoë 🌻');
  const anHourAgo = Date.now() - 3_600_000;
  expect(store.orders.all().every(({ date_modified }) => Date.parse(date_modified) < anHourAgo)).toBe(true);
});

describe('switches', () => {
  const lists = async (path: string, switches: Partial<Switches>) => {
    const store = createStore({ ...virtualTime(), switches });
    const date_created = '2026-01-05T00:00:00Z';
    store.orders.add({
      date_created,
      lines: [{ type: 'digital' }, { is_bundled_product: true }],
      coupons: [{}],
    });
    store.orders.add({ date_created, status_id: 0, lines: [{ type: 'digital' }] });
    store.orders.add({ date_created: '2026-01-06T00:00:00Z', billing_address: { first_name: 'Zoë' } });
    store.orders.archive(102);
    return ask(store, 'GET', path);
  };

  test.each<[string, Partial<Switches>, unknown]>([
    ['/orders', {}, [100]],
    ['/orders', { archivedOrders: 'listed' }, [100, 102]],
    ['/orders', { incompleteOrders: 'listed' }, [100, 101]],
    ['/orders?is_deleted=true', { isDeletedFilter: 'only' }, [102]],
    ['/orders?is_deleted=true', { isDeletedFilter: 'also' }, [100, 102]],
    ['/orders?is_deleted=true', { isDeletedFilter: 'ignored' }, [100]],
    ['/orders?min_id=100', { idBounds: 'exclusive' }, 204],
    ['/orders?min_date_created=2026-01-05T00:00:00Z', { dateBounds: 'inclusive' }, [100]],
    ['/orders?min_date_created=2026-01-05T00:00:00Z', { dateBounds: 'exclusive' }, 204],
    ['/orders?status_id=7', { emptyList: 'array' }, []],
    ['/orders?limit=251', { overLimit: 'clamp' }, [100]],
  ])('%s with %j', async (path, switches, expected) => {
    const answer = await lists(path, switches);
    expect(answer.status === 200 ? ids(answer) : answer.status).toEqual(expected);
  });

  test.each<[string, Partial<Switches>, Record<string, unknown>]>([
    ['/orders/100', { mixedCartIsDigital: true }, { order_is_digital: true }],
    ['/orders/100', { itemsTotalCountsBundled: false }, { items_total: 1 }],
    ['/orders/101', { digitalAddressCount: 1 }, { shipping_address_count: 1 }],
    [
      '/orders/100',
      { addressLink: 'shippingaddresses' },
      { shipping_addresses: { resource: '/orders/100/shippingaddresses' } },
    ],
    [
      '/orders/100?include=consignments',
      { consignmentsDefault: 'object' },
      { consignments: { pickups: [] } },
    ],
    [
      '/orders/100?include=consignments&consignment_structure=object',
      { emptyLineItems: true },
      { consignments: { downloads: [{ line_items: [] }] } },
    ],
  ])('%s with %j', async (path, switches, expected) => {
    expect((await lists(path, switches)).body).toMatchObject(expected);
  });

  test('turn the link to consignments off and their ids into others', async () => {
    expect((await lists('/orders/100', { consignmentsLink: false })).body).not.toHaveProperty('consignments');
    const { shipping } = fields(await lists('/orders/100/consignments', { consignmentIdIsAddressId: false }));
    const [address] = rows(await lists('/orders/100/shipping_addresses', {}));
    expect(shipping).not.toMatchObject([{ id: address?.id }]);
  });

  test('write a coupon as numbers or as strings', async () => {
    expect((await lists('/orders/100/coupons', {})).body).toMatchObject([{ amount: 5, discount: 5 }]);
    const strings = await lists('/orders/100/coupons', { couponAmounts: 'string' });
    expect(strings.body).toMatchObject([{ amount: '5.0000', discount: '5.0000' }]);
  });

  test('escape as PHP does, more than PHP does by itself, or not at all', async () => {
    const text = async (escaping: Switches['escaping']) => (await lists('/orders/102', { escaping })).text;
    expect(await text('slashes')).toMatch(/"Zoë".*"\\\/orders\\\/102/);
    expect(await text('all')).toMatch(/"Zo\\u00eb".*"\\\/orders\\\/102/);
    expect(await text('none')).toMatch(/"Zoë".*"\/orders\/102/);
  });

  test('drop the fees that a PUT does not name', async () => {
    const store = createStore({ switches: { putWithoutFees: 'drop' } });
    store.orders.add({ fees: [{}] });
    await ask(store, 'PUT', '/orders/100', { status_id: 9 });
    expect(store.orders.fees(100)).toEqual([]);
  });

  test('spell a fee in another way under its own path, and leave fees a link', async () => {
    const store = createStore({ switches: { feesSpelling: 'cost_exc_tax', includesFees: false } });
    store.orders.add({ fees: [{}] });
    const fees = await ask(store, 'GET', '/orders/100/fees');
    expect(fees.body).toMatchObject({ fees: [{ cost_exc_tax: '1.0000', cost_inc_tax: '1.0000' }] });
    expect(fees.text).not.toContain('cost_ex_tax');
    expect(fields(await ask(store, 'GET', '/orders/100?include=fees'))).toMatchObject({
      fees: { resource: '/orders/100/fees' },
    });
  });

  test('answer JSON to everybody', async () => {
    const store = createStore({ switches: { xmlWithoutAccept: false } });
    const answer = await ask(store, 'GET', '/time', undefined, { Accept: '*/*' });
    expect(answer.headers['content-type']).toBe('application/json');
  });
});
