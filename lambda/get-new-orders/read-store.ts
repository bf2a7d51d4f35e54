// Reads the lists of a poll, one after the other, as far as time allows. The next poll continues where this one stops.
import type { Store } from '../shared/bigcommerce/client';
import { BigCommerceError, formatError } from '../shared/runtime/errors';
import { newEffort } from '../shared/steps/list-effort';
import { TooManyUnlistableError } from '../shared/steps/step-over';
import type { Job, JobsTable } from '../shared/tables/jobs';
import { holdUnlistable } from './check-changes';
import type { Hold } from './check-changes';
import type { PollTally } from './poll-tally';
import { findPollWindow } from './poll-window';
import type { WindowDeps } from './poll-window';
import { readList } from './read-list';
import type { ReadListDeps } from './read-list';

export type ReadStoreDeps = WindowDeps &
  ReadListDeps & {
    readonly adapters: {
      readonly store: Pick<Store, 'countOrders'>;
      readonly jobs: Pick<JobsTable, 'lastSliced'>;
    };
  };

/** The end of a poll: finished, perhaps with changes to read again, or sliced, with the cursor of the next poll. */
export type PollEnd =
  | ({ readonly outcome: 'poll.finished' } & Partial<Hold>)
  | (Pick<Job, 'cursor'> & { readonly outcome: 'poll.sliced' });

/** Queues the orders of all lists. Throws the store's errors; the tally has the counts until then. */
export async function readStore(tally: PollTally, deps: ReadStoreDeps): Promise<PollEnd> {
  const counts = await countOrders(tally, deps);
  const window = await findPollWindow(tally.timestamp, deps);
  tally.began = window.began;
  // The list of a status is skipped only if the store counts no order in it. A status without a count is listed.
  const lists = window.lists.filter(({ statusId = Number.NaN }) => counts.get(statusId) !== 0);
  const reading = { window, tally, effort: newEffort() };
  let { waits } = window;
  let [hold, failure]: [Hold?, TooManyUnlistableError?] = [];
  for (const list of lists) {
    const read = await readList(list, reading, deps).catch(returnUnlistable);
    if (read instanceof TooManyUnlistableError) {
      failure ??= read;
      continue;
    }
    hold ??= read.hold;
    waits ||= read.waits;
    if (read.cursor === undefined) continue;
    if (failure !== undefined) break;
    return { outcome: 'poll.sliced', cursor: { ...read.cursor, ...(waits ? { waits } : {}) } };
  }
  // Unlistable orders of one list do not stop the other lists, but the poll fails.
  if (failure !== undefined) throw failure;
  if (waits) hold ??= await holdUnlistable(tally.timestamp, deps);
  return { outcome: 'poll.finished', ...hold };
}

/** Without the counts every list is read: they are only for information, and save calls. */
async function countOrders(
  tally: PollTally,
  { adapters: { store, log } }: ReadStoreDeps,
): Promise<ReadonlyMap<number, number>> {
  try {
    const counts = await store.countOrders();
    tally.setCounts(counts);
    return counts;
  } catch (error) {
    if (!(error instanceof BigCommerceError) || error.kind === 'configuration') throw error;
    const reason = formatError(error);
    tally.setCountsMissing(reason);
    log.warn('poll.orders_not_counted', { error: reason });
    return new Map();
  }
}

function returnUnlistable(error: unknown): TooManyUnlistableError {
  if (error instanceof TooManyUnlistableError) return error;
  throw error;
}
