// The Deliveries table: one row per order, the truth about its delivery. Every write is conditional; flows decide its content.
import type { DeliveryRow, RowChange } from '../delivery/delivery-row';

/** A worker's hold on one delivery. */
export interface DeliveryLease {
  readonly orderId: number;
  /** Unique to the attempt. */
  readonly owner: string;
}

/** Which rows a worker may take: a `held` row of another mapping, and in `live` a `shadow` row, are due, too. */
export interface DueRules {
  /** The digest of the worker's mapping. */
  readonly mapping: string;
  readonly isLive: boolean;
  /** Epoch milliseconds. */
  readonly now: number;
}

export interface DueRow {
  readonly orderId: number;
  readonly dueAt: string;
}

export interface Deliveries {
  /** Strongly consistent. */
  find(orderId: number): Promise<DeliveryRow | undefined>;
  /**
   * Notes that a snapshot read at `readAt` (ISO, `replication.read_at`) exists. Absent → `waiting`, due now. Else, if it is newer
   * than `wanted_read_at`: raises it, `told` + 1, and due now unless `handled_read_at` has it. One conditional write each;
   * returns false if the row knows of it already.
   */
  tell(orderId: number, readAt: string, now: number): Promise<boolean>;
  /**
   * Takes the lease in one conditional write (free or past, and the row is due) until `until` (epoch milliseconds), and adds 1 to
   * `begun`. Returns the row as written; undefined if refused, unless the row names this very owner.
   */
  takeLease(lease: DeliveryLease, until: number, due: DueRules): Promise<DeliveryRow | undefined>;
  /**
   * One conditional write of the lease's owner; with `told`, only if the row's is unmoved. Returns the row as written, undefined if
   * refused; a write whose answer was lost and which the SDK repeats is not taken for refused when it cannot matter (the owner is
   * still the row's).
   */
  changeLeased(lease: DeliveryLease, change: RowChange, told?: number): Promise<DeliveryRow | undefined>;
  /**
   * A command's change: one conditional write, only if the row still has `seen.told`, and `seen`'s lease, due and intent; adds 1 to
   * `told`. Returns false if refused.
   */
  changeByCommand(seen: DeliveryRow, change: RowChange, now: number): Promise<boolean>;
  /** Up to `limit` rows that are due `now`, oldest first, without leased ones; eventually consistent. */
  dueNow(limit: number, now: number): Promise<readonly DueRow[]>;
  /** Up to `limit` `held` rows that rest on another mapping than this digest; reads a bounded number of pages. */
  heldByAnotherMapping(limit: number, mapping: string, now: number): Promise<readonly DueRow[]>;
  /** Up to `limit` rows that wait for the mode `live`. */
  dueInLive(limit: number, now: number): Promise<readonly DueRow[]>;
  /** Rows in a state, newest first; `before` continues after the last row of an earlier page. */
  list(state: DeliveryRow['state'], limit: number, before?: DeliveryRow): Promise<readonly DeliveryRow[]>;
  /** Those of the orders that have a row, strongly consistent. */
  among(orderIds: readonly number[]): Promise<ReadonlyMap<number, DeliveryRow>>;
  /** How many rows are due now since before this time, and how many are held since before it; epoch milliseconds. */
  countOverdue(dueSince: number, heldSince: number): Promise<{ readonly due: number; readonly held: number }>;
}
