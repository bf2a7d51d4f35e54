// Decimal arithmetic of the simulated ERP, separate from the service's own so that each checks the other.

/** Integers of 1/10,000. */
const SCALE = 10_000n;

/** Reads a decimal text with at most four decimals. Throws if it is not one. */
export function toUnits(amount: string): bigint {
  const [, sign, whole = '', decimals = ''] = /^(-?)(\d+)(?:\.(\d{1,4}))?$/.exec(amount) ?? [];
  if (whole === '') throw new Error(`The simulated ERP cannot read the amount "${amount}".`);
  const units = BigInt(whole) * SCALE + BigInt(decimals.padEnd(4, '0'));
  return sign === '-' ? -units : units;
}

/** The shortest text of such an integer. */
export function toAmount(units: bigint): string {
  const size = units < 0n ? -units : units;
  const decimals = String(size % SCALE)
    .padStart(4, '0')
    .replace(/0+$/, '');
  return `${units < 0n ? '-' : ''}${size / SCALE}${decimals === '' ? '' : `.${decimals}`}`;
}

/** Quantity times unit price, rounded half away from zero to the currency's decimals. */
export function lineAmount(quantity: string, unitPrice: string, currency: string): bigint {
  const product = toUnits(quantity) * toUnits(unitPrice);
  const step = SCALE * minorUnit(currency);
  const size = product < 0n ? -product : product;
  const rounded = ((size + step / 2n) / step) * minorUnit(currency);
  return product < 0n ? -rounded : rounded;
}

/** The smallest amount of a currency; JPY has no decimals. */
export const minorUnit = (currency: string): bigint => (currency === 'JPY' ? SCALE : SCALE / 100n);
