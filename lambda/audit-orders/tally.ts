// Counts what an audit finds, and makes its result: each order once, and no larger than an item may be.
import { summarize } from '../shared/order/audit-result';
import type { Audit, NamedOrder } from '../shared/order/audit-result';
import type { Finding } from './classify';

/** Gaps, and dead orders, that a result names with their reasons. */
const MOST_NAMED = 100;

/** Gaps that the next audit knows again: as many as one audit queues. */
const MOST_KNOWN = 1_000;

export interface Tally {
  readonly wasOpen: (id: number) => boolean;
  readonly leftOut: Record<string, number>;
  readonly gaps: NamedOrder[];
  readonly deadOrders: NamedOrder[];
  readonly openIds: number[];
  readonly unreadableIds: number[];
  listed: number;
  copied: number;
  queued: number;
  dead: number;
  open: number;
  staying: number;
  enqueued: number;
  firstId: number;
  lastId: number;
}

/** `earlier` is the audit of the same day before this one. */
export function newTally(earlier: Audit | undefined): Tally {
  return {
    ...{ wasOpen: openIn(earlier), leftOut: {}, gaps: [], deadOrders: [], openIds: [], unreadableIds: [] },
    ...{ listed: 0, copied: 0, queued: 0, dead: 0, open: 0, staying: 0, enqueued: 0 },
    ...{ firstId: Infinity, lastId: 0 },
  };
}

/** Which gaps it had found open; of more than it knows by their ids, those with greater ones. */
function openIn(earlier: Audit | undefined): (id: number) => boolean {
  const ids = new Set(earlier?.open_ids);
  const greater = earlier !== undefined && earlier.open > ids.size ? Math.max(...ids) : Infinity;
  return (id) => ids.has(id) || id > greater;
}

export function countOrder(tally: Tally, id: number, { kind, reason = '' }: Finding): void {
  tally.listed += 1;
  tally.firstId = Math.min(tally.firstId, id);
  tally.lastId = Math.max(tally.lastId, id);
  switch (kind) {
    case 'copied':
    case 'queued':
      tally[kind] += 1;
      return;
    case 'left out':
      tally.leftOut[reason] = (tally.leftOut[reason] ?? 0) + 1;
      return;
    case 'dead':
      tally.dead += 1;
      if (tally.deadOrders.length < MOST_NAMED) tally.deadOrders.push({ id, reason });
      return;
    case 'gap':
      tally.open += 1;
      if (tally.wasOpen(id)) tally.staying += 1;
      if (tally.gaps.length < MOST_NAMED) tally.gaps.push({ id, reason });
      if (tally.openIds.length < MOST_KNOWN) tally.openIds.push(id);
  }
}

/** Rows that nobody can ask for again. */
export function countUnreadable(tally: Tally, rows: number): void {
  if (rows === 0) return;
  tally.listed += rows;
  tally.leftOut['without a usable id'] = (tally.leftOut['without a usable id'] ?? 0) + rows;
}

/** Throws where an order was counted twice, or not at all. */
export function toAudit(tally: Tally, of: Pick<Audit, 'timestamp' | 'day' | 'duration_ms'>): Audit {
  const { listed, copied, queued, dead, open, staying, enqueued } = tally;
  const leftOut = Object.values(tally.leftOut).reduce((sum, orders) => sum + orders, 0);
  const accounted = copied + queued + dead + leftOut + open;
  if (accounted !== listed) {
    throw new Error(
      `The audit of ${of.day} accounts for ${accounted} orders, and the store lists ${listed}.`,
    );
  }
  return {
    ...of,
    summary: summarize(of.day, { listed, open }),
    ...{ listed, copied, queued, dead, left_out: tally.leftOut, open, staying, enqueued },
    ...{ gaps: tally.gaps, dead_orders: tally.deadOrders, open_ids: tally.openIds },
    ...(tally.unreadableIds.length === 0
      ? {}
      : { unreadable: tally.unreadableIds.length, unreadable_ids: tally.unreadableIds }),
    ...(tally.lastId > 0 ? { first_id: tally.firstId, last_id: tally.lastId } : {}),
  };
}
