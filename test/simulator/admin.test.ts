// The admin pages for people with curl.
import { createServer } from 'node:http';
import { listen } from '../../simulator/listen';
import { startSimulator } from '../../simulator/index';
import type { Simulator } from '../../simulator/index';
import { fetchFrom } from '../support/store-client';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.stop());

const callAdmin = async (
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
) => {
  const answer = await fetch(`${simulator.url}/_simulator${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
};

it('the admin pages create, list, show, edit and remove orders', async () => {
  const made = await callAdmin('POST', '/orders', { status_id: 7, lines: [{ type: 'digital' }, {}] });
  const { id } = made.body as { id: number };
  expect(made).toMatchObject({ status: 200, body: { status_id: 7, items_total: 2 } });
  expect((await callAdmin('GET', '/orders')).body).toMatchObject([
    { id, status: 'Awaiting Payment', lines: 2 },
  ]);
  expect((await callAdmin('PUT', `/orders/${id}`, { status_id: 11 })).body).toMatchObject({ status_id: 11 });
  expect((await callAdmin('GET', `/orders/${id}`)).body).toMatchObject({
    fields: { status_id: 11 },
    lines: [{}, {}],
  });
  expect((await callAdmin('DELETE', `/orders/${id}`)).status).toBe(204);
  expect(await callAdmin('GET', `/orders/${id}`)).toEqual({
    status: 400,
    body: { message: `Order ${id} does not exist.` },
  });
});

it('the admin pages show the log, and the request for it is not in the log', async () => {
  await callAdmin('DELETE', '/log');
  await fetchFrom(simulator, 'GET', '/time');
  expect((await callAdmin('GET', '/log')).body).toMatchObject([{ endpoint: 'GET /time', status: 200 }]);
});

it('the admin pages deliver a webhook and show its response', async () => {
  const receiver = await listen(createServer((_, response) => response.writeHead(401).end('unknown sender')));
  const destination = `${receiver.url}/`;
  expect(await callAdmin('POST', '/webhooks', { destination, orderId: 1 })).toMatchObject({
    status: 200,
    body: { status: 401, body: 'unknown sender' },
  });
  await receiver.stop();
  expect(
    (await callAdmin('POST', '/webhooks', { destination: 'https://example.com/', orderId: 1 })).status,
  ).toBe(400);
  expect((await callAdmin('POST', '/webhooks', { orderId: 1 })).status).toBe(400);
});

it('the admin pages add and clear faults and change switches and settings', async () => {
  expect(
    (await callAdmin('POST', '/faults', { endpoint: 'GET /time', kind: 'status', status: 503 })).status,
  ).toBe(204);
  expect((await fetchFrom(simulator, 'GET', '/time')).status).toBe(503);
  await callAdmin('DELETE', '/faults');
  expect((await fetchFrom(simulator, 'GET', '/time')).status).toBe(200);
  await callAdmin('PUT', '/switches', { emptyList: 'array' });
  expect((await fetchFrom(simulator, 'GET', '/orders?status_id=7')).text).toBe('[]');
  expect((await callAdmin('PUT', '/switches', { emptylist: '204' })).status).toBe(400);
  expect((await callAdmin('PUT', '/settings', { latencyMs: 1 })).body).toMatchObject({ latencyMs: 1 });
});

it('the admin pages refuse an invalid request', async () => {
  expect((await callAdmin('POST', '/orders', 'nonsense')).status).toBe(400);
  expect((await callAdmin('POST', '/orders', [])).status).toBe(400);
  expect((await callAdmin('POST', '/orders', { lines: 'many' })).status).toBe(400);
  expect((await callAdmin('GET', '/secrets')).status).toBe(404);
});

it('the admin pages refuse requests from web pages', async () => {
  expect((await callAdmin('GET', '/orders', undefined, { Origin: 'https://example.com' })).status).toBe(403);
});
