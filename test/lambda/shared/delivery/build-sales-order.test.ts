// What the document of an order says of its money, its lines and its people.
import { buildSalesOrder } from '../../../../lambda/shared/delivery/build-sales-order';
import { sentLines } from '../../../../lambda/shared/delivery/sent-lines';
import type { Mapping } from '../../../../lambda/shared/delivery/mapping';
import type { Snapshot } from '../../../../lambda/shared/order/order';
import type { Row } from '../../../../lambda/shared/runtime/json';
import {
  aBillingAddress,
  aLineToDeliver,
  aMapping,
  aShippingAddress,
  aSnapshotToDeliver,
  documentOf,
  sides,
} from '../../../support/sales-order';

/** Order 218 of the OpenAPI file, with lines that come to its subtotals: it says false, and adds up with tax only. */
const order218 = (overrides: Row = {}): Snapshot =>
  aSnapshotToDeliver({
    id: 218,
    is_tax_inclusive_pricing: false,
    payment_method: 'Cash',
    products: [
      aLineToDeliver({
        quantity: 3,
        ...sides('price', '14.7339', '15.9467', '1.2128'),
        ...sides('total', '44.2018', '47.8400', '3.6382'),
      }),
      aLineToDeliver({
        id: 12,
        quantity: 1,
        ...sides('price', '18.4775', '20.0000', '1.5225'),
        ...sides('total', '18.4775', '20.0000', '1.5225'),
      }),
    ],
    ...sides('subtotal', '62.6793', '67.8400', '4.4000'),
    ...sides('shipping_cost', '11.0900', '12.0000', '0.9100'),
    ...sides('total', '64.5300', '69.8400', '5.3100'),
    discount_amount: '5.0000',
    coupon_discount: '5.0000',
    ...overrides,
  });

/** One line and nothing else, on both sides of the tax. */
const oneLine = (ex: string, inc: string, tax: string, overrides: Row = {}, line: Row = {}): Snapshot =>
  aSnapshotToDeliver({
    products: [
      aLineToDeliver({
        quantity: 1,
        ...sides('price', ex, inc, tax),
        ...sides('total', ex, inc, tax),
        ...line,
      }),
    ],
    ...sides('subtotal', ex, inc, tax),
    ...sides('shipping_cost', '0', '0', '0'),
    ...sides('total', ex, inc, tax),
    ...overrides,
  });

const amountsOf = (snapshot: Snapshot, mapping: Mapping = aMapping()): readonly string[] =>
  documentOf(snapshot, mapping).lines.map(
    ({ sku, quantity, unitPrice, gross }) => `${quantity} x ${sku} at ${unitPrice}: ${gross}`,
  );

const holdOf = (snapshot: Snapshot, mapping: Mapping = aMapping()) => {
  const built = buildSalesOrder(snapshot, mapping);
  return built.kind === 'hold' ? `${built.reason}: ${built.detail}` : 'a document';
};

const inAnyCurrency = aMapping({ currencies: [{ else: {} }] });

describe('the money of a document', () => {
  it('an ordinary order without tax in its prices adds up on that side', () => {
    const document = documentOf(aSnapshotToDeliver());
    expect(document.totals).toEqual({ net: '30', tax: '2.4', gross: '32.4', due: '32.4' });
    expect(document.taxes).toEqual([
      { name: 'goods', amount: '2' },
      { name: 'shipping', amount: '0.4' },
    ]);
    expect(amountsOf(aSnapshotToDeliver())).toEqual(['2 x MUG-07 at 12.5: 25', '1 x SHIPPING at 5: 5']);
  });

  it('order 218 of the documentation, which names the wrong side, adds up with tax', () => {
    const document = documentOf(order218());
    expect(document.totals).toEqual({ net: '64.53', tax: '5.31', gross: '69.84', due: '69.84' });
    expect(document.discounts).toEqual([
      { name: 'Discount', amount: '4.62' },
      { name: 'Coupons', amount: '4.62' },
    ]);
    expect(amountsOf(order218())).toEqual([
      '3 x MUG-07 at 14.7339: 44.2',
      '1 x MUG-07 at 18.48: 18.48',
      '1 x SHIPPING at 11.09: 11.09',
      '1 x DISCOUNT at -4.62: -4.62',
      '1 x DISCOUNT at -4.62: -4.62',
    ]);
    expect(document.taxes).toEqual([
      { name: 'goods', amount: '4.4' },
      { name: 'shipping', amount: '0.91' },
    ]);
  });

  it('order 218 with the fees that the documentation adds to it does not add up', () => {
    const fees = [{ id: 2, display_name_customer: 'B Fee', ...sides('cost', '4.0000', '12.0000', '8.0000') }];
    expect(holdOf(order218({ fees }))).toMatch(
      /^sums-do-not-add-up: without tax: lines 62\.6793, .*fees 4, total 64\.53; /,
    );
  });

  it.each([
    ['names its side', true],
    ['names the other side', false],
    ['is missing', undefined],
  ])('prices with tax add up where the flag %s', (_, flag) => {
    const order = oneLine('9.2379', '10.0000', '0.7621', {
      is_tax_inclusive_pricing: flag,
      ...sides('total', '9.2400', '10.0000', '0.7600'),
      subtotal_tax: '0.7600',
    });
    const { totals, lines } = documentOf(order);
    expect(totals).toEqual({ net: '9.24', tax: '0.76', gross: '10', due: '10' });
    expect(lines).toMatchObject([{ unitPrice: '9.24', gross: '9.24', tax: '0.76' }]);
  });

  it.each([
    ['before', '27.0000'],
    ['after', '12.0000'],
  ])('a total %s gift certificates and store credit gives the same document', (_, total) => {
    const order = oneLine('25.0000', '27.0000', '2.0000', {
      gift_certificate_amount: '10.0000',
      store_credit_amount: '5.0000',
      total_inc_tax: total,
    });
    const { totals, payments, lines } = documentOf(order);
    expect(totals).toEqual({ net: '25', tax: '2', gross: '27', due: '12' });
    expect(lines).toHaveLength(1);
    expect(payments).toEqual([
      { kind: 'gift_certificate', method: 'Gift Certificate', erpMethod: 'Gift certificate', amount: '10' },
      { kind: 'store_credit', method: 'Store Credit', erpMethod: 'Store credit', amount: '5' },
      { kind: 'gateway', method: 'Credit Card', erpMethod: 'Paid in the shop', amount: '12' },
    ]);
  });

  it('an order paid by a gift certificate alone has no other payment', () => {
    const order = oneLine('25', '27', '2', {
      gift_certificate_amount: '27',
      payment_method: 'Gift Certificate',
    });
    expect(documentOf(order).payments).toMatchObject([{ kind: 'gift_certificate', amount: '27' }]);
    expect(documentOf(order).totals.due).toBe('0');
  });

  it.each([
    ['Bank Deposit', 'offline'],
    ['cash on delivery', 'offline'],
    ['Credit Card', 'gateway'],
    ['', 'gateway'],
  ])('the payment method "%s" is of the kind %s', (payment_method, kind) => {
    expect(documentOf(aSnapshotToDeliver({ payment_method })).payments).toMatchObject([
      { kind, amount: '32.4' },
    ]);
  });

  it('a free order has its lines, no tax and no payment', () => {
    const { totals, lines, taxes, payments } = documentOf(oneLine('0.0000', '0.0000', '0.0000'));
    expect(totals).toEqual({ net: '0', tax: '0', gross: '0', due: '0' });
    expect(lines).toMatchObject([{ sku: 'MUG-07', quantity: '1', unitPrice: '0', gross: '0' }]);
    expect([...taxes, ...payments]).toEqual([]);
  });

  it('an order whose coupons take off everything has a total of 0', () => {
    const order = oneLine('25.0000', '27.0000', '0.0000', {
      ...sides('total', '0', '0', '0'),
      coupon_discount: '25.0000',
      coupons: [{ id: 1, code: 'ALL', discount: 25 }],
    });
    const { totals, lines, discounts } = documentOf(order);
    expect(totals.gross).toBe('0');
    expect(discounts).toEqual([{ name: 'Coupon ALL', code: 'ALL', amount: '25' }]);
    expect(lines).toMatchObject([
      { gross: '25', discount: '25', net: '0', tax: '0' },
      { kind: 'discount', sku: 'DISCOUNT', gross: '-25', net: '-25' },
    ]);
  });

  it('what the store says that a line is discounted by is taken, and only what that leaves over is divided', () => {
    const applied = (amount: string) => ({ applied_discounts: [{ id: 'coupon', amount, target: 'order' }] });
    const line = (id: number, amount: string) =>
      aLineToDeliver({
        id,
        quantity: 1,
        ...sides('total', '10', '10', '0'),
        ...sides('price', '10', '10', '0'),
        ...applied(amount),
      });
    const order = oneLine('30', '30', '0', {
      products: [line(1, '3.3333'), line(2, '3.3333'), line(3, '3.3333')],
      ...sides('total', '20', '20', '0'),
      discount_amount: '10.0000',
    });
    const { lines } = documentOf(order);
    expect(lines.map(({ discount }) => discount)).toEqual(['3.3334', '3.3333', '3.3333', '0']);
  });

  it('a discount that is more than the goods comes off the shipping, too', () => {
    const order = oneLine('10', '10', '0', {
      ...sides('shipping_cost', '5', '5', '0'),
      ...sides('total', '2', '2', '0'),
      discount_amount: '13',
    });
    expect(documentOf(order).lines.map(({ sku, net }) => `${sku} ${net}`)).toEqual([
      'MUG-07 0',
      'SHIPPING 2',
      'DISCOUNT -13',
    ]);
  });

  it('handling, wrapping and fees are lines with their tax, and costs of nothing are none', () => {
    const fees = [
      {
        id: 1,
        display_name_customer: 'Deposit',
        cost_exc_tax: '2.0000',
        cost_inc_tax: '2.0000',
        cost_tax: '0.0000',
      },
      { id: 2, display_name_customer: '', display_name_merchant: '', ...sides('cost', '0', '0', '0') },
    ];
    const order = aSnapshotToDeliver({
      fees,
      ...sides('shipping_cost', '0', '0', '0'),
      ...sides('handling_cost', '3', '3.24', '0.24'),
      ...sides('wrapping_cost', '1', '1.08', '0.08'),
      ...sides('total', '31', '33.32', '2.32'),
    });
    expect(amountsOf(order)).toEqual([
      '2 x MUG-07 at 12.5: 25',
      '1 x HANDLING at 3: 3',
      '1 x WRAPPING at 1: 1',
      '1 x FEE at 2: 2',
    ]);
    expect(documentOf(order).taxes).toEqual([
      { name: 'goods', amount: '2' },
      { name: 'handling', amount: '0.24' },
      { name: 'wrapping', amount: '0.08' },
    ]);
  });

  it('an order with a link in place of its fees is delivered only if it adds up without any', () => {
    const fees = {
      url: 'https://store.example/fees',
      resource: '/orders/100/fees',
    } as unknown as readonly Row[];
    expect(holdOf(aSnapshotToDeliver({ fees }))).toBe('a document');
    expect(holdOf(aSnapshotToDeliver({ fees, ...sides('total', '31', '33.4', '2.4') }))).toMatch(
      /^sums-do-not-add-up/,
    );
  });

  it('yen have no decimals: neither the lines nor the taxes get any', () => {
    const order = oneLine(
      '909.0909',
      '1000.0000',
      '90.9091',
      {
        default_currency_code: 'JPY',
        is_tax_inclusive_pricing: true,
        subtotal_tax: '91',
        ...sides('total', '909', '1000', '91'),
      },
      { quantity: 3 },
    );
    const document = documentOf(order, inAnyCurrency);
    expect(document.totals).toEqual({ net: '909', tax: '91', gross: '1000', due: '1000' });
    expect(sentLines(document, inAnyCurrency)).toMatchObject([
      { quantity: '3', unitPrice: '303', amount: '909' },
      { item: 'TAX', amount: '91' },
    ]);
  });

  it('dinars have three decimals', () => {
    const order = oneLine('1.255', '1.318', '0.063', { default_currency_code: 'KWD' });
    expect(documentOf(order, inAnyCurrency).totals).toEqual({
      net: '1.255',
      tax: '0.063',
      gross: '1.318',
      due: '1.318',
    });
  });

  it.each([
    ['a line', oneLine('1.2345', '1.2345', '0'), 'products[0] 1.2345 USD'],
    ['the tax', oneLine('18.95', '20.466', '1.516'), 'tax 1.516 USD'],
    [
      'a gift certificate',
      oneLine('5', '5', '0', { gift_certificate_amount: '0.001' }),
      'gift certificates 0.001 USD',
    ],
    ['yen', oneLine('5.5', '5.5', '0', { default_currency_code: 'JPY' }), 'products[0] 5.5 JPY'],
  ])('an order with a fraction of a coin in %s is held', (_, order, detail) => {
    expect(holdOf(order, inAnyCurrency)).toBe(`too-many-digits: ${detail}`);
  });

  it.each<[string, Row]>([
    ['the total with tax is another', { total_inc_tax: '32.3900' }],
    ['the total without tax is another', { total_ex_tax: '30.0100' }],
    ['the lines come to another subtotal', { products: [aLineToDeliver(sides('total', '24', '26', '2'))] }],
    ['the tax is more than that of goods and costs', sides('total', '30.0000', '32.5000', '2.5000')],
    ['the tax of the goods is less, without a discount', sides('total', '30.0000', '31.4000', '1.4000')],
    ['more is redeemed than there is to pay', { store_credit_amount: '40.0000' }],
    ['the order is refunded down to a lower total', sides('total', '5.0000', '5.4000', '0.4000')],
  ])('an order is held with all its figures where %s', (_, overrides) => {
    const held = holdOf(aSnapshotToDeliver(overrides));
    expect(held).toMatch(/^sums-do-not-add-up: without tax: lines /);
    for (const name of [
      'subtotal',
      'shipping',
      'handling',
      'wrapping',
      'fees',
      'total',
      'gift certificates',
      'store credit',
    ]) {
      expect(held).toContain(name);
    }
    expect(held).not.toMatch(/Ada|Moss|example\.com|Austin/);
  });

  it('an order whose total tax is 0 while its goods are taxed is held, as order 100 of the documentation', () => {
    const order = oneLine(
      '336.3200',
      '361.9500',
      '25.6300',
      sides('total', '361.9500', '361.9500', '0.0000'),
    );
    expect(holdOf(order)).toMatch(/^sums-do-not-add-up/);
  });
});

describe('the lines of a document', () => {
  it('a gift certificate that is bought has its own item, and no SKU is needed', () => {
    const order = aSnapshotToDeliver({
      products: [aLineToDeliver({ type: 'giftcertificate', sku: '', order_address_id: 0 })],
    });
    expect(documentOf(order).lines[0]).toMatchObject({ kind: 'gift_certificate', sku: 'GIFT' });
  });

  it.each([
    ['is used as it is', 'MUG-07', 'hold', 'MUG-07'],
    ['is renamed', 'OLD-1', 'hold', 'SKU-1'],
    ['is renamed whatever its case', 'old-1', 'hold', 'SKU-1'],
    ['that is missing is the substitute', '', 'MISC', 'MISC'],
    ['that looks like a field of every object is used as it is', 'constructor', 'hold', 'constructor'],
  ])('a SKU %s', (_, sku, substitute, expected) => {
    const mapping = aMapping({ items: { ...aMapping().items, else: substitute } });
    expect(
      documentOf(aSnapshotToDeliver({ products: [aLineToDeliver({ sku })] }), mapping).lines[0]?.sku,
    ).toBe(expected);
  });

  it('a line without a SKU holds the order, and the detail names the line', () => {
    expect(holdOf(aSnapshotToDeliver({ products: [aLineToDeliver({ sku: ' ' })] }))).toBe(
      'unmapped-item: line 11 has no SKU',
    );
  });

  it('options, fields and the gift wrapping are kept as names and values', () => {
    const line = aLineToDeliver({
      product_options: [
        { display_name: 'Size', display_value: 'S', value: '69', type: 'Multiple choice' },
        {
          display_name: 'Logo',
          display_value: 'logo.jpeg',
          value: '{"path":"f6.jpeg"}',
          type: 'File Upload',
        },
        { name: 'Engraving', value: 'For\tZoë 🌻', type: 'Text field' },
        { display_name: 'Empty', display_value: '', value: '' },
        null,
      ],
      configurable_fields: [{ name: 'Ribbon', value: 'Red' }],
      wrapping_name: 'Box',
      wrapping_message: 'Happy birthday!\nAda',
    });
    expect(documentOf(aSnapshotToDeliver({ products: [line] })).lines[0]?.options).toEqual([
      { name: 'Size', value: 'S' },
      { name: 'Logo', value: 'logo.jpeg' },
      { name: 'Engraving', value: 'For Zoë 🌻' },
      { name: 'Ribbon', value: 'Red' },
      { name: 'Gift wrapping', value: 'Box' },
      { name: 'Gift message', value: 'Happy birthday! Ada' },
    ]);
  });

  it('a line that is refunded in part says how many, and its amounts stay', () => {
    const order = aSnapshotToDeliver({ products: [aLineToDeliver({ quantity_refunded: 1 })] });
    expect(documentOf(order).lines[0]).toMatchObject({ quantity: '2', refunded: '1', gross: '25' });
  });

  it('the part of a bundle is a free line', () => {
    const part = aLineToDeliver({
      id: 12,
      sku: 'PART',
      quantity: 1,
      is_bundled_product: true,
      ...sides('total', '0', '0', '0'),
    });
    expect(amountsOf(aSnapshotToDeliver({ products: [aLineToDeliver(), part] }))[1]).toBe('1 x PART at 0: 0');
  });

  it('a line that is picked up or downloaded ships nowhere', () => {
    const lines = [aLineToDeliver({ order_address_id: 0, type: 'digital' })];
    const { shipping, lines: built } = documentOf(
      aSnapshotToDeliver({ products: lines, shipping_addresses: [] }),
    );
    expect(shipping).toEqual([]);
    expect(built.every(({ addressIndex }) => addressIndex === undefined)).toBe(true);
  });
});

describe('the addresses of a document', () => {
  const two = aSnapshotToDeliver({
    customer_message: 'Ring twice',
    products: [
      aLineToDeliver({ quantity: 1, ...sides('total', '12.5', '13.5', '1') }),
      aLineToDeliver({ id: 12, quantity: 1, order_address_id: 6, ...sides('total', '12.5', '13.5', '1') }),
    ],
    shipping_addresses: [
      aShippingAddress(),
      aShippingAddress({ id: 6, first_name: 'Ben', company: 'Field Ltd', city: 'Portland' }),
    ],
  });

  it('an order to several addresses is held', () => {
    expect(holdOf(two)).toBe('several-addresses: 2 addresses');
  });

  it('where the mapping says so, it ships to the first one, and the note has the others', () => {
    const document = documentOf(two, aMapping({ addresses: { several: 'first' } }));
    expect(document.shipping).toMatchObject([
      { address: { name: 'Ada Moss', city: 'Austin' }, method: 'Flat Rate' },
    ]);
    expect(document.lines.slice(0, 2)).toMatchObject([{ addressIndex: 0 }, { addressIndex: 0 }]);
    expect(document.note).toBe(
      'Ring twice\nShips to Ben Moss, Field Ltd, 1 Test Street, 78701 Portland, Texas, US (Flat Rate): 1 x Stoneware Mug',
    );
  });

  it('the shipping method is mapped, and one that the ERP gets none for has none', () => {
    const methodOf = (shipping_method: string) =>
      documentOf(aSnapshotToDeliver({ shipping_addresses: [aShippingAddress({ shipping_method })] }))
        .shipping[0];
    expect(methodOf('Ground (2 days)')).toMatchObject({ method: 'Ground (2 days)', erpMethod: 'Ground' });
    expect(methodOf('Flat Rate')).not.toHaveProperty('erpMethod');
  });

  it.each<[string, Partial<Mapping>, string]>([
    ['shipping method', { shippingMethods: [{ else: 'hold' }] }, 'unmapped-shipping-method: "Flat Rate"'],
    ['payment method', { paymentMethods: [] }, 'unmapped-payment-method: "Credit Card"'],
    ['channel', { channels: [{ channelId: 2, use: {} }] }, 'unmapped-channel: 1'],
    [
      'currency',
      { currencies: [{ currency: 'EUR', use: {} }, { else: 'hold' }] },
      'unmapped-currency: "USD"',
    ],
  ])('an order is held where the mapping has no %s for it', (_, entries, expected) => {
    expect(holdOf(aSnapshotToDeliver(), aMapping(entries))).toBe(expected);
  });

  it.each([
    ['first and last name', {}, { name: 'Ada Moss' }],
    ['one name', { first_name: '' }, { name: 'Moss' }],
    [
      'only a company',
      { first_name: '', last_name: '', company: 'Moss Ltd' },
      { name: 'Moss Ltd', company: 'Moss Ltd' },
    ],
    [
      'a tab and an emoji',
      { first_name: 'Zoë\t🌻', last_name: 'Łukasiewicz-渡辺' },
      { name: 'Zoë 🌻 Łukasiewicz-渡辺' },
    ],
    [
      '300 characters each',
      { first_name: 'é'.repeat(300), last_name: 'x'.repeat(300) },
      { name: `${'é'.repeat(100)} ${'x'.repeat(99)}` },
    ],
    ['nothing at all', { first_name: '', last_name: '' }, { name: 'Customer 7' }],
    ['a number in place of a name', { first_name: 5, last_name: null }, { name: '5' }],
  ])('a customer with %s gets a name', (_, billing, expected) => {
    const { party } = documentOf(aSnapshotToDeliver({ billing_address: aBillingAddress(billing) }));
    expect(party).toMatchObject({ key: 'BC-C7', kind: 'customer', ...expected });
  });

  it('an order without a billing address is one of a customer without a name', () => {
    const { party, billing } = documentOf(aSnapshotToDeliver({ billing_address: null, customer_id: 0 }));
    expect(party).toEqual({ key: 'BC-G100', kind: 'guest', name: 'Guest of order 100', email: '' });
    expect(billing).toEqual({ name: '', street: [], city: '', postalCode: '', countryCode: '' });
  });

  it.each([
    ['per-order', null, 'BC-G100', 'Ada Moss', 'ADA@example.com'],
    ['per-email', null, 'BC-Eb5fc85e55755f9e0', 'Ada Moss', 'ADA@example.com'],
    ['one', 'Web shop', 'BC-GUEST', 'Web shop', ''],
  ] as const)('a guest has a key by the policy %s', (guest, guestName, key, name, email) => {
    const mapping = aMapping({ customer: { match: 'id', guest, prefix: 'BC-', guestName } });
    const billing_address = aBillingAddress({ email: 'ADA@example.com' });
    const { party } = documentOf(aSnapshotToDeliver({ customer_id: 0, billing_address }), mapping);
    expect(party).toMatchObject({ key, kind: 'guest', name, email });
  });

  it('two spellings of an e-mail address are one guest, and two addresses are two', () => {
    const mapping = aMapping({
      customer: { match: 'id', guest: 'per-email', prefix: 'BC-', guestName: null },
    });
    const keyOf = (email: string) =>
      documentOf(aSnapshotToDeliver({ customer_id: 0, billing_address: aBillingAddress({ email }) }), mapping)
        .party.key;
    expect(keyOf('Ada@Example.com')).toBe(keyOf('ada@example.com'));
    expect(keyOf('ben@example.com')).not.toBe(keyOf('ada@example.com'));
    expect(keyOf('')).toBe('BC-G100');
  });
});

describe('a snapshot that cannot be used', () => {
  it.each<[string, Row]>([
    ['date_created', { date_created: 'yesterday' }],
    ['default_currency_code', { default_currency_code: 'dollars' }],
    ['channel_id', { channel_id: 'one' }],
    ['customer_id', { customer_id: -1 }],
    ['products', { products: [] }],
    ['products', { products: undefined }],
    ['products[0]', { products: ['x'] }],
    ['products[0].quantity', { products: [aLineToDeliver({ quantity: 1.5 })] }],
    ['products[0].quantity', { products: [aLineToDeliver({ quantity: 0 })] }],
    ['products[0].total_ex_tax', { products: [aLineToDeliver({ total_ex_tax: '-25.0000' })] }],
    ['products[0].applied_discounts[0].amount', { products: [aLineToDeliver({ applied_discounts: [{}] })] }],
    ['shipping_addresses', { shipping_addresses: { url: 'x' } }],
    [
      'shipping_addresses[0].country_iso2',
      { shipping_addresses: [aShippingAddress({ country_iso2: 'Texas' })] },
    ],
    ['billing_address.country_iso2', { billing_address: aBillingAddress({ country_iso2: 5 }) }],
    ['subtotal_ex_tax', { subtotal_ex_tax: undefined }],
    ['total_tax', { total_tax: '' }],
    ['shipping_cost_inc_tax', { shipping_cost_inc_tax: '1.23456' }],
    ['discount_amount', { discount_amount: '-5.0000' }],
    ['gift_certificate_amount', { gift_certificate_amount: null }],
    ['fees[0].cost_inc_tax', { fees: [{ cost_ex_tax: '1' }] }],
    ['products', { replication: { incomplete: ['coupons', 'products'] } }],
    ['the parts of the snapshot', { replication: { parts_missing: true } }],
  ])('holds the order and names %s, never its value', (field, overrides) => {
    expect(holdOf(aSnapshotToDeliver(overrides))).toBe(`unusable-order: ${field}`);
  });

  it('coupons that could not be read hold nothing: the sums need them not', () => {
    expect(holdOf(aSnapshotToDeliver({ replication: { incomplete: ['coupons'] } }))).toBe('a document');
  });
});
