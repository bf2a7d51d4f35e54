// What an audit reports of one UTC day. Days go by when the store created its orders. Pure.
import { readCounts, readReason } from './earlier-reasons';
import type { Reason } from './reasons';
import { isRow } from '../runtime/json';
import type { Row } from '../runtime/json';

export interface NamedOrder {
  readonly id: number;
  readonly reason: Reason;
  /** Of a dead letter: the text of its error. */
  readonly error?: string;
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
  /** The sum of copied, queued, dead, excluded and open. */
  readonly listed: number;
  readonly copied: number;
  readonly queued: number;
  readonly dead: number;
  /** By reason; a status id follows where one tells more: `void-status:5`. */
  readonly excluded: Readonly<Record<string, number>>;
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

/** An audit as a row or a function's answer has it; earlier versions wrote `left_out`, and sentences as reasons. */
export function readAudit({ left_out: leftOut, excluded = leftOut, ...row }: Row): Audit {
  const audit = row as unknown as Omit<Audit, 'excluded'>;
  return {
    ...audit,
    ...(isRow(excluded) ? { excluded: readCounts(excluded as Record<string, number>) } : {}),
    ...(Array.isArray(audit.gaps) ? { gaps: named(audit.gaps, 'not-in-ledger') } : {}),
    ...(Array.isArray(audit.dead_orders)
      ? { dead_orders: named(audit.dead_orders, 'attempts-exhausted') }
      : {}),
  } as Audit;
}

/** The reason of a dead order was the text of its error. */
function named(orders: readonly NamedOrder[], otherwise: Reason): readonly NamedOrder[] {
  return orders.map(({ id, reason: stored, error }) => {
    const reason = readReason(stored);
    if (reason !== undefined) return { id, reason, ...(error === undefined ? {} : { error }) };
    return { id, reason: otherwise, error: stored };
  });
}
