// Makes a whole, believable order from the little that a caller cares about: people, lines and money that add
// up. It depends on the seed and the order's id alone.
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

/** A date in any handy form; the empty text is "no date". */
export type DateInput = string | number | Date;

type Dates = 'date_created' | 'date_modified' | 'date_shipped';

/** What a caller may say about an order, its sub-resources included. `extra` adds fields unknown to everybody. */
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

/** What it takes to make an order up. */
export interface Maker {
  readonly random: Random;
  readonly switches: Switches;
  readonly now: number;
  /** The next id of a line, an address, a coupon or a fee; the wanted one, if one is wanted. */
  nextId(wanted?: number): number;
}

/** A whole order with the given id. */
export function makeOrder(maker: Maker, id: number, wanted: NewOrder): KeptOrder {
  const { lines, addresses, coupons, fees, extra, billing_address, ...overrides } = wanted;
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
  const dated = dates(wanted, maker.now);
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

/** The dates of an order, in V2's form: made now and not touched since, unless said otherwise. */
function dates(wanted: NewOrder, now: number): Record<Dates, string> {
  const created = dateText(wanted.date_created ?? now);
  return {
    date_created: created,
    date_modified: dateText(wanted.date_modified ?? created),
    date_shipped: dateText(wanted.date_shipped ?? ''),
  };
}

/** A date in V2's form; throws for a text that is no date. */
export function dateText(date: DateInput): string {
  if (date === '') return '';
  const time = new Date(date);
  if (Number.isNaN(time.getTime())) throw new Error(`${JSON.stringify(date)} is not a date.`);
  return rfc2822(time);
}

/** A new line, shipped to the order's first address if it is shipped at all. */
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
  wanted: readonly NewAddress[] | undefined,
  lines: readonly NewLine[],
): ShippingAddress[] {
  const list = wanted ?? (lines.some(isShipped) ? [{}] : []);
  return list.map((address) =>
    makeShippingAddress({ id: maker.nextId(address.id), order_id: orderId }, billing, address),
  );
}

/** Whether a line goes to an address: neither downloaded, nor mailed as a certificate, nor picked up. */
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
