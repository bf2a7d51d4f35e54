// The path of one request through the store.
import { createStore } from '../../../simulator/index';
import { ask } from '../../support/store-client';
import { virtualTime } from '../../support/virtual-time';

it('half of the latency passes before a call takes effect', async () => {
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
