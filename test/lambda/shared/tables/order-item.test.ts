// Which fields of a snapshot stay plain: all that DynamoDB can hold of an ordinary order, the smallest of a large one.
import type { Snapshot } from '../../../../lambda/shared/order/order';
import { pack, unpack } from '../../../../lambda/shared/tables/order-item';
import { aLine, aSnapshot } from '../../../support/builders';
import { noise } from '../../../support/noise';

const packedFields = async (snapshot: Snapshot): Promise<readonly string[]> => {
  const { plain, compressed } = await pack(snapshot);
  if (compressed === undefined) return [];
  expect(await unpack(plain, compressed)).toEqual(snapshot);
  return Object.keys(await unpack({}, compressed)).sort();
};

const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));

it('an ordinary order stays as it is in its item', async () => {
  const lines = Array.from({ length: 250 }, (_, id) => aLine({ id, name: 'ü😀', options: [null, '', {}] }));
  const snapshot = aSnapshot({ products: lines, tiny: 1e-130, huge: -9.99e125, deep: nested(30) });
  expect((await pack(snapshot)).plain).toBe(snapshot);
  expect(await packedFields(snapshot)).toEqual([]);
});

it.each([
  ['half of a surrogate pair', 'a\ud83d'],
  ['one further in', [{ text: '\ude00' }]],
  ['one in a name', { '\ud83d': 1 }],
  ['a number too large', 1e126],
  ['a number too large below zero', -Number.MAX_VALUE],
  ['a number too small', [5e-324]],
  ['more levels than DynamoDB has', nested(31)],
  ['far more levels', nested(2_000)],
  ['an integer of 39 digits', [-(10n ** 38n)]],
  ['a double that would come back as an integer', 2 ** 60],
  ['the same below zero, of 38 digits', -1e37],
  ['an empty name', { '': 1 }],
  ['a name that the SDK loses', JSON.parse('{"__proto__":{"a":1}}')],
  ['a name that the SDK stumbles over', [{ constructor: { name: 'Set' } }]],
  ['a name of 64 KB', { ['n'.repeat(70_000)]: 1 }],
])('an item packs a field that DynamoDB cannot hold, and no other: %s', async (_, value) => {
  expect(await packedFields(aSnapshot({ odd: value }))).toEqual(['odd']);
});

it.each(['', '__proto__', 'constructor', '\ud83d', 'compressed', 'compressed_parts', 'store_fields'])(
  'an item packs a field whose name cannot be the name of an attribute: %j',
  async (name) => {
    const snapshot = aSnapshot();
    const field = { value: 'x', enumerable: true, configurable: true, writable: true };
    expect(await packedFields(Object.defineProperty({ ...snapshot }, name, field))).toEqual([name]);
  },
);

it('an item packs what is longest in a large order, and keeps plain what identifies the order', async () => {
  const snapshot = aSnapshot({
    products: Array.from({ length: 1_000 }, (_, id) => aLine({ id, description: 'long '.repeat(100) })),
    staff_notes: '😀'.repeat(65_535),
    coupons: [{ code: 'TEN' }],
  });
  expect(await packedFields(snapshot)).toEqual(['products', 'staff_notes']);
});

it('an item keeps the plain fields of any large order small, however many there are', async () => {
  const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`f${index}`, [0, 1, 2]]));
  const { plain } = await pack(aSnapshot({ ...many, products: [aLine({ text: noise(300_000, 1) })] }));
  expect(JSON.stringify(plain).length).toBeLessThan(33_000);
  expect(plain).toMatchObject({ id: 100, replication: { state: 'stored' } });
});

it('a plain field counts as the newer one, because an advance sets it in place', async () => {
  const { plain, compressed } = await pack(aSnapshot({ custom_status: 'To pick \ud83d' }));
  expect(plain).not.toHaveProperty('custom_status');
  const advanced = await unpack({ ...plain, custom_status: 'Picked', status_id: 9 }, compressed!);
  expect(advanced).toMatchObject({ custom_status: 'Picked', status_id: 9 });
});

it('an item keeps integers of up to 38 digits plain', async () => {
  const snapshot = aSnapshot({
    id: 7,
    external_id: 820_982_911_946_154_508n,
    most: [1n - 10n ** 38n],
    double: 1e38,
  });
  expect(await packedFields(snapshot)).toEqual([]);
});

it('an item packs a large order with every digit', async () => {
  const notes = { staff_notes: noise(300_000, 1), deep: [{ external_id: 820_982_911_946_154_508n }] };
  const lines = Array.from({ length: 1_000 }, (_, id) => aLine({ id, external_id: 2n ** 70n }));
  expect(await packedFields(aSnapshot({ ...notes, products: lines }))).toEqual(['products', 'staff_notes']);
});

it('an item is measured by what DynamoDB counts, not by the bytes of its JSON', async () => {
  // In JSON 13 bytes each, for DynamoDB 8.
  const flags = Array.from({ length: 30_000 }, () => ({ on: false }));
  expect(JSON.stringify(flags).length).toBeGreaterThan(350_000);
  expect(await packedFields(aSnapshot({ flags }))).toEqual([]);
  const digits = Array.from({ length: 110_000 }, () => 7);
  expect(JSON.stringify(digits).length).toBeLessThan(260_000);
  expect(await packedFields(aSnapshot({ digits }))).toEqual(['digits']);
});
