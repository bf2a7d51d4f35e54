// What the digests of a document, of lines and of what an ERP shows go by.
import { digestOfLines, digestOfSeen } from '../../../../lambda/shared/delivery/digests';
import type { ErpOrder } from '../../../../lambda/shared/delivery/erp-order';
import { erasePersonal } from '../../../../lambda/shared/order/personal-data';
import type { Snapshot } from '../../../../lambda/shared/order/order';
import type { Row } from '../../../../lambda/shared/runtime/json';
import { generateOrder } from '../../../support/order-generator';
import {
  aBillingAddress,
  aLineToDeliver,
  aMapping,
  aShippingAddress,
  aSnapshotToDeliver,
  documentOf,
  sides,
} from '../../../support/sales-order';

const digestsOf = (snapshot: Snapshot, mapping = aMapping()) => {
  const { digest, bare } = documentOf(snapshot, mapping);
  return { digest, bare };
};

const before = digestsOf(aSnapshotToDeliver());

describe('the digest of a document', () => {
  it('the digest begins with its version', () => {
    expect(before.digest).toMatch(/^1:[0-9a-f]{64}$/);
    expect(before.bare).toMatch(/^1:[0-9a-f]{64}$/);
    expect(before.bare).not.toBe(before.digest);
  });

  it.each<[string, Row]>([
    [
      'a move to another status of paid orders',
      {
        status_id: 2,
        status: 'Shipped',
        custom_status: 'Sent',
        date_shipped: 'Sat, 10 Jan 2026 11:00:00 +0000',
      },
    ],
    ['a later change', { date_modified: 'Sun, 11 Jan 2026 11:00:00 +0000' }],
    ['a payment that is captured', { payment_status: 'paid' }],
    ['an order that is not paid yet', { status_id: 7, payment_status: 'authorized' }],
    ['an external order id', { external_order_id: '4711' }],
    ['notes of the staff', { staff_notes: 'Careful' }],
    ['a later read', { replication: { state: 'replicated', read_at: '2026-02-01T00:00:00.000Z' } }],
    ['amounts written in another way', sides('total', '30', '32.40', '2.4')],
    ['the flag of the tax, where the figures stay', { is_tax_inclusive_pricing: undefined }],
    ['quantities that are shipped', { products: [aLineToDeliver({ quantity_shipped: 2 })] }],
  ])('the digest stays with %s', (_, overrides) => {
    expect(digestsOf(aSnapshotToDeliver(overrides))).toEqual(before);
  });

  it('the digest stays under another mapping', () => {
    const mapping = aMapping({
      reference: { prefix: 'X-' },
      customer: { match: 'id', guest: 'one', prefix: 'Y-', guestName: 'Guest' },
      items: { by: 'sku', rename: { 'MUG-07': 'OTHER' }, else: 'MISC' },
      special: { ...aMapping().special, shipping: 'FREIGHT' },
      shippingMethods: [{ else: 'Truck' }],
      addresses: { several: 'first' },
      paymentMethods: [{ else: 'Other' }],
      channels: [{ else: { shop: 'other' } }],
    });
    expect(digestsOf(aSnapshotToDeliver(), mapping)).toEqual(before);
  });

  it('the digest stays whatever the order of the fields', () => {
    const fields = Object.entries(
      aSnapshotToDeliver({
        billing_address: Object.fromEntries(Object.entries(aBillingAddress()).reverse()),
      }),
    );
    expect(digestsOf(Object.fromEntries(fields.reverse()) as unknown as Snapshot)).toEqual(before);
  });

  it.each<[string, Row]>([
    ['a quantity that is refunded', { products: [aLineToDeliver({ quantity_refunded: 1 })] }],
    ['a payment that is refunded', { payment_status: 'partially refunded' }],
    ['another SKU', { products: [aLineToDeliver({ sku: 'TOTE-01' })] }],
    ['another name of a line', { products: [aLineToDeliver({ name: 'Mug' })] }],
    ['another shipping method', { shipping_addresses: [aShippingAddress({ shipping_method: 'Ground' })] }],
    ['another payment method', { payment_method: 'Cash' }],
    ['store credit', { store_credit_amount: '1.0000' }],
    ['another channel', { channel_id: 2 }],
    [
      'another total',
      { ...sides('shipping_cost', '6', '6.4', '0.4'), ...sides('total', '31', '33.4', '2.4') },
    ],
  ])('both digests change with %s', (_, overrides) => {
    const after = digestsOf(aSnapshotToDeliver(overrides), aMapping({ channels: [{ else: {} }] }));
    expect(after.digest).not.toBe(before.digest);
    expect(after.bare).not.toBe(before.bare);
  });

  it.each<[string, Row]>([
    ['the billing address', { billing_address: aBillingAddress({ city: 'Portland' }) }],
    ['the shipping address', { shipping_addresses: [aShippingAddress({ street_2: 'Floor 2' })] }],
    ['the customer', { customer_id: 8 }],
    ['the message', { customer_message: 'Ring twice' }],
    ['what a shopper wrote', { products: [aLineToDeliver({ wrapping_message: 'Love' })] }],
  ])('only the digest with people changes with %s', (_, overrides) => {
    const after = digestsOf(aSnapshotToDeliver(overrides));
    expect(after.digest).not.toBe(before.digest);
    expect(after.bare).toBe(before.bare);
  });

  it.each<[string, Row]>([
    [
      'an address',
      { billing_address: aBillingAddress({ city: 'Portland' }), customer_id: 8, customer_message: 'Hi' },
    ],
    [
      'answers of the shopper',
      {
        products: [
          aLineToDeliver({
            wrapping_message: 'Love',
            configurable_fields: [{ name: 'Text', value: 'For Ada' }],
            product_options: [
              { display_name: 'Text', display_value: 'For Ada', type: 'Text field' },
              { display_name: 'Size', display_value: 'S', type: 'Swatch' },
            ],
          }),
        ],
      },
    ],
  ])('an erased order has the bare digest that it had before, with %s', (_, overrides) => {
    const snapshot = aSnapshotToDeliver(overrides);
    const erased = {
      ...erasePersonal(snapshot),
      replication: { ...snapshot.replication, erased_at: '2026-03-01T00:00:00.000Z' },
    };
    expect(digestsOf(erased).bare).toBe(digestsOf(snapshot).bare);
    expect(digestsOf(erased).digest).not.toBe(digestsOf(snapshot).digest);
  });

  it('erasing leaves the bare digest of every generated order', () => {
    const mapping = aMapping({ addresses: { several: 'first' }, currencies: [{ else: {} }] });
    const changed = Array.from({ length: 300 }, (_, seed) => generateOrder(seed).snapshot).filter(
      (snapshot) => digestsOf(snapshot, mapping).bare !== digestsOf(erasePersonal(snapshot), mapping).bare,
    );
    expect(changed).toEqual([]);
  });
});

describe('the digest of lines', () => {
  const lines = [
    { item: 'MUG-07', quantity: '2', unitPrice: '12.5' },
    { item: 'TAX', quantity: '1', unitPrice: '2' },
  ];

  it('the order of the lines and the zeros of their amounts do not matter', () => {
    const shown = [
      { item: 'TAX', quantity: '1.0', unitPrice: '2.0000' },
      { item: 'MUG-07', quantity: '2', unitPrice: '12.50' },
    ];
    expect(digestOfLines(shown)).toBe(digestOfLines(lines));
  });

  it.each([
    ['another price', [{ ...lines[0]!, unitPrice: '12.51' }, lines[1]!]],
    ['another quantity', [{ ...lines[0]!, quantity: '3' }, lines[1]!]],
    ['another item', [{ ...lines[0]!, item: 'MUG-08' }, lines[1]!]],
    ['a line less', [lines[0]!]],
    ['a line twice', [...lines, lines[1]!]],
    ['a price of more than four decimals', [{ ...lines[0]!, unitPrice: '12.50001' }, lines[1]!]],
  ])('%s matters', (_, shown) => {
    expect(digestOfLines(shown)).not.toBe(digestOfLines(lines));
  });
});

describe('the digest of what an ERP shows', () => {
  const order: ErpOrder = {
    id: '1',
    reference: 'BC-100',
    state: 'draft',
    vendorState: 'draft',
    currency: 'USD',
    lines: [{ item: 'MUG-07', quantity: '2', unitPrice: '12.5', amount: '25' }],
    payments: [],
    totals: { net: '25', tax: '0', total: '25' },
  };

  it.each<[string, Partial<ErpOrder>]>([
    ['its state and number', { state: 'confirmed', vendorState: 'processing', number: 'SO1' }],
    ['zeros at the end of its amounts', { totals: { net: '25.00', tax: '0.00', total: '25.00' } }],
  ])('%s do not matter', (_, overrides) => {
    expect(digestOfSeen({ ...order, ...overrides })).toBe(digestOfSeen(order));
  });

  it.each<[string, Partial<ErpOrder>]>([
    ['another currency', { currency: 'EUR' }],
    ['another total', { totals: { net: '25', tax: '0', total: '26' } }],
    ['another amount of a line', { lines: [{ ...order.lines[0]!, amount: '26' }] }],
    ['a line less', { lines: [] }],
  ])('%s matters', (_, overrides) => {
    expect(digestOfSeen({ ...order, ...overrides })).not.toBe(digestOfSeen(order));
  });
});
