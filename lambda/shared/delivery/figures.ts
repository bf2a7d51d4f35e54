// The figures of a document before tax. Where the store's exact figures include the tax, the others follow from them: in whole
// coins, by largest remainder, so that no sum moves.
import { Hold } from './hold';
import { largestRemainder, roundTo, smallestOf, sum } from './money';
import { discountShares, divide, taxShares } from './shares';
import type { StoreLine } from './store-lines';
import type { CostKind, StoreOrder } from './store-order';
import type { Sums } from './sums';

/** Before discounts and tax; `tax` is after discounts. In whole coins of the currency, except `discount`. */
export interface Figure {
  readonly gross: bigint;
  /** What the discounts take off it. */
  readonly discount: bigint;
  readonly tax: bigint;
}

export interface Figures {
  /** Of the order's lines, in their order. */
  readonly lines: readonly Figure[];
  readonly costs: Readonly<Record<CostKind, Figure>>;
  readonly fees: readonly Figure[];
  /** Of the order's discounts, in their order, before tax. */
  readonly discounts: readonly bigint[];
}

/** Throws Hold `sums-do-not-add-up` where the tax is more than what it is on. */
export function figuresOf(order: StoreOrder, sums: Sums): Figures {
  const step = smallestOf(order.currency);
  const [goodsTax, ...otherTaxes] = taxesOf(order, sums, step);
  const reduced = sum(order.discounts.map(({ amount }) => amount));
  const before = taxBeforeDiscounts(order, goodsTax, reduced, sums, step);
  const others = costsOf(order).map((cost, nth) => {
    const tax = otherTaxes[nth] ?? 0n;
    return { stated: cost[sums.side], tax, gross: sums.side === 'ex' ? cost.ex : cost.inc - tax };
  });
  const goods = order.lines.map(({ total, discounts }, nth) => ({
    stated: total[sums.side],
    discounts,
    gross: sums.side === 'ex' ? total.ex : total.inc - (before[nth] ?? 0n),
  }));
  if ([...goods, ...others].some(({ gross }) => gross < 0n)) {
    throw new Hold('sums-do-not-add-up', 'the tax is more than what it is on');
  }
  const discount = sums.side === 'ex' ? reduced : reduced - (sum(before) - goodsTax);
  const shares = discountShares(goods, others, reduced, discount);
  const taxes = taxShares(order.lines.map(estimatedTax), goods, shares, goodsTax, step);
  const figures = [
    ...goods.map(({ gross }, nth) => ({ gross, discount: shares[nth] ?? 0n, tax: taxes[nth] ?? 0n })),
    ...others.map(({ gross, tax }, nth) => ({ gross, discount: shares[goods.length + nth] ?? 0n, tax })),
  ];
  return arrange(order, figures, discount, step);
}

function arrange(order: StoreOrder, figures: readonly Figure[], discount: bigint, step: bigint): Figures {
  const none: Figure = { gross: 0n, discount: 0n, tax: 0n };
  const rest = figures.slice(order.lines.length);
  const [shipping = none, handling = none, wrapping = none, ...fees] = rest;
  return {
    lines: figures.slice(0, order.lines.length),
    costs: { shipping, handling, wrapping },
    fees,
    discounts: largestRemainder(
      discount,
      order.discounts.map(({ amount }) => amount),
      step,
    ),
  };
}

const costsOf = ({ costs, fees }: StoreOrder) => [
  costs.shipping,
  costs.handling,
  costs.wrapping,
  ...fees.map(({ cost }) => cost),
];

/** The tax on goods, shipping, handling, wrapping and each fee; together the tax of the order. */
function taxesOf(order: StoreOrder, { tax, goodsTax }: Sums, step: bigint): readonly [bigint, ...bigint[]] {
  const [goods = 0n, ...others] = largestRemainder(
    tax,
    [goodsTax, ...costsOf(order).map((c) => c.tax)],
    step,
  );
  return [goods, ...others];
}

/**
 * The tax in each line's price before discounts: what the estimate says in whole coins, as long as the discounts then keep
 * between nothing and all of what they take off with tax.
 */
function taxBeforeDiscounts(
  { lines }: StoreOrder,
  goodsTax: bigint,
  reduced: bigint,
  { side }: Sums,
  step: bigint,
): readonly bigint[] {
  if (side === 'ex') return lines.map(() => 0n);
  const estimates = lines.map(estimatedTax);
  const estimate = roundTo(sum(estimates), step);
  const most = goodsTax + reduced;
  const total = estimate < goodsTax ? goodsTax : estimate > most ? most : estimate;
  return divide(total, [estimates, lines.map((line) => line.total.inc)], step);
}

const estimatedTax = ({ total }: StoreLine): bigint => (total.inc > total.ex ? total.inc - total.ex : 0n);
