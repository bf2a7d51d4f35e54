// How every sender queues references: the queue has them first, the ledger records them after.
import type { Queue } from '../aws/queue';
import type { OrderReference } from '../order/reference';
import { formatError } from '../runtime/errors';
import type { Log } from '../runtime/log';
import type { Ledger } from '../tables/ledger';

/** Ledger rows written side by side; each is one small write. */
const ROWS_AT_ONCE = 25;

export interface EnqueueDeps {
  readonly adapters: {
    readonly queue: Pick<Queue, 'enqueue'>;
    readonly ledger: Pick<Ledger, 'recordQueued'>;
    readonly log: Pick<Log, 'warn'>;
  };
  readonly invocation: { readonly now: () => number };
}

/** What a sender does of its own once the references are queued; it must not throw. */
type AfterQueued = (messageIds: readonly string[]) => Promise<unknown>;

/**
 * Queues the references, then records them in the ledger as queued, next to what else the sender does then. A row
 * without a reference would hide the order; a reference without a row costs one more reference. Throws what the queue
 * throws, before anything is recorded.
 */
export async function enqueue(
  references: readonly OrderReference[],
  { adapters, invocation }: EnqueueDeps,
  afterwards?: AfterQueued,
): Promise<void> {
  const messageIds = await adapters.queue.enqueue(references);
  await Promise.all([recordAll(references, { adapters, invocation }), afterwards?.(messageIds)]);
}

async function recordAll(references: readonly OrderReference[], deps: EnqueueDeps): Promise<void> {
  for (let start = 0; start < references.length; start += ROWS_AT_ONCE) {
    const some = references.slice(start, start + ROWS_AT_ONCE);
    await Promise.all(some.map((reference) => recordOne(reference, deps)));
  }
}

async function recordOne(
  reference: OrderReference,
  { adapters: { ledger, log }, invocation }: EnqueueDeps,
): Promise<void> {
  try {
    await ledger.recordQueued(reference, invocation.now());
  } catch (error) {
    log.warn('ledger.queued_not_recorded', { orderId: reference.orderId, error: formatError(error) });
  }
}
