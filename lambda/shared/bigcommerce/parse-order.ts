// Narrows an order once: its status, its dates as times, and the lines and fees that came with it. No rule reads them from
// the JSON again.
import { feesOf, linesOf } from '../order/consignments';
import type { ListedOrder, Order, RawOrder } from '../order/order';
import type { Row } from '../runtime/json';
import { parseDate } from '../runtime/time';

/** An order of a list; `row` has its id. */
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

/** An order that a GET or a PUT showed. */
export function parseOrder(order: RawOrder): Order {
  return { ...parseListedOrder(order), statusId: order.status_id, raw: order };
}

/** A list may show a number as text. */
function toStatusId(value: unknown): number | undefined {
  const id = typeof value === 'string' && /^\d{1,4}$/.test(value) ? Number(value) : value;
  return typeof id === 'number' ? id : undefined;
}
