// The orders that fill a store.
import { createStore, fillStore, addSampleOrders } from '../../../simulator/index';
import { ask } from '../../support/store-client';
import { virtualTime } from '../../support/virtual-time';

it('the same seed gives the same orders, and another seed gives others', () => {
  const orders = (seed: number) => {
    const store = createStore({ ...virtualTime(), seed });
    fillStore(store, 25);
    return [...store.orders.allKept()];
  };
  expect(orders(1)).toEqual(orders(1));
  expect(orders(2)).not.toEqual(orders(1));
});

it('the sample orders show ten different cases', async () => {
  const store = createStore();
  const samples = addSampleOrders(store);
  expect(samples.map(({ id }) => [id, store.orders.get(id)?.status_id])).toEqual([
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
  expect(samples.every(({ story }) => story.length > 5)).toBe(true);
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
