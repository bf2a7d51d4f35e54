// One page of a list: which of its orders need a worker becomes references, queued first and noted after.
import { noteQueued } from '../shared/note-queued';
import { dateModified } from '../shared/order';
import type { ListedOrder } from '../shared/bigcommerce';
import type { ListedPage } from '../shared/listed-pages';
import type { Ledger } from '../shared/ledger';
import type { Log } from '../shared/log';
import type { Queue } from '../shared/queue';
import type { Bounds, OrderList, PollSettings } from './begin';
import { isListedAsNew, whyKnown, whyNotFollowed, whyNotNew } from './left-out';
import type { Sighting } from './left-out';

export interface TakeUpDeps {
  readonly queue: Pick<Queue, 'enqueue'>;
  readonly ledger: Pick<Ledger, 'find' | 'noteQueued'>;
  readonly log: Log;
  readonly now: () => number;
}

/** The poll that took up a page, and what it looks at. */
export interface Circumstances {
  readonly jobTimestamp: number;
  readonly bounds: Bounds;
  readonly settings: PollSettings;
}

/** What came of listed orders. */
export interface Tally {
  readonly found: number;
  readonly enqueued: number;
  /** How many were not queued, by reason. */
  readonly left_out: Readonly<Record<string, number>>;
}

/** Queues what is new in the page of a status, or changed in that of any status, and not known to the ledger so. */
export async function takeUp(
  page: ListedPage,
  list: OrderList,
  circumstances: Circumstances,
  deps: TakeUpDeps,
): Promise<Tally> {
  const { bounds, settings } = circumstances;
  const { rules } = settings;
  const { statusId } = list;
  const reasons = Array.from({ length: page.unreadable }, () => 'without a usable id');
  const isFollowed = (order: ListedOrder) => !isListedAsNew(order, rules, bounds);
  const looked = statusId === undefined ? page.orders.filter(isFollowed) : page.orders;
  const candidates =
    statusId === undefined ? looked : keep(looked, reasons, (order) => whyNotNew(order, statusId, bounds));
  const rows = await deps.ledger.find(candidates.map(({ id }) => id));
  const sightings = candidates.map((order) => sight(order, page.seenAt, list, circumstances));
  const unknown = keep(sightings, reasons, (seen) => {
    const row = rows.get(seen.order.id);
    const reason = statusId === undefined ? whyNotFollowed(seen.order, row, rules, bounds) : undefined;
    return reason ?? whyKnown(row, seen, rules, deps.now());
  });
  const references = unknown.map(({ reference }) => reference);
  await deps.queue.enqueue(references);
  await noteQueued(references, deps);
  return { found: looked.length, enqueued: references.length, left_out: countEach(reasons) };
}

/** Those that nothing speaks against; what speaks against the others joins `reasons`. */
function keep<T>(all: readonly T[], reasons: string[], why: (one: T) => string | undefined): readonly T[] {
  return all.filter((one) => {
    const reason = why(one);
    if (reason !== undefined) reasons.push(reason);
    return reason === undefined;
  });
}

function sight(
  order: ListedOrder,
  seenAt: number,
  list: OrderList,
  { jobTimestamp }: Circumstances,
): Sighting {
  const statusId = typeof order.status_id === 'number' ? order.status_id : list.statusId;
  const reference = {
    orderId: order.id,
    source: 'poll',
    seenAt: new Date(seenAt).toISOString(),
    ...(statusId === undefined ? {} : { statusId }),
    dateModified: dateModified(order),
    jobTimestamp,
  };
  return { order, reference };
}

function countEach(reasons: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return Object.fromEntries(counts);
}
