// An order that is gone: when a 404 is believed of one that is stored, and the step `mark`, by which its snapshot says so.
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

/** How long the store must answer 404 for an order that is stored: other stores did so for days, of orders that existed. */
const GONE_AFTER_MS = DAY_MS;

/** Times are epoch milliseconds, but for `since`: when the first 404 of a row came, as the ledger has it. */
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

/** Marks the snapshot of an order that is gone, so that consumers learn of it. */
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

/** Says until when or why a 404 is not believed, or undefined if the order is gone. */
export async function whyNotGone(
  { orderId, readAt, since }: MissingOrder,
  deps: GoneDeps,
): Promise<string | undefined> {
  const missingSince = since === undefined ? readAt : Date.parse(since);
  if (readAt - missingSince < GONE_AFTER_MS) return 'believed after 24 hours';
  return (await isListed(orderId, deps)) ? 'not believed, since a list shows it' : undefined;
}

/**
 * Whether a list shows the order although its GET does not. Its neighbours are asked for too: whether the bounds are
 * inclusive is not known. A list that fails shows nothing: then the 404s alone count.
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

export function notYetGone(orderId: number, until: string): BigCommerceError {
  const text = `The store answers 404 for order ${orderId}; this is ${until}.`;
  return new BigCommerceError(text, 'retryable', 404);
}

/** The snapshot of an order that is gone. What it was to become is off; that it once was advanced stays true. */
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
