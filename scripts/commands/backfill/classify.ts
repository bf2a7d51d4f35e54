// Classifies each order that a backfill finds, by its ledger row, as in a poll, and by the rules. Pure.
import { whyKnown } from '../../../lambda/shared/steps/already-known';
import type { Sighting } from '../../../lambda/shared/steps/already-known';
import type { LedgerRow } from '../../../lambda/shared/order/ledger-row';
import { dateModified } from '../../../lambda/shared/order/version';
import { countKey } from '../../../lambda/shared/order/reasons';
import { whyNotStored } from '../../../lambda/shared/order/rules';
import type { Rules } from '../../../lambda/shared/order/rules';
import type { OrderReference } from '../../../lambda/shared/order/reference';
import type { ListedOrder } from '../../../lambda/shared/order/order';
import { isTooOld } from '../../../lambda/shared/order/listed';
import type { FoundPage } from './pages';
import { ended, excluded, nothing, sum } from './tally';
import type { BackfillTally } from './tally';
import { iso } from '../../../lambda/shared/runtime/time';

export interface BackfillTask {
  /** Start of the backfill in epoch milliseconds; of a resumed one, the start of its first run. */
  readonly began: number;
  /** Orders that a worker ended from this time on count for this backfill; epoch milliseconds. */
  readonly countsFrom: number;
  /** Whether statuses may be changed. */
  readonly advance: boolean;
  readonly rules: Rules;
  /** Completed orders that changed earlier are not advanced, because polls exclude them; epoch milliseconds. */
  readonly completedSince: number;
}

/** A reference that this run queued, or found already queued. */
export interface SentReference {
  readonly reference: OrderReference;
  /** When the row reached its previous state. */
  readonly reachedBefore: string | undefined;
}

/** The orders of a page, each in one of the three members. */
export interface ClassifiedPage {
  readonly fresh: readonly SentReference[];
  /** Already queued, perhaps by an earlier run that was killed. */
  readonly underWay: readonly SentReference[];
  /** The orders that need no further step. */
  readonly tally: BackfillTally;
}

/** Classifies a page by the current rows of the ledger. */
export function classifyPage(
  { orders, seenAt, missing, unreadable, unreadableIds }: FoundPage,
  rows: ReadonlyMap<number, LedgerRow>,
  task: BackfillTask,
  now: number,
): ClassifiedPage {
  const classified = orders.map((order) => {
    const row = rows.get(order.id);
    const reference = toReference(order, seenAt, task);
    const action = classifyOrder({ order, reference }, row, task, now);
    return { reference, reachedBefore: row?.reached_at, action };
  });
  const known = classified.map(({ action }) => (typeof action === 'string' ? nothing : action));
  return {
    fresh: classified.filter(({ action }) => action === 'queue'),
    underWay: classified.filter(({ action }) => action === 'watch'),
    tally: sum([
      ...known,
      excluded('unreadable', unreadable),
      { ...nothing, not_found: missing, unreadable_ids: unreadableIds },
    ]),
  };
}

/** The next step for an order, or the tally of one that needs none. */
type OrderAction = 'queue' | 'watch' | BackfillTally;

function classifyOrder(
  seen: Sighting,
  row: LedgerRow | undefined,
  { countsFrom, rules }: BackfillTask,
  now: number,
): OrderAction {
  const { statusId } = seen.reference;
  if (row?.state === undefined) {
    // Without the polls' age limit, which is for a first poll: a backfill names its dates.
    const reason = whyNotStored(seen.order, undefined, rules);
    return reason === undefined ? 'queue' : excluded(countKey(reason, statusId));
  }
  const reason = hasExpired(row, seen, now) ? 'retention-expired' : whyKnown(row, seen, rules, now);
  if (reason === undefined) return 'queue';
  // The queued reference may be for a copy only.
  if (row.state === 'queued') return seen.reference.advance === false ? 'watch' : 'queue';
  const reachedAt = row.reached_at === undefined ? -Infinity : Date.parse(row.reached_at);
  // A worker ended it since the start of the backfill, most likely for a run that was killed.
  return reachedAt >= countsFrom ? ended(row) : excluded(countKey(reason, statusId));
}

/** Whether this version of the order was stored, and its retention has ended. */
function hasExpired(row: LedgerRow, { reference }: Sighting, now: number): boolean {
  const isPast = row.kept_until !== undefined && Date.parse(row.kept_until) <= now;
  return isPast && row.date_modified === reference.dateModified && row.status_id === reference.statusId;
}

/**
 * The reference to queue for an order as it was seen. Without `advance`, and for an order that polls exclude because of
 * its age, the worker stores it and leaves its status unchanged.
 */
function toReference(order: ListedOrder, seenAt: number, task: BackfillTask): OrderReference {
  const { began, rules, completedSince } = task;
  const bounds = { completedSince, createdSince: rules.ignoreOrdersCreatedBefore };
  const advance = task.advance && !isTooOld(order, bounds);
  return {
    orderId: order.id,
    source: 'backfill',
    seenAt: iso(seenAt),
    ...(order.statusId === undefined ? {} : { statusId: order.statusId }),
    dateModified: dateModified(order.raw),
    jobTimestamp: began,
    ...(advance ? {} : { advance }),
  };
}

/**
 * The row, if a worker has ended the order. Then the time of its state differs from the previous one, which needs no
 * correct clock here; or it has a later read, by which the worker treats the reference as covered.
 */
export function endOf(
  { reference, reachedBefore }: SentReference,
  row: LedgerRow | undefined,
): LedgerRow | undefined {
  if (row?.state === undefined || row.state === 'queued') return undefined;
  const isCovered = row.read_at !== undefined && row.read_at > reference.seenAt;
  return isCovered || row.reached_at !== reachedBefore ? row : undefined;
}
