// JSON in which every integer keeps its digits, and which else is that of JSON.parse and JSON.stringify.
import fc from 'fast-check';
import {
  bigintsAsTexts,
  parseExact,
  readNumber,
  stringifyExact,
} from '../../../../lambda/shared/runtime/json';

it.each([
  ['9007199254740991', 9_007_199_254_740_991],
  ['9007199254740992', 9_007_199_254_740_992n],
  ['-9007199254740993', -9_007_199_254_740_993n],
  ['820982911946154508', 820_982_911_946_154_508n],
  [' [1,{"a":820982911946154508}] ', [1, { a: 820_982_911_946_154_508n }]],
  ['{"820982911946154508":"820982911946154508"}', { '820982911946154508': '820982911946154508' }],
  [
    String.raw`["\"820982911946154508","\\",820982911946154508]`,
    ['"820982911946154508', '\\', 820_982_911_946_154_508n],
  ],
  [String.raw`["#1","##","\u0023\u00232",820982911946154508]`, ['#1', '##', '##2', 820_982_911_946_154_508n]],
  [
    '[1234567890123456.5,12345678901234567e2,0.12345678901234567]',
    [1234567890123456.5, Number('12345678901234567e2'), Number('0.12345678901234567')],
  ],
  ['{"a":1,"a":820982911946154508}', { a: 820_982_911_946_154_508n }],
])('the JSON reader reads %s with every digit', (text, value) => {
  expect(parseExact(text)).toEqual(value);
});

it.each([
  '',
  '{1234567890123456789:1}',
  '[01234567890123456]',
  '[1234567890123456789',
  '"1234567890123456',
  '[1.]',
])('the JSON reader refuses %j, as JSON.parse does', (text) =>
  expect(() => parseExact(text)).toThrow(SyntaxError),
);

it('a name that a plain assignment would lose is kept, next to a long integer', () => {
  const value = parseExact('{"__proto__":{"a":820982911946154508}}') as object;
  expect(Object.keys(value)).toEqual(['__proto__']);
  expect(stringifyExact(value)).toBe('{"__proto__":{"a":820982911946154508}}');
});

it('a long text of quotes and backslashes is read in one pass', () => {
  const text = JSON.stringify({ text: '\\"'.repeat(500_000), id: 0 }).replace(
    '"id":0',
    '"id":820982911946154508',
  );
  expect(parseExact(text)).toMatchObject({ id: 820_982_911_946_154_508n });
});

it.each([
  ['a run of a sign', '#'.repeat(300_000)],
  ['runs of every length', Array.from({ length: 800 }, (_, length) => '#'.repeat(length)).join(' ')],
  ['numbers between signs', `#${Array.from({ length: 50_000 }, (_, number) => number).join('#')}#`],
  ['numbers with a gap', '#0##2#1#3#'],
])('a long integer next to %s is read and written in one pass', (_, message) => {
  const value = { message, id: 820_982_911_946_154_508n };
  const text = JSON.stringify({ message, id: 0 }).replace('"id":0', '"id":820982911946154508');
  expect(stringifyExact(value)).toBe(text);
  expect(parseExact(text)).toEqual(value);
});

it('any JSON and any number is written and read back unchanged', () => {
  const long = fc.oneof(
    fc.bigInt().filter((value) => !Number.isSafeInteger(Number(value))),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value)),
    fc.constantFrom('#', '##7', '#0#', '#0#1#5', '"', '\\', 2 ** 60, 1e300),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'xsmall' },
      long,
      fc.string({ unit: 'binary' }),
      fc.array(tie('tree')),
      fc.dictionary(fc.string(), tie('tree'), { noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => {
      expect(parseExact(stringifyExact(value))).toStrictEqual(value);
    }),
  );
});

it('the JSON reader equals JSON.parse and JSON.stringify where no integer is long', () => {
  fc.assert(
    fc.property(
      fc.json().filter((text) => !/\d{16}/.test(text)),
      (text) => {
        expect(parseExact(text)).toStrictEqual(JSON.parse(text));
        expect(stringifyExact(JSON.parse(text))).toBe(JSON.stringify(JSON.parse(text)));
      },
    ),
  );
});

it('every bigint becomes a text, or only those with more digits than a given number', () => {
  const value = { a: [1, 12n, { b: -123n }], c: null };
  expect(bigintsAsTexts(value)).toEqual({ a: [1, '12', { b: '-123' }], c: null });
  expect(bigintsAsTexts(value, 2)).toEqual({ a: [1, 12n, { b: '-123' }], c: null });
});

it("a number of DynamoDB's is read in the same way", () => {
  const texts = ['820982911946154508', '-1', '12.50', '1E+30', `1${'0'.repeat(37)}`, `1${'0'.repeat(38)}`];
  expect(texts.map(readNumber)).toEqual([820_982_911_946_154_508n, -1, 12.5, 1e30, 10n ** 37n, 1e38]);
});
