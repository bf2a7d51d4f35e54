// Unit prices from which every ERP arrives at the line's amount: at most four decimals, and never at a half coin, which one ERP
// rounds up and another to the even side.
import { ONE, abs } from './money';

/** Whether quantity times price, rounded to `step`, is the amount in every ERP. */
export function reaches(price: bigint, quantity: bigint, amount: bigint, step: bigint): boolean {
  return 2n * abs(price * quantity - amount) < step;
}

/** A price that is exact or, if none is, reaches the amount: the stated one, else that with the fewest decimals. */
export function unitPriceOf(
  amount: bigint,
  quantity: bigint,
  step: bigint,
  stated?: bigint,
): bigint | undefined {
  const steps = [ONE, 1_000n, 100n, 10n, 1n];
  const prices = steps.map((one) => nearest(amount, quantity * one) * one);
  const candidates = stated === undefined ? prices : [stated, ...prices];
  return (
    candidates.find((price) => price * quantity === amount) ??
    candidates.find((price) => reaches(price, quantity, amount, step))
  );
}

const nearest = (amount: bigint, divisor: bigint): bigint => {
  const rounded = (2n * abs(amount) + divisor) / (2n * divisor);
  return amount < 0n ? -rounded : rounded;
};

export interface Part {
  readonly quantity: bigint;
  readonly price: bigint;
}

/** The quantity at one price, or at two that are one coin apart, so that the amounts of the parts are exactly the whole. */
export function splitQuantity(
  amount: bigint,
  quantity: bigint,
  price: bigint,
  step: bigint,
): readonly Part[] {
  if (reaches(price, quantity, amount, step)) return [{ quantity, price }];
  const coins = amount / step;
  const low = coins / quantity;
  const more = coins % quantity;
  return [
    { quantity: quantity - more, price: low * step },
    { quantity: more, price: (low + 1n) * step },
  ];
}
