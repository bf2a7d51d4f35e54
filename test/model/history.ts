// What was true of each order, and when; and every PUT that was sent: what the verdict is spoken on.
import { type Store } from '../../scripts/local/simulator/index';

/** An order's state from `at` on, until the next. Times are the world's, in epoch milliseconds. */
export interface Moment {
  readonly at: number;
  readonly statusId: number;
  readonly isArchived: boolean;
  readonly isRemoved: boolean;
  readonly isDigital: boolean;
  /** The version of its content, which staff count up in the notes and in the names of the lines. */
  readonly version: number;
  readonly by: 'api' | 'merchant';
}

export interface SentPut {
  readonly orderId: number;
  readonly statusId: number;
  readonly sentAt: number;
}

export interface History {
  readonly puts: SentPut[];
  of(orderId: number): readonly Moment[];
  /** All moments of the order that were true at some time from `from` to `to`. */
  during(orderId: number, from: number, to: number): readonly Moment[];
}

/** Watches a store from now on. */
export function watch({ orders, events }: Store, now: () => number): History {
  const moments = new Map<number, Moment[]>();
  events.listen(({ orderId, by }) => {
    const known = moments.get(orderId) ?? [];
    moments.set(orderId, known);
    const kept = orders.kept(orderId);
    const last = known.at(-1);
    const moment: Moment | undefined = kept
      ? {
          at: now(),
          statusId: kept.fields.status_id,
          isArchived: kept.fields.is_deleted,
          isRemoved: false,
          isDigital: kept.lines.length > 0 && kept.lines.every(({ type }) => type === 'digital'),
          version: versionOf(kept.fields.staff_notes),
          by,
        }
      : last && { ...last, at: now(), isRemoved: true, by };
    if (moment) known.push(moment);
  });
  const of = (orderId: number) => moments.get(orderId) ?? [];
  return {
    puts: [],
    of,
    during: (orderId, from, to) =>
      of(orderId).filter(({ at }, index, all) => at <= to && (all[index + 1]?.at ?? Infinity) > from),
  };
}

/** The number in a text such as `v3`; -1 if there is none. */
export function versionOf(text: unknown): number {
  const [, number = '-1'] = /^v(\d+)$/.exec(String(text)) ?? [];
  return Number(number);
}
