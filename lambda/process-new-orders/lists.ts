// The lists that belong to a read: those that are stored, where the order shows itself unchanged, or fetched ones.
import type { Order, Read, Snapshot, SubResources } from '../shared/order/order';
import type { Row } from '../shared/runtime/json';
import { ACCEPT_ABSENCE_RECEIVE, lastAdvance } from './attempt';
import type { Attempt, ToStore } from './attempt';
import type { CountField } from './found-list';
import { fetchLists } from './incomplete';
import type { FetchListsDeps } from './incomplete';
import { listsAsStored } from './lists-as-stored';
import type { ListsAsStoredDeps } from './lists-as-stored';

export type ListsDeps = FetchListsDeps &
  ListsAsStoredDeps & {
    /** The receive after which SQS would move the message to the dead letter queue, without a reason. */
    readonly policy: { readonly maxReceiveCount: number };
  };

/** Throws where one of them is not whole; at the last receive the order is stored before, as far as it is known. */
export async function findLists(
  read: Read,
  earlier: Snapshot | undefined,
  attempt: Attempt,
  deps: ListsDeps,
): Promise<Pick<ToStore, 'lists' | 'areListsStored'>> {
  const { row, reference, message } = attempt;
  const task = {
    read,
    earlier,
    row,
    reference,
    advancedAt: lastAdvance(attempt, earlier),
    acceptsDoubtful: message.receiveCount >= ACCEPT_ABSENCE_RECEIVE,
    isLast: message.receiveCount >= deps.policy.maxReceiveCount,
  };
  const stored = await listsAsStored(task, deps);
  const lists = stored ?? (await fetchLists(task, deps));
  return { lists: keepCounted(read.order, lists, earlier), areListsStored: stored !== undefined };
}

/**
 * The lists with the rows that are stored where a list came empty although the order still counts something in it: an
 * empty answer that is believed in the end must not take away what is known.
 */
function keepCounted(order: Order, lists: SubResources, stored: Snapshot | undefined): SubResources {
  const keep = (name: 'shipping_addresses' | 'coupons', field: CountField) => {
    // DropFields may have left neither.
    const came: unknown = lists[name];
    const known: unknown = stored?.[name];
    const isEmpty = Array.isArray(came) && came.length === 0;
    const isKept = isEmpty && Array.isArray(known) && Number(order.raw[field] ?? 0) > 0;
    return isKept ? (known as readonly Row[]) : lists[name];
  };
  return {
    ...lists,
    shipping_addresses: keep('shipping_addresses', 'shipping_address_count'),
    coupons: keep('coupons', 'coupon_discount'),
  };
}
