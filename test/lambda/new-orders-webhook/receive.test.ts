// The webhook: accepted only when genuine, safe in the queue before it is answered, cheap to reject.
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { receive } from '../../../lambda/new-orders-webhook/receive';
import type { ReceiveDeps } from '../../../lambda/new-orders-webhook/receive';
import { toRequest } from '../../../lambda/new-orders-webhook/parse-request';
import type { ProxyEvent } from '../../../lambda/new-orders-webhook/parse-request';
import { EnqueueError } from '../../../lambda/shared/runtime/errors';
import type { OrderReference } from '../../../lambda/shared/order/reference';
import type { Delivery, SignedDelivery } from '../../../lambda/shared/tables/webhooks';
import { iso, NOON } from '../../support/builders';
import { memoryWebhooks } from '../../support/memory-webhooks';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const clientSecret = 'client-secret-for-tests';
const webhookSecret = 'generated-secret-for-tests';
const secretHeader = { 'X-Order-Replication-Secret': webhookSecret };

const aWebhook = (overrides: object = {}) => ({
  producer: 'stores/abc123xyz',
  hash: '5d2f8b0c',
  created_at: NOON / 1000,
  store_id: '1009999999',
  scope: 'store/cart/converted',
  data: { type: 'cart', id: '72880ea0-43ec-411c-aefd-d2dba47b6552', orderId: 100 },
  ...overrides,
});

let messages = 0;

/** Each is a message of its own, unless it is given an id. */
function signed(
  text: string | Uint8Array,
  { secret = clientSecret, at = NOON, id = `msg_${(messages += 1)}` } = {},
) {
  const timestamp = String(at / 1000);
  const mac = createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(text).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${mac}` };
}

type Headers = Readonly<Record<string, string>>;

type Replaced = Partial<ReceiveDeps['adapters'] & ReceiveDeps['invocation']>;

function aReceiver(rotated: { readonly known?: string; clientSecret?: string; webhookSecret?: string } = {}) {
  const order: string[] = [];
  const queued: OrderReference[] = [];
  const webhooks = memoryWebhooks();
  const { deliveries } = webhooks;
  const lines: { event: string; fields: unknown; metrics?: unknown }[] = [];
  const secretsRead: string[] = [];
  const write = (event: string, fields: unknown, metrics?: unknown) =>
    void lines.push({ event, fields, ...(metrics === undefined ? {} : { metrics }) });
  const deps = {
    secrets: {
      bigCommerce: (fresh = false) => {
        secretsRead.push(fresh ? 'client secret, fresh' : 'client secret');
        const known = rotated.known ?? clientSecret;
        const current = fresh ? (rotated.clientSecret ?? known) : known;
        return Promise.resolve({ clientId: 'id', accessToken: 'token', clientSecret: current });
      },
      webhook: (fresh = false) => {
        secretsRead.push(fresh ? 'webhook secret, fresh' : 'webhook secret');
        return Promise.resolve(fresh ? (rotated.webhookSecret ?? webhookSecret) : webhookSecret);
      },
    },
    queue: {
      enqueue: (references: readonly OrderReference[]) => {
        order.push('queued');
        queued.push(...references);
        return Promise.resolve(['message-1']);
      },
    },
    ledger: { recordQueued: () => Promise.resolve(order.push('noted') > 0) },
    webhooks: {
      ...webhooks,
      record: (delivery: Delivery) => {
        order.push('recorded');
        return webhooks.record(delivery);
      },
      remember: (delivery: SignedDelivery) => {
        order.push('remembered');
        return webhooks.remember(delivery);
      },
    },
    log: { info: write, warn: write, error: write },
  };
  /** As API Gateway hands it over; `more` replaces adapters, or the clock. */
  const hand = (event: ProxyEvent, { now = () => NOON, ...more }: Replaced = {}) =>
    receive(toRequest(event, { awsRequestId: 'request-1' }), {
      adapters: { ...deps, ...more },
      policy: { storeHash: 'abc123xyz', webhookMaxAgeHours: 72 },
      invocation: { now },
    });
  const post = (body: string | Uint8Array, headers: Headers, more: Replaced = {}) =>
    typeof body === 'string'
      ? hand({ headers, body, isBase64Encoded: false }, more)
      : hand({ headers, body: Buffer.from(body).toString('base64'), isBase64Encoded: true }, more);
  const postSigned = (webhook: unknown, more: Replaced = {}, at = NOON) => {
    const text = JSON.stringify(webhook);
    return post(text, signed(text, { at }), more);
  };
  return { deps, order, queued, webhooks, deliveries, lines, secretsRead, hand, post, postSigned };
}

const accepted = { status: 200, outcome: 'accepted' };

it('a signed webhook is queued first, then recorded in the ledger, stored and remembered', async () => {
  const { postSigned, queued, deliveries, order } = aReceiver();
  expect(await postSigned(aWebhook())).toEqual(accepted);
  expect(queued).toEqual([{ orderId: 100, source: 'webhook', seenAt: iso(NOON), webhookHash: '5d2f8b0c' }]);
  expect(order).toEqual(['queued', 'noted', 'recorded', 'remembered']);
  expect(deliveries).toEqual([
    {
      orderId: 100,
      receivedAt: iso(NOON),
      requestId: 'request-1',
      outcome: 'accepted',
      messageId: 'message-1',
      authenticatedBy: 'signature',
      // A12: without the cart's id, which is the shopper's.
      webhook: aWebhook({ data: { type: 'cart', orderId: 100 } }),
    },
  ]);
});

it('the webhook counts what it accepts, and not what it ignores', async () => {
  const { postSigned, lines } = aReceiver();
  await postSigned(aWebhook());
  await postSigned(aWebhook({ scope: 'store/order/message/created' }));
  expect(lines.map(({ event, metrics }) => [event, metrics])).toEqual([
    ['webhook.accepted', { WebhooksAccepted: 1 }],
    ['webhook.ignored', undefined],
  ]);
});

it('the webhook accepts the secret header in place of a signature', async () => {
  const { post, queued, deliveries } = aReceiver();
  expect(await post(JSON.stringify(aWebhook()), secretHeader)).toEqual(accepted);
  expect(queued).toHaveLength(1);
  expect(deliveries).toMatchObject([{ authenticatedBy: 'secret-header' }]);
});

it('the webhook answers only when all is written, because a container writes nothing while it waits for its next request', async () => {
  const { deps, postSigned } = aReceiver();
  const written: string[] = [];
  const slowly = (what: string) => async () => {
    await new Promise((resolve) => setImmediate(resolve));
    written.push(what);
    return true;
  };
  const slow = {
    ledger: { recordQueued: slowly('note') },
    webhooks: {
      ...deps.webhooks,
      record: (delivery: Delivery) => slowly(delivery.outcome)().then(() => undefined),
      remember: () => slowly('memory')().then(() => undefined),
    },
  };
  await postSigned(aWebhook(), slow);
  await postSigned(aWebhook({ scope: 'store/cart/updated' }), slow);
  const queue = { ...deps.queue, enqueue: () => Promise.reject(new Error('down')) };
  await postSigned(aWebhook(), { ...slow, queue }).catch(() => undefined);
  expect(written).toEqual(['note', 'accepted', 'memory', 'ignored', 'memory', 'not-queued']);
});

it('a reference stays small, whatever a webhook gives as its hash', async () => {
  const { postSigned, queued } = aReceiver();
  await postSigned(aWebhook({ hash: 'x'.repeat(1_000) }));
  await postSigned(aWebhook({ hash: { a: 1 } }));
  expect(queued.map(({ webhookHash }) => webhookHash?.length)).toEqual([128, undefined]);
});

it('the webhook accepts orders of the scopes that carts do not cover', async () => {
  const { postSigned, queued } = aReceiver();
  await postSigned(aWebhook({ scope: 'store/order/created', data: { type: 'order', id: '101' } }));
  await postSigned(aWebhook({ scope: 'store/order/statusUpdated', data: { type: 'order', id: 102 } }));
  expect(queued.map(({ orderId }) => orderId)).toEqual([101, 102]);
});

it('the webhook verifies the bytes as received, not what they mean', async () => {
  const { post } = aReceiver();
  const escaped = JSON.stringify(aWebhook({ note: 'Zoë' })).replaceAll('/', String.raw`\/`);
  expect(await post(escaped, signed(escaped))).toEqual(accepted);
  expect(await post(JSON.stringify(JSON.parse(escaped)), signed(escaped))).toMatchObject({ status: 401 });
});

it('the webhook decodes a body in base64 before it verifies it', async () => {
  const { post } = aReceiver();
  const bytes = Buffer.from(JSON.stringify(aWebhook({ note: 'Zoë' })));
  expect(await post(bytes, signed(bytes))).toEqual(accepted);
  const asText = bytes.toString('base64');
  expect(await post(asText, signed(bytes))).toMatchObject({ status: 401 });
});

it.each([
  ['upper case', (name: string) => name.toUpperCase()],
  ['title case', (name: string) => name.replaceAll(/\b[a-z]/g, (initial) => initial.toUpperCase())],
])('the webhook finds headers in %s', async (_, inCase) => {
  const { post } = aReceiver();
  const text = JSON.stringify(aWebhook());
  const recased = (headers: Headers) =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [inCase(name), value]));
  expect(await post(text, recased(signed(text)))).toEqual(accepted);
  expect(await post(text, recased(secretHeader))).toEqual(accepted);
});

it('the webhook accepts one valid signature among several', async () => {
  const { post } = aReceiver();
  const text = JSON.stringify(aWebhook());
  const others = `v1,${Buffer.alloc(32).toString('base64')} v1a,AAAA`;
  const headers = signed(text);
  const several = { ...headers, 'webhook-signature': `${others} ${headers['webhook-signature']}` };
  expect(await post(text, several)).toEqual(accepted);
});

describe('requests that are not authenticated (a defect of the sample: anyone could post)', () => {
  const body = JSON.stringify(aWebhook());
  it.each([
    ['no authentication', body, {}],
    ['a wrong secret header', body, { 'x-order-replication-secret': 'guess' }],
    ['a signature with another secret', body, signed(body, { secret: 'other' })],
    ['a signature of another body', body, signed('{}')],
    ['a signature without its id', body, { ...signed(body), 'webhook-id': '' }],
    ['a signature older than WebhookMaxAgeHours', body, signed(body, { at: NOON - 73 * HOUR })],
    ['a signature of more than five minutes ahead', body, signed(body, { at: NOON + 6 * MINUTE })],
    ['an empty body', '', {}],
    ['an oversized body', `"${'x'.repeat(70_000)}"`, { 'x-order-replication-secret': 'guess' }],
    ['junk', 'GET /etc/passwd', { 'webhook-signature': 'v1,junk' }],
  ])('the webhook answers 401 and does nothing else: %s', async (_, text, headers) => {
    const { post, order, lines } = aReceiver();
    expect(await post(text, headers as Headers)).toMatchObject({ status: 401, outcome: 'rejected' });
    expect([order, lines]).toEqual([[], []]);
  });

  it('the webhook rejects a console test without headers, and junk, without any call', async () => {
    const { hand, secretsRead } = aReceiver();
    expect(await hand({ headers: null, body: null, isBase64Encoded: false })).toMatchObject({ status: 401 });
    for (const headers of [{ host: 'x' }, { 'x-order-replication-secret': '' }]) {
      expect(await hand({ headers, body: 'junk', isBase64Encoded: false })).toMatchObject({ status: 401 });
    }
    expect(secretsRead).toEqual([]);
  });

  it('the webhook gives a code for what was wrong with a signature', async () => {
    const { post } = aReceiver();
    const rejected = { status: 401, outcome: 'rejected' };
    expect(await post(body, {})).toEqual({ ...rejected, reason: 'no-signature' });
    const old = signed(body, { at: NOON - 73 * HOUR });
    expect(await post(body, old)).toEqual({ ...rejected, reason: 'too-old', ageSeconds: 262_800 });
    const ahead = signed(body, { at: NOON + HOUR });
    expect(await post(body, ahead)).toEqual({ ...rejected, reason: 'in-the-future', ageSeconds: -3_600 });
    const other = signed(body, { secret: 'other' });
    expect(await post(body, other)).toEqual({ ...rejected, reason: 'wrong-signature' });
  });

  it('the webhook fetches the client secret again only where a newer one could help', async () => {
    const { post, secretsRead } = aReceiver();
    await post(body, signed(body, { at: NOON - 73 * HOUR }));
    await post(body, { ...signed(body), 'webhook-id': '' });
    await post(body, signed(body));
    expect(secretsRead).toEqual(['client secret', 'client secret', 'client secret']);
  });

  it('the webhook rejects any mutation of a signed request', async () => {
    const { post, order } = aReceiver();
    const headers = signed(body);
    const parts = { ...headers, body };
    const mutation = fc.record({
      part: fc.constantFrom(...(Object.keys(parts) as (keyof typeof parts)[])),
      at: fc.nat(),
      character: fc.constantFrom('0', '9', 'a', 'Z', '+', '/', '=', ',', '.', '{', '"', ':', '\\', '\n'),
      keep: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(mutation, async ({ part, at, character, keep }) => {
        const original = parts[part];
        const index = at % original.length;
        const mutated = original.slice(0, index) + character + original.slice(keep ? index : index + 1);
        fc.pre(mutated !== original);
        const { body: mutatedBody, ...mutatedHeaders } = { ...parts, [part]: mutated };
        expect((await post(mutatedBody, mutatedHeaders)).status).toBe(401);
      }),
      { numRuns: 2_000 },
    );
    expect(order).toEqual([]);
  });
});

describe('authenticated requests that cannot be used', () => {
  it.each([
    ['no order id', aWebhook({ data: { type: 'cart', id: 'x' } }), 'no-order-id'],
    ['an order id that is null', aWebhook({ data: { type: 'cart', id: 'x', orderId: null } }), 'no-order-id'],
    ['order 0', aWebhook({ scope: 'store/order/created', data: { type: 'order', id: 0 } }), 'no-order-id'],
    ['another store', aWebhook({ producer: 'stores/other' }), 'other-store'],
    ['no producer', aWebhook({ producer: undefined }), 'other-store'],
    ['no scope', aWebhook({ scope: undefined }), 'no-scope'],
    ['no data', aWebhook({ data: null }), 'no-order-id'],
    [
      'an order id that is a path (a defect of the sample)',
      aWebhook({ data: { orderId: '../customers' } }),
      'no-order-id',
    ],
    ['a negative order id', aWebhook({ data: { orderId: -1 } }), 'no-order-id'],
    ['an array', [], 'not-json'],
    ['a text', 'x', 'not-json'],
  ])(
    'an authenticated webhook that cannot be used is ignored with 200, so that BigCommerce does not repeat it: %s',
    async (_, webhook, code) => {
      for (const headers of [signed(JSON.stringify(webhook)), secretHeader]) {
        const { post, order, lines } = aReceiver();
        const answer = await post(JSON.stringify(webhook), headers);
        expect(answer).toMatchObject({ status: 200, outcome: 'ignored' });
        expect(answer.reason).toBe(code);
        expect(order).toEqual([]);
        const { reason } = answer;
        const authenticatedBy = headers === secretHeader ? 'secret-header' : 'signature';
        expect(lines).toEqual([
          {
            event: 'webhook.unusable',
            fields: { reason, authenticatedBy },
            metrics: { WebhooksUnusable: 1 },
          },
        ]);
      }
    },
  );

  it('the webhook ignores an empty body, bytes that are no text, and a body far larger than a webhook', async () => {
    const { post, lines } = aReceiver();
    const ignored = { status: 200, outcome: 'ignored' };
    expect(await post('', signed(''))).toMatchObject(ignored);
    expect(await post(Buffer.from([0xff, 0xfe, 0x00]), secretHeader)).toMatchObject(ignored);
    const large = JSON.stringify(aWebhook({ padding: 'x'.repeat(70_000) }));
    expect(await post(large, secretHeader)).toMatchObject(ignored);
    expect(lines.map(({ metrics }) => metrics)).toEqual(Array(3).fill({ WebhooksUnusable: 1 }));
  });

  it('a hash that SQS does not accept is dropped, and the order is queued', async () => {
    const { postSigned, queued } = aReceiver();
    const hashes = ['\uffff', 'a\ufffe', 'a\u0000', 7];
    for (const hash of hashes) expect(await postSigned(aWebhook({ hash }))).toEqual(accepted);
    expect(queued).toEqual(hashes.map(() => ({ orderId: 100, source: 'webhook', seenAt: iso(NOON) })));
  });
});

describe('a body of more than 64 KB', () => {
  const large = JSON.stringify(aWebhook({ padding: 'x'.repeat(70_000) }));

  it('a body of more than 64 KB is not hashed, so its signature does not count and no secret is read for it', async () => {
    const { post, order, secretsRead } = aReceiver();
    const answer = await post(large, signed(large));
    expect(answer).toMatchObject({ status: 401, outcome: 'rejected' });
    expect(answer.reason).toBe('body-too-large');
    expect([order, secretsRead]).toEqual([[], []]);
  });

  it('the secret header alone decides on a body of more than 64 KB', async () => {
    const { post, secretsRead } = aReceiver();
    const status = async (headers: Headers) => (await post(large, { ...signed(large), ...headers })).status;
    expect(await status({ 'x-order-replication-secret': 'guess' })).toBe(401);
    expect(await status(secretHeader)).toBe(200);
    expect(secretsRead).not.toContain('client secret');
  });

  it('the signature of a body of 64 KB is verified', async () => {
    const { post } = aReceiver();
    const empty = JSON.stringify(aWebhook({ padding: '' })).length;
    const full = JSON.stringify(aWebhook({ padding: 'x'.repeat(65_536 - empty) }));
    expect(await post(full, signed(full))).toEqual(accepted);
  });
});

it('the webhook answers 200 to a scope that is not needed, and stores the delivery if it names an order', async () => {
  const { postSigned, queued, deliveries } = aReceiver();
  const ignored = { status: 200, outcome: 'ignored' };
  expect(await postSigned(aWebhook({ scope: 'store/cart/updated' }))).toMatchObject(ignored);
  expect(await postSigned(aWebhook({ scope: 'store/product/updated', data: { id: 5 } }))).toMatchObject(
    ignored,
  );
  const transaction = { type: 'transaction', order_id: '101', transaction_id: '7' };
  const scope = 'store/order/transaction/created';
  expect(await postSigned(aWebhook({ scope, data: transaction }))).toMatchObject(ignored);
  expect(queued).toEqual([]);
  expect(deliveries).toMatchObject([
    { orderId: 100, outcome: 'ignored' },
    { orderId: 101, outcome: 'ignored' },
  ]);
});

describe('what is stored of a delivery', () => {
  const orderId = 100;
  const cartId = '72880ea0-43ec-411c-aefd-d2dba47b6552';
  it.each([
    ['store/cart/converted', { type: 'cart', id: cartId, orderId, token: 't' }, { type: 'cart', orderId }],
    ['store/cart/updated', { type: 'cart', id: cartId, orderId: '100' }, { type: 'cart', orderId: '100' }],
    ['store/cart/lineItem/updated', { type: 'line', id: 'x', cartId, orderId }, { type: 'line', orderId }],
    ['store/channel/1/cart/converted', { cart_id: cartId, order_id: orderId }, { order_id: orderId }],
    ['store/order/created', { type: 'order', id: orderId, cart_id: cartId }, { type: 'order', id: orderId }],
    ['store/order/updated', { id: orderId, by: { customerId: 7, email: 'a@b.c' } }, { id: orderId, by: {} }],
    ['store/shipment/created', { id: 12, orderId, customer_id: 7, cartId }, { id: 12, orderId }],
  ])('a stored delivery holds nothing about the shopper: %s with %j', async (scope, data, recorded) => {
    const { postSigned, deliveries } = aReceiver();
    await postSigned(aWebhook({ scope, data, cart_id: cartId }));
    expect(deliveries.map(({ webhook }) => webhook)).toEqual([aWebhook({ scope, data: recorded })]);
  });
});

describe('a valid signature with an old timestamp', () => {
  it.each([
    [5 * MINUTE, 300],
    [48 * HOUR + 180_000, 172_980],
    [72 * HOUR, 259_200],
  ])(
    'a valid signature with an old timestamp is accepted, logged as stale and stored with its age (%i ms)',
    async (age, ageSeconds) => {
      const { postSigned, queued, deliveries, lines } = aReceiver();
      expect(await postSigned(aWebhook(), {}, NOON - age)).toEqual(accepted);
      expect(queued).toHaveLength(1);
      const metrics = { StaleWebhooks: 1 };
      expect(lines).toContainEqual({ event: 'webhook.stale', fields: { orderId: 100, ageSeconds }, metrics });
      expect(deliveries).toMatchObject([{ outcome: 'accepted', ageSeconds }]);
    },
  );

  it.each([0, 5 * MINUTE - 1000, -5 * MINUTE])('a valid signature is not stale at %i ms', async (age) => {
    const { postSigned, deliveries, lines } = aReceiver();
    expect(await postSigned(aWebhook(), {}, NOON - age)).toEqual(accepted);
    expect(lines.map(({ event }) => event)).toEqual(['webhook.accepted']);
    expect(deliveries[0]).not.toHaveProperty('ageSeconds');
  });

  it('a webhook older than the limit is accepted by its secret header, and counted as stale', async () => {
    const { post, deliveries, lines } = aReceiver();
    const text = JSON.stringify(aWebhook());
    const headers = { ...signed(text, { at: NOON - 100 * HOUR }), ...secretHeader };
    expect(await post(text, headers)).toEqual(accepted);
    expect(deliveries).toMatchObject([{ authenticatedBy: 'secret-header', ageSeconds: 360_000 }]);
    const fields = { orderId: 100, ageSeconds: 360_000 };
    expect(lines).toContainEqual({ event: 'webhook.stale', fields, metrics: { StaleWebhooks: 1 } });
  });
});

describe('a replay of a signed delivery', () => {
  const text = JSON.stringify(aWebhook());
  const replayed = { status: 200, outcome: 'replayed' };
  /** A receiver whose clock can be moved on. */
  const aReceiverInTime = () => {
    const receiver = aReceiver();
    const at = (now: number) => ({ now: () => now });
    return { ...receiver, at };
  };

  it('a replay of a signed delivery is answered 200 and counted, and does nothing else', async () => {
    const { post, order, lines, deliveries } = aReceiver();
    const captured = signed(text);
    expect(await post(text, captured)).toEqual(accepted);
    const done = [...order];
    for (let times = 0; times < 3; times += 1) expect(await post(text, captured)).toEqual(replayed);
    expect(order).toEqual(done);
    expect(deliveries).toHaveLength(1);
    const line = { event: 'webhook.replayed', fields: { orderId: 100 }, metrics: { WebhooksReplayed: 1 } };
    expect(lines.slice(1)).toEqual([line, line, line]);
  });

  it('a delivery is a replay also with the secret header added, and with another timestamp', async () => {
    const { post, queued } = aReceiver();
    await post(text, { ...signed(text, { id: 'msg_a' }), ...secretHeader });
    const later = { ...signed(text, { id: 'msg_a', at: NOON + MINUTE }), ...secretHeader };
    expect(await post(text, later)).toEqual(replayed);
    expect(queued).toHaveLength(1);
  });

  it('a replay adds no row where the scope is not needed', async () => {
    const { post, deliveries } = aReceiver();
    const ignored = JSON.stringify(aWebhook({ scope: 'store/cart/updated' }));
    const captured = signed(ignored);
    expect(await post(ignored, captured)).toMatchObject({ outcome: 'ignored' });
    expect(await post(ignored, captured)).toEqual(replayed);
    expect(deliveries).toHaveLength(1);
  });

  it.each([0, -4 * MINUTE, 6 * MINUTE, 71 * HOUR])(
    'a replay is recognized for as long as its signature is accepted (%i ms old at first)',
    async (age) => {
      const { post, at, queued } = aReceiverInTime();
      const captured = signed(text, { at: NOON - age });
      await post(text, captured);
      expect(await post(text, captured, at(NOON - age + 72 * HOUR))).toEqual(replayed);
      expect(await post(text, captured, at(NOON - age + 72 * HOUR + 1))).toMatchObject({ status: 401 });
      expect(queued).toHaveLength(1);
    },
  );

  it('a delivery with another body, another id or another order is no replay', async () => {
    const { post, queued } = aReceiver();
    const others = [
      [aWebhook(), 'msg_a'],
      [aWebhook({ scope: 'store/order/statusUpdated', data: { type: 'order', id: 100 } }), 'msg_a'],
      [aWebhook({ data: { type: 'cart', orderId: 101 } }), 'msg_a'],
      [aWebhook(), 'msg_b'],
      [aWebhook(), 'msg_a '],
    ] as const;
    for (const [webhook, id] of others) {
      const body = JSON.stringify(webhook);
      expect(await post(body, signed(body, { id }))).toEqual(accepted);
    }
    expect(queued).toHaveLength(others.length);
    for (const [webhook, id] of others) {
      const body = JSON.stringify(webhook);
      expect(await post(body, signed(body, { id }))).toEqual(replayed);
    }
  });

  it.each(['x'.repeat(9_000), 'Zoë "🛒"', '#', "' OR 1=1"])(
    'a replay is recognized whatever its id is',
    async (id) => {
      const { post } = aReceiver();
      expect(await post(text, signed(text, { id }))).toEqual(accepted);
      expect(await post(text, signed(text, { id }))).toEqual(replayed);
    },
  );

  it("a delivery that only the secret header authenticates is no replay, because its id may be anyone's", async () => {
    const { post, queued } = aReceiver();
    const captured = signed(text);
    const withOther = { ...captured, 'webhook-signature': 'v1,AAAA', ...secretHeader };
    for (const headers of [secretHeader, secretHeader, withOther, withOther, captured]) {
      expect(await post(text, headers)).toEqual(accepted);
    }
    expect(queued).toHaveLength(5);
  });

  it('a delivery that was answered 503 is no replay, and is accepted when it is delivered again', async () => {
    const { deps, post, queued } = aReceiver();
    const captured = signed(text);
    const queue = { ...deps.queue, enqueue: () => Promise.reject(new Error('down')) };
    await expect(post(text, captured, { queue })).rejects.toThrow(EnqueueError);
    expect(await post(text, captured)).toEqual(accepted);
    expect(await post(text, captured)).toEqual(replayed);
    expect(queued).toHaveLength(1);
  });

  it('a delivery is accepted when the memory of replays cannot be read or written, and that is logged', async () => {
    const { deps, post, queued, lines } = aReceiver();
    const captured = signed(text);
    const down = () => Promise.reject(new Error('throttled'));
    const unwritten = { webhooks: { ...deps.webhooks, remember: down } };
    expect(await post(text, captured, unwritten)).toEqual(accepted);
    expect(await post(text, captured)).toEqual(accepted);
    const unread = { webhooks: { ...deps.webhooks, isRemembered: down } };
    expect(await post(text, captured, unread)).toEqual(accepted);
    expect(queued).toHaveLength(3);
    const fields = { orderId: 100, error: 'Error: throttled' };
    expect(lines).toContainEqual({ event: 'webhook.not_remembered', fields });
    expect(lines).toContainEqual({ event: 'webhook.replay_check_failed', fields });
  });

  it('two copies of a delivery at the same moment are queued twice at most, which the worker makes harmless', async () => {
    const { post, queued } = aReceiver();
    const captured = signed(text);
    const both = await Promise.all([post(text, captured), post(text, captured)]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(new Set(queued.map(({ orderId }) => orderId))).toEqual(new Set([100]));
    expect(await post(text, captured)).toEqual(replayed);
  });

  it('the webhook does not look up replays for junk', async () => {
    const { deps, post } = aReceiver();
    const looked = jest.fn(deps.webhooks.isRemembered);
    const webhooks = { ...deps.webhooks, isRemembered: looked };
    await post(text, signed(text, { secret: 'other' }), { webhooks });
    await post(text, {}, { webhooks });
    expect(looked).not.toHaveBeenCalled();
  });
});

describe('a secret that is rotated while a container runs', () => {
  const text = JSON.stringify(aWebhook());

  it('the client secret is fetched again when a signature does not match, and then the signature is accepted', async () => {
    const { post, secretsRead } = aReceiver({ clientSecret: 'the-next-one' });
    expect(await post(text, signed(text, { secret: 'the-next-one' }))).toEqual(accepted);
    expect(secretsRead).toEqual(['client secret', 'client secret, fresh']);
  });

  it('the client secret is fetched again when there was none', async () => {
    const { post } = aReceiver({ known: '', clientSecret });
    expect(await post(text, signed(text))).toEqual(accepted);
  });

  it('the webhook secret is fetched again when the secret header does not match, and then the header is accepted', async () => {
    const { post, secretsRead } = aReceiver({ webhookSecret: 'the-next-one' });
    expect(await post(text, { 'x-order-replication-secret': 'the-next-one' })).toEqual(accepted);
    expect(secretsRead).toEqual(['webhook secret', 'webhook secret, fresh']);
  });

  it('the webhook rejects an old secret as soon as the rotation is known', async () => {
    const { post } = aReceiver({ webhookSecret: 'the-next-one' });
    expect(await post(text, { 'x-order-replication-secret': 'guess' })).toMatchObject({ status: 401 });
  });
});

describe('a secret that cannot be read', () => {
  const text = JSON.stringify(aWebhook());
  const down = () => Promise.reject(new Error('Secrets Manager is down'));

  it('a request may be authenticated by the other means when one secret cannot be read', async () => {
    const { deps, post } = aReceiver();
    const noClientSecret = { secrets: { ...deps.secrets, bigCommerce: down } };
    expect(await post(text, { ...signed(text), ...secretHeader }, noClientSecret)).toEqual(accepted);
    const noWebhookSecret = { secrets: { ...deps.secrets, webhook: down } };
    expect(await post(text, { ...signed(text), ...secretHeader }, noWebhookSecret)).toEqual(accepted);
  });

  it('the webhook throws when a secret cannot be read and nothing else decides, so that BigCommerce delivers again', async () => {
    const { deps, post, order } = aReceiver();
    const secrets = { ...deps.secrets, bigCommerce: down };
    await expect(post(text, signed(text), { secrets })).rejects.toThrow('Secrets Manager is down');
    expect(order).toEqual([]);
  });

  it('the webhook throws when the client secret cannot be read and the secret header does not match', async () => {
    const { deps, post } = aReceiver();
    const secrets = { ...deps.secrets, webhook: down };
    const headers = { ...signed(text, { secret: 'other' }), 'x-order-replication-secret': 'guess' };
    await expect(post(text, headers, { secrets })).rejects.toThrow('Secrets Manager is down');
  });

  it('the webhook still rejects junk without any authentication when a secret cannot be read', async () => {
    const { post } = aReceiver();
    expect(await post('junk', {}, { secrets: { bigCommerce: down, webhook: down } })).toMatchObject({
      status: 401,
    });
  });
});

describe('a queue that refuses the reference', () => {
  const refusing = {
    queue: { enqueue: () => Promise.reject(new EnqueueError('SQS refused 1 of 1 references.')) },
  };

  it('the webhook throws when the queue refuses a reference, so that BigCommerce delivers again, and stores the delivery with its outcome', async () => {
    const { postSigned, deliveries, order } = aReceiver();
    const failure = postSigned(aWebhook(), refusing);
    await expect(failure).rejects.toThrow(EnqueueError);
    await expect(failure).rejects.toThrow(/Order 100 could not be queued.*SQS refused/);
    expect(order).toEqual(['recorded']);
    expect(deliveries).toMatchObject([{ orderId: 100, outcome: 'not-queued' }]);
    expect(deliveries[0]).not.toHaveProperty('messageId');
  });

  it("the webhook throws the queue's error even when storing the delivery also fails", async () => {
    const { deps, postSigned } = aReceiver();
    const webhooks = { ...deps.webhooks, record: () => Promise.reject(new Error('throttled')) };
    await expect(postSigned(aWebhook(), { ...refusing, webhooks })).rejects.toThrow('SQS refused');
  });
});

it('the webhook answers 200 when only storing the delivery or recording in the ledger fails, because the reference is safe', async () => {
  const { deps, postSigned, lines } = aReceiver();
  const fails = { ...deps.webhooks, record: () => Promise.reject(new Error('throttled')) };
  expect((await postSigned(aWebhook(), { webhooks: fails })).status).toBe(200);
  expect((await postSigned(aWebhook({ scope: 'store/cart/updated' }), { webhooks: fails })).status).toBe(200);
  const ledger = { recordQueued: () => Promise.reject(new Error('throttled')) };
  expect((await postSigned(aWebhook(), { ledger })).status).toBe(200);
  const failed = { orderId: 100, error: 'Error: throttled' };
  expect(lines).toContainEqual({ event: 'webhook.not_recorded', fields: failed });
  expect(lines).toContainEqual({ event: 'ledger.queued_not_recorded', fields: failed });
});

it('the webhook accepts no signature when there is no client secret', async () => {
  const { deps, post } = aReceiver();
  const body = JSON.stringify(aWebhook());
  const bigCommerce = () => Promise.resolve({ clientId: 'id', accessToken: 'token', clientSecret: '' });
  const secrets = { ...deps.secrets, bigCommerce };
  expect((await post(body, signed(body, { secret: 'x' }), { secrets })).status).toBe(401);
  expect((await post(body, secretHeader, { secrets })).status).toBe(200);
});

it('the webhook logs nothing of a body or a header, whatever the outcome', async () => {
  const { post, lines } = aReceiver();
  const personal = (overrides: object) => JSON.stringify(aWebhook({ note: 'Ada Moss', ...overrides }));
  const outcomes: unknown[] = [];
  for (const text of [
    personal({}),
    personal({ scope: 'Ada Moss' }),
    personal({ producer: 'Ada Moss' }),
    'Ada Moss',
  ]) {
    outcomes.push(await post(text, signed(text)));
    outcomes.push(await post(text, { 'x-order-replication-secret': 'Ada Moss', 'webhook-id': 'Ada Moss' }));
    outcomes.push(await post(text, { ...secretHeader, 'user-agent': 'Ada Moss' }));
  }
  expect(JSON.stringify([lines, outcomes])).not.toContain('Ada Moss');
  expect(JSON.stringify([lines, outcomes])).not.toContain(clientSecret);
  expect(JSON.stringify([lines, outcomes])).not.toContain(webhookSecret);
  expect(lines).toContainEqual({
    event: 'webhook.accepted',
    fields: { orderId: 100, source: 'webhook', messageId: 'message-1' },
    metrics: { WebhooksAccepted: 1 },
  });
  expect(lines).toContainEqual({ event: 'webhook.ignored', fields: { orderId: 100 } });
});
