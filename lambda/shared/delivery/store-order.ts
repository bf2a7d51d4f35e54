// A snapshot narrowed to what a document needs: the store's own figures, names and texts, before any mapping.
import { addressOf } from './addresses';
import type { StoreAddress } from './addresses';
import { cleanLines, cleanText } from './clean-text';
import { Hold } from './hold';
import { parseAmount } from './money';
import { optionsOf } from './options';
import type { Option } from './sales-order';
import { amountOf, integerOf, rowsOf, sidesOf, unusable } from './store-fields';
import type { Place, Sides } from './store-fields';
import { feesOf } from '../order/consignments';
import type { Snapshot } from '../order/order';
import { isRow } from '../runtime/json';
import { iso, parseDate } from '../runtime/time';

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

export type CostKind = 'shipping' | 'handling' | 'wrapping';

export interface StoreOrder {
  readonly orderId: number;
  readonly placedAt: string;
  readonly currency: string;
  readonly channelId: number;
  /** 0 for a guest. */
  readonly customerId: number;
  readonly billing: StoreAddress;
  readonly addresses: readonly StoreAddress[];
  readonly note: string;
  readonly paymentMethod: string;
  readonly isTaxInclusive: boolean | undefined;
  readonly lines: readonly StoreLine[];
  readonly costs: Readonly<Record<CostKind, Sides>>;
  readonly fees: readonly StoreFee[];
  readonly discounts: readonly StoreDiscount[];
  readonly subtotal: Sides;
  readonly total: Sides;
  readonly giftCertificates: bigint;
  readonly storeCredit: bigint;
}

/** Narrows a snapshot. Throws Hold `unusable-order` with the name of the first field that is missing or malformed. */
export function readStoreOrder(snapshot: Snapshot): StoreOrder {
  checkWhole(snapshot);
  const order = { row: snapshot, path: '' };
  const placedAt = parseDate(snapshot.date_created);
  if (placedAt === undefined) throw unusable(order, 'date_created');
  const lines = rowsOf(snapshot, 'products');
  if (lines.length === 0) throw unusable(order, 'products');
  const flag = snapshot.is_tax_inclusive_pricing;
  return {
    orderId: integerOf(order, 'id', 1),
    placedAt: iso(placedAt),
    currency: currencyOf(order),
    // Orders from before the field have the default channel.
    channelId: integerOf(order, 'channel_id', 1, 1),
    customerId: integerOf(order, 'customer_id', 0),
    billing: addressOf({ row: billingOf(snapshot), path: 'billing_address.' }),
    addresses: rowsOf(snapshot, 'shipping_addresses').map(addressOf),
    note: cleanLines(snapshot.customer_message, 10_000),
    paymentMethod: cleanText(snapshot.payment_method, 100),
    isTaxInclusive: typeof flag === 'boolean' ? flag : undefined,
    lines: lines.map(lineOf),
    costs: {
      shipping: sidesOf(order, 'shipping_cost'),
      handling: sidesOf(order, 'handling_cost'),
      wrapping: sidesOf(order, 'wrapping_cost'),
    },
    // Only a link, where they could not be read: the sums tell whether there are any.
    fees: (feesOf(snapshot) ?? []).map((row, nth) => feeOf({ row, path: `fees[${nth}].` })),
    discounts: discountsOf(order, rowsOf(snapshot, 'coupons')),
    subtotal: sidesOf(order, 'subtotal'),
    total: sidesOf(order, 'total'),
    giftCertificates: amountOf(order, 'gift_certificate_amount'),
    storeCredit: amountOf(order, 'store_credit_amount'),
  };
}

/** An address that is missing would show in no sum. */
function checkWhole({ replication }: Snapshot): void {
  if (replication.parts_missing === true) throw new Hold('unusable-order', 'the parts of the snapshot');
  const missing = replication.incomplete?.find(
    (name) => name === 'products' || name === 'shipping_addresses',
  );
  if (missing !== undefined) throw new Hold('unusable-order', missing);
}

const billingOf = ({ billing_address: address }: Snapshot) => (isRow(address) ? address : {});

function currencyOf(order: Place): string {
  const code = order.row.default_currency_code;
  if (typeof code !== 'string' || !/^[A-Za-z]{3}$/.test(code)) throw unusable(order, 'default_currency_code');
  return code.toUpperCase();
}

function lineOf(place: Place): StoreLine {
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
  return discounts.reduce((total, one) => total + amountOf(one, 'amount'), 0n);
}

function feeOf(place: Place): StoreFee {
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
function discountsOf(order: Place, coupons: readonly Place[]): readonly StoreDiscount[] {
  const discount = amountOf(order, 'discount_amount');
  const all = amountOf(order, 'coupon_discount');
  const each = coupons.map(({ row }) => {
    const code = cleanText(row.code, 100);
    const amount = parseAmount(row.discount) ?? 0n;
    return code === '' ? { name: 'Coupon', amount } : { name: `Coupon ${code}`, code, amount };
  });
  const sum = each.reduce((total, { amount }) => total + amount, 0n);
  const areUsable = each.every(({ amount }) => amount >= 0n) && sum === all;
  const together = { name: ['Coupons', ...each.map(({ code }) => code ?? '')].join(' ').trim(), amount: all };
  return [{ name: 'Discount', amount: discount }, ...(areUsable ? each : [together])].filter(
    ({ amount }) => amount > 0n,
  );
}
