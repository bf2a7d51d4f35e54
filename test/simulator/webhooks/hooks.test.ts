// The registration of webhooks through the API.
import { createStore } from '../../../simulator/index';
import type { Store } from '../../../simulator/index';
import { ask, fields } from '../../support/store-client';
import { virtualTime } from '../../support/virtual-time';

let store: Store;
beforeEach(() => {
  store = createStore(virtualTime());
});

const destination = 'https://hooks.example.com/cart-converted';
const scope = 'store/cart/converted';
const create = (body: Record<string, unknown> = {}) =>
  ask(store, 'POST', '/v3/hooks', { scope, destination, ...body });

it('V3 creates, shows, changes and deletes a hook, wrapped in data', async () => {
  const created = await create({ headers: { 'x-secret': 'hush' } });
  const data = {
    id: 20_000_001,
    client_id: store.credentials.clientId,
    store_hash: 'abc123xyz',
    scope,
    destination,
    headers: { 'x-secret': 'hush' },
    is_active: true,
    created_at: 1767694500,
    updated_at: 1767694500,
  };
  expect(created).toMatchObject({ status: 200, body: { data, meta: {} } });
  expect((await ask(store, 'GET', `/v3/hooks/${data.id}`)).body).toEqual({ data, meta: {} });
  const changed = await ask(store, 'PUT', `/v3/hooks/${data.id}`, { is_active: false });
  expect(changed.body).toMatchObject({ data: { ...data, is_active: false } });
  expect((await ask(store, 'DELETE', `/v3/hooks/${data.id}`)).status).toBe(200);
  expect(await ask(store, 'GET', `/v3/hooks/${data.id}`)).toMatchObject({
    status: 404,
    body: { title: `Webhook with id [${data.id}] not found` },
  });
});

it('V2 creates a hook without a wrapper', async () => {
  const created = await ask(store, 'POST', '/hooks', { scope, destination });
  expect(created).toMatchObject({ status: 201, body: { scope, destination, headers: null } });
  expect(store.log.count('POST /v2/hooks')).toBe(1);
});

it.each([
  [{ scope: undefined }, 'scope'],
  [{ destination: undefined }, 'destination'],
  [{ scope: 'orders' }, 'scope'],
  [{ destination: 'http://hooks.example.com/' }, 'destination'],
  [{ destination: 'https://hooks.example.com:8443/' }, 'destination'],
  [{ destination: 'not a url' }, 'destination'],
  [{ headers: 'x' }, 'headers'],
  [{ headers: { 'x-secret': 5 } }, 'headers'],
  [{ headers: { 'x-secret': 'a\r\nb' } }, 'headers'],
  [{ headers: { ['x'.repeat(65)]: 'y' } }, 'headers'],
  [{ is_active: 'yes' }, 'is_active'],
])('a hook with %j is refused with a 422 that names the field', async (body, field) => {
  expect(await create(body)).toMatchObject({
    status: 422,
    body: {
      status: 422,
      title: 'JSON data is missing or invalid',
      errors: { [field]: expect.any(String) as unknown },
    },
  });
});

it('a scope has each destination once and ten hooks at most', async () => {
  const statuses: number[] = [];
  for (let path = 0; path < 11; path += 1) {
    statuses.push((await create({ destination: `https://hooks.example.com/${path}` })).status);
  }
  expect(statuses).toEqual([...Array<number>(10).fill(200), 422]);
  expect((await create({ scope: 'store/order/*', destination: 'https://hooks.example.com/0' })).status).toBe(
    200,
  );
  expect((await create({ scope: 'store/order/*', destination: 'https://hooks.example.com/0' })).status).toBe(
    422,
  );
});

it('loopback destinations are allowed unless the switch is strict', async () => {
  expect((await create({ destination: 'http://127.0.0.1:4566/hook' })).status).toBe(200);
  store.switches.hookDestinations = 'strict';
  expect((await create({ destination: 'http://127.0.0.1:4566/other' })).status).toBe(422);
});

it('an empty change and a change of an unknown hook are refused', async () => {
  const { data } = fields(await create()) as { data: { id: number } };
  expect((await ask(store, 'PUT', `/v3/hooks/${data.id}`, {})).status).toBe(422);
  expect((await ask(store, 'PUT', '/v3/hooks/1', { is_active: false })).status).toBe(404);
});

it('the list of hooks is paged and filtered, and shows only the hooks of the client', async () => {
  for (const path of ['a', 'b', 'c']) await create({ destination: `https://hooks.example.com/${path}` });
  await create({ scope: 'store/order/created', is_active: false });
  const page = await ask(store, 'GET', '/v3/hooks?limit=3&page=2');
  expect(page.body).toMatchObject({
    data: [{ scope: 'store/order/created' }],
    meta: { pagination: { total: 4, count: 1, per_page: 3, current_page: 2, total_pages: 2 } },
  });
  const filtered = await ask(
    store,
    'GET',
    '/v3/hooks?is_active=true&destination=https://hooks.example.com/b',
  );
  expect(filtered.body).toMatchObject({ data: [{ destination: 'https://hooks.example.com/b' }] });
  const { data } = fields(page) as { data: { id: number }[] };
  const path = `/v3/hooks/${data[0]?.id ?? 0}`;
  store.credentials.clientId = 'another-client';
  expect((await ask(store, 'GET', '/v3/hooks')).body).toMatchObject({ data: [] });
  expect((await ask(store, 'GET', path)).status).toBe(404);
  expect((await ask(store, 'PUT', path, { is_active: true })).status).toBe(404);
  expect((await ask(store, 'DELETE', path)).status).toBe(404);
  expect(store.hooks.all()).toHaveLength(4);
});

it('the admin route of hooks shows emails, states and blocked domains', async () => {
  await create({ is_active: false });
  expect((await ask(store, 'PUT', '/v3/hooks/admin', { emails: ['ops@example.com'] })).status).toBe(204);
  expect((await ask(store, 'PUT', '/v3/hooks/admin', { emails: 'all' })).status).toBe(422);
  expect((await ask(store, 'GET', '/v3/hooks/admin')).body).toMatchObject({
    data: { emails: ['ops@example.com'], hooks_list: [{ status: 'inactive' }], blocked_domains: [] },
  });
});
