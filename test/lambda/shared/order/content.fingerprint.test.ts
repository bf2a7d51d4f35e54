// The fingerprint of an order that came with its lines.
import { parseOrder } from '../../../../lambda/shared/bigcommerce/parse-order';
import { createHash } from 'node:crypto';
import { contentDigest, isUnchanged, showsContent } from '../../../../lambda/shared/order/content';
import { anOrder, anOrderWithLines, aWholeLine } from '../../../support/builders';

const consignments = (overrides: object) => ({
  consignments: { pickups: [], shipping: [], downloads: [], email: { gift_certificates: [] }, ...overrides },
});

const LINE_FIELDS = [
  'product_id',
  'order_address_id',
  'name',
  'sku',
  'type',
  'quantity',
  'product_options',
  'base_price',
  'price_ex_tax',
  'price_inc_tax',
  'base_total',
  'total_ex_tax',
  'total_inc_tax',
];

describe('the fingerprint of an order', () => {
  const order = anOrderWithLines([aWholeLine()]);
  const digest = contentDigest(parseOrder(order));

  it('an order that came with its lines alone has a fingerprint', () => {
    expect(digest).toMatch(/^2:[\w-]{43}$/);
    expect(contentDigest(parseOrder(anOrder()))).toBeUndefined();
  });

  it('a fingerprint does not depend on the sequence of the fields, on status, dates and links', () => {
    const reversed = Object.fromEntries(Object.entries(order).reverse()) as typeof order;
    expect(contentDigest(parseOrder(reversed))).toBe(digest);
    expect(contentDigest(parseOrder({ ...order, status_id: 9, date_modified: 'later', products: [] }))).toBe(
      digest,
    );
  });

  it('a fingerprint depends on the fees that came with the order, and not on a link to them', () => {
    const link = { url: 'https://store.example/', resource: '/orders/100/fees' };
    const fees = [{ id: 1, cost_inc_tax: '13.5300' }];
    expect(contentDigest(parseOrder({ ...order, fees: link }))).toBe(digest);
    expect(contentDigest(parseOrder({ ...order, fees: [] }))).toBe(digest);
    expect(contentDigest(parseOrder({ ...order, fees }))).not.toBe(digest);
  });

  it('a fingerprint equals that of the version before fees and long integers, so that an upgrade does not read every order again', () => {
    const before = 'RCUcMUiP84Jdtc5OczX8eFmBkstsoahEI-d8-ILGGlg';
    expect(contentDigest(parseOrder({ ...order, fees: {} }))).toBe(`2:${before}`);
    expect(showsContent(parseOrder({ ...order, fees: {} }), before)).toBe(true);
  });

  it('a fingerprint differs for integers beyond 2^53 that differ in their last digit', () => {
    const digestOf = (external_id: unknown) => contentDigest(parseOrder({ ...order, external_id }));
    expect(digestOf(820_982_911_946_154_508n)).toBe(digestOf(820_982_911_946_154_508n));
    expect(digestOf(820_982_911_946_154_508n)).not.toBe(digestOf(820_982_911_946_154_507n));
  });

  it.each([
    ['a note', { staff_notes: 'changed' }],
    ['a line', anOrderWithLines([aWholeLine({ name: 'Cup' })])],
    [
      'an address',
      consignments({ shipping: [{ id: 5, street_1: '2 Test Street', line_items: [aWholeLine()] }] }),
    ],
    ['an unknown field', { a_new_field: null }],
  ])('a fingerprint changes with %s', (_what, change) => {
    const changed = contentDigest(parseOrder({ ...order, ...change }));
    expect(changed).toBeDefined();
    expect(changed).not.toBe(digest);
    expect(showsContent(parseOrder({ ...order, ...change }), digest)).toBe(false);
  });

  it('a fingerprint matches the order that it was made of', () => {
    expect(showsContent(parseOrder({ ...order, status_id: 9 }), digest)).toBe(true);
  });

  it.each<[string, ReturnType<typeof anOrder>, string | undefined]>([
    ['the order came without its lines', anOrder(), digest],
    ['there is no fingerprint', order, undefined],
    ['the fingerprint has a later form', order, '3:x'],
    ['the fingerprint has an earlier form and differs', order, 'x'.repeat(43)],
  ])('a fingerprint gives no result where %s', (_, shown, stored) => {
    expect(showsContent(parseOrder(shown), stored)).toBeUndefined();
  });

  it('a fingerprint in the form before the prefix still matches, whatever the fees are now', () => {
    const line = { id: 1, ...Object.fromEntries(LINE_FIELDS.map((name) => [name, 1])) };
    const content = { consignments: { shipping: [{ id: 5, line_items: [line] }] }, id: 7, items_total: 1 };
    const sorted = (value: object) => JSON.stringify(Object.fromEntries(Object.entries(value).sort()));
    const text = JSON.stringify(content).replace(JSON.stringify(line), sorted(line));
    const stored = createHash('sha256').update(text).digest('base64url');
    expect(showsContent(parseOrder({ ...content, status_id: 9, fees: [{ cost: '13.53' }] }), stored)).toBe(
      true,
    );
  });
});

describe('two reads of one order', () => {
  const order = anOrderWithLines([aWholeLine()]);

  it('two reads of an order are compared with their lines and addresses where both came with them', () => {
    const moved = anOrderWithLines([aWholeLine({ order_address_id: 6 })]);
    const before = parseOrder(order);
    expect(isUnchanged(parseOrder({ ...order }), before)).toBe(true);
    expect(isUnchanged(parseOrder(moved), before)).toBe(false);
    expect(isUnchanged(parseOrder({ ...moved, consignments: { url: '' } }), before)).toBe(true);
  });
});
