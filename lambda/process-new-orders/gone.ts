// When a 404 is believed of an order that is stored, and how its snapshot says so.
import { BigCommerceError, formatError } from '../shared/runtime/errors';
import type { Snapshot } from '../shared/order/order';
import type { Store } from '../shared/bigcommerce/client';
import type { Log } from '../shared/runtime/log';
import { DAY_MS, iso } from '../shared/runtime/time';

/** How long the store must answer 404 for an order that is stored: other stores did so for days, of orders that existed. */
const GONE_AFTER_MS = DAY_MS;

/** Times are epoch milliseconds, but for `since`: when the first 404 of a row came, as the ledger has it. */
export interface Missing {
  readonly orderId: number;
  readonly readAt: number;
  readonly since: string | undefined;
}

/** Says until when or why a 404 is not believed, or undefined if the order is gone. */
export async function whyNotGone(
  { orderId, readAt, since }: Missing,
  deps: { readonly store: Pick<Store, 'listOrders'>; readonly log: Pick<Log, 'warn'> },
): Promise<string | undefined> {
  const missingSince = since === undefined ? readAt : Date.parse(since);
  if (readAt - missingSince < GONE_AFTER_MS) return 'believed after 24 hours';
  return (await isListed(orderId, deps)) ? 'not believed, since a list shows it' : undefined;
}

/**
 * Whether a list shows the order although its GET does not. Its neighbours are asked for too: whether the bounds are
 * inclusive is not known. A list that fails shows nothing: then the 404s alone count.
 */
async function isListed(
  orderId: number,
  { store, log }: { readonly store: Pick<Store, 'listOrders'>; readonly log: Pick<Log, 'warn'> },
): Promise<boolean> {
  try {
    const { orders } = await store.listOrders({ minId: orderId - 1, maxId: orderId + 1 });
    return orders.some(({ id }) => id === orderId);
  } catch (error) {
    log.warn('order.list_lookup_failed', { orderId, error: formatError(error) });
    return false;
  }
}

export function notYetGone(orderId: number, until: string): BigCommerceError {
  const text = `The store answers 404 for order ${orderId}; this is ${until}.`;
  return new BigCommerceError(text, 'retryable', 404);
}

/** The snapshot of an order that is gone. What it was to become is off; that it once was advanced stays true. */
export function markGone(earlier: Snapshot, readAt: number, advancedAt: string | undefined): Snapshot {
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
