// Orders that make every list fail which holds them. Each gets a reference, once a day at most: its own GET may work.
import { formatError } from '../runtime/errors';
import { enqueue } from './enqueue';
import type { EnqueueDeps } from './enqueue';
import type { Ledger } from '../tables/ledger';
import type { LedgerRow } from '../order/ledger-row';
import type { OrderReference } from '../order/reference';
import { DAY_MS, iso } from '../runtime/time';

export interface UnlistableDeps extends EnqueueDeps {
  readonly adapters: EnqueueDeps['adapters'] & {
    readonly ledger: Pick<Ledger, 'find' | 'recordQueued' | 'recordUnlistable'>;
  };
}

/** What all of their references say; `seenAt` is in epoch milliseconds. */
export interface Sender extends Pick<OrderReference, 'source' | 'jobTimestamp' | 'advance'> {
  readonly seenAt: number;
  /** How long after another sender's reference this one sends its own; a day by default. */
  readonly afterMs?: number;
}

/** Queues a reference to each of the orders that had none for a day. Returns how many. */
export async function enqueueUnlistable(
  orderIds: readonly number[],
  { seenAt, afterMs = DAY_MS, ...sender }: Sender,
  deps: UnlistableDeps,
): Promise<number> {
  if (orderIds.length === 0) return 0;
  const rows = await deps.adapters.ledger.find(orderIds);
  const now = deps.invocation.now();
  const due = orderIds.filter((orderId) => isDue(rows.get(orderId), now - afterMs));
  const at = iso(seenAt);
  const references = due.map((orderId): OrderReference => ({ orderId, ...sender, seenAt: at }));
  await enqueue(references, deps);
  for (const orderId of due) await record(orderId, deps);
  return due.length;
}

function isDue(row: LedgerRow | undefined, latest: number): boolean {
  return row?.unreadable_at === undefined || Date.parse(row.unreadable_at) <= latest;
}

async function record(
  orderId: number,
  { adapters: { ledger, log }, invocation }: UnlistableDeps,
): Promise<void> {
  try {
    await ledger.recordUnlistable(orderId, invocation.now());
  } catch (error) {
    log.warn('ledger.unlistable_not_recorded', { orderId, error: formatError(error) });
  }
}
