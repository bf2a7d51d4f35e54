// Orders that a test adds and edits directly in the store.
import fc from 'fast-check';
import { createStore, addSampleOrders } from '../../../simulator/index';
import { ask } from '../../support/store-client';
import { virtualTime } from '../../support/virtual-time';

const totalOf = (quantity: number, price: string): string => (quantity * Number(price)).toFixed(4);

describe('orders', () => {
  it('orders get ascending ids from 100, and continue after a given id', () => {
    const store = createStore();
    expect([store.orders.add().id, store.orders.add({ id: 4242 }).id, store.orders.add().id]).toEqual([
      100, 4242, 4243,
    ]);
    expect(() => store.orders.add({ id: 100 })).toThrow('Order 100 already exists.');
    expect(() => store.orders.edit(5, {})).toThrow('Order 5 does not exist.');
    expect(store.orders.get(5)).toBeUndefined();
  });

  it('an order has the fields that a test sets, unknown fields included', async () => {
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

  it('every edit changes the modification date, in whole seconds, unless the edit names the date', async () => {
    const time = virtualTime();
    const store = createStore(time);
    const { date_modified } = store.orders.add();
    await time.advance(1999);
    expect(store.orders.edit(100, { lines: [{}], date_modified })).toMatchObject({ date_modified });
    expect(store.orders.setStatus(100, 5).date_modified).toBe('Tue, 06 Jan 2026 10:15:01 +0000');
  });

  it('an edit replaces the lines without changing the old ones', () => {
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

  it('kept orders added to another store are equal there', () => {
    const first = createStore();
    addSampleOrders(first);
    const second = createStore();
    for (const { fields, ...parts } of first.orders.allKept()) second.orders.add({ ...fields, ...parts });
    expect([...second.orders.allKept()]).toEqual([...first.orders.allKept()]);
  });

  it('the subtotal of an order is the sum of prices times quantities', () => {
    const store = createStore();
    const cents = fc.integer({ min: 0, max: 10_000_000 });
    fc.assert(
      fc.property(
        fc.array(fc.record({ price: cents, tax: cents, quantity: fc.integer({ min: 1, max: 99 }) })),
        (drawn) => {
          const lines = drawn.map(({ price, tax, quantity }) => ({
            price_ex_tax: (price / 100).toFixed(4),
            price_tax: (tax / 100).toFixed(4),
            quantity,
          }));
          const order = store.orders.add({ lines });
          const total = drawn.reduce((sum, { price, tax, quantity }) => sum + (price + tax) * quantity, 0);
          expect(order.subtotal_inc_tax).toBe((total / 100).toFixed(4));
        },
      ),
    );
  });
});
