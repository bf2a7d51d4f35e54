// One call for a page of a list, or that it failed in a way that a smaller page may help against.
import { BigCommerceError } from '../runtime/errors';
import { LARGEST_PAGE, mayBeTooLarge } from '../runtime/page-sizes';
import type { Store } from '../bigcommerce/client';
import type { OrderPage, OrderQuery } from '../bigcommerce/order-list';
import type { Position, Probe } from './find-unlistable';
import type { Effort } from './list-effort';

/** Which orders a list is about. */
export type ListQuery = Omit<OrderQuery, 'minId'>;

/** How a page of a list is asked for. */
export type AskList = (asked: OrderQuery) => Promise<Asked>;

export type Asked = { readonly page: OrderPage } | { readonly error: BigCommerceError };

/** Says that the reader has to stop here. */
export class Stop extends Error {}

/** `isTimeUp`: whether no further call may begin, unless nothing was read yet. */
export function createAsk(
  query: ListQuery,
  store: Pick<Store, 'listOrders'>,
  effort: Effort,
  isTimeUp: () => boolean = () => false,
): AskList {
  return async ({ once = false, limit = LARGEST_PAGE, ...range }) => {
    if (effort.pages > 0 && isTimeUp()) throw new Stop('No time is left to read lists.');
    try {
      const page = await store.listOrders({
        ...query,
        ...range,
        ...(limit < LARGEST_PAGE ? { limit } : {}),
        ...(once ? { once } : {}),
      });
      effort.isAnswered = true;
      return { page };
    } catch (error) {
      if (!mayBeTooLarge(error)) throw error;
      return { error };
    }
  };
}

/** Asks for one order at a time. */
export function probeBy(ask: AskList): Probe {
  return async (minId, maxId) => {
    const range = maxId === undefined ? { minId } : { minId, maxId };
    const answer = await ask({ ...range, limit: 1, once: true });
    return 'error' in answer ? 'failed' : answer.page.orders[0]?.id;
  };
}

/** A full page that brings nothing but rows without a usable id, besides its bound, leads no further: it has failed. */
export function checked(answer: Asked, { after }: Position): Asked {
  if ('error' in answer) return answer;
  const { orders, unreadable, isLast } = answer.page;
  if (isLast || unreadable === 0 || orders.some(({ id }) => id > after)) return answer;
  return { error: new BigCommerceError('A page of orders brought no usable id.', 'retryable') };
}
