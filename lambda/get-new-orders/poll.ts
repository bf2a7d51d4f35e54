// The first stop: one scheduled pass over the store turns every order that is new, or was changed after it was stored,
// into one reference, and records the job. A store too large for one poll is read by several, one after the other.
import { BigCommerceError, formatError } from '../shared/runtime/errors';
import { listedPages, newEffort, TooManyUnreadableError } from '../shared/steps/list-orders';
import { referToUnreadable } from '../shared/steps/unreadable-orders';
import type { Alerts } from '../shared/aws/alerts';
import type { Store } from '../shared/bigcommerce/client';
import type { Effort, ListedPage } from '../shared/steps/list-orders';
import type { Cursor, Job, JobsTable } from '../shared/tables/jobs';
import type { Log } from '../shared/runtime/log';
import { cursorAt, findPollWindow } from './poll-window';
import type { PollWindow, OrderList, PollSettings } from './poll-window';
import { countMissing, holdChanges, holdUnreadable } from './check-changes';
import type { Hold, ListEnd } from './check-changes';
import { recordFailure } from './record-failure';
import { reportUnreadable } from './report-unreadable';
import { enqueuePage } from './enqueue-page';
import type { Circumstances, EnqueuePageDeps, Tally } from './enqueue-page';

/** So many polls that go on with one another count as good ones: a hundred thousand orders take about five. */
const MOST_SLICES = 12;

export interface PollDeps extends EnqueuePageDeps {
  readonly store: Pick<Store, 'countOrders' | 'listOrders'>;
  readonly jobs: JobsTable;
  readonly alerts: Pick<Alerts, 'sendHourly'>;
  /** From when on no further page is begun, in epoch milliseconds. */
  readonly stopBefore: number;
}

/** What one poll has found so far; the job row shows it, also when the poll fails half way. */
interface Pass extends Tally {
  readonly timestamp: number;
  began: number;
  counted: Record<string, number>;
  found: number;
  enqueued: number;
  readonly left_out: Record<string, number>;
  not_counted?: string;
  unreadable?: number;
  unreadable_ids?: readonly number[];
}

/** Queues every order that the ledger does not know so yet. Records a failure, alerts, and throws it. */
export async function poll(settings: PollSettings, deps: PollDeps): Promise<Job> {
  const timestamp = deps.now();
  const pass: Pass = { timestamp, began: timestamp, counted: {}, found: 0, enqueued: 0, left_out: {} };
  try {
    const { cursor, hold } = await readStore(pass, settings, deps);
    const end =
      cursor === undefined
        ? ({ outcome: 'finished', ...hold } as const)
        : ({ outcome: 'sliced', cursor } as const);
    const job = { ...pass, duration_ms: deps.now() - timestamp, ...end };
    await deps.jobs.record(job);
    tell(job, deps.log);
    await reportUnreadable(job, deps.alerts);
    return job;
  } catch (error) {
    await reportUnreadable(pass, deps.alerts);
    await recordFailure({ ...pass, duration_ms: deps.now() - timestamp }, error, deps);
    throw error;
  }
}

/** What the next poll is to know: where to go on, or that the same changes are to be looked for again. */
interface Reading {
  readonly cursor?: Cursor | undefined;
  readonly hold?: Hold | undefined;
}

async function readStore(pass: Pass, settings: PollSettings, deps: PollDeps): Promise<Reading> {
  const counts = await countOrders(pass, deps);
  const begin = await findPollWindow(pass.timestamp, settings, deps.jobs);
  pass.began = begin.began;
  const circumstances = { jobTimestamp: pass.timestamp, bounds: begin.bounds, settings };
  // A status that the store's answer leaves out is asked for; one that it counts as empty is not.
  const lists = begin.lists.filter(({ statusId = Number.NaN }) => counts.get(statusId) !== 0);
  const task: Task = { begin, circumstances, pass, effort: newEffort(), waits: begin.waits };
  let [hold, failure]: [Hold?, TooManyUnreadableError?] = [];
  for (const list of lists) {
    try {
      const reading = await readWhole(list, task, deps);
      hold ??= reading.hold;
      if (reading.cursor === undefined) continue;
      if (failure === undefined) return { cursor: { ...reading.cursor, ...(task.waits && { waits: true }) } };
      break;
    } catch (error) {
      if (!(error instanceof TooManyUnreadableError)) throw error;
      failure ??= error;
    }
  }
  // Orders of one list keep no other list from being read; the poll fails all the same.
  if (failure !== undefined) throw failure;
  if (task.waits) hold ??= await holdUnreadable(pass.timestamp, deps);
  return { hold };
}

/** One list, as far as time allows; the list of changes is checked at its end. */
async function readWhole(list: OrderList, task: Task, deps: PollDeps): Promise<Reading> {
  const { begin, pass, effort } = task;
  // One page is read in any case, or polls would go on with one another for ever.
  if (effort.pages > 0 && deps.now() >= deps.stopBefore) {
    return { cursor: cursorAt(list, list.afterId, begin, list.pageSize) };
  }
  const end = await readList(list, task, deps);
  if (end.cursor !== undefined) return { cursor: end.cursor };
  const missing = await countMissing(list, end, deps);
  if (missing === undefined) {
    // Asked for again, its end is believed; and it is asked for, or polls would go on with one another for ever.
    effort.pages = 0;
    const { cursor } = await readList({ ...list, afterId: end.lastId }, task, deps);
    return { cursor };
  }
  return missing > 0 ? { hold: await holdChanges(missing, pass.timestamp, deps) } : {};
}

/** The reading of a store. */
interface Task {
  readonly begin: PollWindow;
  readonly circumstances: Circumstances;
  readonly pass: Pass;
  readonly effort: Effort;
  /** An order among the changes that no list can show has had its reference of the day. */
  waits: boolean;
}

/** `cursor` is there where too little time is left for the rest of the list. */
async function readList(
  list: OrderList,
  task: Task,
  deps: PollDeps,
): Promise<ListEnd & { readonly cursor?: Cursor }> {
  const { begin, circumstances, pass, effort } = task;
  const isTimeUp = () => deps.now() >= deps.stopBefore;
  const reading = { ...deps, effort, isTimeUp, size: list.pageSize };
  let end: ListEnd = { listed: 0, endsEmpty: false, lastId: list.afterId };
  for await (const page of listedPages(list.query, list.afterId, reading)) {
    add(await enqueuePage(page, list, circumstances, deps), pass);
    const referred = await addUnreadable(page, pass, deps);
    if (list.statusId === undefined && referred < page.unreadableIds.length) task.waits = true;
    const shown = page.orders.length + page.unreadable;
    end = {
      listed: end.listed + shown + page.unreadableIds.length,
      endsEmpty: shown === 0,
      lastId: page.lastId,
    };
    if (page.stopped) return { ...end, cursor: cursorAt(list, page.lastId, begin, page.stopped.size) };
    if (!page.isLast && isTimeUp()) return { ...end, cursor: cursorAt(list, page.lastId, begin) };
  }
  return end;
}

/** Counts only inform, and spare calls: without them every list is asked for. */
async function countOrders(pass: Pass, { store, log }: PollDeps): Promise<ReadonlyMap<number, number>> {
  try {
    const counts = await store.countOrders();
    pass.counted = Object.fromEntries(counts);
    return counts;
  } catch (error) {
    if (!(error instanceof BigCommerceError) || error.kind === 'configuration') throw error;
    pass.not_counted = formatError(error);
    log.warn('poll.orders_not_counted', { error: pass.not_counted });
    return new Map();
  }
}

/** Names the orders that no list can show, and queues a reference to each that had none for a day. Returns how many. */
async function addUnreadable(
  { unreadableIds, seenAt }: ListedPage,
  pass: Pass,
  deps: PollDeps,
): Promise<number> {
  if (unreadableIds.length === 0) return 0;
  const ids = [...new Set([...(pass.unreadable_ids ?? []), ...unreadableIds])];
  pass.unreadable_ids = ids;
  pass.unreadable = ids.length;
  deps.log.warn('bigcommerce.orders_unlistable', { orderIds: unreadableIds });
  const sender = { source: 'poll', seenAt, jobTimestamp: pass.timestamp };
  const referred = await referToUnreadable(unreadableIds, sender, deps);
  pass.enqueued += referred;
  return referred;
}

function add({ found, enqueued, left_out }: Tally, pass: Pass): void {
  pass.found += found;
  pass.enqueued += enqueued;
  for (const [reason, count] of Object.entries(left_out)) {
    pass.left_out[reason] = (pass.left_out[reason] ?? 0) + count;
  }
}

function tell({ timestamp: jobTimestamp, ...job }: Job, log: Log): void {
  // A poll that moves on is no missed one; one that never comes to an end is.
  const isGood = (job.cursor?.slices ?? 0) <= MOST_SLICES;
  const metrics = {
    ...(isGood ? { PollsFinished: 1 } : {}),
    OrdersFound: job.found,
    OrdersQueued: job.enqueued,
  };
  log.info(`poll.${job.outcome}`, { jobTimestamp, ...job }, metrics);
}
