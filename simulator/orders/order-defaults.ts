// Generates a complete, realistic order from the fields that a caller sets: people, lines and consistent totals.
// It depends only on the seed and the order's id.
import { makeBillingAddress, makeShippingAddress } from './address-shapes';
import type { BillingAddress, NewAddress, ShippingAddress } from './address-shapes';
import { rfc2822 } from '../clock';
import { makeLine } from './line-shapes';
import type { NewLine, OrderLine } from './line-shapes';
import { makeCoupon, makeFee } from './order-shapes';
import type { Coupon, Fee, OrderFields } from './order-shapes';
import { totals } from './order-totals';
import { plainFields } from './plain-fields';
import type { Random } from '../random';
import { STATUS } from './statuses';
import type { Switches } from '../switches';

/** A date in any usual format; the empty text means no date. */
export type DateInput = string | number | Date;

type Dates = 'date_created' | 'date_modified' | 'date_shipped';

/** The fields of an order and its parts that a caller may set. `extra` adds fields that the API does not have. */
export interface NewOrder extends Partial<Omit<OrderFields, Dates | 'billing_address'>> {
  date_created?: DateInput;
  date_modified?: DateInput;
  date_shipped?: DateInput;
  billing_address?: Partial<BillingAddress>;
  lines?: readonly NewLine[];
  addresses?: readonly NewAddress[];
  coupons?: readonly Partial<Coupon>[];
  fees?: readonly Partial<Fee>[];
  extra?: Readonly<Record<string, unknown>>;
}

/** An order as the store keeps it. */
export interface KeptOrder {
  readonly fields: Readonly<OrderFields>;
  readonly lines: readonly OrderLine[];
  readonly addresses: readonly ShippingAddress[];
  readonly coupons: readonly Coupon[];
  readonly fees: readonly Fee[];
}

/** The inputs for generating an order. */
export interface Maker {
  readonly random: Random;
  readonly switches: Switches;
  readonly now: number;
  /** The id of a new line, address, coupon or fee: the requested one, or the next. */
  nextId(requested?: number): number;
}

/** Generates a complete order with the given id. */
export function makeOrder(maker: Maker, id: number, order: NewOrder): KeptOrder {
  const { lines, addresses, coupons, fees, extra, billing_address, ...overrides } = order;
  const billing = makeBillingAddress(maker.random, billing_address ?? {});
  const places = makeAddresses(maker, id, billing, addresses, lines ?? [{}]);
  const parts = {
    lines: (lines ?? [{}]).map((line) => newLine(maker, id, places, line)),
    coupons: (coupons ?? []).map((coupon) =>
      makeCoupon({ id: maker.nextId(coupon.id), order_id: id }, coupon),
    ),
    fees: (fees ?? []).map((fee) => makeFee(maker.nextId(fee.id), fee)),
  };
  const counted = countItems(places, parts.lines);
  const statusId = overrides.status_id ?? STATUS.AWAITING_FULFILLMENT;
  const dated = dates(order, maker.now);
  const fields: OrderFields = {
    id,
    ...dated,
    ...plainFields(maker.random, statusId),
    ...totals({ ...parts, addresses: counted }, maker.switches),
    billing_address: billing,
    ...overrides,
    ...dated,
    ...extra,
  };
  return { fields, ...parts, addresses: counted };
}

/** The dates of an order, in V2's format; by default it was created now and not changed since. */
function dates(order: NewOrder, now: number): Record<Dates, string> {
  const created = dateText(order.date_created ?? now);
  return {
    date_created: created,
    date_modified: dateText(order.date_modified ?? created),
    date_shipped: dateText(order.date_shipped ?? ''),
  };
}

/** A date in V2's format; throws for a text that is not a date. */
export function dateText(date: DateInput): string {
  if (date === '') return '';
  const time = new Date(date);
  if (Number.isNaN(time.getTime())) throw new Error(`${JSON.stringify(date)} is not a date.`);
  return rfc2822(time);
}

/** A new line; if it is shipped, it goes to the order's first address. */
export function newLine(
  maker: Maker,
  orderId: number,
  places: readonly ShippingAddress[],
  line: NewLine,
): OrderLine {
  const ships = isShipped(line) ? (places[0]?.id ?? 0) : 0;
  const ids = { id: maker.nextId(line.id), order_id: orderId, order_address_id: ships };
  return makeLine(maker.random, ids, line);
}

function makeAddresses(
  maker: Maker,
  orderId: number,
  billing: BillingAddress,
  addresses: readonly NewAddress[] | undefined,
  lines: readonly NewLine[],
): ShippingAddress[] {
  const list = addresses ?? (lines.some(isShipped) ? [{}] : []);
  return list.map((address) =>
    makeShippingAddress({ id: maker.nextId(address.id), order_id: orderId }, billing, address),
  );
}

/** Whether a line is shipped: it is not downloaded, mailed as a certificate or picked up. */
function isShipped(line: NewLine): boolean {
  return (line.type ?? 'physical') === 'physical' && !line.order_pickup_method_id;
}

/** The addresses with the number of items that go to each. */
export function countItems(
  addresses: readonly ShippingAddress[],
  lines: readonly OrderLine[],
): ShippingAddress[] {
  return addresses.map((address) => {
    const here = lines.filter((line) => line.order_address_id === address.id);
    return {
      ...address,
      items_total: here.reduce((sum, line) => sum + line.quantity, 0),
      items_shipped: here.reduce((sum, line) => sum + line.quantity_shipped, 0),
    };
  });
}
