// How discounts and tax fall on the lines: as the store says and as its estimates weigh, the rest by largest remainder.
import { largestRemainder, sum } from './money';

/** A line, cost or fee that discounts come off. */
export interface Part {
  /** On the side of the prices. */
  readonly stated: bigint;
  /** Before discounts and tax. */
  readonly gross: bigint;
}

/** Weights are compared with this precision: finer than any share of an amount. */
const PRECISION = 1_000_000n;

/** Divides a total by the first weights that weigh anything. */
export function divide(
  total: bigint,
  weights: readonly (readonly bigint[])[],
  step: bigint,
): readonly bigint[] {
  return largestRemainder(total, weights.find((one) => sum(one) > 0n) ?? weights[0] ?? [], step);
}

/**
 * What the discounts take off each line, then each cost and fee, before tax: `discount` in all, which is `reduced` on the side of
 * the prices. First what the store says of its lines, then what that leaves over, from the goods first.
 */
export function discountShares(
  goods: readonly (Part & { readonly discounts: bigint })[],
  others: readonly Part[],
  reduced: bigint,
  discount: bigint,
): readonly bigint[] {
  const known = saidOf(goods, reduced);
  const left = goods.map(({ stated }, nth) => stated - (known[nth] ?? 0n));
  const fromGoods = takeOff(reduced - sum(known), left);
  const rest = reduced - sum(known) - sum(fromGoods);
  const fromOthers = takeOff(
    rest,
    others.map(({ stated }) => stated),
  );
  const shares = [...known.map((one, nth) => one + (fromGoods[nth] ?? 0n)), ...fromOthers];
  const parts = [...goods, ...others];
  // Where prices are with tax, each share is brought to its part's own proportion of the tax.
  const weights = shares.map((share, nth) => proportion(share, parts[nth]));
  return divide(discount, [weights, parts.map(({ gross }) => gross)], 1n);
}

/** What the store says of each line; lowered in proportion if that is more than the order's discounts. */
function saidOf(goods: readonly { readonly discounts: bigint }[], reduced: bigint): readonly bigint[] {
  const said = goods.map(({ discounts }) => discounts);
  return sum(said) > reduced ? largestRemainder(reduced, said, 1n) : said;
}

function proportion(share: bigint, part: Part | undefined): bigint {
  return part && part.stated > 0n ? (share * part.gross * PRECISION) / part.stated : 0n;
}

/** As much of an amount as there is to take it from. */
function takeOff(amount: bigint, capacities: readonly bigint[]): readonly bigint[] {
  const possible = capacities.map(positive);
  const most = sum(possible);
  return largestRemainder(amount < most ? amount : most, possible, 1n);
}

/** The tax of each line after discounts: by its estimate, lowered as the discounts lower its price. */
export function taxShares(
  estimates: readonly bigint[],
  goods: readonly Part[],
  discounts: readonly bigint[],
  goodsTax: bigint,
  step: bigint,
): readonly bigint[] {
  const nets = goods.map(({ gross }, nth) => positive(gross - (discounts[nth] ?? 0n)));
  const lowered = goods.map(({ gross }, nth) =>
    gross > 0n ? ((estimates[nth] ?? 0n) * (nets[nth] ?? 0n) * PRECISION) / gross : 0n,
  );
  return divide(goodsTax, [lowered, nets, estimates], step);
}

const positive = (amount: bigint): bigint => (amount > 0n ? amount : 0n);
