// What an audit reports of one UTC day. Days go by when the store created its orders. Pure.

export interface NamedOrder {
  readonly id: number;
  readonly reason: string;
}

/** Every order that the store lists for a day, accounted for; bounded, however many there are. */
export interface Audit {
  /** Epoch milliseconds of the start, and the row's key. */
  readonly timestamp: number;
  /** Such as `2026-11-20`. */
  readonly day: string;
  /** All in one line. */
  readonly summary: string;
  readonly duration_ms: number;
  /** The sum of copied, queued, dead, left out and open. */
  readonly listed: number;
  readonly copied: number;
  readonly queued: number;
  readonly dead: number;
  /** By reason. */
  readonly left_out: Readonly<Record<string, number>>;
  /** The gaps: orders that nothing accounts for. */
  readonly open: number;
  /** Gaps that the audit of this day before this one had found open, too. */
  readonly staying: number;
  /** References that were queued: of gaps, of orders too new for a poll, of copied ones that have changed since. */
  readonly enqueued: number;
  /** The first of the gaps, and of the dead. */
  readonly gaps: readonly NamedOrder[];
  readonly dead_orders: readonly NamedOrder[];
  /** The ids of the first gaps, more of them than are named: by them the next audit knows which stay. */
  readonly open_ids: readonly number[];
  /** How many of the gaps are orders that no list can show, and which. */
  readonly unreadable?: number;
  readonly unreadable_ids?: readonly number[];
  /** Between these ids are those of the day's orders, also of such as no list shows any more; absent if none was listed. */
  readonly first_id?: number;
  readonly last_id?: number;
}

/** `2026-11-20: 1,204 of 1,204, 0 open`; `window` is a day, or several. */
export function summarize(window: string, { listed, open }: Pick<Audit, 'listed' | 'open'>): string {
  const [accounted, all, left] = [listed - open, listed, open].map((count) => count.toLocaleString('en-US'));
  return `${window}: ${accounted} of ${all}, ${left} open`;
}
