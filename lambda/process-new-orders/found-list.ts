// One list of an order: its rows, or the error by which they are missing or incomplete.
import { BigCommerceError, DoubtfulListError } from '../shared/runtime/errors';
import type { Order } from '../shared/order/order';
import type { Row } from '../shared/runtime/json';

export interface FoundList {
  readonly rows: readonly Row[];
  readonly error?: Error;
}

/** The order's fields that say how many rows a list must have, or that it must not be empty. */
export type CountField = 'items_total' | 'shipping_address_count' | 'coupon_discount';

/** The rows of a list, or no rows and the error. `acceptsDoubtful` takes a doubtful answer as an empty list. Never throws. */
export async function toFoundList(
  rows: Promise<readonly Row[]>,
  acceptsDoubtful: boolean,
): Promise<FoundList> {
  try {
    return { rows: await rows };
  } catch (error) {
    if (acceptsDoubtful && isDoubtful(error)) return { rows: [] };
    return { rows: [], error: error instanceof Error ? error : new Error(String(error)) };
  }
}

/** The fees that came with the order; undefined if the order does not show them. */
export function ownFees({ fees }: Order): FoundList | undefined {
  return fees === undefined ? undefined : { rows: fees };
}

/** Marks an empty list as incomplete if the order's count says otherwise: an empty answer and an empty list look the same. */
export function checkCount({ id, raw }: Order, found: FoundList, field: CountField, what: string): FoundList {
  const count = Number(raw[field] ?? 0);
  if (found.rows.length > 0 || found.error !== undefined || !(count > 0)) return found;
  const text = `The store lists no ${what} of order ${id}, although its ${field} is ${count}.`;
  return { rows: [], error: new BigCommerceError(text, 'retryable') };
}

/** Whether the answer may mean an empty list: a 404, or an unusual form. */
function isDoubtful(error: unknown): boolean {
  return error instanceof DoubtfulListError || (error instanceof BigCommerceError && error.status === 404);
}
