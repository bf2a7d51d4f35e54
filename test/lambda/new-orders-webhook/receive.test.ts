// The webhook: accepted only when genuine, safe in the queue before it is answered, cheap to reject.
import { EnqueueError } from '../../../lambda/shared/runtime/errors';
import type { Delivery } from '../../../lambda/shared/tables/webhooks';
import { iso, NOON } from '../../support/builders';
import {
  accepted,
  aReceiver,
  aWebhook,
  clientSecret,
  secretHeader,
  signed,
  webhookSecret,
} from '../../support/receiver';

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
