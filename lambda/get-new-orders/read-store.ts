// Reads the lists of a poll, one after the other, as far as its time allows; the next poll continues where it stopped.
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

/** How a poll ended: where the next one continues, or that it must look for the same changes again. */
export type PollEnd =
  | ({ readonly outcome: 'poll.finished' } & Partial<Hold>)
  | (Pick<Job, 'cursor'> & { readonly outcome: 'poll.sliced' });

/** Queues what the lists show. Throws what the store throws; what was found until then stands in the tally. */
export async function readStore(tally: PollTally, deps: ReadStoreDeps): Promise<PollEnd> {
  const counts = await countOrders(tally, deps);
  const window = await findPollWindow(tally.timestamp, deps);
  tally.began = window.began;
  // A status that is missing in the store's answer is asked for; one that it counts as empty is not.
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
  // Orders of one list keep no other list from being read; the poll still fails.
  if (failure !== undefined) throw failure;
  if (waits) hold ??= await holdUnlistable(tally.timestamp, deps);
  return { outcome: 'poll.finished', ...hold };
}

/** Counts only inform, and spare calls: without them every list is asked for. */
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
