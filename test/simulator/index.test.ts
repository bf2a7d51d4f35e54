// How a test uses the simulator, in its shortest form.
import { createStore, startSimulator } from '../../simulator/index';
import type { Simulator } from '../../simulator/index';
import { virtualTime } from '../support/virtual-time';

let simulator: Simulator | undefined;
afterEach(() => simulator?.stop());

it('a simulator listens on a free port and logs the calls', async () => {
  simulator = await startSimulator();
  const order = simulator.orders.add({ status_id: 11, lines: [{ quantity: 2 }, { type: 'digital' }] });

  const { storeHash, accessToken } = simulator.credentials;
  const answer = await fetch(
    `${simulator.url}/stores/${storeHash}/v2/orders/${order.id}/products?limit=250`,
    {
      headers: { 'X-Auth-Token': accessToken, Accept: 'application/json' },
    },
  );

  expect(await answer.json()).toHaveLength(2);
  expect(simulator.log.count('GET /orders/{id}/products')).toBe(1);
});

it('a fault cancels an order between two calls', async () => {
  const store = createStore(virtualTime());
  const { id } = store.orders.add();
  store.faults.add({
    endpoint: 'GET /orders/{id}/coupons',
    times: 1,
    after: () => void store.orders.setStatus(id, 5),
  });

  await store.handle({
    method: 'GET',
    path: `/stores/${store.credentials.storeHash}/v2/orders/${id}/coupons`,
    headers: { 'X-Auth-Token': store.credentials.accessToken, Accept: 'application/json' },
  });

  expect(store.orders.get(id)?.status).toBe('Cancelled');
});
