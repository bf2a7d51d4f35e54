// A snapshot narrowed to what a document needs: the store's own figures, names and texts, before any mapping.
import { addressOf } from './addresses';
import type { StoreAddress } from './addresses';
import { cleanLines, cleanText } from './clean-text';
import { Hold } from './hold';
import { amountOf, integerOf, rowsOf, sidesOf, unusable } from './store-fields';
import type { Place, Sides } from './store-fields';
import { discountsOf, feeOf, lineOf } from './store-lines';
import type { StoreDiscount, StoreFee, StoreLine } from './store-lines';
import { feesOf } from '../order/consignments';
import type { Snapshot } from '../order/order';
import { isRow } from '../runtime/json';
import { iso, parseDate } from '../runtime/time';

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
