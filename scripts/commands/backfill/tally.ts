// What became of the orders of a backfill, each counted once. Pure.
import type { LedgerRow } from '../../../lambda/shared/order/ledger-row';

/** So many dead orders are named; the dead letter queue has them all, and a row of the Jobs table has its limit. */
const MOST_NAMED = 50;

/** The checkpoint keeps it as it is. */
export interface Tally {
  readonly copied: number;
  readonly replicated: number;
  /** By reason, as the next one. */
  readonly skipped: Readonly<Record<string, number>>;
  readonly left_out: Readonly<Record<string, number>>;
  readonly dead: number;
  readonly dead_orders: readonly { readonly order_id: number; readonly reason: string }[];
  readonly not_found: readonly number[];
  /** Orders that no list can show; absent in what earlier versions kept. */
  readonly unreadable_ids?: readonly number[];
}

export const nothing: Tally = {
  ...{ copied: 0, replicated: 0, skipped: {}, left_out: {} },
  ...{ dead: 0, dead_orders: [], not_found: [] },
};

/** An order that a worker has ended. */
export function ended({ order_id, state, reason = 'without a reason' }: LedgerRow): Tally {
  switch (state) {
    case 'copied':
      return { ...nothing, copied: 1 };
    case 'replicated':
      return { ...nothing, replicated: 1 };
    case 'dead':
      return { ...nothing, dead: 1, dead_orders: [{ order_id, reason }] };
    default:
      return { ...nothing, skipped: { [reason]: 1 } };
  }
}

/** Orders that were not queued. */
export function leftOut(reason: string, orders = 1): Tally {
  return orders === 0 ? nothing : { ...nothing, left_out: { [reason]: orders } };
}

export function sum(tallies: readonly Tally[]): Tally {
  const total = (count: (tally: Tally) => number) => tallies.reduce((all, tally) => all + count(tally), 0);
  const unreadableIds = [...new Set(tallies.flatMap(({ unreadable_ids = [] }) => unreadable_ids))];
  return {
    copied: total(({ copied }) => copied),
    replicated: total(({ replicated }) => replicated),
    skipped: byReason(tallies.map(({ skipped }) => skipped)),
    left_out: byReason(tallies.map(({ left_out }) => left_out)),
    dead: total(({ dead }) => dead),
    dead_orders: tallies.flatMap(({ dead_orders }) => dead_orders).slice(0, MOST_NAMED),
    not_found: tallies.flatMap(({ not_found }) => not_found),
    ...(unreadableIds.length === 0 ? {} : { unreadable_ids: unreadableIds }),
  };
}

/** How many orders were looked at and are done with. */
export function ordersIn({ copied, replicated, skipped, left_out, dead, not_found }: Tally): number {
  return copied + replicated + totalOf(skipped) + totalOf(left_out) + dead + not_found.length;
}

export const totalOf = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((all, count) => all + count, 0);

function byReason(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const [reason, count] of counts.flatMap((one) => Object.entries(one))) {
    sums.set(reason, (sums.get(reason) ?? 0) + count);
  }
  return Object.fromEntries(sums);
}
