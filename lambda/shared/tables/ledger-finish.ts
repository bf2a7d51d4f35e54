// How an order ends, in the ledger's row and in the Orders table: each write states the rows that it may change.
import { followingFields } from '../order/content';
import { iso } from '../runtime/time';
import type { Reason } from '../order/reasons';
import type { Order, Snapshot } from '../order/order';
import type { Lease } from './ledger-lease';
import { defined, placeholders, setting } from './update-expression';
import { versionOf } from './version-attributes';

/** How an order ended, and the read it rests on. `order` is the newest truth about it, and gives its version. */
export interface Finish {
  readonly state: 'copied' | 'replicated' | 'skipped';
  readonly reason?: Reason;
  /** Undefined when the store answered 404. */
  readonly order: Order | undefined;
  readonly readAt: number;
  readonly statusBefore?: number;
  /** ISO time, if it ever was advanced. */
  readonly advancedAt?: string | undefined;
  /** ISO times, as the row is to keep them; undefined leaves the row's. */
  readonly advances?: readonly string[] | undefined;
  /** ISO time until which its status is left unchanged, if it is. */
  readonly noAdvanceUntil?: string | undefined;
  readonly digital?: boolean;
  readonly digest?: string | undefined;
  /** What the list showed that led to this read, if it was a list. */
  readonly listedDigest?: string | undefined;
  /** ISO time, if the snapshot expires. */
  readonly keptUntil?: string | undefined;
}

/** How an advance ended. */
export type AdvanceFinish = Finish & { readonly order: Order; readonly advancedAt: string };

/** What an earlier state said, and this one does not, must not stay. */
const SAID_OF_STATE = [
  'reason',
  'status_before',
  'status_after',
  'digital',
  'content_digest',
  'listed_digest',
  'kept_until',
];

/** The same of the version of an order that was found. */
const SAID_OF_VERSION = ['modified_at', 'put_modified_at', 'missing_since'];

/** What ends with the lease. */
const ENDED = ['lease_owner', 'lease_until', 'last_error', 'dead_by'];

/** Ends an order in its row, for the owner of its lease alone, and unless the row rests on a later read. */
export function finishUpdate(lease: Lease, finish: Finish, now: number) {
  const values = defined({
    state: finish.state,
    reason: finish.reason,
    read_at: iso(finish.readAt),
    reached_at: iso(now),
    status_before: finish.statusBefore,
    status_after: finish.order?.statusId,
    digital: finish.digital,
    advanced_at: finish.advancedAt,
    advances: finish.advances,
    left_alone_until: finish.noAdvanceUntil,
    content_digest: finish.digest,
    listed_digest: finish.listedDigest,
    kept_until: finish.keptUntil,
    ...(finish.order === undefined ? {} : versionOf(finish.order)),
  });
  const said = finish.order === undefined ? SAID_OF_STATE : [...SAID_OF_STATE, ...SAID_OF_VERSION];
  const outdated = said.filter((name) => !(name in values));
  return {
    UpdateExpression: setting(Object.keys(values), [...outdated, ...ENDED]),
    ConditionExpression: 'lease_owner = :owner AND (attribute_not_exists(read_at) OR read_at <= :read_at)',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: { ...placeholders(values), ':owner': lease.owner },
  };
}

/** The snapshot stays as it was read; only what the advance itself moved is taken over from its answer. */
export function advanceUpdate(snapshot: Snapshot, finish: AdvanceFinish) {
  const moved = Object.entries(followingFields(finish.order.raw));
  return {
    UpdateExpression: `SET ${moved.map((_, index) => `#f${index} = :f${index}`).join(', ')}, replication.#state = :replicated, replication.advanced_at = :advancedAt`,
    ConditionExpression: 'attribute_exists(id) AND replication.read_at <= :readAt',
    ExpressionAttributeNames: {
      '#state': 'state',
      ...Object.fromEntries(moved.map(([name], index) => [`#f${index}`, name])),
    },
    ExpressionAttributeValues: {
      ...Object.fromEntries(moved.map(([, value], index) => [`:f${index}`, value])),
      ':replicated': 'replicated',
      ':advancedAt': finish.advancedAt,
      ':readAt': snapshot.replication.read_at,
    },
  };
}
