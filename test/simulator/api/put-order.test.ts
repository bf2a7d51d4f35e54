// Changing orders through the API.
import fc from 'fast-check';
import { createStore } from '../../../simulator/index';
import type { Store } from '../../../simulator/index';
import { ask, fields } from '../../support/store-client';
import { virtualTime } from '../../support/virtual-time';
import type { VirtualTime } from '../../support/virtual-time';

let time: VirtualTime;
let store: Store;
beforeEach(() => {
  time = virtualTime();
  store = createStore(time);
  store.orders.add({ lines: [{ quantity: 2 }, {}], fees: [{}] });
});

const kinds = (): string[] => store.events.all().map(({ kind }) => kind);

test('changes what it is given and leaves the rest', async () => {
  const before = store.orders.get(100);
  await time.advance(61_500);
  const put = await ask(store, 'PUT', '/orders/100', { status_id: 9, staff_notes: 'picked' });
  expect(put).toMatchObject({ status: 200 });
  expect(put.body).toEqual({
    ...before,
    status_id: 9,
    status: 'Awaiting Shipment',
    custom_status: 'Awaiting Shipment',
    staff_notes: 'picked',
    date_modified: 'Tue, 06 Jan 2026 10:16:01 +0000',
  });
});

test('announces a new status, mails the customer and keeps quiet about tax between paid statuses', async () => {
  store.events.clear();
  await ask(store, 'PUT', '/orders/100', { status_id: 9 });
  expect(kinds()).toEqual(['updated', 'statusUpdated', 'mail']);
  expect(store.events.of('mail', 100)).toMatchObject([{ by: 'api', from: 11, to: 9 }]);
});

test('marks an unpaid order as paid when it is moved to a paid status', async () => {
  store.orders.add({ status_id: 7 });
  await ask(store, 'PUT', '/orders/101', { status_id: 9 });
  expect(store.events.of('paid')).toMatchObject([{ orderId: 101, from: 7, to: 9 }]);
  store.orders.setStatus(101, 5);
  expect(store.events.of('unpaid')).toMatchObject([{ orderId: 101, by: 'merchant' }]);
});

test('sets the date of shipping when everything is shipped', async () => {
  const put = await ask(store, 'PUT', '/orders/100', { status_id: 2 });
  expect(put.body).toMatchObject({ date_shipped: 'Tue, 06 Jan 2026 10:15:00 +0000' });
});

test.each(['id', 'date_modified', 'status', 'cart_id', 'total_tax', 'coupons', 'payment_status'])(
  'refuses the read-only field %s and with it the whole request',
  async (name) => {
    const before = store.orders.get(100);
    const put = await ask(store, 'PUT', '/orders/100', { status_id: 9, [name]: 'x' });
    const message =
      `The field '${name}' cannot be written to. ` +
      'Please remove it from your request before trying again.';
    expect(put).toMatchObject({ status: 400, body: [{ status: 400, message }] });
    expect(store.orders.get(100)).toEqual(before);
  },
);

test.each([
  [{ status_id: 15 }, 'status_id'],
  [{ status_id: '9' }, 'status_id'],
  [{ staff_notes: 5 }, 'staff_notes'],
  [{ products: 'all' }, 'products'],
  [{ billing_address: [] }, 'billing_address'],
])('refuses %j', async (body, name) => {
  const put = await ask(store, 'PUT', '/orders/100', body);
  expect(put).toMatchObject({ status: 400, body: [{ message: `The field '${name}' is invalid.` }] });
});

test.each(['{"status_id":', '[]', '"9"', ''])(
  'refuses a body that is not a JSON object: %j',
  async (body) => {
    const headers = { 'Content-Type': 'application/json' };
    expect((await ask(store, 'PUT', '/orders/100', body, headers)).status).toBe(400);
  },
);

test('wants to know the type of a body', async () => {
  const put = await ask(store, 'PUT', '/orders/100', { status_id: 9 }, { 'Content-Type': 'text/plain' });
  expect(put.status).toBe(415);
});

test('answers 404 for an order that is not there', async () => {
  expect((await ask(store, 'PUT', '/orders/99', { status_id: 9 })).status).toBe(404);
});

test('changes, adds and removes lines, and clears the discounts of those it touches', async () => {
  const discount = { id: 'coupon', amount: '1.0000', name: 'Spring', code: null, target: 'order' };
  const [first, second] = store.orders.lines(100);
  store.orders.edit(100, {
    lines: [{ id: first!.id, applied_discounts: [discount] }, { id: second!.id }],
  });
  const put = await ask(store, 'PUT', '/orders/100', {
    products: [
      { id: first!.id, quantity: 5 },
      { id: second!.id, quantity: 0 },
      { name: 'Poster', quantity: 1 },
    ],
  });
  expect(put.body).toMatchObject({ items_total: 6 });
  expect(store.orders.lines(100)).toMatchObject([
    { id: first!.id, quantity: 5, applied_discounts: [], name: first!.name },
    { name: 'Poster' },
  ]);
});

test('replaces fees as a whole, and keeps them if they are not named', async () => {
  await ask(store, 'PUT', '/orders/100', { status_id: 9 });
  expect(store.orders.fees(100)).toHaveLength(1);
  await ask(store, 'PUT', '/orders/100', { status_id: 9, fees: [] });
  expect(store.orders.fees(100)).toHaveLength(0);
});

test('archives by is_deleted and by DELETE', async () => {
  store.orders.add();
  await ask(store, 'PUT', '/orders/100', { is_deleted: true });
  expect((await ask(store, 'DELETE', '/orders/101')).status).toBe(204);
  expect(store.orders.all().map(({ is_deleted }) => is_deleted)).toEqual([true, true]);
  expect(store.events.of('archived')).toHaveLength(2);
});

describe('repeating the status', () => {
  test('moves the date and fires updated, but no new status', async () => {
    store.events.clear();
    await time.advance(5000);
    const put = await ask(store, 'PUT', '/orders/100', { status_id: 11 });
    expect(put.body).toMatchObject({ date_modified: 'Tue, 06 Jan 2026 10:15:05 +0000' });
    expect(kinds()).toEqual(['updated']);
  });

  test('does neither if the switches say so', async () => {
    Object.assign(store.switches, { sameStatusBumpsDate: false, sameStatusFiresUpdated: false });
    store.events.clear();
    const before = store.orders.get(100);
    await time.advance(5000);
    expect((await ask(store, 'PUT', '/orders/100', { status_id: 11 })).body).toEqual(before);
    expect(kinds()).toEqual([]);
  });
});

test('without a status keeps it, or falls to Pending if the switch says so', async () => {
  await ask(store, 'PUT', '/orders/100', { external_order_id: 'ERP-1' });
  expect(store.orders.get(100)).toMatchObject({ status_id: 11, external_order_id: 'ERP-1' });
  store.switches.putWithoutStatus = 'pending';
  await ask(store, 'PUT', '/orders/100', { external_order_id: 'ERP-2' });
  expect(store.orders.get(100)).toMatchObject({ status_id: 1, external_order_id: 'ERP-2' });
});

const part = fc.dictionary(
  fc.constantFrom('id', 'quantity', 'type', 'price_ex_tax', 'cost_ex_tax', 'name'),
  fc.oneof(fc.jsonValue(), fc.nat(9), fc.constant('12.5')),
);
const likelyBody = fc.dictionary(
  fc.constantFrom('status_id', 'products', 'fees', 'shipping_addresses', 'billing_address', 'staff_notes'),
  fc.oneof(fc.jsonValue(), fc.array(part, { maxLength: 3 }), part, fc.nat(20)),
);

test('takes any JSON without breaking', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.jsonValue(), likelyBody), async (body) => {
      const put = await ask(store, 'PUT', '/orders/100', body ?? null);
      expect([200, 400]).toContain(put.status);
      const { id, total_inc_tax } = fields(await ask(store, 'GET', '/orders/100'));
      expect([id, total_inc_tax]).toEqual([100, expect.stringMatching(/^\d+\.\d{4}$/)]);
    }),
    { numRuns: 200 },
  );
});

test('takes any path and query without breaking', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.string(), async (path, query) => {
      const answer = await store.handle({ method: 'GET', path: `/stores/abc123xyz/v2/${path}?${query}` });
      expect(answer).toHaveProperty('status');
    }),
    { numRuns: 300 },
  );
});
