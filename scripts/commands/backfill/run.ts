// A backfill: lists the store's orders, queues those that nobody knows as fast as the stack's own worker ends them, and
// notes how far it is. It may die after any line: what is queued is still copied, and the next run goes on.
import type { Store } from '../../../lambda/shared/bigcommerce/client';
import type { Ledger } from '../../../lambda/shared/tables/ledger';
import type { EventName } from '../../../lambda/shared/runtime/events';
import type { LedgerRow } from '../../../lambda/shared/order/ledger-row';
import type { Queue } from '../../../lambda/shared/aws/queue';
import { enqueue } from '../../../lambda/shared/steps/enqueue';
import { enqueueUnlistable } from '../../../lambda/shared/steps/unlistable-orders';
import type { Checkpoint, Checkpoints } from './checkpoint';
import { endOf, judgePage } from './classify';
import type { SentReference, Task } from './classify';
import { pagesOf } from './pages';
import type { Cursor, FoundPage } from './pages';
import { ended, sum } from './tally';
import type { Tally } from './tally';

/** Live orders wait behind these, some minutes at the least of BigCommerce's quotas. */
const MOST_UNDER_WAY = 200;

/** A checkpoint is written as pages end, and so often besides: another run shows by it that this one is at work. */
const SAVE_EVERY_MS = 30_000;

/** So long nothing has to end before it is worth a word. */
const STILL_MS = 3 * 60 * 1000;

/** References sent in one go: two of SQS's batches, and as many small writes side by side. */
export const QUEUED_AT_ONCE = 20;

export interface BackfillDeps {
  readonly store: Pick<Store, 'listOrders' | 'getOrder'>;
  readonly queue: Pick<Queue, 'enqueue'>;
  readonly ledger: Pick<Ledger, 'find' | 'recordQueued' | 'recordUnlistable'>;
  /** Repeats what the store does not answer now. */
  readonly retry?: <T>(step: () => Promise<T>) => Promise<T>;
  /** Says what went wrong without an effect on the backfill. */
  readonly warn?: (text: string) => void;
  readonly checkpoints: Pick<Checkpoints, 'save'>;
  /** Shows how far it is. */
  readonly show: (tally: Tally) => void;
  /** Says that nothing has ended for some minutes; `lastError` is a worker's, if one has failed. */
  readonly sayStill: (lastError: string | undefined) => void;
  readonly now: () => number;
  /** Until the ledger is looked at again. Throws when the command is to end. */
  readonly pause: () => Promise<void>;
  readonly mostUnderWay?: number;
}

interface OpenPage {
  readonly cursor: Cursor;
  tally: Tally;
  /** How many of its orders have not ended yet. */
  open: number;
}

type Watched = SentReference & { readonly page: OpenPage };

/** One run. The checkpoint's tally is of the pages that have ended whole. */
interface Run {
  readonly task: Task;
  readonly pages: OpenPage[];
  readonly underWay: Set<Watched>;
  checkpoint: Checkpoint;
  savedAt: number;
  /** When something ended last, or it was last said that nothing does. */
  movedAt: number;
}

/** Goes on from the checkpoint to the end. Returns what became of all orders, those of earlier runs included. */
export async function backfill(checkpoint: Checkpoint, task: Task, deps: BackfillDeps): Promise<Tally> {
  const { now } = deps;
  const run: Run = {
    task,
    checkpoint,
    pages: [],
    underWay: new Set(),
    savedAt: now(),
    movedAt: now(),
  };
  await save(run, deps);
  for await (const found of pagesOf(checkpoint.selection, task.began, checkpoint.cursor, deps)) {
    await take(found, run, deps);
    await noteProgress(run, deps);
  }
  while (run.underWay.size > 0) await look(run, deps);
  run.checkpoint = { ...run.checkpoint, outcome: 'backfill.finished' };
  await save(run, deps);
  return run.checkpoint.tally;
}

/** Queues a page, a part of it at a time if there is no room for all of it. */
async function take(found: FoundPage, run: Run, deps: BackfillDeps): Promise<void> {
  const rows = await deps.ledger.find(found.orders.map(({ id }) => id));
  const { fresh: judged, underWay, tally } = judgePage(found, rows, run.task, deps.now());
  const fresh = [...judged];
  await refer(found, run.task, deps);
  const page = { cursor: found.cursor, tally, open: fresh.length + underWay.length };
  run.pages.push(page);
  watch(underWay, page, run, deps);
  while (fresh.length > 0) {
    const room = (deps.mostUnderWay ?? MOST_UNDER_WAY) - run.underWay.size;
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

/** No one waits for these: what no list can show stays open, whether a worker copies it or not. */
async function refer({ unreadableIds, seenAt }: FoundPage, task: Task, deps: BackfillDeps): Promise<void> {
  const { advance, began: jobTimestamp } = task;
  const sender = { source: 'backfill', seenAt, jobTimestamp, ...(advance ? {} : { advance }) };
  await enqueueUnlistable(unreadableIds, sender, forSteps(deps));
}

/** What the steps that polls and audits share are done with. */
function forSteps({ queue, ledger, warn, now }: BackfillDeps) {
  const log = {
    warn: (event: EventName) => warn?.(`The ledger could not record a queued order (${event}).`),
  };
  return { adapters: { queue, ledger, log }, invocation: { now } };
}

function watch(sent: readonly SentReference[], page: OpenPage, run: Run, { now }: BackfillDeps): void {
  if (run.underWay.size === 0) run.movedAt = now();
  for (const one of sent) run.underWay.add({ ...one, page });
}

/** Waits, and looks what the workers have ended meanwhile. */
async function look(run: Run, deps: BackfillDeps): Promise<void> {
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
  sayIfStill(run, rows, deps);
  await noteProgress(run, deps);
}

/** Moves the checkpoint over the pages that have ended, in their order: what comes after the cursor is listed again. */
async function noteProgress(run: Run, deps: BackfillDeps): Promise<void> {
  deps.show(sum([run.checkpoint.tally, ...run.pages.map(({ tally }) => tally)]));
  const firstOpen = run.pages.findIndex(({ open }) => open > 0);
  const over = run.pages.splice(0, firstOpen < 0 ? run.pages.length : firstOpen);
  const last = over.at(-1);
  if (last !== undefined) {
    const tally = sum([run.checkpoint.tally, ...over.map((page) => page.tally)]);
    run.checkpoint = { ...run.checkpoint, cursor: last.cursor, tally };
  }
  if (last !== undefined || deps.now() - run.savedAt >= SAVE_EVERY_MS) await save(run, deps);
}

async function save(run: Run, { checkpoints, now }: BackfillDeps): Promise<void> {
  run.savedAt = now();
  await checkpoints.save(run.checkpoint, run.savedAt);
}

function sayIfStill(run: Run, rows: ReadonlyMap<number, LedgerRow>, { now, sayStill }: BackfillDeps): void {
  if (run.underWay.size === 0 || now() - run.movedAt < STILL_MS) return;
  const errors = [...run.underWay].map(({ reference }) => rows.get(reference.orderId)?.last_error);
  sayStill(errors.find((error) => error !== undefined));
  run.movedAt = now();
}
