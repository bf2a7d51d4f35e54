// Counts the orders of an audit, each once, and makes its result, which always fits into an item of DynamoDB.
import { summarize } from '../shared/order/audit-result';
import type { Audit, NamedOrder } from '../shared/order/audit-result';
import { countKey } from '../shared/order/reasons';
import type { Finding } from './classify';

/** The most gaps, and the most dead orders, that a result names with their reasons. */
const MOST_NAMED = 100;

/** The most gaps whose ids the next audit knows: as many as one audit queues. */
const MOST_KNOWN = 1_000;

/** The counts of one audit. */
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

  /** `earlier` is the previous audit of the same day. */
  constructor(private readonly earlier: Audit | undefined) {}

  countOrder(id: number, finding: Finding): void {
    // Only copied and queued orders have no reason, and they need none.
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

  /** Whether the earlier audit found this gap. If it had more gaps than ids, all greater ids count as found. */
  private wasOpen(id: number): boolean {
    const { open_ids: ids = [], open = 0 } = this.earlier ?? {};
    return ids.includes(id) || (open > ids.length && id > Math.max(...ids));
  }

  private exclude(key: string, orders: number): void {
    this.excluded.set(key, (this.excluded.get(key) ?? 0) + orders);
  }

  /** Counts rows without a usable id: no call can request them again. */
  countUnreadableRows(rows: number): void {
    if (rows === 0) return;
    this.counts.listed += rows;
    this.exclude('unreadable', rows);
  }

  /** Adds the ids of orders that no list can show. They are also counted as gaps. */
  addUnlistable(ids: readonly number[]): void {
    this.unlistableIds.push(...ids);
  }

  /** How many references were queued. */
  get enqueued(): number {
    return this.references;
  }

  addEnqueued(references: number): void {
    this.references += references;
  }

  /** Throws if an order was counted twice or not at all. */
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
