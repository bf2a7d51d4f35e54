// The orders of the store as the replication stores them: each version of each order, and the snapshot that shows it.
import type { Snapshot } from '../../../../lambda/shared/order/order';
import { erasePersonal } from '../../../../lambda/shared/order/personal-data';
import type { Row } from '../../../../lambda/shared/runtime/json';
import { iso, NOON, storeDate } from '../../../support/builders';
import {
  aBillingAddress,
  aLineToDeliver,
  aShippingAddress,
  aSnapshotToDeliver,
  sides,
} from '../../../support/sales-order';
import type { Content, Edit, PlannedLine, PlannedOrder } from './plan';

/** An order as it stands from `at` on. */
export interface Version {
  readonly at: number;
  /** As the snapshot says it. */
  readonly readAt: string;
  readonly statusId: number;
  readonly content: Content;
  readonly isRefunded: boolean;
  readonly isArchived: boolean;
  readonly isGone: boolean;
  readonly isErased: boolean;
  /** The table has no snapshot any more. */
  readonly isExpired: boolean;
  /** The replication has stored it, and not finished. */
  readonly isUnfinished: boolean;
}

export interface StoredOrder {
  readonly id: number;
  readonly planned: PlannedOrder;
  readonly versions: Version[];
}

/** When deliveries begin; old orders were made before. */
export const CREATED_FROM = NOON - 24 * 3_600_000;

export class DeliveredStore {
  readonly orders = new Map<number, StoredOrder>();
  constructor(
    private readonly now: () => number,
    /** Called with each version that the stream shows. */
    private readonly onRecord: (snapshot: Snapshot) => void,
    /** What the Orders table has. */
    readonly snapshots = new Map<number, Snapshot>(),
  ) {}

  place(id: number, planned: PlannedOrder): void {
    const order = { id, planned, versions: [] };
    this.orders.set(id, order);
    const { statusId, content } = planned;
    const flags = { isRefunded: false, isArchived: false, isGone: false, isErased: false, isExpired: false };
    this.write(order, { statusId, content, ...flags, isUnfinished: false });
  }

  /** An edit of an order that is not there any more is none. */
  edit(id: number, edit: Edit): void {
    const order = this.orders.get(id);
    const last = order?.versions.at(-1);
    if (order === undefined || last === undefined || last.isExpired || last.isGone) return;
    this.write(order, { ...last, isUnfinished: false, ...changeOf(edit, last) });
  }

  /** The replication finishes what it has only stored. */
  finish(id: number): void {
    const order = this.orders.get(id);
    const last = order?.versions.at(-1);
    if (order && last?.isUnfinished === true) this.write(order, { ...last, isUnfinished: false });
  }

  private write(order: StoredOrder, state: Omit<Version, 'at' | 'readAt'>): void {
    const before = Date.parse(order.versions.at(-1)?.readAt ?? '') || 0;
    // A read is newer than the one before it.
    const version = { ...state, at: this.now(), readAt: iso(Math.max(this.now() - 200, before + 1)) };
    order.versions.push(version);
    if (version.isExpired) {
      this.snapshots.delete(order.id);
      return;
    }
    const snapshot = snapshotOf(order, version);
    this.snapshots.set(order.id, snapshot);
    if (!version.isUnfinished) this.onRecord(snapshot);
  }
}

function changeOf(edit: Edit, { content, isErased }: Version): Partial<Version> {
  switch (edit.what) {
    case 'status':
      return { statusId: edit.statusId };
    case 'content':
      return { content: edit.content };
    case 'address':
      return isErased ? {} : { content: { ...content, street: `${content.street}1` } };
    case 'refund':
      return { isRefunded: true };
    case 'archive':
      return { isArchived: true };
    case 'unarchive':
      return { isArchived: false };
    case 'gone':
      return { isGone: true };
    case 'erase':
      return { isErased: true };
    case 'expire':
      return { isExpired: true };
    case 'stored':
      return { isUnfinished: true };
  }
}

/** What an order comes to, in the currency's smallest unit. */
export interface Sums {
  readonly goods: number;
  readonly goodsTax: number;
  readonly shippingTax: number;
  readonly net: number;
  readonly tax: number;
  readonly total: number;
  readonly giftCertificate: number;
}

export function sumsOf(content: Content): Sums {
  const { lines, taxPercent, shipping, discount } = content;
  const taxOn = (amount: number) => Math.round((amount * taxPercent) / 100);
  const goods = lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
  const goodsTax = taxOn(goods - discount);
  const shippingTax = taxOn(shipping);
  const net = goods - discount + shipping;
  const tax = goodsTax + shippingTax;
  const giftCertificate = Math.min(content.giftCertificate, net + tax);
  return { goods, goodsTax, shippingTax, net, tax, total: net + tax, giftCertificate };
}

/** As BigCommerce writes amounts. */
export function amountText(amount: number, currency: Content['currency']): string {
  return (currency === 'JPY' ? amount : amount / 100).toFixed(4);
}

function snapshotOf({ id, planned }: StoredOrder, version: Version): Snapshot {
  const { content, statusId, isRefunded, isArchived, isGone, isErased, isUnfinished, readAt } = version;
  const createdAt = planned.isOld ? CREATED_FROM - 1 : CREATED_FROM + 1;
  const snapshot = aSnapshotToDeliver({
    id,
    status_id: statusId,
    customer_id: planned.customerId,
    channel_id: planned.channelId,
    date_created: storeDate(createdAt - (createdAt % 1_000) + (planned.isOld ? 0 : 1_000)),
    payment_status: isRefunded ? 'partially refunded' : 'captured',
    is_deleted: isArchived,
    default_currency_code: content.currency,
    billing_address: aBillingAddress({ email: `shopper-${planned.customerId || id}@example.com` }),
    shipping_addresses: [aShippingAddress({ street_1: content.street })],
    ...figuresOf(content),
    replication: {
      state: isUnfinished ? 'stored' : 'copied',
      read_at: readAt,
      ...(isGone && { gone: true }),
    },
  });
  if (!isErased) return snapshot;
  const erased = erasePersonal(snapshot);
  return { ...erased, replication: { ...snapshot.replication, erased_at: readAt } };
}

function figuresOf(content: Content): Row & { readonly products: readonly Row[] } {
  const { currency, taxPercent, shipping, discount } = content;
  const { goods, goodsTax, shippingTax, net, tax, total, giftCertificate } = sumsOf(content);
  const text = (amount: number) => amountText(amount, currency);
  const threeSides = (name: string, ex: number, onIt: number) =>
    sides(name, text(ex), text(ex + onIt), text(onIt));
  const lineTax = (amount: number) => Math.round((amount * taxPercent) / 100);
  const lines = content.lines.map((line, nth) => lineOf(line, nth, currency, lineTax));
  return {
    ...threeSides('subtotal', goods, goodsTax),
    ...threeSides('shipping_cost', shipping, shippingTax),
    ...threeSides('total', net, tax),
    discount_amount: text(discount),
    gift_certificate_amount: text(giftCertificate),
    total_inc_tax: text(total),
    products: lines,
  };
}

function lineOf(
  { sku, quantity, price }: PlannedLine,
  nth: number,
  currency: Content['currency'],
  taxOn: (amount: number) => number,
): Row {
  const threeSides = (name: string, amount: number) =>
    sides(
      name,
      amountText(amount, currency),
      amountText(amount + taxOn(amount), currency),
      amountText(taxOn(amount), currency),
    );
  return aLineToDeliver({
    id: nth + 1,
    sku,
    quantity,
    ...threeSides('price', price),
    ...threeSides('total', price * quantity),
  });
}
