// Counts and lists the store's orders, by status, dates and ids.
import type { ListedOrder } from '../order/order';
import { isErrorRow, toOrderId } from '../order/order';
import { isRow, toList } from '../runtime/json';
import type { Row } from '../runtime/json';
import { isLastPage, LARGEST_PAGE } from '../runtime/page-sizes';
import { parseListedOrder } from './parse-order';
import type { Get, Query } from './request';
import { missing, toRowsOrNone } from './response';

/** Date bounds in epoch milliseconds. BigCommerce does not document whether they are inclusive. */
export interface OrderDates {
  readonly modifiedSince?: number | undefined;
  readonly modifiedBefore?: number | undefined;
  readonly createdSince?: number | undefined;
  readonly createdBefore?: number | undefined;
}

export interface OrderQuery extends OrderDates {
  /** Without it, the list has every status, but no Incomplete and no archived orders. */
  readonly statusId?: number;
  /** The last id seen, or 0. The bound may be inclusive, so the order may come again. */
  readonly minId: number;
  /** The greatest id; this bound may be exclusive. */
  readonly maxId?: number;
  /** Requests lines and fees with each order, unless the settings exclude lines. */
  readonly withLines?: boolean;
  /** Rows on a page; by default the store's maximum. */
  readonly limit?: number;
  /** Sent once, and retried only after a 429: the caller has an alternative. */
  readonly once?: boolean;
}

export interface OrderPage {
  readonly orders: readonly ListedOrder[];
  /** The number of rows without a usable id: no call can request them again. */
  readonly unreadable: number;
  /** Whether no page can follow. */
  readonly isLast: boolean;
}

/** Orders by status id; a status that the store does not count is absent. */
export async function countOrders(get: Get, dates: OrderDates): Promise<ReadonlyMap<number, number>> {
  const path = '/v2/orders/count';
  const answer = await get({ endpoint: 'GET count', path, query: inQuery(dates), read: toStatuses });
  if (!answer.found) return missing('GET', path);
  const counts = answer.value.filter(isRow).map((row) => [toCount(row.id), toCount(row.count)] as const);
  return new Map(counts.filter(([id, count]) => Number.isInteger(id) && Number.isInteger(count)));
}

function toStatuses(body: unknown): readonly unknown[] | undefined {
  const statuses = isRow(body) ? toList(body.statuses) : undefined;
  return statuses?.some(isErrorRow) ? undefined : statuses;
}

/** NaN for a value that is not a number: it must not look like an empty status, whose list is skipped. */
function toCount(value: unknown): number {
  const isText = typeof value === 'string' && value.trim() !== '';
  return typeof value === 'number' || isText ? Number(value) : Number.NaN;
}

/** Lists one page, ascending by id; `extras` is the query for lines and fees. */
export async function listOrders(get: Get, query: OrderQuery, extras: Query): Promise<OrderPage> {
  const path = '/v2/orders';
  const { limit = LARGEST_PAGE } = query;
  const answer = await get({
    endpoint: 'GET orders',
    path,
    query: {
      ...(query.statusId === undefined ? {} : { status_id: query.statusId }),
      ...(query.minId > 0 ? { min_id: query.minId } : {}),
      ...(query.maxId === undefined ? {} : { max_id: query.maxId }),
      ...inQuery(query),
      ...extras,
      sort: 'id:asc',
      limit,
    },
    once: query.once,
    read: toOrderRows,
  });
  if (!answer.found) return missing('GET', path);
  const rows = answer.value;
  const orders = rows.filter(hasId).map(parseListedOrder);
  return { orders, unreadable: rows.length - orders.length, isLast: isLastPage(rows.length, limit) };
}

/** Undefined for a list without any usable id: an error with status 200 looks like that. */
function toOrderRows(body: unknown): readonly unknown[] | undefined {
  const rows = toRowsOrNone(body);
  return rows?.length === 0 || rows?.some(hasId) ? rows : undefined;
}

function hasId(row: unknown): row is Row & { readonly id: number } {
  return isRow(row) && row.id !== undefined && row.id === toOrderId(row.id);
}

function inQuery({ modifiedSince, modifiedBefore, createdSince, createdBefore }: OrderDates): Query {
  return {
    ...(modifiedSince === undefined ? {} : { min_date_modified: isoWithOffset(modifiedSince) }),
    ...(modifiedBefore === undefined ? {} : { max_date_modified: isoWithOffset(modifiedBefore) }),
    ...(createdSince === undefined ? {} : { min_date_created: isoWithOffset(createdSince) }),
    ...(createdBefore === undefined ? {} : { max_date_created: isoWithOffset(createdBefore) }),
  };
}

/** BigCommerce requires dates in whole seconds with an offset. */
function isoWithOffset(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, '+00:00');
}
