// One list of an order: its rows, or why they are not believed.
import { BigCommerceError, DoubtfulListError } from '../shared/runtime/errors';
import type { Order } from '../shared/order/order';
import type { Row } from '../shared/runtime/json';

export interface FoundList {
  readonly rows: readonly Row[];
  readonly error?: Error;
}

/** The fields in which an order counts something of a list. */
export type CountField = 'items_total' | 'shipping_address_count' | 'coupon_discount';

/** A list that could not be had is as good as none: its error is kept with it. Never throws. */
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

/** The fees that came with the order; undefined where it shows none. */
export function ownFees({ fees }: Order): FoundList | undefined {
  return fees === undefined ? undefined : { rows: fees };
}

/** An empty answer looks the same as an empty list: it is incomplete where the order counts something in it. */
export function checkCount({ id, raw }: Order, found: FoundList, field: CountField, what: string): FoundList {
  const count = Number(raw[field] ?? 0);
  if (found.rows.length > 0 || found.error !== undefined || !(count > 0)) return found;
  const text = `The store lists no ${what} of order ${id}, although its ${field} is ${count}.`;
  return { rows: [], error: new BigCommerceError(text, 'retryable') };
}

/** Whether the store may have meant that there is nothing: it answered 404, or in an unusual form. */
function isDoubtful(error: unknown): boolean {
  return error instanceof DoubtfulListError || (error instanceof BigCommerceError && error.status === 404);
}
