// The simulator over real loopback HTTP: the main routes and the sockets.
import { connect } from 'node:net';
import { startSimulator } from '../../simulator/index';
import type { Simulator } from '../../simulator/index';
import { fetchFrom, fields, ids, rows } from '../support/store-client';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.stop());
afterEach(() => {
  simulator.faults.clear();
  simulator.settings.latencyMs = 0;
});

it('the server counts, lists and shows orders with their parts', async () => {
  const order = simulator.orders.add({ lines: [{ quantity: 2 }, {}], coupons: [{ code: 'SPRING' }] });
  const count = await fetchFrom(simulator, 'GET', '/orders/count');
  const list = await fetchFrom(simulator, 'GET', '/orders?status_id=11&limit=250');
  const one = await fetchFrom(simulator, 'GET', `/orders/${order.id}`);
  const products = await fetchFrom(simulator, 'GET', `/orders/${order.id}/products?limit=250`);
  const addresses = await fetchFrom(simulator, 'GET', `/orders/${order.id}/shipping_addresses`);
  const coupons = await fetchFrom(simulator, 'GET', `/orders/${order.id}/coupons`);

  expect(count.body).toMatchObject({ count: 1 });
  expect(list.body).toEqual([one.body]);
  expect(one.body).toEqual(order);
  expect(rows(products)).toEqual(simulator.orders.lines(order.id));
  expect(rows(addresses)).toMatchObject([{ order_id: order.id, items_total: 3 }]);
  expect(rows(coupons)).toMatchObject([{ code: 'SPRING', amount: 5 }]);
});

it('the server changes the status of an order and shows the order', async () => {
  const { id } = simulator.orders.add();
  const put = await fetchFrom(simulator, 'PUT', `/orders/${id}`, { status_id: 9 });
  expect(put).toMatchObject({ status: 200, body: { id, status_id: 9, status: 'Awaiting Shipment' } });
  expect(simulator.orders.get(id)).toEqual(put.body);
});

it('an empty list is a 204 without a body', async () => {
  const { id } = simulator.orders.add();
  const coupons = await fetchFrom(simulator, 'GET', `/orders/${id}/coupons`);
  expect(coupons).toMatchObject({ status: 204, text: '' });
  expect(coupons.headers).not.toHaveProperty('content-length');
});

it('every response over HTTP reports the quota', async () => {
  const { headers } = await fetchFrom(simulator, 'GET', '/time');
  expect(headers).toMatchObject({
    'x-rate-limit-requests-quota': '1000000',
    'x-rate-limit-time-window-ms': '30000',
  });
  expect(Number(headers['x-rate-limit-requests-left'])).toBeLessThan(1_000_000);
});

it('a response takes at least the latency', async () => {
  simulator.settings.latencyMs = 60;
  const startedAt = Date.now();
  await Promise.all([fetchFrom(simulator, 'GET', '/time'), fetchFrom(simulator, 'GET', '/orders/count')]);
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(55);
});

it('a connection broken during or after a PUT leaves its effect, and one broken before prevents it', async () => {
  for (const when of ['before', 'during', 'after'] as const) {
    const { id } = simulator.orders.add();
    simulator.faults.add({ endpoint: 'PUT /orders/{id}', orderId: id, kind: 'reset', when });
    await expect(fetchFrom(simulator, 'PUT', `/orders/${id}`, { status_id: 9 })).rejects.toThrow();
    expect(simulator.orders.get(id)?.status_id).toBe(when === 'before' ? 11 : 9);
    expect(simulator.log.of('PUT /orders/{id}', id)).toMatchObject([{ status: 'reset' }]);
  }
});

it('a hanging call lasts until the client gives up', async () => {
  simulator.faults.add({ endpoint: 'GET /time', kind: 'hang' });
  const url = `${simulator.url}/stores/${simulator.credentials.storeHash}/v2/time`;
  const headers = { 'X-Auth-Token': simulator.credentials.accessToken };
  await expect(fetch(url, { headers, signal: AbortSignal.timeout(50) })).rejects.toThrow(/timeout/);
});

it('a truncated fault sends a complete HTTP response with half of the JSON', async () => {
  simulator.faults.add({ endpoint: 'GET /orders/count', kind: 'truncated' });
  const answer = await fetchFrom(simulator, 'GET', '/orders/count');
  expect(answer).toMatchObject({ status: 200, body: undefined });
  expect(answer.text).toMatch(/^\{"statuses":\[/);
});

it('the server refuses a body that is too large', async () => {
  const { id } = simulator.orders.add();
  const put = await fetchFrom(simulator, 'PUT', `/orders/${id}`, { staff_notes: 'x'.repeat(1_100_000) });
  expect(put).toMatchObject({ status: 400, body: [{ status: 400 }] });
});

it('the server survives malformed requests', async () => {
  const port = Number(new URL(simulator.url).port);
  const answerTo = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      let answer = '';
      const socket = connect(port, '127.0.0.1', () => socket.end(text));
      socket.on('data', (chunk) => (answer += chunk.toString()));
      socket.on('error', reject);
      socket.on('close', () => resolve(answer));
    });
  const { storeHash } = simulator.credentials;
  const get = (path: string): Promise<string> => answerTo(`GET ${path} HTTP/1.0\r\nHost: x\r\n\r\n`);
  expect(await get(`/stores/${storeHash}/v2/orders/%zz`)).toMatch(/^HTTP\/1.1 400/);
  expect(await get(`/stores/${storeHash}/v2/orders/%ff`)).toMatch(/^HTTP\/1.1 400/);
  expect(await get('/../../etc/passwd')).toMatch(/^HTTP\/1.1 404/);
  expect(await answerTo('nonsense\r\n\r\n')).toMatch(/^HTTP\/1.1 400/);
  expect((await fetchFrom(simulator, 'GET', '/time')).status).toBe(200);
});

it('sixty lines take two pages of fifty', async () => {
  const { id } = simulator.orders.add({ lines: Array.from({ length: 60 }, () => ({})) });
  const first = await fetchFrom(simulator, 'GET', `/orders/${id}/products`);
  const second = await fetchFrom(simulator, 'GET', `/orders/${id}/products?page=2`);
  const third = await fetchFrom(simulator, 'GET', `/orders/${id}/products?page=3`);
  expect([rows(first).length, rows(second).length, third.status]).toEqual([50, 10, 204]);
  expect(new Set([...ids(first), ...ids(second)]).size).toBe(60);
});

it('the simulator listens on loopback only and releases its port', async () => {
  const other = await startSimulator();
  expect(other.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  await fetchFrom(other, 'GET', '/time');
  await other.stop();
  await other.stop();
  await expect(fetchFrom(other, 'GET', '/time')).rejects.toThrow();
  await expect(startSimulator({ port: Number(new URL(simulator.url).port) })).rejects.toThrow(/EADDRINUSE/);
});

it.each(['own', 'foreign'] as const)('links name the store by its hash, at its %s host', async (linkHost) => {
  simulator.switches.linkHost = linkHost;
  const origin = linkHost === 'own' ? simulator.url : 'https://api.bigcommerce.com';
  const { id } = simulator.orders.add();
  const { products } = fields(await fetchFrom(simulator, 'GET', `/orders/${id}`));
  simulator.switches.linkHost = 'own';
  expect(products).toEqual({
    url: `${origin}/stores/${simulator.credentials.storeHash}/v2/orders/${id}/products`,
    resource: `/orders/${id}/products`,
  });
});

it('K20a: a client that only follows links reads 130 of 130 orders and all of their parts', async () => {
  const store = await startSimulator({ seed: 20 });
  for (let order = 0; order < 130; order += 1) store.orders.add({ lines: [{}, {}], coupons: [{}] });
  const read = await readByLinks(store);
  const requests = store.log.count();
  await store.stop();
  const whole = store.orders.all().map(({ id }) => ({ id, lines: 2, addresses: 1, coupons: 1 }));
  expect(read).toEqual(whole);
  expect(requests).toBe(3 + 3 * 130);
});

it('K20b: links in consignments and addresses lead to the host name of the request', async () => {
  const { id } = simulator.orders.add();
  const { port } = new URL(simulator.url);
  const { credentials } = simulator;
  const headers = { 'X-Auth-Token': credentials.accessToken, Accept: 'application/json' };
  const base = `http://localhost:${port}/stores/${credentials.storeHash}/v2/orders/${id}`;
  const texts = await Promise.all(
    ['', '/shipping_addresses', '/consignments', '?include=consignments'].map(async (path) =>
      (await fetch(base + path, { headers })).text(),
    ),
  );
  const urls = texts.flatMap((text) => [...text.replaceAll('\\/', '/').matchAll(/"url":"([^"]+)"/g)]);
  expect(urls.length).toBeGreaterThan(5);
  for (const [, url] of urls) expect(url?.startsWith(base)).toBe(true);
});

/** Reads all orders by pages, and all of their parts by the links that they carry. */
async function readByLinks({ url, credentials }: Simulator) {
  const headers = { 'X-Auth-Token': credentials.accessToken, Accept: 'application/json' };
  const list = async (address: string): Promise<Record<string, unknown>[]> => {
    const text = await (await fetch(address, { headers })).text();
    return text === '' ? [] : (JSON.parse(text) as Record<string, unknown>[]);
  };
  const count = async (link: unknown) => (await list((link as { url: string }).url)).length;
  const found = [];
  for (let page = 1; ; page += 1) {
    const orders = await list(`${url}/stores/${credentials.storeHash}/v2/orders?page=${page}`);
    for (const { id, products, shipping_addresses, coupons } of orders) {
      const [lines, addresses] = [await count(products), await count(shipping_addresses)];
      found.push({ id, lines, addresses, coupons: await count(coupons) });
    }
    if (orders.length < 50) return found;
  }
}
