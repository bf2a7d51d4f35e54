// Narrows an order once: its status, its dates as times, and the lines and fees that came with it. No rule parses them again.
import { feesOf, linesOf } from '../order/consignments';
import type { ListedOrder, Order, RawOrder } from '../order/order';
import type { Row } from '../runtime/json';
import { parseDate } from '../runtime/time';

/** Narrows an order of a list, which has a usable id. */
export function parseListedOrder(row: Row & { readonly id: number }): ListedOrder {
  return {
    id: row.id,
    statusId: toStatusId(row.status_id),
    createdAt: parseDate(row.date_created),
    modifiedAt: parseDate(row.date_modified),
    isArchived: row.is_deleted === true,
    lines: linesOf(row),
    fees: feesOf(row),
    raw: row,
  };
}

/** Narrows the order of a GET or a PUT. */
export function parseOrder(order: RawOrder): Order {
  return { ...parseListedOrder(order), statusId: order.status_id, raw: order };
}

/** A list may have the number as a string. */
function toStatusId(value: unknown): number | undefined {
  const id = typeof value === 'string' && /^\d{1,4}$/.test(value) ? Number(value) : value;
  return typeof id === 'number' ? id : undefined;
}
