// The types of an order: raw from BigCommerce, narrowed by the adapter, as one read shows it, and as stored.
import { isRow } from '../runtime/json';
import type { Row } from '../runtime/json';

/** An order as BigCommerce gives it; every field that is not named here is kept as it came. */
export interface RawOrder extends Row {
  readonly id: number;
  readonly status_id: number;
}

/** An order as a list shows it, narrowed once, by the adapter. Only its id is sure. */
export interface ListedOrder {
  readonly id: number;
  readonly statusId: number | undefined;
  /** Epoch milliseconds; undefined where the store gives no date that can be read, as in the next one. */
  readonly createdAt: number | undefined;
  readonly modifiedAt: number | undefined;
  /** Staff archived it: the store calls that deleted. */
  readonly isArchived: boolean;
  /** Its lines as `/products` would list them, where they came with it and are whole. */
  readonly lines: readonly Row[] | undefined;
  /** Its fees, where they came with it. */
  readonly fees: readonly Row[] | undefined;
  /** The JSON as it came, under BigCommerce's names. */
  readonly raw: Row;
}

/** An order as a GET or a PUT shows it, narrowed once, by the adapter. */
export interface Order extends ListedOrder {
  readonly statusId: number;
  readonly raw: RawOrder;
}

/** One GET of an order: `readAt` is when it began, in epoch milliseconds. */
export interface Read {
  readonly order: Order;
  readonly readAt: number;
}

/** A GET that was answered with 404. */
export interface Gone {
  readonly order: undefined;
  readonly readAt: number;
}

/** Products, shipping addresses and coupons as the store lists them; fees where they did not come with the order. */
export interface SubResources {
  readonly products: readonly Row[];
  readonly shipping_addresses: readonly Row[];
  readonly coupons: readonly Row[];
  readonly fees?: readonly Row[];
}

/** A list that is joined to an order. */
export type ListName = keyof SubResources;

/** How an order stands in the Orders table. */
export interface Replication {
  readonly state: 'stored' | 'copied' | 'replicated';
  readonly source: string;
  readonly seen_at: string;
  readonly read_at: string;
  readonly status_before: number;
  readonly target_status_id?: number;
  readonly advanced_at?: string;
  readonly gone?: boolean;
  /** The lists that could not be had whole, if any: they are as an earlier snapshot had them, or empty. */
  readonly incomplete?: readonly ListName[];
  /** When its personal fields were erased, never to be stored again. */
  readonly erased_at?: string;
  /** Never in the table. Its parts are missing: the order is stored, and all else that is shown of it is no content. */
  readonly parts_missing?: true;
}

/** The enriched order as stored. */
export interface Snapshot extends RawOrder, SubResources {
  readonly replication: Replication;
  /** For the table's TTL, in epoch seconds; without it the snapshot does not expire. */
  readonly expires_at?: number;
  /** The store's own fields of the names in OUR_FIELDS. */
  readonly store_fields?: Row;
}

/** What we add to an order. The store may give it a field of such a name at any time. A further name of ours belongs here. */
export const OUR_FIELDS: ReadonlySet<string> = new Set(['replication', 'expires_at', 'store_fields']);

/** An order id from outside: a positive integer, also as text; anything else is undefined. */
export function toOrderId(value: unknown): number | undefined {
  const id = typeof value === 'string' && /^[1-9]\d{0,15}$/.test(value) ? Number(value) : value;
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? id : undefined;
}

/** Narrows what BigCommerce calls an order: undefined unless it is an object with an id and a status id. */
export function toRawOrder(value: unknown): RawOrder | undefined {
  if (!isRow(value) || !Number.isInteger(value.status_id)) return undefined;
  return toOrderId(value.id) === value.id ? (value as RawOrder) : undefined;
}

const ERROR_FIELDS = new Set(['status', 'message', 'details', 'title', 'type', 'errors']);

/** Whether a row of a list is an error of the store, which some answers carry under status 200. */
export function isErrorRow(row: unknown): boolean {
  const names = isRow(row) ? Object.keys(row) : [];
  return names.length > 0 && names.every((name) => ERROR_FIELDS.has(name));
}
