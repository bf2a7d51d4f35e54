// Decides when a 404 for a stored order means that the order is gone. The step `mark` then marks its snapshot.
import { BigCommerceError, formatError } from '../shared/runtime/errors';
import type { Snapshot } from '../shared/order/order';
import type { OrdersTable } from '../shared/tables/orders';
import type { Store } from '../shared/bigcommerce/client';
import type { Log } from '../shared/runtime/log';
import { DAY_MS, iso } from '../shared/runtime/time';
import { lastAdvance } from './attempt';
import type { Attempt, ToConfirm, ToMark } from './attempt';
import { keptUntil, saveSnapshot, applyRetention } from './snapshot';
import type { Retention } from './snapshot';

/** How long the store must answer 404 for a stored order. Stores have answered 404 for days for orders that existed. */
const GONE_AFTER_MS = DAY_MS;

/** An order that the store answers with 404. `readAt` is epoch milliseconds; `since` is the ledger's ISO time of the first 404. */
export interface MissingOrder {
  readonly orderId: number;
  readonly readAt: number;
  readonly since: string | undefined;
}

export interface GoneDeps {
  readonly adapters: { readonly store: Pick<Store, 'listOrders'>; readonly log: Pick<Log, 'warn'> };
}

export interface MarkDeps {
  readonly adapters: { readonly orders: Pick<OrdersTable, 'save'> };
  readonly policy: { readonly retention: Retention };
}

/** Marks the snapshot of an order that is gone, so that consumers see it. */
export async function markGone(
  { gone, earlier }: ToMark,
  attempt: Attempt,
  { adapters, policy }: MarkDeps,
): Promise<ToConfirm> {
  const advancedAt = lastAdvance(attempt, earlier);
  const erasedAt = attempt.row.erased_at ?? earlier.replication.erased_at;
  const marked = applyRetention(withMark(earlier, gone.readAt, advancedAt), erasedAt, policy.retention);
  await saveSnapshot(marked, earlier, adapters.orders);
  const end = { state: 'copied', reason: 'not-found', keptUntil: keptUntil(earlier), advancedAt } as const;
  return { step: 'confirm', kind: 'end', finish: { ...gone, ...end } };
}

/** Returns why a 404 is not accepted yet, or undefined if the order is gone. */
export async function whyNotGone(
  { orderId, readAt, since }: MissingOrder,
  deps: GoneDeps,
): Promise<string | undefined> {
  const missingSince = since === undefined ? readAt : Date.parse(since);
  if (readAt - missingSince < GONE_AFTER_MS) return 'accepted after 24 hours';
  return (await isListed(orderId, deps)) ? 'not accepted, because a list shows the order' : undefined;
}

/**
 * Whether a list shows the order although its GET does not. The range includes the neighbouring ids, because the bounds may
 * be exclusive. If the list fails, the 404s alone decide.
 */
async function isListed(orderId: number, { adapters: { store, log } }: GoneDeps): Promise<boolean> {
  try {
    const { orders } = await store.listOrders({ minId: orderId - 1, maxId: orderId + 1 });
    return orders.some(({ id }) => id === orderId);
  } catch (error) {
    log.warn('order.list_lookup_failed', { orderId, error: formatError(error) });
    return false;
  }
}

/** The error for a 404 that is not accepted yet; `until` is the reason. */
export function notYetGone(orderId: number, until: string): BigCommerceError {
  const text = `The store answers 404 for order ${orderId}; this is ${until}.`;
  return new BigCommerceError(text, 'retryable', 404);
}

/** The snapshot of an order that is gone, without its target status. The time of its last advance stays. */
function withMark(earlier: Snapshot, readAt: number, advancedAt: string | undefined): Snapshot {
  const { target_status_id: _intended, ...replication } = earlier.replication;
  const marked = {
    ...replication,
    ...(advancedAt === undefined ? {} : { advanced_at: advancedAt }),
    state: 'copied',
    read_at: iso(readAt),
    gone: true,
  } as const;
  return { ...earlier, replication: marked };
}
