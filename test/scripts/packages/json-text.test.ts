// The place of a mistake in a JSON text, for mistakes of which JSON.parse names no place or which it accepts.
import fc from 'fast-check';

import { findJsonProblems } from '../../../scripts/packages/json-text';

const isJson = (text: string) => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('findJsonProblems', () => {
  it.each([
    ['', 1, 1, 'must be a value'],
    ['{"a": 1,}', 1, 9, 'must be a name in double quotes'],
    ['{"a": 1 "b": 2}', 1, 9, 'must be "," or "}"'],
    ['{"a" 1}', 1, 6, 'must be ":"'],
    ['{\n  "a": [1, 2\n}\n', 3, 1, 'must be "," or "]"'],
    ['{\r\n  // a comment\r\n}', 2, 3, 'must be a name in double quotes or "}"'],
    ["{'a': 1}", 1, 2, 'must be a name in double quotes or "}"'],
    ['{"a": "b\nc"}', 1, 7, 'must be a value'],
    ['{"a": "b', 1, 7, 'must be a value'],
    ['{"a": "\\x"}', 1, 7, 'must be a value'],
    ['{"a": 01}', 1, 8, 'must be "," or "}"'],
    ['{"a": .5}', 1, 7, 'must be a value'],
    ['{"a": undefined}', 1, 7, 'must be a value'],
    ['[1, ]', 1, 5, 'must be a value'],
    ['[}', 1, 2, 'must be a value or "]"'],
    ['{]', 1, 2, 'must be a name in double quotes or "}"'],
    ['{} {}', 1, 4, 'must be the end of the file'],
    ['\u0000', 1, 1, 'must be a value'],
    ['{"a": 1}\u0000', 1, 9, 'must be the end of the file'],
    ['{"a": {"b": 1, "c": 2, "b": 3}}', 1, 24, 'is a name that this object has already'],
    ['{"a": 1, "\\u0061": 2}', 1, 10, 'is a name that this object has already'],
  ])('%j is wrong at line %d, column %d: it %s', (text, line, column, message) => {
    expect(findJsonProblems(text)).toEqual([{ line, column, message }]);
  });

  it('a name in two objects of a list is no repetition', () => {
    expect(findJsonProblems('[{"a": {"a": 1}}, {"a": ["a", "a"]}]')).toEqual([]);
  });

  it('the names that are there twice are listed before the place where the text ends too early', () => {
    expect(findJsonProblems('{"a": 1, "a": 2, "b": 3, "b": 4')).toMatchObject([
      { column: 10 },
      { column: 26 },
      { column: 32, message: 'must be "," or "}"' },
    ]);
  });

  it('a text is wrong exactly if JSON.parse refuses it', () => {
    const pieces = fc.constantFrom(
      ...Array.from('{}[]:,"\\ \n\t'),
      '"a"',
      '"b":',
      '1',
      '-0.5e3',
      'true',
      'null',
      '\u007f',
    );
    const texts = fc.array(pieces, { maxLength: 12 }).map((all) => all.join(''));
    fc.assert(
      fc.property(fc.oneof(texts, fc.json(), fc.string({ unit: 'binary' })), (text) => {
        const wrong = findJsonProblems(text).filter(({ message }) => message.startsWith('must'));
        expect([text, wrong.length === 0]).toEqual([text, isJson(text)]);
      }),
      { numRuns: 5_000 },
    );
  });

  it('a text with half a million levels is read', () => {
    expect(findJsonProblems('['.repeat(500_000) + ']'.repeat(500_000))).toEqual([]);
    expect(findJsonProblems('{"a":'.repeat(100_000))).toMatchObject([{ line: 1, column: 500_001 }]);
  });

  it('a text of a million characters in quotes is read', () => {
    expect(findJsonProblems(JSON.stringify('ä"\n'.repeat(300_000)))).toEqual([]);
  });
});
