// The lines, fees and discounts of an order as the store has them, narrowed.
import { cleanText } from './clean-text';
import { parseAmount, sum } from './money';
import { optionsOf } from './options';
import type { Option } from './sales-order';
import { amountOf, integerOf, rowsOf } from './store-fields';
import type { Place, Sides } from './store-fields';

export interface StoreLine {
  readonly id: number;
  readonly isGiftCertificate: boolean;
  /** Empty if the line has none. */
  readonly sku: string;
  readonly name: string;
  readonly options: readonly Option[];
  readonly quantity: number;
  readonly refunded: number;
  /** Of one unit before tax, as the store shows it; undefined if it shows none. */
  readonly price: bigint | undefined;
  /** Before discounts. */
  readonly total: Pick<Sides, 'ex' | 'inc'>;
  /** What the store says that discounts take off it, on the side of the prices. */
  readonly discounts: bigint;
  /** The id of the shipping address; 0 if it does not ship. */
  readonly addressId: number;
}

export interface StoreFee {
  readonly name: string;
  readonly cost: Sides;
}

/** A discount on the side of the prices. */
export interface StoreDiscount {
  readonly name: string;
  readonly code?: string;
  readonly amount: bigint;
}

/** Narrows a line. Throws Hold `unusable-order` with the name of a field that is missing or malformed, as the others here. */
export function lineOf(place: Place): StoreLine {
  const { row } = place;
  return {
    id: integerOf(place, 'id', 1),
    isGiftCertificate: row.type === 'giftcertificate',
    sku: cleanText(row.sku, 250),
    name: cleanText(row.name, 250),
    options: optionsOf(row),
    quantity: integerOf(place, 'quantity', 1),
    refunded: integerOf(place, 'quantity_refunded', 0, 0),
    price: parseAmount(row.price_ex_tax),
    total: { ex: amountOf(place, 'total_ex_tax'), inc: amountOf(place, 'total_inc_tax') },
    discounts: appliedTo(place),
    addressId: integerOf(place, 'order_address_id', 0, 0),
  };
}

function appliedTo({ row, path }: Place): bigint {
  if (row.applied_discounts === undefined || row.applied_discounts === null) return 0n;
  const discounts = rowsOf(row, 'applied_discounts').map((one) => ({ ...one, path: path + one.path }));
  return sum(discounts.map((one) => amountOf(one, 'amount')));
}

export function feeOf(place: Place): StoreFee {
  const { row } = place;
  const name = [row.display_name_customer, row.display_name_merchant].map((one) => cleanText(one, 250));
  // One page of the documentation calls the field `cost_exc_tax`.
  const ex = row.cost_ex_tax === undefined && row.cost_exc_tax !== undefined ? 'cost_exc_tax' : 'cost_ex_tax';
  return {
    name: name.find((one) => one !== '') ?? 'Fee',
    cost: {
      ex: amountOf(place, ex),
      inc: amountOf(place, 'cost_inc_tax'),
      tax: amountOf(place, 'cost_tax'),
    },
  };
}

/** The order's discount, and its coupons: one by one where their amounts are the store's sum of them. */
export function discountsOf(order: Place, coupons: readonly Place[]): readonly StoreDiscount[] {
  const discount = amountOf(order, 'discount_amount');
  const all = amountOf(order, 'coupon_discount');
  const each = coupons.map(({ row }) => {
    const code = cleanText(row.code, 100);
    const amount = parseAmount(row.discount) ?? 0n;
    return code === '' ? { name: 'Coupon', amount } : { name: `Coupon ${code}`, code, amount };
  });
  const areUsable = each.every(({ amount }) => amount >= 0n) && sum(each.map(({ amount }) => amount)) === all;
  const together = { name: ['Coupons', ...each.map(({ code }) => code ?? '')].join(' ').trim(), amount: all };
  return [{ name: 'Discount', amount: discount }, ...(areUsable ? each : [together])].filter(
    ({ amount }) => amount > 0n,
  );
}
