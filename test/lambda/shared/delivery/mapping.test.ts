// The mapping: what is accepted, how each mistake is named, and that the schema for editors says the same.
import fc from 'fast-check';

import example from '../../../../erp/mapping.json';
import schema from '../../../../erp/mapping.schema.json';
import { parseMapping } from '../../../../lambda/shared/delivery/mapping';
import { isRow } from '../../../../lambda/shared/runtime/json';
import { isValid } from '../../../support/json-schema';

/** The example with another value at a place such as `paymentMethods.1.use`; undefined removes the entry. */
function withValue(place: string, value: unknown, mapping: unknown = example): unknown {
  const copy: unknown = structuredClone(mapping);
  const keys = place.split('.');
  const last = keys.pop() ?? '';
  const node = keys.reduce<unknown>((inner, key) => Reflect.get(Object(inner) as object, key), copy);
  if (value === undefined) Reflect.deleteProperty(Object(node) as object, last);
  else Reflect.set(Object(node) as object, last, value);
  return copy;
}

function problemsOf(value: unknown): readonly string[] {
  const result = parseMapping(value);
  return 'problems' in result ? result.problems : [];
}

function digestOf(value: unknown): string {
  const result = parseMapping(value);
  if ('problems' in result) throw new Error(result.problems.join('\n'));
  return result.mapping.digest;
}

const NAME =
  'must be a name of 1 to 255 characters, without control characters and without blanks at its ends';
const PREFIX = 'must be 1 to 16 characters of A-Z, a-z, 0-9, "_" and "-", and must not end with a digit';
const TOLERANCE = 'must be a decimal text from "0" to "9.9999", such as "0.02"';
const CHANNEL = 'must be the id of a channel, a whole number from 1';
const RULES = 'must be a list of rules that ends with { "else": … }';
const TEXT =
  'must be a text of the store of 1 to 255 characters, without control characters and without a blank at its start; a "*" may only be its end';
const TOP =
  'version, reference, customer, payment, items, special, tax, shippingMethods, addresses, currencies, paymentMethods, channels, erp';
const ONE_GUEST = { match: 'id', guest: 'one', prefix: 'BC-', guestName: null };

/** Each value is accepted at its place. */
const accepted: readonly [place: string, value: unknown][] = [
  ['version', 1],
  ['$schema', undefined],
  ['customer', { ...ONE_GUEST, guestName: 'Web shop' }],
  ['customer.match', 'id-then-email'],
  ['reference.prefix', 'ABCDEFGHIJKLMN_-'],
  ['reference.prefix', 'BC'],
  ['tax.tolerance', '0.0205'],
  ['tax.tolerance', '0'],
  ['items.else', 'UNKNOWN'],
  ['items.rename', {}],
  ['items.rename', { 'old sku 1': 'New "item" 1' }],
  ['currencies', [{ else: {} }]],
  ['channels', [{ else: { shop: 'main' } }]],
  ['shippingMethods', [{ method: 'Ground*', use: null }, { else: 'hold' }]],
  ['paymentMethods', [{ method: 'Card', use: 'A' }, { method: 'Card*', use: 'B' }, { else: 'C' }]],
  ['paymentMethods.0.method', '🌻'.repeat(255)],
  ['erp.company', '🌻'.repeat(255)],
  ['erp', {}],
  ['channels.0.use', 'hold'],
  ['currencies.0.use', 'hold'],
];

/** What is wrong with a value at its place: one problem, which the schema finds too. */
const refused: readonly [place: string, value: unknown, problem: string][] = [
  ['version', 2, 'version must be 1.'],
  ['version', '1', 'version must be 1.'],
  ['version', undefined, 'version is missing: it must be 1.'],
  ['$schema', 1, '$schema must be the path of the schema, for editors.'],
  ['channels', undefined, `channels is missing: it ${RULES}.`],
  ['fields', [], `fields is unknown: use ${TOP}.`],
  ['tax.codes', [], 'tax.codes is unknown: use owner, tolerance, roundingItem.'],
  ['tax.owner', 'erp', 'tax.owner must be "store".'],
  ...[0.02, '-0.02', '0,02', '1e1', '10', '0.00001', ''].map(
    (value) => ['tax.tolerance', value, `tax.tolerance ${TOLERANCE}.`] as [string, unknown, string],
  ),
  ['tax.roundingItem', '', `tax.roundingItem ${NAME}, or null.`],
  ...['', 'BC1', 'BC 1-', 'BÇ-', 'BC.', 'ABCDEFGHIJKLMNOP-', 'BC-\n', 7, null].map(
    (value) => ['reference.prefix', value, `reference.prefix ${PREFIX}.`] as [string, unknown, string],
  ),
  ['customer.prefix', 'C/', `customer.prefix ${PREFIX}.`],
  ['customer.match', 'email', 'customer.match must be "id" or "id-then-email".'],
  ['customer.guest', null, 'customer.guest must be "per-order" or "per-email" or "one".'],
  [
    'customer',
    ONE_GUEST,
    'customer.guestName must be the name of the one customer for all guests, because customer.guest is "one".',
  ],
  ['customer.guestName', undefined, `customer.guestName is missing: it ${NAME}, or null.`],
  ['payment.deliver', true, 'payment.deliver must be "paid" or "authorized" or "always".'],
  ['items.by', 'upc', 'items.by must be "sku".'],
  ['items.else', null, `items.else ${NAME}.`],
  ['items.rename', ['A'], 'items.rename must be an object of names.'],
  ['erp', [], 'erp must be an object of names.'],
  ['payment', ['paid'], 'payment must be an object with entries.'],
  ['currencies.0.use', [], 'currencies[0].use must be an object without entries: {}.'],
  ['items.rename', { 'A\u0000': 'B' }, `items.rename["A\\u0000"] ${NAME}.`],
  ['items.rename', { '': 'B' }, `items.rename[""] ${NAME}.`],
  ['items.rename', { A: ' B' }, `items.rename.A ${NAME}.`],
  ['items.rename', { A: 'B\t1' }, `items.rename.A ${NAME}.`],
  [
    'items.rename',
    { constructor: 'B' },
    'items.rename.constructor must have another name: this one is reserved.',
  ],
  [
    'items.rename',
    JSON.parse('{"__proto__": "B"}'),
    'items.rename["__proto__"] must have another name: this one is reserved.',
  ],
  ['special.fee', null, `special.fee ${NAME}.`],
  ['special.tax', undefined, `special.tax is missing: it ${NAME}.`],
  ['addresses.several', 'all', 'addresses.several must be "hold" or "first".'],
  ['paymentMethods', {}, `paymentMethods ${RULES}.`],
  ['paymentMethods', [], 'paymentMethods must end with { "else": … }, for what no rule matches.'],
  ['paymentMethods.1.use', 7, `paymentMethods[1].use ${NAME}.`],
  ['paymentMethods.1.use', undefined, `paymentMethods[1].use is missing: it ${NAME}.`],
  ['paymentMethods.1.note', 'x', 'paymentMethods[1].note is unknown: use method, use.'],
  ['paymentMethods.2.use', 'x', 'paymentMethods[2].use is unknown: use else.'],
  ['paymentMethods.2.else', null, `paymentMethods[2].else ${NAME}.`],
  ['paymentMethods.0', 'Card', 'paymentMethods[0] must be an object with entries.'],
  [
    'paymentMethods',
    [{ else: 'A' }, { else: 'B' }],
    'paymentMethods[1] is one "else" too many: a list of rules has one, at its end.',
  ],
  ...['', ' ', ' *', '*', 'Gift*Card', 'Gift**', 'Gift\n', 'x'.repeat(256), 7].map(
    (value) =>
      ['paymentMethods.0.method', value, `paymentMethods[0].method ${TEXT}.`] as [string, unknown, string],
  ),
  [
    'currencies.0.currency',
    'usd',
    'currencies[0].currency must be a currency code of three capital letters, such as "USD".',
  ],
  [
    'currencies.0.use',
    { priceList: 'Retail' },
    'currencies[0].use.priceList is unknown: nothing can stand here.',
  ],
  ['currencies.1.else', 'USD', 'currencies[1].else must be an object of names, or "hold".'],
  ...[0, 1.5, -1, '1', 2 ** 53, null].map(
    (value) =>
      ['channels.0.channelId', value, `channels[0].channelId ${CHANNEL}.`] as [string, unknown, string],
  ),
  ['channels.0.use.shop', null, `channels[0].use.shop ${NAME}.`],
  ['channels.0.use', null, 'channels[0].use must be an object of names.'],
  ['channels.0.use', 'main', 'channels[0].use must be an object of names, or "hold".'],
  ['channels.0.use', undefined, 'channels[0].use is missing: it must be an object of names, or "hold".'],
  ['channels.0.use', { Shop: 'main' }, 'channels[0].use.Shop is unknown: use shop.'],
  ['erp.warehous', null, 'erp.warehous is unknown: use database, company, warehouse, paymentTerm.'],
  ['erp.company', 7, `erp.company ${NAME}, or null.`],
  ['erp.company', 'x'.repeat(256), `erp.company ${NAME}, or null.`],
];

/** Mistakes that JSON Schema has no words for. */
const onlyParsed: readonly [place: string, value: unknown, problem: string][] = [
  [
    'paymentMethods',
    [{ else: 'A' }, { method: 'Card', use: 'B' }],
    'paymentMethods[0] must be the last rule: rules after "else" are never reached.',
  ],
  [
    'paymentMethods.1.method',
    'gift CERTIFICATE',
    'paymentMethods[1] can never match: paymentMethods[0] matches the same before it.',
  ],
  [
    'paymentMethods.0.method',
    'S*',
    'paymentMethods[1] can never match: paymentMethods[0] matches the same before it.',
  ],
  [
    'paymentMethods',
    [{ method: 'Card*', use: 'A' }, { method: 'CARD VISA*', use: 'B' }, { else: 'C' }],
    'paymentMethods[1] can never match: paymentMethods[0] matches the same before it.',
  ],
  [
    'channels',
    [{ channelId: 1, use: {} }, { channelId: 1, use: { shop: 'A' } }, { else: 'hold' }],
    'channels[1] can never match: channels[0] matches the same before it.',
  ],
  [
    'items.rename',
    { 'old-1': 'A', 'OLD-1': 'B' },
    'items.rename["OLD-1"] is there twice: SKUs are compared without case, and "old-1" is the same one.',
  ],
];

/** The problems of these kinds. */
const ONLY_PARSED = /after "else" are never reached|can never match|is there twice/;

describe('parseMapping', () => {
  it('the example is a mapping, and the schema says so too', () => {
    const { $schema, ...mapping } = example;
    expect(parseMapping(example)).toEqual({ mapping: { mapping, digest: expect.any(String) as string } });
    expect(isValid(schema, example)).toBe(true);
  });

  it.each(accepted)('%s can be %j, and the schema says so too', (place, value) => {
    const { $schema, ...mapping } = withValue(place, value) as Record<string, unknown>;
    expect(parseMapping(withValue(place, value))).toMatchObject({ mapping: { mapping } });
    expect(isValid(schema, withValue(place, value))).toBe(true);
  });

  it.each(refused)('%s cannot be %j, and the schema refuses it too', (place, value, problem) => {
    expect(problemsOf(withValue(place, value))).toEqual([problem]);
    expect(isValid(schema, withValue(place, value))).toBe(false);
  });

  it.each(onlyParsed)('%s cannot be %j, which JSON Schema cannot say', (place, value, problem) => {
    expect(problemsOf(withValue(place, value))).toEqual([problem]);
    expect(problem).toMatch(ONLY_PARSED);
    expect(isValid(schema, withValue(place, value))).toBe(true);
  });

  it.each([undefined, null, 7, 'text', [], [example]])('%j is refused as a mapping', (value) => {
    expect(problemsOf(value)).not.toEqual([]);
    expect(isValid(schema, value)).toBe(false);
  });

  it('every mistake of a mapping is named at once', () => {
    const places: readonly [string, unknown][] = [
      ['reference', undefined],
      ['customer.guest', 'one'],
      ['tax.codes', []],
      ['paymentMethods', [{ else: 'A' }, { method: 'Card', use: '' }]],
      ['erp.company', ['B']],
    ];
    const mapping = places.reduce<unknown>((one, [place, value]) => withValue(place, value, one), example);
    expect(problemsOf(mapping)).toEqual([
      'reference is missing: it must be an object with entries.',
      'tax.codes is unknown: use owner, tolerance, roundingItem.',
      `paymentMethods[1].use ${NAME}.`,
      `erp.company ${NAME}, or null.`,
      'customer.guestName must be the name of the one customer for all guests, because customer.guest is "one".',
      'paymentMethods[0] must be the last rule: rules after "else" are never reached.',
    ]);
  });

  it('a long or strange name of an entry is quoted and cut in its place', () => {
    const mapping = withValue('items.rename', { [`a b${'c'.repeat(200)}`]: 7 });
    expect(problemsOf(mapping)).toEqual([`items.rename["a b${'c'.repeat(56)}…"] ${NAME}.`]);
  });

  it('a value with a hundred thousand levels is refused at each place', () => {
    const deep: unknown = JSON.parse(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`);
    const mapping = {
      ...example,
      reference: deep,
      items: { ...example.items, rename: { A: deep } },
      shippingMethods: [{ else: deep }],
    };
    expect(problemsOf(mapping)).toEqual([
      `reference.prefix is missing: it ${PREFIX}.`,
      'reference.a is unknown: use prefix.',
      `items.rename.A ${NAME}.`,
      `shippingMethods[0].else ${NAME}, or null.`,
    ]);
  });

  it('ten thousand rules are read', () => {
    const many = Array.from({ length: 10_000 }, (_, n) => ({ method: `Method ${n}`, use: 'A' }));
    expect(problemsOf(withValue('paymentMethods', [...many, { else: 'B' }]))).toEqual([]);
  });
});

describe('the digest of a mapping', () => {
  it('the digest does not depend on the order of the entries, nor on $schema', () => {
    expect(digestOf(reversed(example))).toBe(digestOf(example));
    expect(digestOf(withValue('$schema', undefined))).toBe(digestOf(example));
  });

  it('the digest changes with the order of the rules, with a value and with a name', () => {
    const [first, second, last] = example.paymentMethods;
    const others = [
      withValue('paymentMethods', [second, first, last]),
      withValue('tax.tolerance', '0.01'),
      withValue('items.rename', { 'OLD-2': 'MUG-07' }),
      withValue('erp.warehouse', 'null'),
    ];
    expect(new Set([example, ...others].map(digestOf)).size).toBe(5);
  });

  it('the digest of the same mapping is the same in every release', () => {
    const fixed = { ...example, items: { by: 'sku', rename: { a: 'ä' }, else: 'hold' }, erp: {} };
    expect(digestOf(fixed)).toBe('76dda0f9d15b238e');
  });

  /** The entries in the opposite order, at every depth. Lists keep theirs. */
  function reversed(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(reversed);
    if (!isRow(value)) return value;
    const entries = Object.entries(value).map(([key, inner]) => [key, reversed(inner)] as const);
    return Object.fromEntries(entries.reverse());
  }
});

describe('the schema of the mapping', () => {
  interface Edit {
    readonly at: number;
    readonly how: 'change' | 'remove' | 'add' | 'repeat';
    readonly key: string;
    readonly value: unknown;
  }

  const values = fc.oneof(
    fc.constantFrom<unknown>(null, '', 'hold', 'A', 'A*', '*', ' A', '0.5', 'USD', 'one', 1, 1.5, {}, []),
    fc.constantFrom<unknown>([{ else: 'A' }], [{ else: {} }], { A: 'B' }, { A: null }, { '': 'B' }),
    fc.string({ unit: 'binary' }),
    fc.jsonValue(),
  );
  const keys = fc.oneof(fc.constantFrom('use', 'else', 'method', 'prefix', 'A'), fc.string());
  const edit: fc.Arbitrary<Edit> = fc.record({
    at: fc.nat(),
    how: fc.constantFrom('change', 'remove', 'add', 'repeat'),
    key: keys,
    value: values,
  });

  it('the schema and parseMapping agree on thousands of mappings with random edits', () => {
    let valid = 0;
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 3 }), (edits) => {
        const mapping = edits.reduce<unknown>(applied, example);
        const problems = problemsOf(mapping).filter((problem) => !ONLY_PARSED.test(problem));
        valid += problems.length === 0 ? 1 : 0;
        expect([problems, isValid(schema, mapping)]).toEqual([problems, problems.length === 0]);
      }),
      { numRuns: 3_000 },
    );
    expect(valid).toBeGreaterThan(100);
  });

  /** The value with one edit at one of its places. */
  function applied(value: unknown, { at, how, key, value: given }: Edit): unknown {
    const copy: unknown = structuredClone(value);
    const places = nodesOf(copy).flatMap((node) => Object.keys(node).map((name) => ({ node, name })));
    const { node, name } = places[at % places.length] ?? { node: {}, name: '' };
    if (how === 'change') define(node, name, given);
    else if (how === 'add' && !Array.isArray(node)) define(node, key, given);
    else if (how === 'repeat' && Array.isArray(node)) node.push(structuredClone(node[Number(name)]));
    else if (how === 'remove' && Array.isArray(node)) node.splice(Number(name), 1);
    else if (how === 'remove') Reflect.deleteProperty(node, name);
    return copy;
  }

  /** Also for a name such as `__proto__`, as JSON.parse does it. */
  const define = (node: object, name: string, value: unknown) =>
    Reflect.defineProperty(node, name, {
      value: structuredClone(value),
      enumerable: true,
      writable: true,
      configurable: true,
    });

  const nodesOf = (value: unknown): readonly object[] =>
    typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(nodesOf)] : [];

  const propertiesOf = (part: unknown) =>
    Object.entries(isRow(part) && isRow(part.properties) ? part.properties : {});

  /** Every entry that the schema describes, by its place. */
  const entriesOf = (part: unknown, place = ''): readonly (readonly [string, unknown])[] =>
    propertiesOf(part).flatMap(([key, inner]) => [
      [`${place}${key}`, inner] as const,
      ...entriesOf(inner, `${place}${key}.`),
    ]);

  it.each(entriesOf(schema))('%s has a description, and examples that are valid', (_, part) => {
    if (!isRow(part) || !Array.isArray(part.examples)) throw new Error('It has no examples.');
    expect(part.description).toMatch(/\.$/);
    expect(part.examples).not.toEqual([]);
    for (const one of part.examples as unknown[]) {
      expect([one, isValid({ ...part, $defs: schema.$defs }, one)]).toEqual([one, true]);
    }
  });
});
