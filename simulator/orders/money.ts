// Money as V2 writes it: strings with four decimals, computed in whole ten-thousandths.

const UNITS = 10_000;
const CENT = 100;
// An invented rate, simple enough to check by hand.
const TAX_PERCENT = 8;

/** The three sides of an amount, such as `subtotal_ex_tax`, `subtotal_inc_tax` and `subtotal_tax`. */
export type Triple<Name extends string> = Record<
  `${Name}_ex_tax` | `${Name}_inc_tax` | `${Name}_tax`,
  string
>;

/** Ten-thousandths of an amount in any format that the API accepts. */
export function units(amount: string | number): number {
  return Math.round(Number(amount) * UNITS);
}

/** An amount in ten-thousandths as a string with four decimals. */
export function dec4(amount: number): string {
  return (amount / UNITS).toFixed(4);
}

/** The tax on an amount, in ten-thousandths; a shopper pays whole cents. */
export function taxOn(exTax: number): number {
  return Math.round((exTax * TAX_PERCENT) / 100 / CENT) * CENT;
}

/** The three fields of one amount. */
export function triple<Name extends string>(name: Name, exTax: number, tax: number): Triple<Name> {
  const fields = {
    [`${name}_ex_tax`]: dec4(exTax),
    [`${name}_inc_tax`]: dec4(exTax + tax),
    [`${name}_tax`]: dec4(tax),
  };
  return fields as Triple<Name>;
}
