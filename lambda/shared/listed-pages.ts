// Reads one list of the store to its end, by ascending id: page numbers slide while workers change statuses.
import { BigCommerceError, describe } from './errors';
import type { ListedOrder, OrderQuery, Store } from './bigcommerce';
import type { Log } from './log';

export interface ListedPage {
  /** Orders that no earlier page brought. */
  readonly orders: readonly ListedOrder[];
  readonly unreadable: number;
  /** When the answer was in, in epoch milliseconds: never earlier, or an edit since would count as read. */
  readonly seenAt: number;
  /** The id from which on the list goes on. */
  readonly lastId: number;
  /** No further page can follow. */
  readonly isLast: boolean;
}

interface Deps {
  readonly store: Pick<Store, 'listOrders'>;
  /** Is told when lines are given up. */
  readonly log?: Pick<Log, 'warn'>;
  readonly now: () => number;
}

/**
 * Yields page after page until one brings nothing new. Works whether `min_id` includes its bound or not. With their lines
 * orders are much more work for the store: where a page of them is too much, the list is asked for plainly from there on.
 */
export async function* listedPages(
  { withLines = false, ...query }: Omit<OrderQuery, 'minId'>,
  afterId: number,
  deps: Deps,
): AsyncGenerator<ListedPage> {
  let asksLines = withLines;
  const ask = async (minId: number) => {
    try {
      return await deps.store.listOrders({ ...query, minId, withLines: asksLines });
    } catch (error) {
      const mayHelp = asksLines && error instanceof BigCommerceError && error.kind !== 'configuration';
      if (!mayHelp) throw error;
      deps.log?.warn('orders listed without their lines', { error: describe(error) });
      asksLines = false;
      return deps.store.listOrders({ ...query, minId });
    }
  };
  for (let minId = afterId; ;) {
    const page = await ask(minId);
    const seenAt = deps.now();
    const lastSeen = minId;
    const orders = page.orders.filter(({ id }) => id > lastSeen);
    minId = Math.max(minId, ...orders.map(({ id }) => id));
    const isLast = page.isLast || orders.length === 0;
    yield { orders, unreadable: page.unreadable, seenAt, lastId: minId, isLast };
    if (isLast) return;
  }
}
