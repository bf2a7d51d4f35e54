// Whether the store's figures add up, and on which side of the tax. Nothing is adjusted: a side adds up exactly, or not at all.
import { Hold } from './hold';
import { formatAmount, smallestOf, sum } from './money';
import type { Sides } from './store-fields';
import type { StoreOrder } from './store-order';

/** The side on which the store's figures are exact. The other one is an estimate. */
export type Side = 'ex' | 'inc';

/** What the store's figures come to. */
export interface Sums {
  readonly side: Side;
  readonly net: bigint;
  readonly tax: bigint;
  readonly gross: bigint;
  /** Gift certificates and store credit: they pay, and lower none of the others. */
  readonly redeemed: bigint;
  /** The tax on the goods: all tax but that of costs and fees. */
  readonly goodsTax: bigint;
}

/**
 * Tries the side that `is_tax_inclusive_pricing` names, then the other one: a store may say false and add up with tax only. The
 * store's totals may be before or after gift certificates and store credit. Throws Hold `sums-do-not-add-up` with all figures if
 * no side adds up, and `too-many-digits` if one does, but with fractions of the currency's smallest coin.
 */
export function addUp(order: StoreOrder): Sums {
  const sides: readonly Side[] = order.isTaxInclusive === true ? ['inc', 'ex'] : ['ex', 'inc'];
  const found = sides.map((side) => sumsOn(order, side)).filter((sums) => addsUp(order, sums));
  const [first] = found;
  if (!first) throw new Hold('sums-do-not-add-up', figuresOf(order));
  const payable = found.find((sums) => fractionIn(order, sums) === undefined);
  if (!payable) throw new Hold('too-many-digits', fractionIn(order, first) ?? '');
  return payable;
}

function sumsOn(order: StoreOrder, side: Side): Sums {
  const { costs, fees, subtotal, total, discounts } = order;
  const others = [...Object.values(costs), ...fees.map(({ cost }) => cost)];
  const added =
    subtotal[side] + sum(others.map((cost) => cost[side])) - sum(discounts.map(({ amount }) => amount));
  return {
    side,
    net: side === 'ex' ? added : added - total.tax,
    tax: total.tax,
    gross: side === 'inc' ? added : added + total.tax,
    redeemed: order.giftCertificates + order.storeCredit,
    goodsTax: total.tax - sum(others.map(({ tax }) => tax)),
  };
}

function addsUp(order: StoreOrder, sums: Sums): boolean {
  const { side, net, gross, redeemed } = sums;
  const { lines, subtotal, total } = order;
  const isTotal = (figure: bigint, expected: bigint) => figure === expected || figure === expected - redeemed;
  return (
    sum(lines.map((line) => line.total[side])) === subtotal[side] &&
    isTotal(total.inc, gross) &&
    isTotal(total.ex, net) &&
    net >= 0n &&
    gross >= redeemed &&
    taxAddsUp(order, sums)
  );
}

/** The store's tax on the goods is before discounts, or after them, as its total always is. */
function taxAddsUp({ lines, subtotal, discounts }: StoreOrder, { goodsTax }: Sums): boolean {
  if (goodsTax === subtotal.tax) return true;
  const before = sum(lines.map(({ total }) => total.inc - total.ex));
  return discounts.length > 0 && goodsTax >= 0n && (goodsTax < subtotal.tax || goodsTax <= before);
}

/** The first exact figure with a fraction of the currency's smallest coin, such as `products[0] 1.2345`; undefined if none has. */
function fractionIn(order: StoreOrder, { side, gross, tax }: Sums): string | undefined {
  const step = smallestOf(order.currency);
  const figures: readonly (readonly [string, bigint])[] = [
    ...order.lines.map(({ total }, nth) => [`products[${nth}]`, total[side]] as const),
    ...Object.entries(order.costs).map(([name, cost]) => [name, cost[side]] as const),
    ...order.fees.map(({ cost }, nth) => [`fees[${nth}]`, cost[side]] as const),
    ['discounts', sum(order.discounts.map(({ amount }) => amount))],
    ['gift certificates', order.giftCertificates],
    ['store credit', order.storeCredit],
    ['tax', tax],
    ['total', gross],
  ];
  const figure = figures.find(([, amount]) => amount % step !== 0n);
  return figure && `${figure[0]} ${formatAmount(figure[1])} ${order.currency}`;
}

/** All figures that the sums rest on, for a person: amounts only. */
function figuresOf(order: StoreOrder): string {
  const named = {
    subtotal: order.subtotal,
    ...order.costs,
    fees: {
      ex: sum(order.fees.map(({ cost }) => cost.ex)),
      inc: sum(order.fees.map(({ cost }) => cost.inc)),
      tax: sum(order.fees.map(({ cost }) => cost.tax)),
    },
    total: order.total,
  };
  const lines = (side: Side) => formatAmount(sum(order.lines.map(({ total }) => total[side])));
  const on = (side: keyof Sides) =>
    Object.entries(named)
      .map(([name, figure]) => `${name} ${formatAmount(figure[side])}`)
      .join(', ');
  const reduced = formatAmount(sum(order.discounts.map(({ amount }) => amount)));
  return [
    `without tax: lines ${lines('ex')}, ${on('ex')}`,
    `with tax: lines ${lines('inc')}, ${on('inc')}`,
    `tax: ${on('tax')}`,
    `discounts and coupons ${reduced}, gift certificates ${formatAmount(order.giftCertificates)}, store credit ${formatAmount(order.storeCredit)}`,
  ].join('; ');
}
