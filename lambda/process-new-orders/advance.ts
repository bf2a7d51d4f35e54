// Moves an order on in BigCommerce. There is no compare-and-set: every PUT rests on a read of the last two seconds.
import { BigCommerceError } from '../shared/errors';
import { linesOf } from '../shared/consignments';
import { isEqual, isUnchanged, sameContent } from '../shared/content';
import { dateModified, isSettled, Status } from '../shared/order';
import type { Gone, Order, Read, Row, Snapshot } from '../shared/order';
import type { Store } from '../shared/bigcommerce';

/** The oldest read that a PUT may rest on. What the store changes within it is overwritten. */
const MAX_READ_AGE_MS = 2_000;

/** PUTs for one reference; after that it waits in the queue, as BigCommerce asks of writes. */
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
  /** PUTs for this reference that failed already. */
  readonly failedPuts: number;
}

/** `advanced` with the newest truth; `changed` with the read to decide on anew. */
export type Advance =
  | { readonly kind: 'advanced'; readonly order: Order }
  | { readonly kind: 'changed'; readonly read: Read | Gone; readonly failedPuts: number };

/** Advances a stored snapshot. Throws when nothing is left to try in this invocation. */
export async function advance(task: AdvanceTask, deps: AdvanceDeps): Promise<Advance> {
  let basis = task.enriched;
  let { failedPuts } = task;
  for (let lateReads = 0; ;) {
    if (deps.now() - basis.readAt > MAX_READ_AGE_MS) {
      const again = await readAgain(task, deps);
      if (again.kind === 'changed') return { ...again, failedPuts };
      basis = again.read;
    }
    const answer = await put(task, basis, deps);
    if (answer === 'too late') {
      lateReads += 1;
      if (lateReads >= MAX_LATE_READS) throw tooSlow(task);
      continue;
    }
    if (!(answer instanceof BigCommerceError)) return settle(answer, task, failedPuts, deps);
    // Nobody knows whether a failed PUT took effect: only another GET tells, and no PUT goes out before it.
    failedPuts += 1;
    const after = await readAgain(task, deps);
    const { order } = after.read;
    if (order?.status_id === task.targetStatusId) return settle(order, task, failedPuts, deps);
    // What has changed meanwhile is decided on anew: it may be cancelled, or deleted.
    if (answer.kind === 'permanent' && after.kind === 'same') throw answer;
    if (failedPuts >= MAX_PUTS) throw answer;
    if (after.kind === 'changed') return { ...after, failedPuts };
    basis = after.read;
  }
}

/** The order as the PUT answered, or the failure after which it may or may not have worked. */
async function put({ snapshot, targetStatusId }: AdvanceTask, basis: Read, deps: AdvanceDeps) {
  try {
    const answer = await deps.store.putStatus(snapshot.id, targetStatusId, basis.readAt + MAX_READ_AGE_MS);
    if (answer === 'too late' || answer.status_id === targetStatusId) return answer;
    const text = `PUT of order ${snapshot.id} answered with status ${answer.status_id} instead of ${targetStatusId}.`;
    return new BigCommerceError(text, 'retryable');
  } catch (error) {
    if (error instanceof BigCommerceError && error.kind !== 'configuration') return error;
    throw error;
  }
}

function tooSlow({ snapshot }: AdvanceTask): BigCommerceError {
  const text = `Order ${snapshot.id} could not be advanced: no PUT of it could be sent within 2 s of a read.`;
  return new BigCommerceError(text, 'retryable');
}

type Again =
  { readonly kind: 'same'; readonly read: Read } | { readonly kind: 'changed'; readonly read: Read | Gone };

/** Reads the order again: it is the same as it was enriched, or it has changed. */
async function readAgain(task: AdvanceTask, { store }: AdvanceDeps): Promise<Again> {
  const { snapshot, enriched } = task;
  // A Completed order is advanced only for its lines: they are part of what must not have changed. Where they do not come
  // with the order they come before it, whose two seconds many pages would use up; its date tells of later edits.
  const withLines = enriched.order.status_id === Status.Completed;
  const cameAlong = linesOf(enriched.order) !== undefined;
  const fetched = withLines && !cameAlong ? await store.getLines(snapshot.id) : undefined;
  const read = await store.getOrder(snapshot.id);
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
  answer: Order,
  { snapshot, enriched }: AdvanceTask,
  failedPuts: number,
  { store }: AdvanceDeps,
): Promise<Advance> {
  if (sameContent(answer, enriched.order)) return { kind: 'advanced', order: answer };
  return { kind: 'changed', read: await store.getOrder(snapshot.id), failedPuts };
}
