// Money as whole ten-thousandths (bigint): exact, whatever an order is worth. BigCommerce writes amounts with four decimals, and
// no ERP gets more.
import type { Amount } from './sales-order';

/** Ten-thousandths in one unit of a currency. */
export const ONE = 10_000n;

const AMOUNT = /^(-?)(\d{1,18})(?:\.(\d{1,4})0*)?$/;

/**
 * Ten-thousandths of a decimal text or JSON number. Undefined for anything else: exponents, signs other than a leading minus,
 * more than 18 digits before the point, or more than four decimals that are not zero.
 */
export function parseAmount(value: unknown): bigint | undefined {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') return undefined;
  const match = AMOUNT.exec(String(value));
  if (!match) return undefined;
  const [, sign = '', whole = '', decimals = ''] = match;
  const amount = BigInt(whole) * ONE + BigInt(decimals.padEnd(4, '0'));
  return sign === '-' ? -amount : amount;
}

/** The shortest decimal text of an amount, such as `12.5`. */
export function formatAmount(amount: bigint): Amount {
  const digits = abs(amount).toString().padStart(5, '0');
  const text = `${digits.slice(0, -4)}.${digits.slice(-4)}`.replace(/\.?0{1,4}$/, '');
  return amount < 0n ? `-${text}` : text;
}

/** One text for each amount: `12.50` becomes `12.5`. A text that is no amount stands for itself. */
export function normalAmount(amount: string): string {
  const parsed = parseAmount(amount);
  return parsed === undefined ? amount : formatAmount(parsed);
}

export const abs = (amount: bigint): bigint => (amount < 0n ? -amount : amount);

export const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, one) => total + one, 0n);

/** ISO 4217: the currencies that do not have two decimals. */
const DECIMALS: Readonly<Record<string, number>> = Object.fromEntries([
  ...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'
    .split(' ')
    .map((code) => [code, 0] as const),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3] as const),
]);

/** The number of decimals of a currency's smallest coin. */
export function decimalsOf(currency: string): number {
  return Object.hasOwn(DECIMALS, currency) ? (DECIMALS[currency] ?? 2) : 2;
}

/** The smallest amount of a currency that can be paid, in ten-thousandths: 100 for a cent. */
export function smallestOf(currency: string): bigint {
  return 10n ** BigInt(4 - decimalsOf(currency));
}

/** The nearest multiple of `step`; halves away from zero. */
export function roundTo(amount: bigint, step: bigint): bigint {
  const rounded = ((2n * abs(amount) + step) / (2n * step)) * step;
  return amount < 0n ? -rounded : rounded;
}

/**
 * Divides a total by weights into multiples of `step` whose sum is the total: each gets its share rounded down, and what is left
 * over goes, step by step, to the largest remainders. Without any weight all weigh the same. The total must be a multiple of
 * `step`, and neither it nor a weight negative; throws RangeError otherwise, and where there is nothing to divide among.
 */
export function largestRemainder(total: bigint, weights: readonly bigint[], step: bigint): readonly bigint[] {
  if (total < 0n || total % step !== 0n || weights.some((weight) => weight < 0n)) {
    throw new RangeError('Only a total of whole steps can be divided, by weights that are not negative.');
  }
  if (weights.length === 0 && total > 0n) throw new RangeError('There is nothing to divide the total among.');
  const all = sum(weights);
  const used = all === 0n ? weights.map(() => 1n) : weights;
  const whole = all === 0n ? BigInt(used.length) : all;
  const steps = total / step;
  const shares = used.map((weight, nth) => ({
    nth,
    count: (steps * weight) / whole,
    rest: (steps * weight) % whole,
  }));
  const left = Number(steps - sum(shares.map(({ count }) => count)));
  const first = [...shares].sort(
    (one, other) => Number(other.rest > one.rest) - Number(other.rest < one.rest),
  );
  const extra = new Set(first.slice(0, left).map(({ nth }) => nth));
  return shares.map(({ nth, count }) => (count + (extra.has(nth) ? 1n : 0n)) * step);
}
