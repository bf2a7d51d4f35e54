// Finds the lists that belong to a read: the stored ones if the order is unchanged, otherwise fetched ones.
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

/** Throws if a list is incomplete. At the last receive, the incomplete order is stored first. */
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
 * Keeps the stored rows of a list that came empty although the order counts something in it: an empty answer that is accepted
 * in the end must not delete stored rows.
 */
function keepCounted(order: Order, lists: SubResources, stored: Snapshot | undefined): SubResources {
  const keep = (name: 'shipping_addresses' | 'coupons', field: CountField) => {
    // DropFields may have removed both.
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
