// Reads one status of the store to its end, by ascending id: page numbers slide while workers change statuses.
import type { ListedOrder, OrderQuery, Store } from '../shared/bigcommerce';

export interface ListedPage {
  /** Orders that no earlier page brought. */
  readonly orders: readonly ListedOrder[];
  readonly unreadable: number;
  /** When the answer was in, in epoch milliseconds: never earlier, or an edit since would count as read. */
  readonly seenAt: number;
}

interface Deps {
  readonly store: Pick<Store, 'listOrders'>;
  readonly now: () => number;
}

/** Yields page after page until one brings nothing new. Works whether `min_id` includes its bound or not. */
export async function* listedPages(query: Omit<OrderQuery, 'minId'>, deps: Deps): AsyncGenerator<ListedPage> {
  for (let minId = 0; ;) {
    const page = await deps.store.listOrders({ ...query, minId });
    const seenAt = deps.now();
    const lastSeen = minId;
    const orders = page.orders.filter(({ id }) => id > lastSeen);
    yield { orders, unreadable: page.unreadable, seenAt };
    if (page.isLast || orders.length === 0) return;
    minId = Math.max(...orders.map(({ id }) => id));
  }
}
