// Counts the orders that one poll has found so far. The job row shows the counts, also if the poll fails half way.
import type { Job } from '../shared/tables/jobs';
import type { PageTally } from './enqueue-page';

/** The counts of one poll. */
export class PollTally {
  /** The start of this poll, or of the first poll whose lists this one continues; epoch milliseconds. */
  began: number;
  /** The store's counts, or the error by which they are missing. */
  private storeCounts: Pick<Job, 'counted' | 'not_counted'> = { counted: {} };
  private found = 0;
  private enqueued = 0;
  private readonly excluded = new Map<string, number>();
  private readonly unlistableIds = new Set<number>();

  constructor(readonly timestamp: number) {
    this.began = timestamp;
  }

  setCounts(counts: ReadonlyMap<number, number>): void {
    this.storeCounts = { counted: Object.fromEntries(counts) };
  }

  setCountsMissing(reason: string): void {
    this.storeCounts = { counted: {}, not_counted: reason };
  }

  addPage({ found, enqueued, excluded }: PageTally): void {
    this.found += found;
    this.enqueued += enqueued;
    for (const [key, count] of Object.entries(excluded)) {
      this.excluded.set(key, (this.excluded.get(key) ?? 0) + count);
    }
  }

  /** Adds the ids of orders that no list can show. */
  addUnlistable(ids: readonly number[]): void {
    for (const id of ids) this.unlistableIds.add(id);
  }

  /** Adds references that were queued to such orders. */
  addReferred(count: number): void {
    this.enqueued += count;
  }

  counts(): Omit<Job, 'outcome' | 'duration_ms'> {
    const ids = [...this.unlistableIds];
    return {
      timestamp: this.timestamp,
      began: this.began,
      ...this.storeCounts,
      found: this.found,
      enqueued: this.enqueued,
      excluded: Object.fromEntries(this.excluded),
      ...(ids.length === 0 ? {} : { unreadable: ids.length, unreadable_ids: ids }),
    };
  }
}
