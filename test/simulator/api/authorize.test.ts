// Refusals before a call reaches the API: wrong tokens and stores, missing scopes, wrong methods.
import { createStore } from '../../../simulator/index';
import { ask } from '../../support/store-client';
import { virtualTime } from '../../support/virtual-time';

it.each([undefined, '', 'another-token'])(
  'the store answers 401 with an object to the token %j',
  async (token) => {
    const store = createStore();
    const headers = token === undefined ? {} : { 'x-auth-token': token };
    const path = `/stores/${store.credentials.storeHash}/v2/orders`;
    const answer = await store.handle({
      method: 'GET',
      path,
      headers: { accept: 'application/json', ...headers },
    });
    expect(answer).toMatchObject({ status: 401 });
    expect(JSON.parse((answer as { body: string }).body)).toMatchObject({ status: 401, errors: {} });
  },
);

it('a rotated token is valid immediately, and the old one is refused', async () => {
  const store = createStore({ accessToken: 'old' });
  store.credentials.accessToken = 'new';
  expect((await ask(store, 'GET', '/orders', undefined, { 'X-Auth-Token': 'old' })).status).toBe(401);
  expect((await ask(store, 'GET', '/orders')).status).toBe(204);
});

it('the store answers 403 for another store hash, in the form and with the status that the switches select', async () => {
  const store = createStore({ switches: { gatewayErrors: 'array' } });
  expect(await ask(store, 'GET', '/stores/elsewhere/v2/orders')).toMatchObject({
    status: 403,
    body: [{ status: 403 }],
  });
  store.switches.wrongHashStatus = 404;
  expect((await ask(store, 'GET', '/stores/elsewhere/v2/orders')).status).toBe(404);
});

it('the store answers 403 if the account lacks the scope', async () => {
  const store = createStore({ scopes: ['store_v2_orders_read_only'] });
  store.orders.add();
  expect((await ask(store, 'GET', '/orders/100')).status).toBe(200);
  expect(await ask(store, 'PUT', '/orders/100', { status_id: 9 })).toMatchObject({
    status: 403,
    body: { title: "You don't have a required scope to access the endpoint" },
  });
  expect((await ask(store, 'GET', '/time')).status).toBe(403);
  expect((await ask(store, 'GET', '/v3/hooks')).status).toBe(200);
});

it('the store answers 405 or 404 to a known path with another method', async () => {
  const store = createStore();
  expect((await ask(store, 'DELETE', '/orders/count')).status).toBe(405);
  store.switches.wrongMethodStatus = 404;
  expect((await ask(store, 'DELETE', '/orders/count')).status).toBe(404);
});

it('a fourth call in flight at one endpoint is refused if the switch limits them to three', async () => {
  const time = virtualTime();
  const store = createStore({ ...time, latencyMs: 100, switches: { concurrencyPerEndpoint: 3 } });
  const calls = [1, 2, 3, 4].map(() => ask(store, 'GET', '/orders/count'));
  const elsewhere = ask(store, 'GET', '/time');
  await time.advance(200);
  expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200, 200, 429]);
  expect((await elsewhere).status).toBe(200);
});
