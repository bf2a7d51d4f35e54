// What was true of each order, and when; every PUT that was sent, and what was answered: what the verdict rests on.
import { isDeepStrictEqual } from 'node:util';
import { parseDate } from '../../../lambda/shared/runtime/time';
import type { Store } from '../../../simulator/index';

/** An order's state from `at` on, until the next. Times are the world's, in epoch milliseconds. */
export interface Moment {
  readonly at: number;
  readonly statusId: number;
  readonly isArchived: boolean;
  readonly isRemoved: boolean;
  readonly isDigital: boolean;
  /** The version of its content, which staff count up in the notes and in the names of the lines. */
  readonly version: number;
  /** By the store's clock, in whole seconds. */
  readonly modifiedAt: number;
  readonly createdAt: number;
  readonly by: 'api' | 'merchant';
}

/** What a GET or a PUT of one order was answered with, 404 excepted; times are the world's. */
export interface Seen {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly statusId: number;
  readonly isArchived: boolean;
  readonly modifiedAt: number;
}

export interface SentPut {
  readonly orderId: number;
  readonly statusId: number;
  readonly sentAt: number;
}

export interface History {
  readonly puts: SentPut[];
  /** By order: GETs that were answered, and PUTs. */
  readonly reads: Map<number, Seen[]>;
  readonly answers: Map<number, Seen[]>;
  of(orderId: number): readonly Moment[];
  /** All moments of the order that were true at some time from `from` to `to`. */
  during(orderId: number, from: number, to: number): readonly Moment[];
}

/** Watches a store from now on. */
export function watch({ orders, events }: Store, now: () => number): History {
  const moments = new Map<number, Moment[]>();
  events.listen(({ orderId, by }) => {
    const kept = orders.kept(orderId);
    const last = moments.get(orderId)?.at(-1);
    const moment: Moment | undefined = kept
      ? {
          at: now(),
          statusId: kept.fields.status_id,
          isArchived: kept.fields.is_deleted,
          isRemoved: false,
          isDigital: kept.lines.length > 0 && kept.lines.every(({ type }) => type === 'digital'),
          version: versionOf(kept.fields.staff_notes),
          modifiedAt: parseDate(kept.fields.date_modified) ?? 0,
          createdAt: parseDate(kept.fields.date_created) ?? 0,
          by,
        }
      : last && { ...last, at: now(), isRemoved: true, by };
    // One change is several events.
    if (moment && !isDeepStrictEqual(moment, last)) addTo(moments, orderId, moment);
  });
  const of = (orderId: number) => moments.get(orderId) ?? [];
  return {
    puts: [],
    reads: new Map(),
    answers: new Map(),
    of,
    during: (orderId, from, to) =>
      of(orderId).filter(({ at }, index, all) => at <= to && (all[index + 1]?.at ?? Infinity) > from),
  };
}

/** Adds to the list of one order. */
export function addTo<T>(lists: Map<number, T[]>, orderId: number, one: T): void {
  const list = lists.get(orderId) ?? [];
  list.push(one);
  lists.set(orderId, list);
}

/** The number in a text such as `v3`; -1 if there is none. */
export function versionOf(text: unknown): number {
  const [, number = '-1'] = /^v(\d+)$/.exec(String(text)) ?? [];
  return Number(number);
}
