// Which fields of an order are its content, and whether two reads show the same.
import { parseOrder } from '../../../../lambda/shared/bigcommerce/parse-order';
import fc from 'fast-check';
import { isEqual, sameContent, sameSnapshot } from '../../../../lambda/shared/order/content';
import type { Snapshot } from '../../../../lambda/shared/order/order';
import { aParsedOrder, aSnapshot, iso, NOON } from '../../../support/builders';

describe('the content of an order', () => {
  it.each([
    'status_id',
    'status',
    'custom_status',
    'payment_status',
    'date_modified',
    'date_shipped',
    'date_created',
    'consignments',
    'fees',
    'products',
    'shipping_addresses',
    'coupons',
  ])('the content of an order does not include %s', (field) =>
    expect(sameContent(aParsedOrder({ [field]: 'other' }), aParsedOrder())).toBe(true),
  );

  it('the content of an order includes the fees where both reads show them', () => {
    const [one, other] = [aParsedOrder({ fees: [{ id: 1 }] }), aParsedOrder({ fees: [] })];
    const link = aParsedOrder({ fees: { url: 'https://store.example/', resource: '/orders/100/fees' } });
    expect(sameContent(one, { ...one, raw: { ...one.raw } })).toBe(true);
    expect(sameContent(one, other)).toBe(false);
    expect([sameContent(link, one), sameContent(one, link), sameContent(one, aParsedOrder())]).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('the content of an order includes everything else, deeply, new fields too', () => {
    expect(sameContent(aParsedOrder({ staff_notes: 'x' }), aParsedOrder())).toBe(false);
    expect(sameContent(aParsedOrder({ new_field: null }), aParsedOrder())).toBe(false);
    const billing_address = { first_name: 'Ada', last_name: 'Moss', form_fields: [{ name: 'a' }] };
    expect(sameContent(aParsedOrder({ billing_address }), aParsedOrder())).toBe(false);
  });

  it('the content of an order is not compared by what an answer omits', () => {
    expect(sameContent(parseOrder({ id: 100, status_id: 9 }), aParsedOrder())).toBe(true);
  });
});

it('JSON is compared by content, whatever the order of keys', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      expect(isEqual(one, JSON.parse(JSON.stringify(one)))).toBe(true);
      expect(isEqual(one, other)).toBe(isEqual(other, one));
    }),
  );
  expect(isEqual({ a: 1, b: undefined }, { a: 1, c: 2 })).toBe(false);
  expect(isEqual([1], { 0: 1 })).toBe(false);
});

it('a snapshot is new when its lists, its state or its intention differ, not when only the read does', () => {
  const same = (next: Partial<Snapshot>) => sameSnapshot(aSnapshot(), { ...aSnapshot(), ...next });
  expect(
    same({
      replication: aSnapshot({ replication: { read_at: iso(NOON + 1), source: 'webhook' } }).replication,
    }),
  ).toBe(true);
  expect(same({ coupons: [{ id: 1 }] })).toBe(false);
  expect(same({ replication: aSnapshot({ replication: { state: 'copied' } }).replication })).toBe(false);
  expect(same({ replication: aSnapshot({ replication: { target_status_id: 9 } }).replication })).toBe(false);
  expect(same({ replication: aSnapshot({ replication: { gone: true } }).replication })).toBe(false);
});
