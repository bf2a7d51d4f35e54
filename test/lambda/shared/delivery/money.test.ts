// Money in whole ten-thousandths.
import fc from 'fast-check';
import {
  decimalsOf,
  formatAmount,
  largestRemainder,
  normalAmount,
  parseAmount,
  roundTo,
  smallestOf,
  sum,
} from '../../../../lambda/shared/delivery/money';

describe('money', () => {
  it.each<[unknown, bigint]>([
    ['12.5000', 125_000n],
    ['12.5', 125_000n],
    ['0', 0n],
    ['-0.0001', -1n],
    ['924.47000000', 9_244_700n],
    [5, 50_000n],
    [2.7, 27_000n],
    [-3, -30_000n],
    [9_007_199_254_740_993n, 90_071_992_547_409_930_000n],
    ['007.10', 71_000n],
  ])('the amount %p is read exactly', (value, expected) => {
    expect(parseAmount(value)).toBe(expected);
  });

  it.each<[unknown]>([
    [''],
    [' 1'],
    ['+1'],
    ['1,000.00'],
    ['1e3'],
    [1e21],
    [1e-7],
    ['.5'],
    ['5.'],
    ['1.00001'],
    [0.1 + 0.2],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    ['1'.repeat(19)],
    ['0x10'],
    [null],
    [undefined],
    [true],
    [{}],
    [['1']],
  ])('%p is no amount', (value) => {
    expect(parseAmount(value)).toBeUndefined();
  });

  it('every amount is read back from its text, which has no zeros at its end', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), (amount) => {
        const text = formatAmount(amount);
        expect(parseAmount(text)).toBe(amount);
        expect(text).toMatch(/^-?(0|[1-9]\d*)(\.\d{0,3}[1-9])?$/);
      }),
    );
    expect([0n, -1n, 10_000n, 1_000_500n, -25_000n].map(formatAmount)).toEqual([
      '0',
      '-0.0001',
      '1',
      '100.05',
      '-2.5',
    ]);
  });

  it('two ways to write one amount are normalised to the same text, and what is no amount stays', () => {
    expect([normalAmount('12.50'), normalAmount('12.5000'), normalAmount('about 3')]).toEqual([
      '12.5',
      '12.5',
      'about 3',
    ]);
  });

  it.each([
    ['USD', 2, 100n],
    ['JPY', 0, 10_000n],
    ['KWD', 3, 10n],
    ['XYZ', 2, 100n],
    ['constructor', 2, 100n],
  ])('the currency %s has %d decimals', (currency, decimals, smallest) => {
    expect(decimalsOf(currency)).toBe(decimals);
    expect(smallestOf(currency)).toBe(smallest);
  });

  it('halves are rounded away from zero', () => {
    expect([149n, 150n, -150n, -149n, 0n].map((amount) => roundTo(amount, 100n))).toEqual([
      100n,
      200n,
      -200n,
      -100n,
      0n,
    ]);
  });

  it('a total is divided by largest remainder: what is left over goes to the largest fractions', () => {
    expect(largestRemainder(100n, [1n, 1n, 1n], 1n)).toEqual([34n, 33n, 33n]);
    expect(largestRemainder(10n, [5n, 3n, 3n], 1n)).toEqual([4n, 3n, 3n]);
    expect(largestRemainder(500n, [1n, 2n], 100n)).toEqual([200n, 300n]);
    expect(largestRemainder(300n, [0n, 0n], 100n)).toEqual([200n, 100n]);
    expect(largestRemainder(0n, [], 100n)).toEqual([]);
  });

  it('the shares of a total add up to it, are whole steps, and are within a step of their proportion', () => {
    const weights = fc.array(fc.bigInt({ min: 0n, max: 10n ** 12n }), { minLength: 1, maxLength: 20 });
    const steps = fc.constantFrom(1n, 10n, 100n, 10_000n);
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 9n }), weights, steps, (count, weighed, step) => {
        const total = count * step;
        const shares = largestRemainder(total, weighed, step);
        expect(sum(shares)).toBe(total);
        expect(shares.every((share) => share % step === 0n && share >= 0n)).toBe(true);
        const all = sum(weighed);
        weighed.forEach((weight, nth) => {
          const off = shares[nth]! * all - total * weight;
          if (all > 0n) expect(off < all * step && off > -all * step).toBe(true);
        });
      }),
    );
  });

  it('a total with a fraction of a step, a negative one, and one without a share are refused', () => {
    expect(() => largestRemainder(150n, [1n], 100n)).toThrow(RangeError);
    expect(() => largestRemainder(-100n, [1n], 100n)).toThrow(RangeError);
    expect(() => largestRemainder(100n, [1n, -1n], 100n)).toThrow(RangeError);
    expect(() => largestRemainder(100n, [], 100n)).toThrow('nothing to divide');
  });
});
