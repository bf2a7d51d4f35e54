// The ledger's row of one order.
import type { Reason } from './reasons';

export type LedgerState = 'queued' | 'copied' | 'replicated' | 'skipped' | 'dead';

/** A row; every time is ISO text, so that DynamoDB can compare it. A row without a state only carries a lease. */
export interface LedgerRow {
  readonly order_id: number;
  readonly state?: LedgerState;
  readonly reason?: Reason;
  /** The newest version seen: BigCommerce's date as it came, the same as a time, and the status. */
  readonly date_modified?: string;
  readonly modified_at?: string;
  readonly status_id?: number;
  /** When the GET that the finished state rests on began. */
  readonly read_at?: string;
  /** `seenAt` of the reference that was queued last. */
  readonly seen_at?: string;
  /** When the state was reached. */
  readonly reached_at?: string;
  /** When a worker last began on it. */
  readonly tried_at?: string;
  /** When a reference was last queued because no list can show the order. */
  readonly unreadable_at?: string;
  readonly status_before?: number;
  readonly status_after?: number;
  /** When it was advanced last; stays, whatever becomes of the order. */
  readonly advanced_at?: string;
  /** When it was advanced of late, the newest last. */
  readonly advances?: readonly string[];
  /** For an order that others keep resetting: the time until which it is not advanced. */
  readonly left_alone_until?: string;
  /** The date of our last PUT's answer, until a finished state rests on it: reads may lag behind writes. */
  readonly put_modified_at?: string;
  /** When the store first answered 404 for it; absent once a read has found it since. */
  readonly missing_since?: string;
  /** Whether the worker found nothing to ship in it, by what counted as digital then. */
  readonly digital?: boolean;
  /** Of the content that was stored last, by `contentDigest`. */
  readonly content_digest?: string;
  /** The digest of the content that a list showed before that read. A list that still shows it has no new change. */
  readonly listed_digest?: string;
  /** When the snapshot expires, if it does. */
  readonly kept_until?: string;
  /** When its personal fields were erased: they are never stored again. */
  readonly erased_at?: string;
  readonly attempts?: number;
  /** `seenAt` of the first reference for which a worker took the lease. */
  readonly first_seen_at?: string;
  readonly last_error?: string;
  readonly lease_owner?: string;
  readonly lease_until?: string;
}
