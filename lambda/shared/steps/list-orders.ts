// Reads one list of the store to its end, by ascending id: page numbers slide while workers change statuses. A page that
// cannot be had is asked for in halves, and an order that no list can show is stepped over, and named.
import { newEffort } from './list-effort';
import type { Effort } from './list-effort';
import { ListReader } from './list-reader';
import type { ListDeps, ListedPage, ListToRead } from './list-reader';

/**
 * Yields page after page until one brings nothing new, or until the reader stops. Works whether `min_id` includes its bound
 * or not. With their lines orders are much more work for the store: where a page of them fails, the list is asked for plainly.
 */
export async function* listedPages(
  list: ListToRead,
  deps: ListDeps,
  effort: Effort = newEffort(),
): AsyncGenerator<ListedPage> {
  const reader = new ListReader(list, deps, effort);
  for (let page = await reader.next(); page !== undefined; page = await reader.next()) yield page;
}
