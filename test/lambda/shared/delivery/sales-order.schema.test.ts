// The schema of the document is its contract: equal to the types, and kept by what is built.
import schema from '../../../../lambda/shared/delivery/sales-order.schema.json';
import { LINE_KINDS } from '../../../../lambda/shared/delivery/sales-order';
import { isRow } from '../../../../lambda/shared/runtime/json';
import type { Row } from '../../../../lambda/shared/runtime/json';
import { isValid } from '../../../support/json-schema';
import { generateOrder } from '../../../support/order-generator';
import { aMapping, aSalesOrder, documentOf } from '../../../support/sales-order';
import { interfacesOf } from '../../../support/type-shapes';

/** What a type can say, too. */
const COMPARED = new Set(['type', 'enum', '$ref', 'items', 'properties', 'required', 'additionalProperties']);

function shapeOf(part: unknown): unknown {
  if (!isRow(part)) return part;
  if (part.$ref === '#/$defs/Amount') return { type: 'string' };
  return Object.fromEntries(
    Object.entries(part)
      .filter(([keyword]) => COMPARED.has(keyword))
      .map(([keyword, value]) => [
        keyword,
        keyword === 'properties' ? shapesOf(value as Row) : shapeOf(value),
      ]),
  );
}

const shapesOf = (parts: Row) =>
  Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, shapeOf(part)]));

describe('sales-order.schema.json', () => {
  it('the schema says of each part what its type says', () => {
    const { SentLine, ...types } = interfacesOf('lambda/shared/delivery/sales-order.ts');
    const { Amount, LineKind, ...parts } = schema.$defs;
    expect(SentLine).toBeDefined();
    expect(shapesOf(parts)).toEqual(types);
    expect(LineKind.enum).toEqual(LINE_KINDS);
    expect(schema.$ref).toBe('#/$defs/SalesOrder');
  });

  it('what is built of generated orders keeps to the schema', () => {
    const mapping = aMapping({ addresses: { several: 'first' }, currencies: [{ else: {} }] });
    const others = Array.from({ length: 300 }, (_, seed) => seed).filter(
      (seed) => !isValid(schema, documentOf(generateOrder(seed).snapshot, mapping)),
    );
    expect(others).toEqual([]);
  });

  it.each([
    ['an amount of five decimals', { totals: { net: '1.00001', tax: '0', gross: '1', due: '1' } }],
    ['an amount with zeros at its end', { totals: { net: '1.50', tax: '0', gross: '1', due: '1' } }],
    ['a reference that is too long', { ref: 'BC-'.padEnd(36, '1') }],
    ['a reference with a space', { ref: 'BC 100' }],
    ['a field that no one knows', { surprise: true }],
    ['no lines', { lines: undefined }],
  ])('a document with %s breaks the schema', (_, change) => {
    expect(isValid(schema, JSON.parse(JSON.stringify(aSalesOrder())))).toBe(true);
    expect(isValid(schema, JSON.parse(JSON.stringify({ ...aSalesOrder(), ...change })))).toBe(false);
  });
});
