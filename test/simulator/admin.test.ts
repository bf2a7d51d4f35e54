// The door for people with curl.
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

const knock = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
  const answer = await fetch(`${simulator.url}/_simulator${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
};

test('makes, lists, shows, edits and removes orders', async () => {
  const made = await knock('POST', '/orders', { status_id: 7, lines: [{ type: 'digital' }, {}] });
  const { id } = made.body as { id: number };
  expect(made).toMatchObject({ status: 200, body: { status_id: 7, items_total: 2 } });
  expect((await knock('GET', '/orders')).body).toMatchObject([{ id, status: 'Awaiting Payment', lines: 2 }]);
  expect((await knock('PUT', `/orders/${id}`, { status_id: 11 })).body).toMatchObject({ status_id: 11 });
  expect((await knock('GET', `/orders/${id}`)).body).toMatchObject({
    fields: { status_id: 11 },
    lines: [{}, {}],
  });
  expect((await knock('DELETE', `/orders/${id}`)).status).toBe(204);
  expect(await knock('GET', `/orders/${id}`)).toEqual({
    status: 400,
    body: { message: `Order ${id} does not exist.` },
  });
});

test('shows the log, to which it does not add', async () => {
  await knock('DELETE', '/log');
  await fetchFrom(simulator, 'GET', '/time');
  expect((await knock('GET', '/log')).body).toMatchObject([{ endpoint: 'GET /time', status: 200 }]);
});

test('delivers a webhook and shows the answer', async () => {
  const receiver = await listen(createServer((_, response) => response.writeHead(401).end('who are you?')));
  const destination = `${receiver.url}/`;
  expect(await knock('POST', '/webhooks', { destination, orderId: 1 })).toMatchObject({
    status: 200,
    body: { status: 401, body: 'who are you?' },
  });
  await receiver.stop();
  expect((await knock('POST', '/webhooks', { destination: 'https://example.com/', orderId: 1 })).status).toBe(
    400,
  );
  expect((await knock('POST', '/webhooks', { orderId: 1 })).status).toBe(400);
});

test('breaks things, mends them and turns switches', async () => {
  expect(
    (await knock('POST', '/faults', { endpoint: 'GET /time', kind: 'status', status: 503 })).status,
  ).toBe(204);
  expect((await fetchFrom(simulator, 'GET', '/time')).status).toBe(503);
  await knock('DELETE', '/faults');
  expect((await fetchFrom(simulator, 'GET', '/time')).status).toBe(200);
  await knock('PUT', '/switches', { emptyList: 'array' });
  expect((await fetchFrom(simulator, 'GET', '/orders?status_id=7')).text).toBe('[]');
  expect((await knock('PUT', '/switches', { emptylist: '204' })).status).toBe(400);
  expect((await knock('PUT', '/settings', { latencyMs: 1 })).body).toMatchObject({ latencyMs: 1 });
});

test('answers nonsense with a sentence', async () => {
  expect((await knock('POST', '/orders', 'nonsense')).status).toBe(400);
  expect((await knock('POST', '/orders', [])).status).toBe(400);
  expect((await knock('POST', '/orders', { lines: 'many' })).status).toBe(400);
  expect((await knock('GET', '/secrets')).status).toBe(404);
});

test('lets no web page in', async () => {
  expect((await knock('GET', '/orders', undefined, { Origin: 'https://example.com' })).status).toBe(403);
});
