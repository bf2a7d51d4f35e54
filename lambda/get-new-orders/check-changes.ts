// Checks the end of the list of changes. A spurious empty answer looks like the end of the list, and would hide changes from
// all later polls. So an empty last page is compared with the store's count; if orders are missing, the next poll starts at
// the same time again.
import { formatError } from '../shared/runtime/errors';
import { Status } from '../shared/order/status';
import type { Store } from '../shared/bigcommerce/client';
import type { JobsTable } from '../shared/tables/jobs';
import type { Log } from '../shared/runtime/log';
import type { OrderList } from './poll-window';
import { DAY_MS } from '../shared/runtime/time';

/** A count may include orders that no list shows, so after this time the list is accepted. */
const HELD_MS = DAY_MS;

export interface CheckDeps {
  readonly adapters: {
    readonly store: Pick<Store, 'countOrders'>;
    readonly jobs: Pick<JobsTable, 'lastFinished' | 'heldSince'>;
    readonly log: Pick<Log, 'warn'>;
  };
}

/** The end of a list, which this poll read from the beginning or from where an earlier poll stopped. */
export interface ListEnd {
  /** How many orders this poll saw. */
  readonly listed: number;
  /** Whether the last page was empty, so that only this page marks the end. */
  readonly endsEmpty: boolean;
  readonly lastId: number;
}

/** How many orders the store counts but does not list; undefined if the end of the list must be read again to know. */
export async function countMissing(
  list: OrderList,
  { listed, endsEmpty }: ListEnd,
  { adapters: { store, log } }: CheckDeps,
): Promise<number | undefined> {
  if (list.statusId !== undefined || !endsEmpty) return 0;
  if (list.afterId > 0) return undefined;
  try {
    const counts = await store.countOrders({ modifiedSince: list.query.modifiedSince });
    // A list of all statuses hides Incomplete orders.
    const counted = [...counts].reduce(
      (sum, [id, orders]) => sum + (id === Status.Incomplete ? 0 : orders),
      0,
    );
    return Math.max(0, counted - listed);
  } catch (error) {
    log.warn('poll.changes_not_checked', { error: formatError(error) });
    return undefined;
  }
}

/** The job's fields that make the next poll read the same changes again. */
export interface Hold {
  readonly began: number;
  readonly held_since: number;
}

/** Undefined if the missing changes were not found for a day: then the list is accepted. */
export async function holdChanges(
  missing: number,
  timestamp: number,
  deps: CheckDeps,
): Promise<Hold | undefined> {
  const hold = await findHold(timestamp, deps);
  deps.adapters.log.warn('poll.changes_missing', {
    missing,
    looksAgain: hold !== undefined,
  });
  return hold;
}

/** Holds the changes while a changed order cannot be listed and already had its daily reference: it may have changed since. */
export async function holdUnlistable(timestamp: number, deps: CheckDeps): Promise<Hold | undefined> {
  const hold = await findHold(timestamp, deps);
  deps.adapters.log.warn('poll.changes_waiting', { looksAgain: hold !== undefined });
  return hold;
}

async function findHold(timestamp: number, { adapters: { jobs } }: CheckDeps): Promise<Hold | undefined> {
  const [began, heldSince = timestamp] = await Promise.all([jobs.lastFinished(), jobs.heldSince()]);
  const isHeld = began !== undefined && timestamp - heldSince < HELD_MS;
  return isHeld ? { began, held_since: heldSince } : undefined;
}
