// Changes of orders through the API.
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

it('a PUT changes the given fields and leaves the others unchanged', async () => {
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

it('a new status causes an event and a mail, and no tax event between paid statuses', async () => {
  store.events.clear();
  await ask(store, 'PUT', '/orders/100', { status_id: 9 });
  expect(kinds()).toEqual(['updated', 'statusUpdated', 'mail']);
  expect(store.events.of('mail', 100)).toMatchObject([{ by: 'api', from: 11, to: 9 }]);
});

it('a move to a paid status marks an unpaid order as paid, and a cancellation marks it as unpaid', async () => {
  store.orders.add({ status_id: 7 });
  await ask(store, 'PUT', '/orders/101', { status_id: 9 });
  expect(store.events.of('paid')).toMatchObject([{ orderId: 101, from: 7, to: 9 }]);
  store.orders.setStatus(101, 5);
  expect(store.events.of('unpaid')).toMatchObject([{ orderId: 101, by: 'merchant' }]);
});

it('the status Shipped sets the shipping date', async () => {
  const put = await ask(store, 'PUT', '/orders/100', { status_id: 2 });
  expect(put.body).toMatchObject({ date_shipped: 'Tue, 06 Jan 2026 10:15:00 +0000' });
});

it.each(['id', 'date_modified', 'status', 'cart_id', 'total_tax', 'coupons', 'payment_status'])(
  'a PUT with the read-only field %s is refused completely',
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

it.each([
  [{ status_id: 15 }, 'status_id'],
  [{ status_id: '9' }, 'status_id'],
  [{ staff_notes: 5 }, 'staff_notes'],
  [{ products: 'all' }, 'products'],
  [{ billing_address: [] }, 'billing_address'],
])('a PUT with the invalid body %j is refused', async (body, name) => {
  const put = await ask(store, 'PUT', '/orders/100', body);
  expect(put).toMatchObject({ status: 400, body: [{ message: `The field '${name}' is invalid.` }] });
});

it.each(['{"status_id":', '[]', '"9"', ''])(
  'a PUT whose body is not a JSON object is refused: %j',
  async (body) => {
    const headers = { 'Content-Type': 'application/json' };
    expect((await ask(store, 'PUT', '/orders/100', body, headers)).status).toBe(400);
  },
);

it('a PUT without a JSON content type is a 415', async () => {
  const put = await ask(store, 'PUT', '/orders/100', { status_id: 9 }, { 'Content-Type': 'text/plain' });
  expect(put.status).toBe(415);
});

it('a PUT of an unknown order is a 404', async () => {
  expect((await ask(store, 'PUT', '/orders/99', { status_id: 9 })).status).toBe(404);
});

it('a PUT changes, adds and removes lines, and clears the discounts of the changed ones', async () => {
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

it('a PUT replaces all fees, and keeps them if it does not name them', async () => {
  await ask(store, 'PUT', '/orders/100', { status_id: 9 });
  expect(store.orders.fees(100)).toHaveLength(1);
  await ask(store, 'PUT', '/orders/100', { status_id: 9, fees: [] });
  expect(store.orders.fees(100)).toHaveLength(0);
});

it('an order is archived by is_deleted and by DELETE', async () => {
  store.orders.add();
  await ask(store, 'PUT', '/orders/100', { is_deleted: true });
  expect((await ask(store, 'DELETE', '/orders/101')).status).toBe(204);
  expect(store.orders.all().map(({ is_deleted }) => is_deleted)).toEqual([true, true]);
  expect(store.events.of('archived')).toHaveLength(2);
});

describe('repeating the status', () => {
  it('a PUT that repeats the status changes the date and causes only "updated"', async () => {
    store.events.clear();
    await time.advance(5000);
    const put = await ask(store, 'PUT', '/orders/100', { status_id: 11 });
    expect(put.body).toMatchObject({ date_modified: 'Tue, 06 Jan 2026 10:15:05 +0000' });
    expect(kinds()).toEqual(['updated']);
  });

  it('a PUT that repeats the status changes nothing if the switches say so', async () => {
    Object.assign(store.switches, { sameStatusBumpsDate: false, sameStatusFiresUpdated: false });
    store.events.clear();
    const before = store.orders.get(100);
    await time.advance(5000);
    expect((await ask(store, 'PUT', '/orders/100', { status_id: 11 })).body).toEqual(before);
    expect(kinds()).toEqual([]);
  });
});

it('a PUT without a status keeps it, or sets Pending if the switch says so', async () => {
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

it('a PUT with any JSON is answered with 200 or 400, and the order stays valid', async () => {
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
