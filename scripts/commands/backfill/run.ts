// A backfill: lists the store's orders, queues unknown ones as fast as the stack's own worker ends them, and records its
// progress. It may be killed after any line: queued orders are still copied, and the next run continues.
import type { Store } from '../../../lambda/shared/bigcommerce/client';
import type { Ledger } from '../../../lambda/shared/tables/ledger';
import type { EventName } from '../../../lambda/shared/runtime/events';
import type { Fields } from '../../../lambda/shared/runtime/log';
import type { LedgerRow } from '../../../lambda/shared/order/ledger-row';
import type { Queue } from '../../../lambda/shared/aws/queue';
import { enqueue } from '../../../lambda/shared/steps/enqueue';
import { enqueueUnlistable } from '../../../lambda/shared/steps/unlistable-orders';
import { excerpt } from '../../terminal/printable';
import type { Checkpoint, Checkpoints } from './checkpoint';
import { endOf, classifyPage } from './classify';
import type { SentReference, BackfillTask } from './classify';
import { pagesOf } from './pages';
import type { BackfillCursor, FoundPage } from './pages';
import { MAX_SHOWN } from './progress';
import { ended, sum } from './tally';
import type { BackfillTally } from './tally';

/** New orders wait behind these; with BigCommerce's smallest quota that takes some minutes. */
const MAX_UNDER_WAY = 200;

/** A checkpoint is saved at the end of each page, and at least every 30 s: it shows other runs that this one is active. */
const SAVE_EVERY_MS = 30_000;

/** After so long without a finished order the command prints a note. */
const STALLED_MS = 3 * 60 * 1000;

/** References queued at once: two batches of SQS, and as many concurrent writes to the ledger. */
export const QUEUED_AT_ONCE = 20;

export interface BackfillDeps {
  readonly store: Pick<Store, 'listOrders' | 'getOrder'>;
  readonly queue: Pick<Queue, 'enqueue'>;
  readonly ledger: Pick<Ledger, 'find' | 'recordQueued' | 'recordUnlistable'>;
  /** Repeats a call until the store answers it. */
  readonly retry?: <T>(step: () => Promise<T>) => Promise<T>;
  /** Prints a problem that does not affect the backfill. */
  readonly warn?: (text: string) => void;
  readonly checkpoints: Pick<Checkpoints, 'save'>;
  /** Shows the progress. */
  readonly show: (tally: BackfillTally) => void;
  /** Prints that no order has ended for 3 min; `lastError` is that of a worker that failed. */
  readonly reportStall: (lastError: string | undefined) => void;
  readonly now: () => number;
  /** Waits until the next look at the ledger. Throws when the command must end. */
  readonly pause: () => Promise<void>;
  readonly maxUnderWay?: number;
}

interface OpenPage {
  readonly cursor: BackfillCursor;
  tally: BackfillTally;
  /** The number of its orders that have not ended. */
  open: number;
}

type WatchedReference = SentReference & { readonly page: OpenPage };

/** One run. The checkpoint's tally is that of completely finished pages. */
interface BackfillRun {
  readonly task: BackfillTask;
  readonly pages: OpenPage[];
  readonly underWay: Set<WatchedReference>;
  checkpoint: Checkpoint;
  savedAt: number;
  /** When an order last ended, or the note about a stall was last printed. */
  movedAt: number;
}

/** Continues from the checkpoint to the end. Returns the tally of all orders, those of earlier runs included. */
export async function backfill(
  checkpoint: Checkpoint,
  task: BackfillTask,
  deps: BackfillDeps,
): Promise<BackfillTally> {
  const { now } = deps;
  const run: BackfillRun = {
    task,
    checkpoint,
    pages: [],
    underWay: new Set(),
    savedAt: now(),
    movedAt: now(),
  };
  await save(run, deps);
  for await (const found of pagesOf(checkpoint.selection, task.began, checkpoint.cursor, deps)) {
    await queuePage(found, run, deps);
    await recordProgress(run, deps);
  }
  while (run.underWay.size > 0) await look(run, deps);
  run.checkpoint = { ...run.checkpoint, outcome: 'backfill.finished' };
  await save(run, deps);
  return run.checkpoint.tally;
}

/** Queues a page, in parts if too many orders are under way. */
async function queuePage(found: FoundPage, run: BackfillRun, deps: BackfillDeps): Promise<void> {
  const rows = await deps.ledger.find(found.orders.map(({ id }) => id));
  const { fresh: classified, underWay, tally } = classifyPage(found, rows, run.task, deps.now());
  const fresh = [...classified];
  await refer(found, run.task, deps);
  const page = { cursor: found.cursor, tally, open: fresh.length + underWay.length };
  run.pages.push(page);
  watch(underWay, page, run, deps);
  while (fresh.length > 0) {
    const room = (deps.maxUnderWay ?? MAX_UNDER_WAY) - run.underWay.size;
    if (room <= 0) {
      await look(run, deps);
      continue;
    }
    const next = fresh.splice(0, Math.min(room, QUEUED_AT_ONCE));
    await enqueue(
      next.map(({ reference }) => reference),
      forSteps(deps),
    );
    watch(next, page, run, deps);
  }
}

/** The run does not wait for these: an order that no list can show stays open, even if a worker copies it. */
async function refer(
  { unreadableIds, seenAt }: FoundPage,
  task: BackfillTask,
  deps: BackfillDeps,
): Promise<void> {
  const { advance, began: jobTimestamp } = task;
  const sender = { source: 'backfill', seenAt, jobTimestamp, ...(advance ? {} : { advance }) };
  await enqueueUnlistable(unreadableIds, sender, forSteps(deps));
}

/** The deps of the steps that polls and audits share. */
function forSteps({ queue, ledger, warn, now }: BackfillDeps) {
  const log = {
    warn: (_event: EventName, { orderId, error }: Fields = {}) =>
      warn?.(
        `Order ${String(orderId)} is queued, but the ledger could not record it. ${excerpt(String(error), MAX_SHOWN)}`,
      ),
  };
  return { adapters: { queue, ledger, log }, invocation: { now } };
}

function watch(
  sent: readonly SentReference[],
  page: OpenPage,
  run: BackfillRun,
  { now }: BackfillDeps,
): void {
  if (run.underWay.size === 0) run.movedAt = now();
  for (const one of sent) run.underWay.add({ ...one, page });
}

/** Waits, and then reads which orders the workers have ended. */
async function look(run: BackfillRun, deps: BackfillDeps): Promise<void> {
  await deps.pause();
  const rows = await deps.ledger.find([...run.underWay].map(({ reference }) => reference.orderId));
  for (const one of run.underWay) {
    const row = endOf(one, rows.get(one.reference.orderId));
    if (row === undefined) continue;
    run.underWay.delete(one);
    run.movedAt = deps.now();
    one.page.open -= 1;
    one.page.tally = sum([one.page.tally, ended(row)]);
  }
  reportIfStalled(run, rows, deps);
  await recordProgress(run, deps);
}

/** Moves the checkpoint past the first finished pages: a later run lists everything after the cursor again. */
async function recordProgress(run: BackfillRun, deps: BackfillDeps): Promise<void> {
  deps.show(sum([run.checkpoint.tally, ...run.pages.map(({ tally }) => tally)]));
  const firstOpen = run.pages.findIndex(({ open }) => open > 0);
  const finished = run.pages.splice(0, firstOpen < 0 ? run.pages.length : firstOpen);
  const last = finished.at(-1);
  if (last !== undefined) {
    const tally = sum([run.checkpoint.tally, ...finished.map((page) => page.tally)]);
    run.checkpoint = { ...run.checkpoint, cursor: last.cursor, tally };
  }
  if (last !== undefined || deps.now() - run.savedAt >= SAVE_EVERY_MS) await save(run, deps);
}

async function save(run: BackfillRun, { checkpoints, now }: BackfillDeps): Promise<void> {
  run.savedAt = now();
  await checkpoints.save(run.checkpoint, run.savedAt);
}

function reportIfStalled(
  run: BackfillRun,
  rows: ReadonlyMap<number, LedgerRow>,
  { now, reportStall }: BackfillDeps,
): void {
  if (run.underWay.size === 0 || now() - run.movedAt < STALLED_MS) return;
  const errors = [...run.underWay].map(({ reference }) => rows.get(reference.orderId)?.last_error);
  reportStall(errors.find((error) => error !== undefined));
  run.movedAt = now();
}
