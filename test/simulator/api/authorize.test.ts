// What is refused before it reaches the API: strangers, missing scopes, calls over the quota, malformed calls.
import { createStore } from '../../../simulator/index';
import type { RateLimitHeaders } from '../../../simulator/index';
import { ask } from '../../support/store-client';
import { virtualTime } from '../../support/virtual-time';

test.each([undefined, '', 'another-token'])(
  'answers 401 in the form of an object to the token %j',
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

test('knows the new token at once when a secret is rotated', async () => {
  const store = createStore({ accessToken: 'old' });
  store.credentials.accessToken = 'new';
  expect((await ask(store, 'GET', '/orders', undefined, { 'X-Auth-Token': 'old' })).status).toBe(401);
  expect((await ask(store, 'GET', '/orders')).status).toBe(204);
});

test('answers 403 to another store, and in the form that the switch says', async () => {
  const store = createStore({ switches: { gatewayErrors: 'array' } });
  expect(await ask(store, 'GET', '/stores/elsewhere/v2/orders')).toMatchObject({
    status: 403,
    body: [{ status: 403 }],
  });
  store.switches.wrongHashStatus = 404;
  expect((await ask(store, 'GET', '/stores/elsewhere/v2/orders')).status).toBe(404);
});

test('answers 403 where the account lacks the scope', async () => {
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

test('answers 405 or 404 to a known path with another method', async () => {
  const store = createStore();
  expect((await ask(store, 'DELETE', '/orders/count')).status).toBe(405);
  store.switches.wrongMethodStatus = 404;
  expect((await ask(store, 'DELETE', '/orders/count')).status).toBe(404);
});

describe('the quota', () => {
  const store = (mode: RateLimitHeaders = 'all') => {
    const time = virtualTime();
    const quota = { requests: 3, windowMs: 30_000 };
    return { time, store: createStore({ ...time, quota, switches: { rateLimitHeaders: mode } }) };
  };

  test('is told on every answer and refuses what is over it until the window turns', async () => {
    const { store: limited, time } = store();
    const first = await ask(limited, 'GET', '/orders/count');
    await time.advance(12_000);
    const second = await ask(limited, 'GET', '/orders/count');
    expect([first, second]).toMatchObject([
      { headers: { 'x-rate-limit-requests-left': '2', 'x-rate-limit-time-reset-ms': '30000' } },
      { headers: { 'x-rate-limit-requests-left': '1', 'x-rate-limit-time-reset-ms': '18000' } },
    ]);
    await ask(limited, 'GET', '/orders/count');
    const refused = await ask(limited, 'GET', '/orders/count');
    expect(refused).toMatchObject({ status: 429, body: { status: 429 }, headers: { 'x-retry-after': '18' } });
    await time.advance(18_000);
    expect((await ask(limited, 'GET', '/orders/count')).status).toBe(200);
  });

  test('is shared with the other apps of the store', async () => {
    const { store: limited } = store();
    limited.quota.spend(3);
    expect((await ask(limited, 'GET', '/orders/count')).status).toBe(429);
  });

  test('is not spent by calls that are not let in', async () => {
    const { store: limited } = store();
    await ask(limited, 'GET', '/orders', undefined, { 'X-Auth-Token': 'wrong' });
    expect(limited.quota.left()).toBe(3);
  });

  test.each([
    [
      'all',
      [
        'x-rate-limit-requests-left',
        'x-rate-limit-requests-quota',
        'x-rate-limit-time-reset-ms',
        'x-rate-limit-time-window-ms',
        'x-retry-after',
      ],
    ],
    [
      'msOnly',
      [
        'x-rate-limit-requests-left',
        'x-rate-limit-requests-quota',
        'x-rate-limit-time-reset-ms',
        'x-rate-limit-time-window-ms',
      ],
    ],
    ['retryAfterOnly', ['x-retry-after']],
    ['none', []],
  ] as const)('refuses with %s of its headers', async (mode, expected) => {
    const { store: limited } = store(mode);
    limited.quota.spend(3);
    const { headers } = await ask(limited, 'GET', '/orders/count');
    expect(
      Object.keys(headers)
        .filter((name) => name.startsWith('x-'))
        .sort(),
    ).toEqual(expected);
  });
});

test('refuses a fourth call in flight at one endpoint if that limit still exists', async () => {
  const time = virtualTime();
  const store = createStore({ ...time, latencyMs: 100, switches: { concurrencyPerEndpoint: 3 } });
  const calls = [1, 2, 3, 4].map(() => ask(store, 'GET', '/orders/count'));
  const elsewhere = ask(store, 'GET', '/time');
  await time.advance(200);
  expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200, 200, 429]);
  expect((await elsewhere).status).toBe(200);
});
