// The ledger's updates for references: queued, dead, or to an order that no list can show. Each update has a condition on the
// row, and every condition prevents a race.
import { CLOCK_MARGIN_MS } from '../order/version';
import { iso } from '../runtime/time';
import type { DeadReason } from '../order/reasons';
import type { OrderReference } from '../order/reference';
import { isoLater, placeholders, setting } from './update-expression';
import { version } from './version-attributes';

export interface DeadLetterCause {
  readonly reason: DeadReason;
  /** The text of the error. */
  readonly error: string;
}

/**
 * A row gives way to `queued` when it is absent or without a state; when it is queued in no newer version; or when it
 * was finished by a read no later than the reference was seen, under an older date, or under this one some time before:
 * within one second of the store's clock the order of two statuses is unknown, and a skipped update does no harm.
 * A webhook's reference has no version: it writes only where there is no state.
 */
export function queuedUpdate(reference: OrderReference, now: number) {
  const seen = version(reference.dateModified, reference.statusId);
  const isVersioned = 'modified_at' in seen && 'status_id' in seen;
  const sameDate = 'modified_at = :modified_at';
  const older = '(attribute_not_exists(modified_at) OR modified_at < :modified_at)';
  const finishedBefore =
    `(attribute_not_exists(read_at) OR read_at <= :seen_at) AND ` +
    `(${older} OR (${sameDate} AND reached_at < :before))`;
  const givesWay = `(#state = :state AND (${older} OR ${sameDate})) OR (#state <> :state AND ${finishedBefore})`;
  const values = {
    state: 'queued',
    seen_at: reference.seenAt,
    reached_at: iso(now),
    ...(isVersioned ? seen : {}),
  };
  return {
    UpdateExpression: setting(Object.keys(values), ['reason']),
    ConditionExpression: `attribute_not_exists(#state)${isVersioned ? ` OR ${givesWay}` : ''}`,
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: {
      ...placeholders(values),
      ...(isVersioned ? { ':before': isoLater(reference.seenAt, -CLOCK_MARGIN_MS) } : {}),
    },
  };
}

/** Marks a row as dead, unless it rests on a read after the reference was seen, or has a later queued reference. */
export function deadUpdate(reference: OrderReference, death: DeadLetterCause, now: number) {
  const values = {
    state: 'dead',
    reason: death.reason,
    reached_at: iso(now),
    last_error: death.error,
    ...version(reference.dateModified, reference.statusId),
  };
  return {
    // Earlier versions wrote `dead_by`.
    UpdateExpression: setting(Object.keys(values), ['dead_by']),
    ConditionExpression:
      '(attribute_not_exists(read_at) OR read_at <= :seenAt) AND ' +
      '(attribute_not_exists(#state) OR #state <> :queued OR seen_at <= :seenAt)',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: { ...placeholders(values), ':seenAt': reference.seenAt, ':queued': 'queued' },
  };
}

/** Records when a reference was queued because no list can show the order; `now` is epoch milliseconds. */
export function unlistableUpdate(now: number) {
  return { UpdateExpression: 'SET unreadable_at = :now', ExpressionAttributeValues: { ':now': iso(now) } };
}
