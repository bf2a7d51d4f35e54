// The result of the audit of one UTC day: the day on which the store created its orders. Pure.
import { readExcluded, readReason } from './earlier-reasons';
import type { Reason } from './reasons';
import type { Row } from '../runtime/json';

export interface NamedOrder {
  readonly id: number;
  readonly reason: Reason;
  /** The error text of a dead letter. */
  readonly error?: string;
}

/** The classes of all orders that the store lists for a day. Its size is limited, whatever the number of orders. */
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
  /** Gaps that the previous audit of the day also found. */
  readonly staying: number;
  /** References that were queued: of gaps, of orders too new for a poll, of copied ones that have changed since. */
  readonly enqueued: number;
  /** The first of the gaps, and of the dead. */
  readonly gaps: readonly NamedOrder[];
  readonly dead_orders: readonly NamedOrder[];
  /** The ids of the first gaps, more than `gaps` names: with them the next audit recognizes remaining gaps. */
  readonly open_ids: readonly number[];
  /** The gaps that no list can show: their number and ids. */
  readonly unreadable?: number;
  readonly unreadable_ids?: readonly number[];
  /** The lowest and the highest id of the day's orders; absent if none was listed. */
  readonly first_id?: number;
  readonly last_id?: number;
}

/** `2026-11-20: 1,204 of 1,204, 0 open`; `window` is a day, or several. */
export function summarize(window: string, { listed, open }: Pick<Audit, 'listed' | 'open'>): string {
  const [accounted, all, left] = [listed - open, listed, open].map((count) => count.toLocaleString('en-US'));
  return `${window}: ${accounted} of ${all}, ${left} open`;
}

/** Reads an audit from a row or from a function's answer, also in the form of an earlier version. */
export function readAudit(row: Row): Audit {
  const audit = readExcluded(row) as unknown as Audit;
  return {
    ...audit,
    ...(Array.isArray(audit.gaps) ? { gaps: named(audit.gaps, 'not-in-ledger') } : {}),
    ...(Array.isArray(audit.dead_orders)
      ? { dead_orders: named(audit.dead_orders, 'attempts-exhausted') }
      : {}),
  };
}

/** The reason of a dead order was the text of its error. */
function named(orders: readonly NamedOrder[], otherwise: Reason): readonly NamedOrder[] {
  return orders.map(({ id, reason: stored, error }) => {
    const reason = readReason(stored);
    if (reason !== undefined) return { id, reason, ...(error === undefined ? {} : { error }) };
    return { id, reason: otherwise, error: stored };
  });
}
