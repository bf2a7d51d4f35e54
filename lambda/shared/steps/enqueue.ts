// What every sender does after it has queued references: the ledger learns that they are on their way.
import { formatError } from '../runtime/errors';
import type { Ledger } from '../tables/ledger';
import type { Log } from '../runtime/log';
import type { OrderReference } from '../order/reference';

/** Ledger rows noted side by side; each is one small write. */
const NOTES_AT_ONCE = 25;

interface Deps {
  readonly ledger: Pick<Ledger, 'recordQueued'>;
  readonly log: Pick<Log, 'warn'>;
  readonly now: () => number;
}

/** Queued first, noted after: a note without a reference would hide the order. A lost note costs one more reference. */
export async function recordQueued(references: readonly OrderReference[], deps: Deps): Promise<void> {
  const note = async (reference: OrderReference) => {
    try {
      await deps.ledger.recordQueued(reference, deps.now());
    } catch (error) {
      deps.log.warn('ledger.queued_not_recorded', { orderId: reference.orderId, error: formatError(error) });
    }
  };
  for (let start = 0; start < references.length; start += NOTES_AT_ONCE) {
    await Promise.all(references.slice(start, start + NOTES_AT_ONCE).map(note));
  }
}
