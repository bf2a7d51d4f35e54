// Whatever a store sends: a document that adds up and keeps to its schema, or a hold.
import fc from 'fast-check';
import { buildSalesOrder } from '../../../../lambda/shared/delivery/build-sales-order';
import schema from '../../../../lambda/shared/delivery/sales-order.schema.json';
import type { Snapshot } from '../../../../lambda/shared/order/order';
import { problemsOf } from '../../../support/document-problems';
import { isValid } from '../../../support/json-schema';
import { generateOrder } from '../../../support/order-generator';
import { aMapping } from '../../../support/sales-order';

const mapping = aMapping({
  addresses: { several: 'first' },
  currencies: [{ else: {} }],
  channels: [{ else: {} }],
});

const values = fc.oneof(
  fc.constantFrom(
    '',
    '0',
    '-1.0000',
    '1.23456',
    '12.5000',
    'NaN',
    null,
    0,
    -1,
    1.5,
    1e21,
    2 ** 53,
    true,
    [],
    {},
  ),
  fc.constantFrom(9_007_199_254_740_993n, '\u0000\ud83c', '9'.repeat(30), [null], [{}], { url: 'x' }),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Every place in a snapshot, such as `products.0.quantity`. */
function placesOf(value: unknown, path = ''): readonly string[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([name, one]) =>
    placesOf(one, path === '' ? name : `${path}.${name}`),
  );
  return path === '' ? inner : [path, ...inner];
}

/** A copy with another value in one place. */
function withValue(value: unknown, [name, ...rest]: readonly string[], other: unknown): unknown {
  if (name === undefined) return other;
  if (typeof value !== 'object' || value === null) return value;
  const entries: [string, unknown][] = Object.entries(value);
  const changed = entries.map(
    ([key, one]) => [key, key === name ? withValue(one, rest, other) : one] as const,
  );
  return Array.isArray(value) ? changed.map(([, one]) => one) : Object.fromEntries(changed);
}

function problemsWith(snapshot: Snapshot): readonly string[] {
  const built = buildSalesOrder(snapshot, mapping);
  if (built.kind === 'hold') return built.detail === '' ? ['a hold says nothing'] : [];
  const isKept = isValid(schema, built.document);
  return isKept ? problemsOf(built.document, mapping) : ['the document breaks its schema'];
}

describe('buildSalesOrder', () => {
  it('an order with junk in any of its fields is held, or its document adds up', () => {
    const changes = fc.array(fc.tuple(fc.nat(), values), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.nat({ max: 5_000 }), changes, (seed, changed) => {
        const { snapshot } = generateOrder(seed);
        const places = placesOf(snapshot).filter((place) => place !== 'replication');
        const junk = changed.reduce<unknown>((order, [nth, value]) => {
          const place = places[nth % places.length] ?? '';
          return withValue(order, place.split('.'), value);
        }, snapshot);
        expect(problemsWith(junk as Snapshot)).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('an object that is no order at all is held', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (junk) => {
        const snapshot = { ...junk, id: 1, status_id: 11, replication: {} } as unknown as Snapshot;
        expect(buildSalesOrder(snapshot, mapping)).toMatchObject({ kind: 'hold', reason: 'unusable-order' });
      }),
    );
  });
});
