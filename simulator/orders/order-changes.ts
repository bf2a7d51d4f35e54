// An order after an edit. Lists in the edit replace the old ones, and items with a known id keep their other fields.
// Totals follow the lists, and `date_modified` follows the store's clock.
import { makeShippingAddress } from './address-shapes';
import type { ShippingAddress } from './address-shapes';
import { changeLine } from './line-shapes';
import type { OrderLine } from './line-shapes';
import { countItems, dateText, newLine } from './order-defaults';
import type { KeptOrder, Maker, NewOrder } from './order-defaults';
import { makeCoupon, makeFee } from './order-shapes';
import type { Fee, OrderFields } from './order-shapes';
import { totals } from './order-totals';
import { STATUS, statusLabel } from './statuses';

/** The order after the changes. */
export function changeOrder(maker: Maker, before: KeptOrder, changes: NewOrder): KeptOrder {
  const { lines, addresses, coupons, fees, extra, billing_address, ...overrides } = changes;
  const id = before.fields.id;
  const places = changedAddresses(maker, before, addresses);
  const parts = {
    lines: changedLines(maker, before, places, lines),
    coupons: coupons
      ? coupons.map((coupon) => makeCoupon({ id: maker.nextId(coupon.id), order_id: id }, coupon))
      : before.coupons,
    fees: fees ? fees.map((fee) => changedFee(maker, before.fees, fee)) : before.fees,
  };
  const counted = lines || addresses ? countItems(places, parts.lines) : before.addresses;
  const recount = lines ?? addresses ?? coupons ?? fees;
  const fields: OrderFields = {
    ...before.fields,
    ...(recount ? totals({ ...parts, addresses: counted }, maker.switches) : {}),
    billing_address: { ...before.fields.billing_address, ...billing_address },
    ...statusFields(before.fields, changes),
    ...overrides,
    ...changedDates(before.fields, changes, maker.now),
    ...extra,
    id,
  };
  return { fields, ...parts, addresses: counted };
}

function statusFields(before: OrderFields, changes: NewOrder): Partial<OrderFields> {
  const { status_id: statusId } = changes;
  if (statusId === undefined || statusId === before.status_id) return {};
  const label = statusLabel(statusId);
  return { status: label, custom_status: label };
}

function changedDates(
  before: OrderFields,
  changes: NewOrder,
  now: number,
): Pick<OrderFields, 'date_created' | 'date_modified' | 'date_shipped'> {
  const shipsNow = changes.status_id === STATUS.SHIPPED && before.status_id !== STATUS.SHIPPED;
  return {
    date_created: dateText(changes.date_created ?? before.date_created),
    date_modified: dateText(changes.date_modified ?? now),
    date_shipped: dateText(changes.date_shipped ?? (shipsNow ? now : before.date_shipped)),
  };
}

function changedLines(
  maker: Maker,
  before: KeptOrder,
  places: readonly ShippingAddress[],
  lines: NewOrder['lines'],
): readonly OrderLine[] {
  if (!lines) return before.lines;
  return lines.map((line) => {
    const known = before.lines.find(({ id }) => id === line.id);
    return known ? changeLine(known, line) : newLine(maker, before.fields.id, places, line);
  });
}

function changedAddresses(
  maker: Maker,
  before: KeptOrder,
  addresses: NewOrder['addresses'],
): readonly ShippingAddress[] {
  if (!addresses) return before.addresses;
  const orderId = before.fields.id;
  return addresses.map((address) => {
    const known = before.addresses.find(({ id }) => id === address.id);
    if (known) return { ...known, ...address };
    const ids = { id: maker.nextId(address.id), order_id: orderId };
    return makeShippingAddress(ids, before.fields.billing_address, address);
  });
}

function changedFee(maker: Maker, before: readonly Fee[], changes: Partial<Fee>): Fee {
  const known = before.find(({ id }) => id === changes.id);
  return known ? { ...known, ...changes } : makeFee(maker.nextId(changes.id), changes);
}
