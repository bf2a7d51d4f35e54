// The lease that one worker holds on an order: who may take it, and what goes with it when it is released.
import { CLOCK_MARGIN_MS } from '../order/version';
import { iso } from '../runtime/time';
import type { Order } from '../order/order';
import type { OrderReference } from '../order/reference';
import type { LedgerRow } from '../order/ledger-row';
import { defined, isoLater, placeholders, setting } from './update-expression';

/** One worker's hold on one order. Times are epoch milliseconds. */
export interface Lease {
  readonly orderId: number;
  readonly owner: string;
}

/** The observations of an unfinished attempt, which the release of the lease records because no other row has them. */
export interface Observations {
  /** Our PUT worked, and this could not be written with the snapshot. */
  readonly advanced?: {
    readonly order: Order;
    readonly at: string;
    readonly advances: readonly string[];
  };
  /** Whether the order's last GET was answered 404; undefined if there was none. */
  readonly isMissing?: boolean | undefined;
  /** Whether an earlier GET of the same attempt found it: then this 404 is the first of its row. */
  readonly wasFound?: boolean | undefined;
  /** The time until which a PUT of this attempt may still take effect, in epoch milliseconds: no worker takes the order before. */
  readonly putMayLandUntil?: number | undefined;
}

const COVERING = '#state IN (:copied, :replicated, :skipped)';

const FINISHED_STATES = { ':copied': 'copied', ':replicated': 'replicated', ':skipped': 'skipped' };

/** As earlier versions stored `copy-only`. */
const COPY_ONLY_BEFORE = 'copied without advancing';

/**
 * Whether a finished row rests on a read that began after the reference was seen, by more than clocks may differ. A row of a
 * copy that was requested without an advance covers only such requests.
 */
export function covers(row: LedgerRow | undefined, { seenAt, advance }: OrderReference): boolean {
  const finished = row?.state === 'copied' || row?.state === 'replicated' || row?.state === 'skipped';
  if (!finished || (row.reason === 'copy-only' && advance !== false)) return false;
  return row.read_at !== undefined && row.read_at > isoLater(seenAt, CLOCK_MARGIN_MS);
}

/** Takes a lease that is free or expired, unless the row covers the reference: another worker may have finished meanwhile. */
export function leaseUpdate(lease: Lease, { seenAt, advance }: OrderReference, until: number, now: number) {
  const onlyCopied = advance === false ? '' : ' OR reason IN (:copyOnly, :copyOnlyBefore)';
  return {
    UpdateExpression:
      'SET lease_owner = :owner, lease_until = :until, tried_at = :now, ' +
      'first_seen_at = if_not_exists(first_seen_at, :seenAt) ADD attempts :one',
    ConditionExpression:
      '(attribute_not_exists(lease_until) OR lease_until < :now) AND ' +
      `(attribute_not_exists(#state) OR NOT ${COVERING} OR attribute_not_exists(read_at) OR read_at <= :coveredFrom${onlyCopied})`,
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: {
      ...FINISHED_STATES,
      ':owner': lease.owner,
      ':until': iso(until),
      ':now': iso(now),
      ':seenAt': seenAt,
      ':one': 1,
      ':coveredFrom': isoLater(seenAt, CLOCK_MARGIN_MS),
      ...(onlyCopied === '' ? {} : { ':copyOnly': 'copy-only', ':copyOnlyBefore': COPY_ONLY_BEFORE }),
    },
  };
}

/** Releases the lease and records the observations. If a PUT may still take effect, the lease ends only after that. */
export function releaseUpdate(lease: Lease, error: string, observations: Observations, now: number) {
  const { advanced, isMissing, wasFound, putMayLandUntil } = observations;
  const modifiedAt = advanced?.order.modifiedAt;
  const values = defined({
    last_error: error,
    lease_until: putMayLandUntil === undefined ? undefined : iso(putMayLandUntil),
    advanced_at: advanced?.at,
    advances: advanced?.advances,
    status_after: advanced?.order.statusId,
    put_modified_at: modifiedAt === undefined ? undefined : iso(modifiedAt),
    missing_since: isMissing === true ? iso(now) : undefined,
  });
  const removed = [
    'lease_owner',
    ...(putMayLandUntil === undefined ? ['lease_until'] : []),
    ...(isMissing === false ? ['missing_since'] : []),
  ];
  // The first 404 of several is what counts.
  const kept = 'missing_since = if_not_exists(missing_since, :missing_since)';
  const update = setting(Object.keys(values), removed);
  return {
    UpdateExpression: wasFound === true ? update : update.replace('missing_since = :missing_since', kept),
    ConditionExpression: 'lease_owner = :owner',
    ExpressionAttributeValues: { ...placeholders(values), ':owner': lease.owner },
  };
}
