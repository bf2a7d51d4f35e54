// The webhook: accepted only when genuine, safe in the queue before it is answered, cheap to reject.
import { createHmac } from 'node:crypto';
import { receive } from '../lambda/new-orders-webhook/receive';
import { EnqueueError } from '../lambda/shared/errors';
import type { OrderReference } from '../lambda/shared/order';
import type { Delivery } from '../lambda/shared/tables';
import { iso, NOON } from './fakes/builders';

const clientSecret = 'client-secret-for-tests';
const webhookSecret = 'generated-secret-for-tests';
const aWebhook = (overrides: object = {}) => ({
  producer: 'stores/abc123xyz',
  hash: '5d2f8b0c',
  created_at: NOON / 1000,
  store_id: '1009999999',
  scope: 'store/cart/converted',
  data: { type: 'cart', id: '72880ea0-43ec-411c-aefd-d2dba47b6552', orderId: 100 },
  ...overrides,
});

function signed(text: string, { secret = clientSecret, at = NOON } = {}) {
  const timestamp = String(at / 1000);
  const signature = createHmac('sha256', secret).update(`msg_1.${timestamp}.${text}`).digest('base64');
  return { 'webhook-id': 'msg_1', 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}

function aReceiver() {
  const order: string[] = [];
  const queued: OrderReference[] = [];
  const deliveries: Delivery[] = [];
  const lines: { message: string; fields: unknown }[] = [];
  const write = (message: string, fields: unknown) => void lines.push({ message, fields });
  const deps = {
    secrets: {
      bigCommerce: () => Promise.resolve({ clientId: 'id', accessToken: 'token', clientSecret }),
      webhook: () => Promise.resolve(webhookSecret),
    },
    queue: {
      enqueue: (references: readonly OrderReference[]) => {
        order.push('queued');
        queued.push(...references);
        return Promise.resolve(['message-1']);
      },
    },
    ledger: { noteQueued: () => Promise.resolve(order.push('noted') > 0) },
    webhooks: { record: (delivery: Delivery) => Promise.resolve(void deliveries.push(delivery)) },
    log: { info: write, warn: write, error: write },
    now: () => NOON,
  };
  const post = (body: string | Uint8Array, headers: Record<string, string>, more: object = {}) =>
    receive(
      { headers, body: typeof body === 'string' ? Buffer.from(body) : body, requestId: 'request-1' },
      { storeHash: 'abc123xyz', webhookMaxAgeHours: 72 },
      { ...deps, ...more },
    );
  const postSigned = (webhook: unknown, more: object = {}) => {
    const text = JSON.stringify(webhook);
    return post(text, signed(text), more);
  };
  return { deps, order, queued, deliveries, lines, post, postSigned };
}

it('accepts a signed webhook: queued first, then noted and recorded', async () => {
  const { postSigned, queued, deliveries, order } = aReceiver();
  expect(await postSigned(aWebhook())).toEqual({ status: 200, outcome: 'accepted' });
  expect(queued).toEqual([{ orderId: 100, source: 'webhook', seenAt: iso(NOON), webhookHash: '5d2f8b0c' }]);
  expect(order).toEqual(['queued', 'noted']);
  expect(deliveries).toEqual([
    {
      orderId: 100,
      receivedAt: iso(NOON),
      requestId: 'request-1',
      outcome: 'accepted',
      messageId: 'message-1',
      webhook: aWebhook(),
    },
  ]);
});

it('accepts the secret header in place of a signature', async () => {
  const { post, queued } = aReceiver();
  const body = JSON.stringify(aWebhook());
  expect((await post(body, { 'x-order-replication-secret': webhookSecret })).status).toBe(200);
  expect(queued).toHaveLength(1);
});

describe('rejects with 401, and does nothing else (a defect of the sample: anyone could post)', () => {
  const body = JSON.stringify(aWebhook());
  it.each([
    ['no proof at all', body, {}],
    ['a wrong secret header', body, { 'x-order-replication-secret': 'guess' }],
    ['an empty secret header', body, { 'x-order-replication-secret': '' }],
    ['a signature with another secret', body, signed(body, { secret: 'other' })],
    ['a signature of another body', body, signed('{}')],
    ['a signature 73 hours old', body, signed(body, { at: NOON - 73 * 3_600_000 })],
    ['an empty body', '', signed('')],
    ['an oversized body, signed even so', `"${'x'.repeat(70_000)}"`, signed(`"${'x'.repeat(70_000)}"`)],
    ['junk', 'GET /etc/passwd', {}],
  ])('%s', async (_, text, headers) => {
    const { post, queued, deliveries, lines } = aReceiver();
    expect((await post(text, headers as Record<string, string>)).status).toBe(401);
    expect([queued, deliveries, lines]).toEqual([[], [], []]);
  });
});

describe('rejects with 400 what is genuine but makes no sense', () => {
  it.each([
    ['another store', aWebhook({ producer: 'stores/other' })],
    ['no producer', aWebhook({ producer: undefined })],
    ['no data', aWebhook({ data: null })],
    ['an order id that is a path (a defect of the sample)', aWebhook({ data: { orderId: '../customers' } })],
    ['a negative order id', aWebhook({ data: { orderId: -1 } })],
    ['an array', []],
    ['a text', 'x'],
  ])('%s', async (_, webhook) => {
    const { postSigned, queued, deliveries } = aReceiver();
    expect((await postSigned(webhook)).status).toBe(400);
    expect([queued, deliveries]).toEqual([[], []]);
  });

  it('bytes that are no text', async () => {
    const { post } = aReceiver();
    const body = Buffer.from([0xff, 0xfe, 0x00]);
    expect((await post(body, { 'x-order-replication-secret': webhookSecret })).status).toBe(400);
  });
});

it('answers 200 to a scope that it does not take, and keeps the delivery if it names an order', async () => {
  const { postSigned, queued, deliveries } = aReceiver();
  expect(await postSigned(aWebhook({ scope: 'store/cart/updated' }))).toMatchObject({
    status: 200,
    outcome: 'ignored',
  });
  expect(await postSigned(aWebhook({ scope: 'store/product/updated', data: { id: 5 } }))).toMatchObject({
    status: 200,
  });
  expect(queued).toEqual([]);
  expect(deliveries).toMatchObject([{ orderId: 100, outcome: 'ignored' }]);
});

it('throws when the queue refuses, so that BigCommerce delivers again', async () => {
  const { postSigned, deliveries } = aReceiver();
  const queue = { enqueue: () => Promise.reject(new EnqueueError('SQS refused 1 of 1 references.')) };
  await expect(postSigned(aWebhook(), { queue })).rejects.toThrow('SQS refused');
  expect(deliveries).toEqual([]);
});

it('answers 200 when only the record or the note fails: the reference is safe', async () => {
  const { postSigned } = aReceiver();
  const fails = { record: () => Promise.reject(new Error('throttled')) };
  expect((await postSigned(aWebhook(), { webhooks: fails })).status).toBe(200);
  const ledger = { noteQueued: () => Promise.reject(new Error('throttled')) };
  expect((await postSigned(aWebhook(), { ledger })).status).toBe(200);
});

it('closes the signature’s way in when there is no client secret', async () => {
  const { post } = aReceiver();
  const body = JSON.stringify(aWebhook());
  const secrets = {
    bigCommerce: () => Promise.resolve({ clientId: 'id', accessToken: 'token', clientSecret: '' }),
    webhook: () => Promise.resolve(webhookSecret),
  };
  expect((await post(body, signed(body, { secret: 'x' }), { secrets })).status).toBe(401);
  expect((await post(body, { 'x-order-replication-secret': webhookSecret }, { secrets })).status).toBe(200);
});

it('logs nothing of a body', async () => {
  const { postSigned, lines } = aReceiver();
  await postSigned(aWebhook({ note: 'Ada Moss, 1 Test St' }));
  expect(JSON.stringify(lines)).not.toContain('Ada Moss');
});
