// The small routes next to orders.
import { createStore } from '../../../simulator/index';
import type { Store } from '../../../simulator/index';
import { ask } from '../../support/store-client';
import { virtualTime } from '../../support/virtual-time';

let store: Store;
beforeEach(() => {
  store = createStore(virtualTime());
});

it('the store lists the statuses and shows one', async () => {
  const all = await ask(store, 'GET', '/order_statuses');
  expect(all.body).toHaveLength(15);
  expect((await ask(store, 'GET', '/order_statuses/9')).body).toMatchObject({
    id: 9,
    system_label: 'Awaiting Shipment',
    order: 4,
  });
  expect((await ask(store, 'GET', '/order_statuses/15')).status).toBe(404);
});

it('the store shows its time and its hash', async () => {
  expect((await ask(store, 'GET', '/time')).body).toEqual({ time: Date.UTC(2026, 0, 6, 10, 15) / 1000 });
  expect((await ask(store, 'GET', '/store')).body).toMatchObject({ id: 'abc123xyz' });
});
