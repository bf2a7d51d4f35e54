// The ledger's rows and the writes that change them: each states the rows that it may change and leaves all others.
// Apart from ledger.ts, which sends them, because every condition here closes a race and is read on its own.
import { followingFields } from '../order/content';
import { CLOCK_MARGIN_MS, dateModified } from '../order/version';
import { COPY_ONLY } from '../order/reasons';
import { iso, parseDate } from '../runtime/time';
import type { Order, Snapshot } from '../order/order';
import type { OrderReference } from '../order/reference';
import type { LedgerRow } from '../order/ledger-row';

/** One worker's hold on one order. Times are epoch milliseconds. */
export interface Lease {
  readonly orderId: number;
  readonly owner: string;
}

/** How an order ended, and the read it rests on. `order` is the newest truth about it, and gives its version. */
export interface Finish {
  readonly state: 'copied' | 'replicated' | 'skipped';
  readonly reason?: string;
  /** Undefined when the store answered 404. */
  readonly order: Order | undefined;
  readonly readAt: number;
  readonly statusBefore?: number;
  /** ISO time, if it ever was advanced. */
  readonly advancedAt?: string | undefined;
  /** ISO times, as the row is to keep them; undefined leaves the row's. */
  readonly advances?: readonly string[] | undefined;
  /** ISO time until which its status is left unchanged, if it is. */
  readonly leftAloneUntil?: string | undefined;
  readonly digital?: boolean;
  readonly digest?: string | undefined;
  /** What the list showed that led to this read, if it was a list. */
  readonly listedDigest?: string | undefined;
  /** ISO time, if the snapshot expires. */
  readonly keptUntil?: string | undefined;
}

/** What an attempt that did not finish has learnt, and no other row tells: it goes with the lease. */
export interface Learnt {
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
  /** Until when a PUT of this attempt may still land, in epoch milliseconds: nobody takes the order before. */
  readonly heldUntil?: number | undefined;
}

/** How an advance ended. */
export type AdvanceFinish = Finish & { readonly order: Order; readonly advancedAt: string };

export interface Death {
  readonly by: 'permanent' | 'exhausted';
  readonly reason: string;
}

const COVERING = '#state IN (:copied, :replicated, :skipped)';
const FINISHED_STATES = { ':copied': 'copied', ':replicated': 'replicated', ':skipped': 'skipped' };

/**
 * Whether a finished row rests on a read that began after the reference was seen, by more than clocks may differ. What was
 * only copied, though it may be advanced, covers nothing but wishes for a copy.
 */
export function covers(row: LedgerRow | undefined, { seenAt, advance }: OrderReference): boolean {
  const finished = row?.state === 'copied' || row?.state === 'replicated' || row?.state === 'skipped';
  if (!finished || (row.reason === COPY_ONLY && advance !== false)) return false;
  return row.read_at !== undefined && row.read_at > isoLater(seenAt, CLOCK_MARGIN_MS);
}

/**
 * A row gives way to `queued` when it is absent or without a state; when it is queued in no newer version; or when it
 * was finished by a read no later than the reference was seen, under an older date, or under this one some time before:
 * within one second of the store's clock nobody can tell which status came first, and a note that is left out does no harm.
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

/** Free, or past; and not covering the reference: another worker may have finished since it was received. */
export function leaseUpdate(lease: Lease, { seenAt, advance }: OrderReference, until: number, now: number) {
  const onlyCopied = advance === false ? '' : ' OR reason = :copyOnly';
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
      ...(onlyCopied === '' ? {} : { ':copyOnly': COPY_ONLY }),
    },
  };
}

export function unreadableUpdate(now: number) {
  return { UpdateExpression: 'SET unreadable_at = :now', ExpressionAttributeValues: { ':now': iso(now) } };
}

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
    left_alone_until: finish.leftAloneUntil,
    content_digest: finish.digest,
    listed_digest: finish.listedDigest,
    kept_until: finish.keptUntil,
    ...(finish.order === undefined ? {} : versionOf(finish.order)),
  });
  // What an earlier state said and this one does not must not stay.
  const told = [
    'reason',
    'status_before',
    'status_after',
    'digital',
    'content_digest',
    'listed_digest',
    'kept_until',
  ];
  const ofFound = finish.order === undefined ? [] : ['modified_at', 'put_modified_at', 'missing_since'];
  const outdated = [...told, ...ofFound].filter((name) => !(name in values));
  return {
    UpdateExpression: setting(Object.keys(values), [
      ...outdated,
      'lease_owner',
      'lease_until',
      'last_error',
      'dead_by',
    ]),
    ConditionExpression: 'lease_owner = :owner AND (attribute_not_exists(read_at) OR read_at <= :read_at)',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: { ...placeholders(values), ':owner': lease.owner },
  };
}

/** Lets go of an order, and keeps what the attempt has learnt. A PUT that may still land keeps others off until then. */
export function releaseUpdate(lease: Lease, error: string, learnt: Learnt, now: number) {
  const { advanced, isMissing, wasFound, heldUntil } = learnt;
  const modifiedAt = advanced?.order.modifiedAt;
  const values = defined({
    last_error: error,
    lease_until: heldUntil === undefined ? undefined : iso(heldUntil),
    advanced_at: advanced?.at,
    advances: advanced?.advances,
    status_after: advanced?.order.statusId,
    put_modified_at: modifiedAt === undefined ? undefined : iso(modifiedAt),
    missing_since: isMissing === true ? iso(now) : undefined,
  });
  const removed = [
    'lease_owner',
    ...(heldUntil === undefined ? ['lease_until'] : []),
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

export function deadUpdate(reference: OrderReference, death: Death, now: number) {
  const values = {
    state: 'dead',
    reason: death.reason,
    dead_by: death.by,
    reached_at: iso(now),
    last_error: death.reason,
    ...version(reference.dateModified, reference.statusId),
  };
  return {
    UpdateExpression: setting(Object.keys(values)),
    ConditionExpression:
      '(attribute_not_exists(read_at) OR read_at <= :seenAt) AND ' +
      '(attribute_not_exists(#state) OR #state <> :queued OR seen_at <= :seenAt)',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: { ...placeholders(values), ':seenAt': reference.seenAt, ':queued': 'queued' },
  };
}

/** The attributes of a reference's version, as far as it is known. */
function version(date: string | undefined, statusId: number | undefined): Record<string, unknown> {
  return versionAttributes(date, parseDate(date), statusId);
}

/** The attributes of an order's version. */
function versionOf({ raw, modifiedAt, statusId }: Order): Record<string, unknown> {
  return versionAttributes(dateModified(raw), modifiedAt, statusId);
}

function versionAttributes(
  date: string | undefined,
  modifiedAt: number | undefined,
  statusId: number | undefined,
): Record<string, unknown> {
  const modified_at = modifiedAt === undefined ? undefined : iso(modifiedAt);
  return defined({ date_modified: date, modified_at, status_id: statusId });
}

function defined(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** Each value under the name by which `setting` and the conditions call it: a colon and its attribute's name. */
function placeholders(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`:${name}`, value]));
}

/** `state` is a reserved word of DynamoDB's, so it goes by an alias. */
function setting(set: readonly string[], remove: readonly string[] = []): string {
  const alias = (name: string) => (name === 'state' ? '#state' : name);
  const assignments = set.map((name) => `${alias(name)} = :${name}`).join(', ');
  return `SET ${assignments}${remove.length > 0 ? ` REMOVE ${remove.map(alias).join(', ')}` : ''}`;
}

function isoLater(time: string, ms: number): string {
  return iso(Date.parse(time) + ms);
}
