// The first stop: one scheduled pass over the store turns every new order into one reference, and records the job.
import { describe } from '../shared/errors';
import { dateModified, Status } from '../shared/order';
import type { OrderReference, Rules } from '../shared/order';
import type { Alerts } from '../shared/alerts';
import type { ListedOrder, Store } from '../shared/bigcommerce';
import type { Job, JobsTable } from '../shared/jobs';
import type { Ledger } from '../shared/ledger';
import type { Log } from '../shared/log';
import type { Queue } from '../shared/queue';
import { whyKnown, whyNotNew } from './left-out';
import type { Bounds } from './left-out';
import { listedPages } from './listed-pages';
import { recordFailure } from './record-failure';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Completed orders are looked for from this long before the last good poll: clocks differ, polls overlap. */
const OVERLAP_MS = 60 * 60 * 1000;

/** Ledger rows noted side by side; each is one small write. */
const NOTES_AT_ONCE = 25;

export interface PollSettings {
  readonly rules: Rules;
  readonly completedOrdersLookbackDays: number;
  readonly ignoreOrdersCreatedBefore: number | undefined;
}

export interface PollDeps {
  readonly store: Pick<Store, 'countOrders' | 'listOrders'>;
  readonly queue: Pick<Queue, 'enqueue'>;
  readonly ledger: Pick<Ledger, 'find' | 'noteQueued'>;
  readonly jobs: JobsTable;
  readonly alerts: Pick<Alerts, 'sendHourly'>;
  readonly log: Log;
  readonly now: () => number;
}

/** What one poll has found so far; the job row shows it, also when the poll fails half way. */
interface Pass {
  readonly timestamp: number;
  counted: Record<string, number>;
  found: number;
  enqueued: number;
  readonly leftOut: Record<string, number>;
}

/** Queues every new order that the ledger does not know yet. Records a failure, alerts, and throws it. */
export async function poll(settings: PollSettings, deps: PollDeps): Promise<Job> {
  const timestamp = deps.now();
  const pass: Pass = { timestamp, counted: {}, found: 0, enqueued: 0, leftOut: {} };
  try {
    await readStore(pass, settings, deps);
    const job = { ...tally(pass, deps), outcome: 'finished' } as const;
    await deps.jobs.record(job);
    const { timestamp: jobTimestamp, ...outcome } = job;
    const metrics = { PollsFinished: 1, OrdersFound: job.found, OrdersQueued: job.enqueued };
    deps.log.info('poll finished', { jobTimestamp, ...outcome }, metrics);
    return job;
  } catch (error) {
    await recordFailure(tally(pass, deps), error, deps);
    throw error;
  }
}

async function readStore(pass: Pass, settings: PollSettings, deps: PollDeps): Promise<void> {
  const counts = await deps.store.countOrders();
  pass.counted = Object.fromEntries(counts);
  const bounds = await findBounds(pass, settings, deps);
  for (const statusId of settings.rules.allowedStatusIds) {
    // A status that the store's answer leaves out is asked for; one that it counts as empty is not.
    if (counts.get(statusId) === 0) continue;
    const modifiedSince = statusId === Status.Completed ? bounds.completedSince : undefined;
    for await (const page of listedPages(
      { statusId, modifiedSince, createdSince: bounds.createdSince },
      deps,
    )) {
      pass.found += page.orders.length;
      leaveOut(pass, 'without a usable id', page.unreadable);
      const fresh = page.orders.filter((order) => isNew(order, statusId, bounds, pass));
      await enqueueUnknown(
        fresh.map((order) => toReference(order, statusId, page.seenAt, pass)),
        pass,
        settings,
        deps,
      );
    }
  }
}

async function findBounds(pass: Pass, settings: PollSettings, deps: PollDeps): Promise<Bounds> {
  const lookback = pass.timestamp - settings.completedOrdersLookbackDays * DAY_MS;
  const lastFinished = (await deps.jobs.lastFinished()) ?? Infinity;
  return {
    completedSince: Math.min(lookback, lastFinished - OVERLAP_MS),
    createdSince: settings.ignoreOrdersCreatedBefore,
  };
}

/** An order that changes its status between two lists is in both, and is looked at in both versions. */
function isNew(order: ListedOrder, statusId: number, bounds: Bounds, pass: Pass): boolean {
  const reason = whyNotNew(order, statusId, bounds);
  if (reason !== undefined) leaveOut(pass, reason);
  return reason === undefined;
}

function toReference(order: ListedOrder, statusId: number, seenAt: number, pass: Pass): OrderReference {
  return {
    orderId: order.id,
    source: 'poll',
    seenAt: new Date(seenAt).toISOString(),
    statusId: typeof order.status_id === 'number' ? order.status_id : statusId,
    dateModified: dateModified(order),
    jobTimestamp: pass.timestamp,
  };
}

async function enqueueUnknown(
  references: readonly OrderReference[],
  pass: Pass,
  settings: PollSettings,
  deps: PollDeps,
): Promise<void> {
  const rows = await deps.ledger.find(references.map(({ orderId }) => orderId));
  const unknown = references.filter((reference) => {
    const reason = whyKnown(rows.get(reference.orderId), reference, settings.rules, deps.now());
    if (reason !== undefined) leaveOut(pass, reason);
    return reason === undefined;
  });
  await deps.queue.enqueue(unknown);
  pass.enqueued += unknown.length;
  await noteQueued(unknown, deps);
}

/** Queued first, noted after: a note without a reference would hide the order. A lost note costs one more reference. */
async function noteQueued(references: readonly OrderReference[], deps: PollDeps): Promise<void> {
  const note = async (reference: OrderReference) => {
    try {
      await deps.ledger.noteQueued(reference, deps.now());
    } catch (error) {
      deps.log.warn('queued order not noted', { orderId: reference.orderId, error: describe(error) });
    }
  };
  for (let start = 0; start < references.length; start += NOTES_AT_ONCE) {
    await Promise.all(references.slice(start, start + NOTES_AT_ONCE).map(note));
  }
}

function leaveOut(pass: Pass, reason: string, count = 1): void {
  if (count > 0) pass.leftOut[reason] = (pass.leftOut[reason] ?? 0) + count;
}

function tally({ timestamp, counted, found, enqueued, leftOut }: Pass, deps: PollDeps) {
  return { timestamp, duration_ms: deps.now() - timestamp, counted, found, enqueued, left_out: leftOut };
}
