// Turns one page of a list into references to the orders that a worker must replicate.
import { contentDigest } from '../shared/order/content';
import { enqueue } from '../shared/steps/enqueue';
import type { EnqueueDeps } from '../shared/steps/enqueue';
import { dateModified } from '../shared/order/version';
import { isCreatedBefore } from '../shared/order/rules';
import type { Rules } from '../shared/order/rules';
import { countKey } from '../shared/order/reasons';
import type { Reason } from '../shared/order/reasons';
import type { OrderReference } from '../shared/order/reference';
import type { LedgerRow } from '../shared/order/ledger-row';
import { isMarkedGone, isNew, whyNotFollowed, whyNotNew } from './select-orders';
import { whyKnown } from '../shared/steps/already-known';
import type { Sighting } from '../shared/steps/already-known';
import type { ListedOrder } from '../shared/order/order';
import type { ListedPage } from '../shared/steps/list-reader';
import type { Ledger } from '../shared/tables/ledger';
import type { Bounds, OrderList, PollPolicy } from './poll-window';
import { iso } from '../shared/runtime/time';

export interface EnqueuePageDeps extends EnqueueDeps {
  readonly adapters: EnqueueDeps['adapters'] & { readonly ledger: Pick<Ledger, 'find' | 'recordQueued'> };
  readonly policy: Pick<PollPolicy, 'rules'>;
}

/** The poll that reads a page, and its bounds. */
export interface PollPass {
  readonly jobTimestamp: number;
  readonly bounds: Bounds;
}

/** The counts of one page. */
export interface PageTally {
  readonly found: number;
  readonly enqueued: number;
  /** How many were not queued, by reason. */
  readonly excluded: Readonly<Record<string, number>>;
}

/** Queues the orders of a page that are new or changed and that the ledger does not know in this version. */
export async function enqueuePage(
  page: ListedPage,
  list: OrderList,
  pass: PollPass,
  deps: EnqueuePageDeps,
): Promise<PageTally> {
  const { rules } = deps.policy;
  const excluded = Array.from({ length: page.unreadable }, () => countKey('unreadable'));
  const rows = await deps.adapters.ledger.find(page.orders.map(({ id }) => id));
  const references: OrderReference[] = [];
  for (const order of page.orders) {
    const row = rows.get(order.id);
    const seen = toSighting(order, page.seenAt, list, pass);
    const { now } = deps.invocation;
    const reason = whyExcluded(order, row, list, pass, rules) ?? whyKnown(row, seen, rules, now());
    if (reason === undefined) references.push(seen.reference);
    else excluded.push(countKey(reason, seen.reference.statusId));
  }
  await enqueue(references, deps);
  return { found: page.orders.length, enqueued: references.length, excluded: countEach(excluded) };
}

/** The list of a status has new orders. The list of changes has new orders and orders that are followed. */
function whyExcluded(
  order: ListedOrder,
  row: LedgerRow | undefined,
  { statusId }: OrderList,
  { bounds }: PollPass,
  rules: Rules,
): Reason | undefined {
  if (isMarkedGone(row)) return undefined;
  if (statusId !== undefined) return whyNotNew(order, statusId, bounds);
  return isNew(order, rules, bounds) ? undefined : whyNotFollowed(order, row, rules, bounds);
}

function toSighting(
  order: ListedOrder,
  seenAt: number,
  list: OrderList,
  { jobTimestamp, bounds: { createdSince } }: PollPass,
): Sighting {
  const statusId = order.statusId ?? list.statusId;
  const listedDigest = contentDigest(order);
  const reference = {
    orderId: order.id,
    source: 'poll',
    seenAt: iso(seenAt),
    ...(statusId === undefined ? {} : { statusId }),
    dateModified: dateModified(order.raw),
    jobTimestamp,
    // An older order is followed if the ledger knows it, but not advanced.
    ...(isCreatedBefore(order, createdSince) ? { advance: false } : {}),
    ...(listedDigest === undefined ? {} : { listedDigest }),
  };
  return { order, reference };
}

function countEach(keys: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return Object.fromEntries(counts);
}
