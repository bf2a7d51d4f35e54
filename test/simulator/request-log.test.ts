// The log of API calls.
import { createStore } from '../../simulator/index';
import { ask } from '../support/store-client';
import { virtualTime } from '../support/virtual-time';

it('the log has every call with its template, its order and its status', async () => {
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
