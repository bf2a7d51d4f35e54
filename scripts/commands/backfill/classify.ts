// What is to be done about each order that a backfill finds: by what the ledger knows, as in a poll, and by the rules. Pure.
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
import type { Tally } from './tally';
import { iso } from '../../../lambda/shared/runtime/time';

export interface Task {
  /** When the backfill began, in epoch milliseconds; a resumed one began with its first run. */
  readonly began: number;
  /** From when on what a worker ended counts for this backfill, in epoch milliseconds. */
  readonly countsFrom: number;
  /** Whether statuses may be touched. */
  readonly advance: boolean;
  readonly rules: Rules;
  /** Completed orders that changed earlier are not advanced, as polls do not take them; epoch milliseconds. */
  readonly completedSince: number;
}

/** A reference that was queued, or was found to be. */
export interface SentReference {
  readonly reference: OrderReference;
  /** When the row reached the state that it had before. */
  readonly reachedBefore: string | undefined;
}

/** A page of the store's orders, each of them in one of the three. */
export interface JudgedPage {
  readonly fresh: readonly SentReference[];
  /** On their way already, perhaps by an earlier run that was killed. */
  readonly underWay: readonly SentReference[];
  /** Of those that need nothing more. */
  readonly tally: Tally;
}

/** Holds a page against the ledger's rows, as they are now. */
export function judgePage(
  { orders, seenAt, missing, unreadable, unreadableIds }: FoundPage,
  rows: ReadonlyMap<number, LedgerRow>,
  task: Task,
  now: number,
): JudgedPage {
  const judged = orders.map((order) => {
    const row = rows.get(order.id);
    const reference = toReference(order, seenAt, task);
    const verdict = judge({ order, reference }, row, task, now);
    return { reference, reachedBefore: row?.reached_at, verdict };
  });
  const known = judged.map(({ verdict }) => (typeof verdict === 'string' ? nothing : verdict));
  return {
    fresh: judged.filter(({ verdict }) => verdict === 'queue'),
    underWay: judged.filter(({ verdict }) => verdict === 'watch'),
    tally: sum([
      ...known,
      excluded('unreadable', unreadable),
      { ...nothing, not_found: missing, unreadable_ids: unreadableIds },
    ]),
  };
}

/** What is to be done about an order, or what has become of it. */
type OrderVerdict = 'queue' | 'watch' | Tally;

function judge(
  seen: Sighting,
  row: LedgerRow | undefined,
  { countsFrom, rules }: Task,
  now: number,
): OrderVerdict {
  const { statusId } = seen.reference;
  if (row?.state === undefined) {
    // The bound of the polls is for a first contact with the store: history is asked for by its dates.
    const reason = whyNotStored(seen.order, undefined, rules);
    return reason === undefined ? 'queue' : excluded(countKey(reason, statusId));
  }
  const reason = hasExpired(row, seen, now) ? 'retention-expired' : whyKnown(row, seen, rules, now);
  if (reason === undefined) return 'queue';
  // What is on its way may be wanted as a copy only.
  if (row.state === 'queued') return seen.reference.advance === false ? 'watch' : 'queue';
  const reachedAt = row.reached_at === undefined ? -Infinity : Date.parse(row.reached_at);
  // By a worker, since the backfill began: very likely for a run that was killed.
  return reachedAt >= countsFrom ? ended(row) : excluded(countKey(reason, statusId));
}

/** Stored once in this very version, and not to be kept any longer. */
function hasExpired(row: LedgerRow, { reference }: Sighting, now: number): boolean {
  const isPast = row.kept_until !== undefined && Date.parse(row.kept_until) <= now;
  return isPast && row.date_modified === reference.dateModified && row.status_id === reference.statusId;
}

/**
 * What is queued for an order as it was seen. Without `advance`, and where no poll would take the order for its age, the
 * worker stores it and leaves its status alone.
 */
function toReference(order: ListedOrder, seenAt: number, task: Task): OrderReference {
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
 * The row, if a worker has ended what was sent. It says so by another time than it had before, whatever this machine's
 * clock is worth; or it rests on a read that makes the worker take the reference for done.
 */
export function endOf(
  { reference, reachedBefore }: SentReference,
  row: LedgerRow | undefined,
): LedgerRow | undefined {
  if (row?.state === undefined || row.state === 'queued') return undefined;
  const isCovered = row.read_at !== undefined && row.read_at > reference.seenAt;
  return isCovered || row.reached_at !== reachedBefore ? row : undefined;
}
