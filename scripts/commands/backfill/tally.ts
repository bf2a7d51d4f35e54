// The results of the orders of a backfill, each counted once. Pure.
import { readCounts, readReason } from '../../../lambda/shared/order/earlier-reasons';
import type { LedgerRow } from '../../../lambda/shared/order/ledger-row';
import { countKey } from '../../../lambda/shared/order/reasons';
import type { Reason } from '../../../lambda/shared/order/reasons';

/** The most dead orders that are named, because the size of a row is limited. The dead letter queue has all of them. */
const MAX_NAMED = 50;

export interface DeadOrder {
  readonly order_id: number;
  readonly reason: Reason;
  /** The text of the error. */
  readonly error?: string | undefined;
}

/** The checkpoint stores it in this form. */
export interface BackfillTally {
  readonly copied: number;
  readonly replicated: number;
  /** Counts by reason, like `excluded`. */
  readonly skipped: Readonly<Record<string, number>>;
  readonly excluded: Readonly<Record<string, number>>;
  readonly dead: number;
  readonly dead_orders: readonly DeadOrder[];
  readonly not_found: readonly number[];
  /** Orders that no list can show; absent in what earlier versions kept. */
  readonly unreadable_ids?: readonly number[];
}

export const nothing: BackfillTally = {
  copied: 0,
  replicated: 0,
  skipped: {},
  excluded: {},
  dead: 0,
  dead_orders: [],
  not_found: [],
};

/** The tally of one order that a worker has ended. */
export function ended({ order_id, state, reason, status_id, last_error: error }: LedgerRow): BackfillTally {
  switch (state) {
    case 'copied':
      return { ...nothing, copied: 1 };
    case 'replicated':
      return { ...nothing, replicated: 1 };
    case 'dead':
      return { ...nothing, dead: 1, dead_orders: [{ order_id, ...death(reason, error) }] };
    default:
      return { ...nothing, skipped: { [countKey(reason ?? 'already-skipped', status_id)]: 1 } };
  }
}

function death(reason: Reason = 'attempts-exhausted', error: string | undefined) {
  return { reason, ...(error === undefined ? {} : { error }) };
}

/** Earlier versions stored `left_out`, and sentences as reasons: of a dead order, its error. */
export interface StoredTally extends Omit<BackfillTally, 'excluded' | 'dead_orders'> {
  readonly excluded?: Readonly<Record<string, number>>;
  readonly left_out?: Readonly<Record<string, number>>;
  readonly dead_orders: readonly {
    readonly order_id: number;
    readonly reason: string;
    readonly error?: string;
  }[];
}

/** The tally of a checkpoint, whichever version stored it. */
export function readTally(stored: StoredTally): BackfillTally {
  const { left_out: earlier, excluded: counts = earlier, dead_orders: deadOrders, ...tally } = stored;
  return {
    ...tally,
    skipped: readCounts(tally.skipped),
    excluded: readCounts(counts),
    dead_orders: deadOrders.map(({ order_id, reason, error }) => {
      const code = readReason(reason);
      return { order_id, ...(code === undefined ? death(undefined, reason) : death(code, error)) };
    }),
  };
}

/** Orders that were not queued, under the key of their reason. */
export function excluded(key: string, orders = 1): BackfillTally {
  return orders === 0 ? nothing : { ...nothing, excluded: { [key]: orders } };
}

/** The sum of several tallies. */
export function sum(tallies: readonly BackfillTally[]): BackfillTally {
  const total = (count: (tally: BackfillTally) => number) =>
    tallies.reduce((all, tally) => all + count(tally), 0);
  const unreadableIds = [...new Set(tallies.flatMap(({ unreadable_ids = [] }) => unreadable_ids))];
  return {
    copied: total(({ copied }) => copied),
    replicated: total(({ replicated }) => replicated),
    skipped: byReason(tallies.map(({ skipped }) => skipped)),
    excluded: byReason(tallies.map(({ excluded }) => excluded)),
    dead: total(({ dead }) => dead),
    dead_orders: tallies.flatMap(({ dead_orders }) => dead_orders).slice(0, MAX_NAMED),
    not_found: tallies.flatMap(({ not_found }) => not_found),
    ...(unreadableIds.length === 0 ? {} : { unreadable_ids: unreadableIds }),
  };
}

/** The number of orders in a tally. */
export function ordersIn({ copied, replicated, skipped, excluded, dead, not_found }: BackfillTally): number {
  return copied + replicated + totalOf(skipped) + totalOf(excluded) + dead + not_found.length;
}

/** The sum of counts by reason. */
export const totalOf = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((all, count) => all + count, 0);

function byReason(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const [reason, count] of counts.flatMap((one) => Object.entries(one))) {
    sums.set(reason, (sums.get(reason) ?? 0) + count);
  }
  return Object.fromEntries(sums);
}
