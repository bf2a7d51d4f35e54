// The store without a socket.
import { createStore } from '../../simulator/index';
import { virtualTime } from '../support/virtual-time';

it('a closed store cancels every waiting delivery', async () => {
  const time = virtualTime();
  const store = createStore({ ...time, send: () => Promise.resolve({ status: 500, body: '' }) });
  store.hooks.create({ scope: 'store/order/created', destination: 'http://127.0.0.1:1/hook' });
  store.orders.add();
  await store.deliveries.idle();
  expect(time.waiting()).toBe(1);
  store.close();
  expect(time.waiting()).toBe(0);
});
