// Builds the sales order document of a snapshot, or says why it cannot be delivered. Pure: no clock, no ERP.
import { Hold } from './hold';
import { linesOf } from './lines';
import { useRule } from './mapping-rules';
import type { Mapping } from './mapping';
import { formatAmount } from './money';
import { partyOf } from './parties';
import { paymentsOf } from './payments';
import type { DeliveryReason } from './reasons';
import type { Discount, SalesOrder, Tax, Totals } from './sales-order';
import { atFirstAddress, noteOf, shippingOf } from './shipping';
import { digestsOf, storeSideOf } from './store-side';
import type { StoreSide } from './store-side';
import type { Snapshot } from '../order/order';

/** A document, or the reason to hold the order; `detail` says what it is about, without personal data. */
export type BuiltSalesOrder =
  | { readonly kind: 'document'; readonly document: SalesOrder }
  | { readonly kind: 'hold'; readonly reason: DeliveryReason; readonly detail: string };

/** The external reference of an order: the mapping's prefix and the order's id. */
export const referenceOf = (orderId: number, mapping: Mapping): string =>
  `${mapping.reference.prefix}${orderId}`;

/** Builds the document. Whatever is in the snapshot, the result is a document that adds up, or a hold. */
export function buildSalesOrder(snapshot: Snapshot, mapping: Mapping): BuiltSalesOrder {
  try {
    return { kind: 'document', document: documentOf(snapshot, storeSideOf(snapshot), mapping) };
  } catch (error) {
    if (error instanceof Hold) return { kind: 'hold', reason: error.reason, detail: error.detail };
    throw error;
  }
}

function documentOf(snapshot: Snapshot, side: StoreSide, mapping: Mapping): SalesOrder {
  const { order, figures } = side;
  // For its hold: the entries themselves are the adapter's to use.
  useRule(mapping.currencies, { currency: order.currency }, 'unmapped-currency');
  return {
    ref: referenceOf(order.orderId, mapping),
    orderId: order.orderId,
    placedAt: order.placedAt,
    currency: order.currency,
    channelId: order.channelId,
    channel: useRule(mapping.channels, { channelId: order.channelId }, 'unmapped-channel'),
    party: partyOf(order, mapping),
    billing: order.billing.address,
    shipping: shippingOf(order, mapping),
    lines: linesOf(order, figures, mapping).map(atFirstAddress),
    discounts: discountsOf(side),
    taxes: taxesOf(side),
    payments: paymentsOf(side.payments, mapping),
    note: noteOf(order),
    totals: totalsOf(side),
    ...digestsOf(snapshot, side),
  };
}

function discountsOf({ order, figures }: StoreSide): readonly Discount[] {
  return order.discounts.map(({ name, code }, nth) => ({
    name,
    ...(code === undefined ? {} : { code }),
    amount: formatAmount(figures.discounts[nth] ?? 0n),
  }));
}

function taxesOf({ figures }: StoreSide): readonly Tax[] {
  const { shipping, handling, wrapping } = figures.costs;
  const taxed = [
    { name: 'goods', figures: figures.lines },
    { name: 'shipping', figures: [shipping] },
    { name: 'handling', figures: [handling] },
    { name: 'wrapping', figures: [wrapping] },
    { name: 'fee', figures: figures.fees },
  ] as const;
  return taxed
    .map(({ name, figures }) => ({ name, amount: figures.reduce((total, { tax }) => total + tax, 0n) }))
    .filter(({ amount }) => amount !== 0n)
    .map(({ name, amount }) => ({ name, amount: formatAmount(amount) }));
}

const totalsOf = ({ sums: { net, tax, gross, redeemed } }: StoreSide): Totals => ({
  net: formatAmount(net),
  tax: formatAmount(tax),
  gross: formatAmount(gross),
  due: formatAmount(gross - redeemed),
});
