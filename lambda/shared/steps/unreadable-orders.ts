// Orders that make every list fail which holds them. Each gets a reference, once a day at most: its own GET may work.
import { formatError } from '../runtime/errors';
import { recordQueued } from './enqueue';
import type { Ledger } from '../tables/ledger';
import type { LedgerRow } from '../order/ledger-row';
import type { OrderReference } from '../order/reference';
import type { Log } from '../runtime/log';
import type { Queue } from '../aws/queue';
import { DAY_MS, iso } from '../runtime/time';

/** Why such an order is not accounted for. */
export const UNREADABLE = 'the store fails on each list that holds it';

interface Deps {
  readonly queue: Pick<Queue, 'enqueue'>;
  readonly ledger: Pick<Ledger, 'find' | 'recordQueued' | 'recordUnreadable'>;
  readonly log: Pick<Log, 'warn'>;
  readonly now: () => number;
}

/** What all of their references say; `seenAt` is in epoch milliseconds. */
export interface Sender extends Pick<OrderReference, 'source' | 'jobTimestamp' | 'advance'> {
  readonly seenAt: number;
  /** How long after another sender's reference this one sends its own; a day, if left out. */
  readonly afterMs?: number;
}

/** Queues a reference to each of the orders that had none for a day. Returns how many. */
export async function referToUnreadable(
  orderIds: readonly number[],
  { seenAt, afterMs = DAY_MS, ...sender }: Sender,
  deps: Deps,
): Promise<number> {
  if (orderIds.length === 0) return 0;
  const rows = await deps.ledger.find(orderIds);
  const isDue = (row: LedgerRow | undefined) =>
    row?.unreadable_at === undefined || deps.now() - Date.parse(row.unreadable_at) >= afterMs;
  const due = orderIds.filter((orderId) => isDue(rows.get(orderId)));
  const at = iso(seenAt);
  const references = due.map((orderId): OrderReference => ({ orderId, ...sender, seenAt: at }));
  await deps.queue.enqueue(references);
  await recordQueued(references, deps);
  for (const orderId of due) await note(orderId, deps);
  return due.length;
}

async function note(orderId: number, { ledger, log, now }: Deps): Promise<void> {
  try {
    await ledger.recordUnreadable(orderId, now());
  } catch (error) {
    log.warn('ledger.unlistable_not_recorded', { orderId, error: formatError(error) });
  }
}
