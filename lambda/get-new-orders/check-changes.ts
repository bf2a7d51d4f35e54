// An empty answer looks the same as an empty list: what it hid of the list of changes would never be listed again. The
// store's count of the same orders is asked for then, and where it knows of more, the next poll looks again from where
// this one did.
import { formatError } from '../shared/runtime/errors';
import { Status } from '../shared/order/status';
import type { Store } from '../shared/bigcommerce/client';
import type { JobsTable } from '../shared/tables/jobs';
import type { Log } from '../shared/runtime/log';
import type { OrderList } from './poll-window';
import { DAY_MS } from '../shared/runtime/time';

/** A count may include orders that no list shows: no longer than this is it believed against the list. */
const HELD_MS = DAY_MS;

export interface CheckDeps {
  readonly adapters: {
    readonly store: Pick<Store, 'countOrders'>;
    readonly jobs: Pick<JobsTable, 'lastFinished' | 'heldSince'>;
    readonly log: Pick<Log, 'warn'>;
  };
}

/** How a list ended that was read from its begin, or from where an earlier poll had stopped. */
export interface ListEnd {
  /** How many orders it showed to this poll. */
  readonly listed: number;
  /** Whether its last page was empty: nothing but that page says that no more would have come. */
  readonly endsEmpty: boolean;
  readonly lastId: number;
}

/** `missing` orders are counted and not listed; undefined where the list has to be asked for again to know. */
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

/** What the job says so that the next poll looks at the same changes again. */
export interface Hold {
  readonly began: number;
  readonly held_since: number;
}

/** Undefined where the changes of a day were looked for in vain: then the list is believed. */
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

/** As long as an order among the changes waits for its reference of the day, since it may have changed after the last one. */
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
