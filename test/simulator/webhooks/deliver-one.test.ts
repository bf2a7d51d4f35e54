// One webhook at a time: its envelope, its signature, and its limit to this machine.
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { listen } from '../../../simulator/listen';
import type { Listening } from '../../../simulator/listen';
import { createStore, signWebhook } from '../../../simulator/index';
import type { WebhookRequest } from '../../../simulator/index';

const SECRET = 'sim-client-secret-not-real-0001';

const asLibrary = (secret: string): Webhook => new Webhook(Buffer.from(secret).toString('base64'));

it('a signature equals the example of the documentation', () => {
  const body =
    '{"producer":"stores\\/abc123xyz","hash":"5d2f8b0c6a7e4f1391c2d3e4f5a6b7c8d9e0f1a2",' +
    '"created_at":1767225600,"store_id":"1009999999","scope":"store\\/order\\/created",' +
    '"data":{"type":"order","id":4242}}';
  expect(Buffer.byteLength(body)).toBe(196);
  expect(signWebhook(SECRET, 'msg_sim_0000000001', 1767225601, body)).toBe(
    'v1,SKMXAcCT4rAzP0fmV4FJibza1pgRO6HIlLdwgHOOwdQ=',
  );
});

it('a signature equals that of the library', () => {
  const at = new Date(1767225601000);
  const body = '{"name":"Zoë 🌻"}';
  expect(signWebhook(SECRET, 'msg_1', 1767225601, body)).toBe(asLibrary(SECRET).sign('msg_1', at, body));
});

describe('over loopback', () => {
  let server: Listening;
  let received: { headers: IncomingHttpHeaders; body: string; url: string | undefined }[];
  let destination: string;
  beforeAll(async () => {
    const receiver = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        received.push({ headers: request.headers, body: Buffer.concat(chunks).toString(), url: request.url });
        response.writeHead(202).end('thanks');
      });
    });
    server = await listen(receiver);
    destination = `${server.url}/cart-converted?x=1`;
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    received = [];
  });

  it('a single delivery of cart/converted is genuine and returns the response', async () => {
    const store = createStore();
    const { id, cart_id } = store.orders.add();
    const answer = await store.deliverWebhook({ destination, orderId: id, headers: { 'x-secret': 'hush' } });
    expect(answer).toEqual({ status: 202, body: 'thanks', durationMs: expect.any(Number) as unknown });
    const [{ headers, body, url } = received[0]!] = received;
    expect(url).toBe('/cart-converted?x=1');
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-secret': 'hush' });
    const {
      'webhook-id': webhookId,
      'webhook-timestamp': timestamp,
      'webhook-signature': signature,
    } = headers;
    const signed = {
      'webhook-id': webhookId,
      'webhook-timestamp': timestamp,
      'webhook-signature': signature,
    };
    expect(asLibrary(store.credentials.clientSecret).verify(body, signed as Record<string, string>)).toEqual({
      producer: 'stores/abc123xyz',
      hash: expect.stringMatching(/^[0-9a-f]{40}$/) as unknown,
      created_at: Number(timestamp),
      store_id: '1009999999',
      scope: 'store/cart/converted',
      data: { type: 'cart', id: cart_id, orderId: id },
    });
    expect(body).toContain('"producer":"stores\\/abc123xyz","hash":');
  });

  it('a single delivery can have a forged signature, or none', async () => {
    const store = createStore();
    const forged = { id: 'msg_mine', timestamp: 1, secret: 'guessed', body: '{"not":"signed by the store"}' };
    await store.deliverWebhook({ destination, orderId: 1, ...forged });
    await store.deliverWebhook({ destination, orderId: 1, secret: '' });
    expect(received[0]).toMatchObject({
      body: forged.body,
      headers: {
        'webhook-id': 'msg_mine',
        'webhook-timestamp': '1',
        'webhook-signature': signWebhook('guessed', 'msg_mine', 1, forged.body),
      },
    });
    expect(received[1]?.headers).not.toHaveProperty('webhook-signature');
  });
});

it.each([
  'http://example.com/hook',
  'https://127.0.0.1/hook',
  'http://127.0.0.1.example.com/hook',
  'http://user@example.com:80/127.0.0.1',
  'http://10.0.0.1/',
  'file:///etc/passwd',
  'nonsense',
])('a single delivery to %s is refused', async (destination) => {
  const store = createStore();
  await expect(store.deliverWebhook({ destination, orderId: 1 })).rejects.toThrow(
    'The simulator delivers to http://127.0.0.1 and http://localhost only',
  );
});

it('a single delivery fails if the destination does not answer in time', async () => {
  const store = createStore({ switches: { deliveryTimeoutMs: 40 } });
  await expect(store.deliverWebhook({ destination: 'http://127.0.0.1:9/', orderId: 1 })).rejects.toThrow();
  const silent = await listen(createServer(() => undefined));
  const destination = `http://localhost:${silent.port}/`;
  try {
    await expect(store.deliverWebhook({ destination, orderId: 1 })).rejects.toThrow('No response');
  } finally {
    await silent.stop();
  }
});

it.each([
  ['store/order/created', { type: 'order', id: 100 }],
  [
    'store/order/statusUpdated',
    { type: 'order', id: 100, status: { previous_status_id: 0, new_status_id: 0 } },
  ],
  ['store/shipment/created', { type: 'shipment', id: 1, orderId: 100 }],
  ['store/channel/1/order/created', { order_id: 100 }],
  ['store/order/metafield/created', { metafield_id: 14, resource_id: '100' }],
])('the webhook %s names the order as BigCommerce does', async (scope, data) => {
  const sent: WebhookRequest[] = [];
  const store = createStore({
    send: (webhook) => {
      sent.push(webhook);
      return Promise.resolve({ status: 200, body: '' });
    },
    switches: { webhookEscaping: 'none' },
  });
  await store.deliverWebhook({ destination: 'http://localhost/', scope, orderId: 100 });
  expect(JSON.parse(sent[0]!.body)).toMatchObject({ scope, data });
  expect(sent[0]!.body).not.toContain('\\/');
});
