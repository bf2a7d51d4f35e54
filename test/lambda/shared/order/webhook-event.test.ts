// What a webhook says: the order's id in its several places and types, and clear words for what makes no sense.
import fc from 'fast-check';
import {
  bringsOrders,
  bringsReferences,
  makesReference,
  readWebhook,
  sameUrl,
  SCOPES,
} from '../../../../lambda/shared/order/webhook-event';

const cartId = '72880ea0-43ec-411c-aefd-d2dba47b6552';
const envelope = (scope: unknown, data: unknown) => ({
  producer: 'stores/abc123xyz',
  hash: '5d2f8b0c',
  created_at: 1_767_225_600,
  store_id: '1009999999',
  scope,
  data,
});
const read = (content: unknown) => readWebhook(Buffer.from(JSON.stringify(content)), 'abc123xyz');

it.each([
  ['store/cart/converted', { type: 'cart', id: cartId, orderId: 4242 }],
  ['store/cart/converted', { type: 'cart', id: cartId, orderId: '4242' }],
  ['store/order/created', { type: 'order', id: 4242 }],
  ['store/order/created', { type: 'order', id: '4242' }],
  [
    'store/order/statusUpdated',
    { type: 'order', id: 4242, status: { previous_status_id: 0, new_status_id: 11 } },
  ],
  ['store/channel/1/order/created', { order_id: 4242 }],
  ['store/channel/23/order/statusUpdated', { order_id: '4242' }],
  ['store/order/updated', { type: 'order', id: 4242 }],
  ['store/order/archived', { type: 'order', id: 4242 }],
  ['store/order/refund/created', { type: 'order', id: 4242, refund: { refund_id: 3 } }],
  ['store/channel/1/order/updated', { order_id: 4242 }],
  ['store/channel/1/order/refund/created', { order_id: 4242 }],
])('a webhook of %s with %j names an order, and is accepted', (scope, data) => {
  expect(makesReference(scope)).toBe(true);
  expect(read(envelope(scope, data))).toEqual({
    scope,
    orderId: 4242,
    hash: '5d2f8b0c',
    content: envelope(scope, data),
  });
});

it.each([
  ['store/order/message/created', { type: 'order', id: 4242, message: { order_message_id: 3 } }, 4242],
  ['store/order/transaction/created', { type: 'transaction', order_id: '4242', transaction_id: '7' }, 4242],
  ['store/order/metafield/created', { metafield_id: 14, resource_id: '4242' }, 4242],
  ['store/shipment/created', { type: 'shipment', id: 12, orderId: 4242 }, 4242],
  ['store/channel/1/order/message/created', { order_id: 4242 }, 4242],
  ['store/product/updated', { type: 'product', id: 4242 }, undefined],
  ['store/product/metafield/created', { metafield_id: 14, resource_id: '4242' }, undefined],
  ['store/cart/created', { type: 'cart', id: cartId, orderId: null }, undefined],
  ['store/information/updated', null, undefined],
  ['store/order/created/more', { id: '../4242' }, undefined],
  ['app/uninstalled', {}, undefined],
  ['restore/channel/1/order/created', { order_id: 4242 }, 4242],
  ['store/channel/1/order/created/late', { order_id: 4242 }, 4242],
  ['store/channel/one/order/created', { order_id: 4242 }, 4242],
])('a webhook of %s with %j is not accepted, and names %s', (scope, data, orderId) => {
  expect(makesReference(scope)).toBe(false);
  expect(read(envelope(scope, data))).toMatchObject({ scope, orderId });
});

it.each([
  ['store/cart/converted', true, true],
  ['store/order/created', true, true],
  ['store/order/statusUpdated', true, true],
  ['store/channel/1/order/created', true, true],
  ['store/order/*', true, true],
  ['store/channel/1/order/*', true, true],
  // Fires for orders that are there already: https://developer.bigcommerce.com/docs/integrations/webhooks/events
  ['store/order/updated', true, false],
  ['store/channel/1/order/updated', true, false],
  ['store/order/archived', true, false],
  ['store/order/refund/created', true, false],
  ['store/order/message/created', false, false],
  ['store/product/updated', false, false],
])('a registration for %s brings references: %s, and new orders: %s', (scope, references, orders) => {
  expect([bringsReferences(scope), bringsOrders(scope)]).toEqual([references, orders]);
});

describe('the problem of an unusable body', () => {
  const order = (id: unknown) => envelope('store/order/created', { type: 'order', id });
  it.each([
    ['a text', 'Ada Moss', 'not-json'],
    ['an array', ['Ada Moss'], 'not-json'],
    ['null', null, 'not-json'],
    ['another store', { ...order(1), producer: 'stores/AdaMoss' }, 'other-store'],
    ['no producer', { ...order(1), producer: undefined }, 'other-store'],
    ['a producer that is no text', { ...order(1), producer: ['stores/abc123xyz'] }, 'other-store'],
    ['a scope that is no text', envelope(['store/order/created'], { id: 1 }), 'no-scope'],
    ['no data', envelope('store/order/created', undefined), 'no-order-id'],
    ['data that is a list', envelope('store/order/created', [{ id: 1 }]), 'no-order-id'],
    ['an id that is a path (a defect of the sample)', order('../customers'), 'no-order-id'],
    ['a negative id', order(-1), 'no-order-id'],
    ['a fraction', order(1.5), 'no-order-id'],
    ['an id beyond what JavaScript counts', order(2 ** 53), 'no-order-id'],
    ['an id with blanks', order(' 100'), 'no-order-id'],
    ['an id in hexadecimal', order('0x64'), 'no-order-id'],
    ['an id that is an object', order({ toString: '100' }), 'no-order-id'],
    [
      'a cart that names its own id only',
      envelope('store/cart/converted', { type: 'cart', id: 100 }),
      'no-order-id',
    ],
  ])('the problem of an unusable body is a code that repeats nothing of it: %s', (_, content, problem) => {
    const result = read(content);
    expect(result).toEqual({ problem });
    expect(JSON.stringify(result)).not.toMatch(/Ada|customers/);
  });

  it('bytes that are no text, text that is no JSON, and an empty body are not JSON', () => {
    for (const bytes of [Buffer.from([0xff, 0xfe, 0x00]), Buffer.from('GET /etc/passwd'), Buffer.alloc(0)]) {
      expect(readWebhook(bytes, 'abc123xyz')).toEqual({ problem: 'not-json' });
    }
  });

  it('bytes that are no text within a body that looks like a webhook are not JSON', () => {
    const [before = '', after = ''] = JSON.stringify({ ...order(1), note: '#' }).split('#');
    const bytes = Buffer.concat([Buffer.from(before), Buffer.from([0xff]), Buffer.from(after)]);
    expect(readWebhook(bytes, 'abc123xyz')).toEqual({ problem: 'not-json' });
  });

  it('a body far larger than a webhook is refused before it is parsed', () => {
    const large = { ...order(1), padding: 'x'.repeat(70_000) };
    expect(read(large)).toEqual({ problem: 'body-too-large' });
    const empty = Buffer.byteLength(JSON.stringify({ ...order(1), padding: '' }));
    expect(read({ ...order(1), padding: 'x'.repeat(65_536 - empty) })).toMatchObject({ orderId: 1 });
    expect(read({ ...order(1), padding: 'x'.repeat(65_537 - empty) })).toHaveProperty('problem');
  });
});

it('reading a webhook never throws and never invents an id, whatever the body', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(...SCOPES), (data, scope) => {
      const result = read(envelope(scope, data));
      return 'problem' in result || (Number.isSafeInteger(result.orderId) && result.orderId! > 0);
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => 'problem' in readWebhook(bytes, 'abc')),
  );
});

it.each([
  ['https://a.example/dev/cart-converted', true],
  ['https://A.example:443/dev/cart-converted', true],
  ['https://a.example/dev/cart-converted/', true],
  ['https://a.example/prod/cart-converted', false],
  ['http://a.example/dev/cart-converted', false],
  ['https://a.example/dev/cart-converted?x=1', false],
  ['no url', false],
])('%j is the same destination: %s', (url, same) => {
  expect(sameUrl(url, 'https://a.example/dev/cart-converted')).toBe(same);
});
