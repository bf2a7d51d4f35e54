// Texts of people, cleaned for an ERP.
import fc from 'fast-check';
import { cleanLines, cleanText } from '../../../../lambda/shared/delivery/clean-text';

describe('clean text', () => {
  it.each<[string, unknown, string]>([
    ['tabs and line breaks become one space', 'a\t\r\nb', 'a b'],
    ['the character NUL becomes a space', 'a\u0000b', 'a b'],
    ['line breaks of Unicode become a space', 'a\u2028b\u0085c', 'a b c'],
    ['emoji stay, joined ones too', '👩‍👩‍👧 Zoë 🌻', '👩‍👩‍👧 Zoë 🌻'],
    ['half an emoji becomes a replacement character', 'a\ud83cb', 'a\ufffdb'],
    ['space around a text goes', '  a b  ', 'a b'],
    ['a number becomes its digits', 12, '12'],
    ['null is an empty text', null, ''],
    ['an object is an empty text', { a: 1 }, ''],
  ])('%s', (_, value, expected) => {
    expect(cleanText(value, 100)).toBe(expected);
  });

  it('a text is cut between code points', () => {
    expect(cleanText('🌻'.repeat(10), 3)).toBe('🌻🌻🌻');
    expect(cleanText('x'.repeat(300), 200)).toHaveLength(200);
    expect(cleanText('ab cd', 3)).toBe('ab');
  });

  it('a note keeps its line breaks, in one form', () => {
    expect(cleanLines('a\r\nb\rc\td\u0000\n\ne', 100)).toBe('a\nb\nc d \n\ne');
    expect(cleanLines(5, 100)).toBe('');
  });

  it('whatever comes in, a well-formed text within its length comes out', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string(),
        fc.integer({ min: 0, max: 20 }),
        (a, b, length) => {
          const text = cleanText(`${a}${b}\ud800`, length);
          expect(Array.from(text).length).toBeLessThanOrEqual(length);
          expect(text).not.toMatch(/[\p{Cc}\p{Surrogate}\u2028\u2029]/u);
        },
      ),
    );
  });
});
