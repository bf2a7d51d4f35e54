// Personal data: what is dropped before an order is stored, what is erased on request, and what never is.
import fc from 'fast-check';

import {
  dropFields,
  erasePersonal,
  isDroppable,
  NEVER_DROPPED,
  personalEmails,
} from '../../../../lambda/shared/order/personal-data';
import type { Row } from '../../../../lambda/shared/runtime/json';
import { createStore } from '../../../../simulator/index';
import { aLine, aSnapshot } from '../../../support/builders';
import { ask } from '../../../support/store-client';

const address = {
  first_name: 'Ada',
  last_name: 'Moss',
  company: 'Moss & Sons',
  street_1: '1 Test Street',
  street_2: 'Flat 7',
  city: 'Austin',
  state: 'Texas',
  zip: '78701',
  country: 'United States',
  country_iso2: 'US',
  phone: '5125550100',
  email: 'Ada@example.com',
  form_fields: [
    { name: 'Birthday', value: '1815-12-10' },
    { name: 'Shoe size', value: 38 },
    { name: 'Hobbies', value: ['chess', 'engines'] },
  ],
};
const erased = {
  first_name: '',
  last_name: '',
  company: '',
  street_1: '',
  street_2: '',
  city: '',
  state: 'Texas',
  zip: '',
  country: 'United States',
  country_iso2: 'US',
  phone: '',
  email: '',
  form_fields: [
    { name: 'Birthday', value: '' },
    { name: 'Shoe size', value: 0 },
    { name: 'Hobbies', value: [] },
  ],
};
const location = { id: 1, name: 'Shop', city: 'Austin', email: 'shop@example.com', phone: '5125550199' };
const option = (type: string, value: string) => ({
  id: 5,
  type,
  name: 'An option',
  display_name: 'Option',
  value,
  display_value: value,
  display_value_customer: value,
  display_value_merchant: value,
});

describe('dropping fields', () => {
  const snapshot = aSnapshot({
    phone: '1',
    staff_notes: 'a note',
    source: 'web',
    state: 'open',
    billing_address: { phone: '2', state: 'Texas' },
    products: [aLine({ staff_notes: 'another', options: [{ phone: '3' }] })],
    shipping_addresses: [{ id: 7, phone: '4', state: 'Iowa' }, { id: 8 }],
    consignments: { shipping: [{ phone: '5', line_items: [{ phone: '6' }] }] },
  });

  it('a name in DropFields drops the field wherever it occurs', () => {
    const dropped = dropFields(snapshot, ['phone', 'staff_notes']);
    expect(JSON.stringify(dropped)).not.toMatch(/phone|staff_notes/);
    expect(dropped).toMatchObject({
      billing_address: { state: 'Texas' },
      products: [{ id: 1, options: [{}] }],
      shipping_addresses: [{ id: 7, state: 'Iowa' }, { id: 8 }],
    });
  });

  it('a path in DropFields drops the field only there, in every item of a list', () => {
    expect(
      dropFields(snapshot, ['shipping_addresses.phone', 'consignments.shipping.line_items.phone']),
    ).toEqual({
      ...snapshot,
      shipping_addresses: [{ id: 7, state: 'Iowa' }, { id: 8 }],
      consignments: { shipping: [{ phone: '5', line_items: [{}] }] },
    });
  });

  it('DropFields drops whole objects', () => {
    expect(dropFields(snapshot, ['billing_address', 'consignments'])).not.toHaveProperty('billing_address');
  });

  it('DropFields does not drop what the service itself writes about the order', () => {
    const dropped = dropFields(snapshot, ['state', 'source', 'read_at']);
    expect(dropped.replication).toEqual(snapshot.replication);
    expect(JSON.stringify({ ...dropped, replication: null })).not.toMatch(/"state"|"source"/);
  });

  it('DropFields drops nothing that is missing, and nothing by default', () => {
    expect(dropFields(snapshot, ['tattoo', 'billing_address.tattoo', 'id.tattoo'])).toEqual(snapshot);
    expect(dropFields(snapshot, [])).toBe(snapshot);
  });

  it('a field that may never be dropped is kept, whatever DropFields says', () => {
    const names = fc.array(
      fc
        .array(fc.constantFrom('billing_address', 'phone', 'state', 'products', 'id', 'status'), {
          minLength: 1,
        })
        .map((parts) => parts.join('.'))
        .filter(isDroppable),
    );
    fc.assert(
      fc.property(names, (some) => {
        const dropped = dropFields(snapshot, some);
        for (const name of NEVER_DROPPED) expect(name in dropped).toBe(name in snapshot);
        expect(dropped.replication).toEqual(snapshot.replication);
        expect(dropFields(dropped, some)).toEqual(dropped);
      }),
    );
  });

  it.each([
    'phone',
    'billing_address',
    'consignments',
    'shipping_addresses.phone',
    'products.id',
    '__warning__',
  ])('DropFields may name %s', (name) => expect(isDroppable(name)).toBe(true));

  it.each([...NEVER_DROPPED, 'replication.state', '', 'a b', 'a..b', '.a', 'a.', 'ada@example.com', '1a'])(
    'DropFields may not name %j',
    (name) => expect(isDroppable(name)).toBe(false),
  );
});

const personal = aSnapshot({
  customer_id: 42,
  cart_id: 'a1b2',
  ip_address: '203.0.113.7',
  ip_address_v6: '2001:db8::7',
  customer_message: 'Ring twice',
  staff_notes: 'She is nice',
  external_order_id: 'ERP-1',
  total_inc_tax: '12.5000',
  geoip_country: 'United States',
  payment_provider_id: 'pay_1',
  billing_address: address,
  products: [
    aLine({
      name: 'Mug',
      sku: 'MUG-07',
      wrapping_name: 'Red paper',
      wrapping_message: 'For Ben',
      event_name: 'Delivery',
      event_date: '2026-12-10',
      price_ex_tax: '12.5000',
      product_options: [option('Multiple choice', 'Blue'), option('Text field', 'To Ben')],
      configurable_fields: [{ name: 'Engraving', value: 'Ben' }],
    }),
  ],
  shipping_addresses: [
    { id: 7, order_id: 100, ...address, base_cost: '5.0000', shipping_method: 'Flat Rate' },
  ],
  coupons: [{ id: 3, coupon_id: 1, code: 'SPRING', discount: '5.0000' }],
  consignments: {
    pickups: [{ id: 9, pickup_method_id: 1, location }],
    shipping: [{ id: 7, ...address, base_cost: 5 }],
    downloads: [{ recipient_email: 'ben@example.com', line_items: [aLine({ wrapping_message: 'For Ben' })] }],
    email: { gift_certificates: [{ recipient_email: 'eve@example.com', line_items: [] }] },
  },
  fees: [{ id: 1, source: 'AA', cost_ex_tax: '1.0000', value: '1.0000' }],
});

describe('erasing', () => {
  it('an erasure blanks personal data in the form that the store uses for none, and keeps everything else', () => {
    expect(erasePersonal(personal)).toEqual({
      ...personal,
      customer_id: 0,
      cart_id: null,
      ip_address: '',
      ip_address_v6: '',
      customer_message: '',
      staff_notes: '',
      billing_address: erased,
      products: [
        {
          ...personal.products[0],
          wrapping_message: '',
          event_date: null,
          product_options: [option('Multiple choice', 'Blue'), option('Text field', '')],
          configurable_fields: [{ name: 'Engraving', value: '' }],
        },
      ],
      shipping_addresses: [{ ...personal.shipping_addresses[0], ...erased }],
      consignments: {
        pickups: [{ id: 9, pickup_method_id: 1, location }],
        shipping: [{ id: 7, ...erased, base_cost: 5 }],
        downloads: [{ recipient_email: '', line_items: [aLine({ wrapping_message: '' })] }],
        email: { gift_certificates: [{ recipient_email: '', line_items: [] }] },
      },
    });
  });

  it.each([
    ['Checkbox', 'Yes', 'Yes'],
    ['Product Pick List', 'A mug', 'A mug'],
    ['Swatch', 'Red', 'Red'],
    ['Multi-line text field', 'To Ben', ''],
    ['Date field', '10th Dec 1815', ''],
    ['File Upload', '{"originalName":"ada.jpg"}', ''],
    ['Numbers only text field', '1815', ''],
    ['something new', 'Ada', ''],
  ])('an erasure leaves of an option of type %s, answered %j, %j', (type, value, left) => {
    const order = { products: [{ product_options: [option(type, value)] }] };
    expect(erasePersonal(order)).toEqual({ products: [{ product_options: [option(type, left)] }] });
  });

  it('an erasure leaves no digit of an integer beyond 2^53', () => {
    expect(erasePersonal({ id: 1, customer_id: 820_982_911_946_154_508n })).toEqual({
      id: 1,
      customer_id: 0,
    });
  });

  it('an erasure leaves null what is null, and absent what is absent', () => {
    const order = { id: 1, staff_notes: null, cart_id: null, billing_address: { email: null } };
    expect(erasePersonal(order)).toEqual(order);
  });

  it('an erasure erases a location that is not a pickup location', () => {
    expect(erasePersonal({ location: { city: 'Austin' } })).toEqual({ location: { city: '' } });
  });

  it('an erasure reads consignments in the older form, a list of one', () => {
    const { consignments } = personal;
    expect(erasePersonal({ consignments: [consignments] })).toEqual({
      consignments: [erasePersonal(personal).consignments],
    });
  });

  it('an erasure changes only the personal data of an order of the store', async () => {
    const store = createStore();
    const { id } = store.orders.add({
      customer_id: 42,
      cart_id: 'a1b2',
      ip_address: '203.0.113.7',
      staff_notes: 'a note',
      lines: [{}, { type: 'digital' }, { type: 'giftcertificate' }, { order_pickup_method_id: 1 }],
      coupons: [{}],
      fees: [{}],
    });
    const get = async (path: string) => (await ask(store, 'GET', `/orders/${id}${path}`)).body;
    const consignments = '?include=consignments.line_items,fees&consignment_structure=object';
    const lists = { products: await get('/products'), shipping_addresses: await get('/shipping_addresses') };
    const order = { ...((await get(consignments)) as Row), ...lists, coupons: await get('/coupons') };
    expect(changed(order, erasePersonal(order))).toEqual(
      new Set([
        'customer_id',
        'cart_id',
        'ip_address',
        'staff_notes',
        'recipient_email',
        'first_name',
        'last_name',
        'street_1',
        'city',
        'zip',
        'phone',
        'email',
      ]),
    );
  });

  it('an erasure leaves no text of a person and no address, changes no other field, and is complete after one pass', () => {
    const typed = fc.stringMatching(/^~[\w @.]{1,12}~$/);
    const people = fc.record({
      first_name: typed,
      phone: typed,
      email: fc.emailAddress(),
      note: fc.constant('kept'),
    });
    const anOrder = fc.record({
      id: fc.nat(),
      status_id: fc.nat(),
      total_inc_tax: fc.float(),
      staff_notes: fc.option(typed),
      billing_address: people,
      products: fc.array(
        fc.record({ id: fc.nat(), sku: fc.constantFrom('MUG-07', ''), wrapping_message: typed }),
      ),
      shipping_addresses: fc.array(people),
      consignments: fc.record({ downloads: fc.array(fc.record({ recipient_email: fc.emailAddress() })) }),
    });
    const mayChange = ['first_name', 'phone', 'email', 'staff_notes', 'wrapping_message', 'recipient_email'];
    fc.assert(
      fc.property(anOrder, (order) => {
        const erased = erasePersonal(order);
        expect(JSON.stringify(erased)).not.toMatch(/"~|~"/);
        expect(personalEmails(erased)).toEqual(new Set());
        expect(mayChange).toEqual(expect.arrayContaining([...changed(order, erased)]));
        expect(erasePersonal(erased)).toEqual(erased);
      }),
    );
  });
});

/** The names of the fields that differ, at any depth. Throws when a field has come or gone. */
function changed(before: unknown, after: unknown, name = ''): ReadonlySet<string> {
  if (typeof before !== 'object' || typeof after !== 'object' || before === null || after === null) {
    return new Set(Object.is(before, after) ? [] : [name]);
  }
  expect(Object.keys(after)).toEqual(Object.keys(before));
  const inner = Object.entries(before).flatMap(([key, value]) => [
    ...changed(value, (after as Row)[key], Array.isArray(before) ? name : key),
  ]);
  return new Set(inner);
}

describe('the email addresses by which an order is found', () => {
  it("an order is found by the addresses of everyone in it, in lower case, and not by the shop's", () => {
    expect([...personalEmails(personal)].sort()).toEqual([
      'ada@example.com',
      'ben@example.com',
      'eve@example.com',
    ]);
  });

  it.each([
    ['alone', ' Ada@Example.com\n', ['ada@example.com']],
    [
      'in a sentence',
      'Write to ada@example.com, not to ben@example.com.',
      ['ada@example.com', 'ben@example.com'],
    ],
    ['in brackets', 'Ada Moss <ada@example.com>', ['ada@example.com']],
    ['in quotes', "'ada@example.com'", ['ada@example.com']],
    ['of an Irishwoman', "ada.o'hara@example.com", ["ada.o'hara@example.com"]],
    ['of another, longer one', 'ada@example.com.au', ['ada@example.com.au']],
  ])('email addresses are found %s', (_, customer_message, emails) => {
    expect([...personalEmails({ customer_message })]).toEqual(expect.arrayContaining(emails));
  });

  // Work that grows with the square of the length would take minutes here.
  const MANY = 500_000;
  it.each([
    ['signs before an address', `${'!'.repeat(MANY)}ada@example.com`],
    ['signs after an address', `ada@example.com${'.'.repeat(MANY)}`],
    ['signs between characters', `a${'!'.repeat(MANY)}b ada@example.com`],
    ['runs of signs', `${"a.'!?".repeat(MANY / 5)} ada@example.com`],
    ['blanks between characters', `a${' '.repeat(MANY)}b ada@example.com`],
    ['at signs', `${'@'.repeat(MANY)} ada@example.com`],
  ])('email addresses are found in a message of half a million %s', (_, customer_message) => {
    expect(personalEmails({ customer_message })).toContain('ada@example.com');
  });

  it('an email address loses every sign around it and none within', () => {
    const sign = fc.constantFrom('.', "'", '!', '?');
    const signs = fc.array(sign).map((some) => some.join(''));
    const inner = fc.array(fc.oneof(sign, fc.constant('x'))).map((some) => `a${some.join('')}@b`);
    fc.assert(
      fc.property(signs, inner, signs, (before, email, after) => {
        expect(personalEmails({ staff_notes: `see ${before}${email}${after} too` })).toContain(email);
      }),
    );
  });

  it('an order without any email address has none', () => {
    expect(personalEmails({ customer_message: 'Ring twice', email: '', staff_notes: null })).toEqual(
      new Set(),
    );
  });

  it('an email address does not begin or end within a longer one', () => {
    expect(personalEmails({ staff_notes: 'xada@example.com.au' }).has('ada@example.com')).toBe(false);
  });

  it.each([
    ['a form field', { billing_address: { form_fields: [{ name: 'Other', value: ['ada@example.com'] }] } }],
    ['an option', { products: [{ product_options: [option('Text field', 'ada@example.com')] }] }],
    [
      'a line of a consignment',
      { consignments: { downloads: [{ line_items: [{ wrapping_message: 'ada@example.com' }] }] } },
    ],
  ])('email addresses are found in %s', (_, order) => {
    expect(personalEmails(order)).toEqual(new Set(['ada@example.com']));
  });
});
