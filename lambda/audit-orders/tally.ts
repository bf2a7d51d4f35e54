// Counts what an audit finds, and makes its result: each order once, and no larger than an item may be.
import { summarize } from '../shared/order/audit-result';
import type { Audit, NamedOrder } from '../shared/order/audit-result';
import { countKey } from '../shared/order/reasons';
import type { Finding } from './classify';

/** Gaps, and dead orders, that a result names with their reasons. */
const MOST_NAMED = 100;

/** Gaps that the next audit knows again: as many as one audit queues. */
const MOST_KNOWN = 1_000;

export class AuditTally {
  private readonly excluded = new Map<string, number>();
  private readonly gaps: NamedOrder[] = [];
  private readonly deadOrders: NamedOrder[] = [];
  private readonly openIds: number[] = [];
  private readonly unlistableIds: number[] = [];
  private readonly counts = { listed: 0, copied: 0, queued: 0, dead: 0, open: 0, staying: 0 };
  private references = 0;
  private firstId = Infinity;
  private lastId = 0;

  /** `earlier` is the audit of the same day before this one. */
  constructor(private readonly earlier: Audit | undefined) {}

  countOrder(id: number, finding: Finding): void {
    // Only what is copied or queued has no reason, and needs none.
    const { kind, reason = 'not-in-ledger', statusId, error } = finding;
    const { counts } = this;
    counts.listed += 1;
    this.firstId = Math.min(this.firstId, id);
    this.lastId = Math.max(this.lastId, id);
    switch (kind) {
      case 'copied':
      case 'queued':
        counts[kind] += 1;
        return;
      case 'excluded':
        this.exclude(countKey(reason, statusId), 1);
        return;
      case 'dead':
        counts.dead += 1;
        if (this.deadOrders.length < MOST_NAMED)
          this.deadOrders.push({ id, reason, ...(error === undefined ? {} : { error }) });
        return;
      case 'gap':
        this.countGap({ id, reason });
    }
  }

  private countGap(gap: NamedOrder): void {
    const { id } = gap;
    this.counts.open += 1;
    if (this.wasOpen(id)) this.counts.staying += 1;
    if (this.gaps.length < MOST_NAMED) this.gaps.push(gap);
    if (this.openIds.length < MOST_KNOWN) this.openIds.push(id);
  }

  /** Which gaps the earlier audit had found open; of more than it knows by their ids, those with greater ones. */
  private wasOpen(id: number): boolean {
    const { open_ids: ids = [], open = 0 } = this.earlier ?? {};
    return ids.includes(id) || (open > ids.length && id > Math.max(...ids));
  }

  private exclude(key: string, orders: number): void {
    this.excluded.set(key, (this.excluded.get(key) ?? 0) + orders);
  }

  /** Rows that nobody can ask for again. */
  countUnreadableRows(rows: number): void {
    if (rows === 0) return;
    this.counts.listed += rows;
    this.exclude('unreadable', rows);
  }

  /** Orders that no list can show; they are counted as gaps, too. */
  addUnlistable(ids: readonly number[]): void {
    this.unlistableIds.push(...ids);
  }

  /** References that were queued. */
  get enqueued(): number {
    return this.references;
  }

  addEnqueued(references: number): void {
    this.references += references;
  }

  /** Throws where an order was counted twice, or not at all. */
  toAudit(of: Pick<Audit, 'timestamp' | 'day' | 'duration_ms'>): Audit {
    const { counts, unlistableIds } = this;
    const { listed, copied, queued, dead, open } = counts;
    const excluded = [...this.excluded.values()].reduce((sum, orders) => sum + orders, 0);
    const accounted = copied + queued + dead + excluded + open;
    if (accounted !== listed) {
      throw new Error(
        `The audit of ${of.day} accounts for ${accounted} orders, and the store lists ${listed}.`,
      );
    }
    return {
      ...of,
      ...counts,
      summary: summarize(of.day, { listed, open }),
      excluded: Object.fromEntries(this.excluded),
      enqueued: this.references,
      gaps: this.gaps,
      dead_orders: this.deadOrders,
      open_ids: this.openIds,
      ...(unlistableIds.length === 0
        ? {}
        : { unreadable: unlistableIds.length, unreadable_ids: unlistableIds }),
      ...(this.lastId > 0 ? { first_id: this.firstId, last_id: this.lastId } : {}),
    };
  }
}
