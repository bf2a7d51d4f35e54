// Moves an order on in BigCommerce. There is no compare-and-set: every PUT rests on a read of the last two seconds.
import { BigCommerceError } from '../shared/runtime/errors';
import { linesOf } from '../shared/order/consignments';
import { isEqual, isUnchanged, sameContent } from '../shared/order/content';
import { dateModified, isSettled } from '../shared/order/version';
import { parseDate } from '../shared/runtime/time';
import { Status } from '../shared/order/status';
import type { Gone, RawOrder, Read, Snapshot } from '../shared/order/order';
import type { Row } from '../shared/runtime/json';
import type { Store } from '../shared/bigcommerce/client';
import type { Effects } from './effects';

/** The oldest read that a PUT may rest on. What the store changes within it is overwritten. */
const MAX_READ_AGE_MS = 2_000;

/** PUTs of one order in an invocation, answered or not; after that it waits in the queue. */
const MAX_PUTS = 2;

/** Reads for one PUT: a store that answers so slowly, or lets us wait so long, is asked again later. */
const MAX_LATE_READS = 4;

export interface AdvanceDeps {
  readonly store: Pick<Store, 'getOrder' | 'getLines' | 'putStatus'>;
  readonly now: () => number;
}

export interface AdvanceTask {
  /** As stored. */
  readonly snapshot: Snapshot;
  /** The read that the snapshot was made of. */
  readonly enriched: Read;
  /** The lines of that read, whatever of them is kept in the snapshot. */
  readonly lines: readonly Row[];
  readonly targetStatusId: number;
  /** What this attempt has done so far; every PUT is noted there. */
  readonly effects: Effects;
}

/** `advanced` with the newest truth; `changed` with the read to decide on again. */
export type Advance =
  | { readonly kind: 'advanced'; readonly order: RawOrder }
  | { readonly kind: 'changed'; readonly read: Read | Gone };

/** Advances a stored snapshot. Throws when nothing is left to try in this invocation. */
export async function advance(task: AdvanceTask, deps: AdvanceDeps): Promise<Advance> {
  const { effects, targetStatusId } = task;
  let basis = task.enriched;
  for (let lateReads = 0; ;) {
    if (deps.now() - basis.readAt > MAX_READ_AGE_MS) {
      // A plain GET is the lightest that there is: where that one is slow, too, no PUT can rest on it.
      const plainly = lateReads > 0;
      const again = await stored(task, readAgain(task, deps, plainly));
      if (again.kind === 'changed') return again;
      basis = again.read;
      if (plainly && deps.now() - basis.readAt > MAX_READ_AGE_MS) throw tooSlow(task);
    }
    if (effects.puts >= MAX_PUTS) throw putEnough(task);
    const answer = await put(task, basis, deps);
    if (answer === 'too late') {
      lateReads += 1;
      if (lateReads >= MAX_LATE_READS) throw tooSlow(task);
      continue;
    }
    if (!('error' in answer)) return settle(answer.order, task, deps);
    // Only another GET shows whether a failed PUT took effect, and no PUT goes out before it.
    const { error, mayStillLand } = answer;
    if (mayStillLand) effects.noteUnanswered(deps.now());
    const after = await readAgain(task, deps);
    const { order } = after.read;
    // A read that lags may show an earlier stay in the target status: that tells nothing of this PUT.
    const shows = order?.status_id === targetStatusId && !isOlder(order, task.enriched.order);
    if (shows) return settle(order, task, deps);
    // A second PUT beside one that lands late would be a second email to the shopper.
    if (mayStillLand) throw error;
    // What has changed meanwhile is decided on again: it may be cancelled, or deleted.
    if (error.kind === 'permanent' && after.kind === 'same') throw error;
    if (after.kind === 'changed') return after;
    if (effects.puts >= MAX_PUTS) throw error;
    basis = after.read;
  }
}

function isOlder(order: RawOrder, than: RawOrder): boolean {
  return (parseDate(order.date_modified) ?? Infinity) < (parseDate(than.date_modified) ?? -Infinity);
}

function putEnough({ snapshot: { id }, targetStatusId }: AdvanceTask): BigCommerceError {
  const text = `Order ${id} got ${MAX_PUTS} PUTs in this invocation and is not in status ${targetStatusId} yet.`;
  return new BigCommerceError(text, 'retryable');
}

/** What became of a PUT; after a failure it may or may not have worked, and may even land later. */
type Put =
  | 'too late'
  | { readonly order: RawOrder }
  | { readonly error: BigCommerceError; readonly mayStillLand: boolean };

async function put(
  { snapshot, targetStatusId, effects }: AdvanceTask,
  basis: Read,
  deps: AdvanceDeps,
): Promise<Put> {
  try {
    const order = await deps.store.putStatus(snapshot.id, targetStatusId, basis.readAt + MAX_READ_AGE_MS);
    if (order === 'too late') return order;
    effects.puts += 1;
    if (order.status_id === targetStatusId) return { order };
    const text = `PUT of order ${snapshot.id} answered with status ${order.status_id} instead of ${targetStatusId}.`;
    return { error: new BigCommerceError(text, 'retryable'), mayStillLand: false };
  } catch (error) {
    effects.puts += 1;
    if (!(error instanceof BigCommerceError) || error.kind === 'configuration') throw error;
    return { error, mayStillLand: saysNothing(error) };
  }
}

/** A 5xx, a gateway's above all, says no more of the PUT than no answer does; nor does a 2xx that cannot be read. */
function saysNothing({ kind, status }: BigCommerceError): boolean {
  if (kind !== 'retryable') return false;
  return status === undefined || status >= 500 || (status >= 200 && status < 300);
}

function tooSlow({ snapshot }: AdvanceTask): BigCommerceError {
  const text = `Order ${snapshot.id} is stored but not advanced: no PUT of it could be sent within 2 s of a read.`;
  return new BigCommerceError(text, 'retryable');
}

/** A read that gets no answer in time is no reason to look for the order elsewhere: the error says that it is stored. */
async function stored<T>({ snapshot }: AdvanceTask, read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch (error) {
    const isLate = error instanceof BigCommerceError && error.status === undefined;
    if (!isLate) throw error;
    const text = `Order ${snapshot.id} is stored but not advanced: ${error.message}`;
    throw new BigCommerceError(text, error.kind);
  }
}

type Again =
  { readonly kind: 'same'; readonly read: Read } | { readonly kind: 'changed'; readonly read: Read | Gone };

/** Reads the order again: it is the same as it was enriched, or it has changed. */
async function readAgain(task: AdvanceTask, { store }: AdvanceDeps, plainly = false): Promise<Again> {
  const { snapshot, enriched } = task;
  // A Completed order is advanced only for its lines: they are part of what must not have changed. Where they do not come
  // with the order they come before it, whose two seconds many pages would use up; its date tells of later edits.
  const withLines = enriched.order.status_id === Status.Completed;
  const comeAlong = linesOf(enriched.order) !== undefined && !plainly;
  const fetched = withLines && !comeAlong ? await store.getLines(snapshot.id) : undefined;
  const read = await store.getOrder(snapshot.id, { plainly });
  if (read.order === undefined) return { kind: 'changed', read };
  const lines = withLines ? (fetched ?? linesOf(read.order)) : task.lines;
  const same =
    isUnchanged(read.order, enriched.order) &&
    isEqual(lines, task.lines) &&
    // Of a version that could still change when it was enriched, equality proves nothing.
    isSettled(dateModified(enriched.order), enriched.readAt);
  return same ? { kind: 'same', read } : { kind: 'changed', read };
}

/** The answer is the newest truth: where it shows other content than was stored, the order is read once more. */
async function settle(
  answer: RawOrder,
  { snapshot, enriched, effects }: AdvanceTask,
  { store, now }: AdvanceDeps,
): Promise<Advance> {
  effects.noteAdvanced(answer, now());
  if (sameContent(answer, enriched.order)) return { kind: 'advanced', order: answer };
  return { kind: 'changed', read: await store.getOrder(snapshot.id) };
}
