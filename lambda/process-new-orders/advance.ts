// The step `advance`: moves the order on in the store. There is no compare-and-set: every PUT rests on a read of the last
// two seconds.
import { BigCommerceError } from '../shared/runtime/errors';
import { sameContent } from '../shared/order/content';
import type { Gone, Order, Read } from '../shared/order/order';
import type { Attempt, ToAdvance, ToConfirm, ToRead } from './attempt';
import type { Effects } from './effects';
import { MAX_READ_AGE_MS, put } from './put';
import type { FailedPut, PutDeps } from './put';
import { readAgain, readAgainInTime } from './read-again';
import type { ReadAgainDeps } from './read-again';

/** PUTs of one order in an invocation, answered or not; after that it waits in the queue. */
const MAX_PUTS = 2;

/** Reads for one PUT: a store that answers so slowly, or lets us wait so long, is asked again later. */
const MAX_LATE_READS = 4;

export type AdvanceDeps = PutDeps & ReadAgainDeps & { readonly invocation: { readonly now: () => number } };

/** The read that the next PUT rests on. */
interface Basis {
  readonly step: 'put';
  readonly read: Read;
  /** How many reads of this order were too old when the PUT had its turn. */
  readonly lateReads: number;
}

/** Advances a stored snapshot, or finds that the order has changed. Throws when nothing is left to try in this invocation. */
export async function advanceOrder(
  task: ToAdvance,
  attempt: Attempt,
  deps: AdvanceDeps,
): Promise<ToConfirm | ToRead> {
  let state: Basis | ToConfirm | ToRead = { step: 'put', read: task.enriched, lateReads: 0 };
  while (state.step === 'put') state = await tryToPut(state, task, attempt, deps);
  return state;
}

/** One PUT at most: it ends the step, or leaves another read to try again with. */
async function tryToPut(
  state: Basis,
  task: ToAdvance,
  { effects }: Attempt,
  deps: AdvanceDeps,
): Promise<Basis | ToConfirm | ToRead> {
  const basis = await refresh(state, task, deps);
  if (basis.step === 'read') return basis;
  if (effects.puts >= MAX_PUTS) throw tooManyPuts(task);
  const answer = await put(task, basis.read, effects, deps);
  if (answer === 'too-late') return afterLateRead(basis, task);
  if ('error' in answer) return afterFailure(answer, basis, task, effects, deps);
  return finishAdvance(answer.order, task, effects, deps);
}

/** A read that a PUT may rest on; the given one where it is recent. */
async function refresh(state: Basis, task: ToAdvance, deps: AdvanceDeps): Promise<Basis | ToRead> {
  const { now } = deps.invocation;
  if (now() - state.read.readAt <= MAX_READ_AGE_MS) return state;
  // A plain GET is the lightest that there is: where that one is slow, too, no PUT can rest on it.
  const plainly = state.lateReads > 0;
  const again = await readAgainInTime(task, deps, plainly);
  if (again.kind === 'changed') return decideAgain(again.read, task);
  if (plainly && now() - again.read.readAt > MAX_READ_AGE_MS) throw tooSlow(task);
  return { ...state, read: again.read };
}

function afterLateRead(basis: Basis, task: ToAdvance): Basis {
  const lateReads = basis.lateReads + 1;
  if (lateReads >= MAX_LATE_READS) throw tooSlow(task);
  return { ...basis, lateReads };
}

/** Only another GET shows whether a failed PUT took effect, and no PUT goes out before it. */
async function afterFailure(
  { error, mayStillLand }: FailedPut,
  basis: Basis,
  task: ToAdvance,
  effects: Effects,
  deps: AdvanceDeps,
): Promise<Basis | ToConfirm | ToRead> {
  if (mayStillLand) effects.addUnansweredPut(deps.invocation.now());
  const after = await readAgain(task, deps);
  const { order } = after.read;
  // A read that lags may show an earlier stay in the target status: that tells nothing of this PUT.
  const tookEffect = order?.statusId === task.targetStatusId && !isOlder(order, task.enriched.order);
  if (tookEffect) return finishAdvance(order, task, effects, deps);
  // A second PUT beside one that lands late would be a second email to the shopper.
  if (mayStillLand) throw error;
  // What has changed meanwhile is decided on again: it may be cancelled, or deleted.
  if (error.kind === 'permanent' && after.kind === 'same') throw error;
  if (after.kind === 'changed') return decideAgain(after.read, task);
  if (effects.puts >= MAX_PUTS) throw error;
  return { ...basis, read: after.read };
}

/** The answer is the newest truth: where it shows other content than was stored, the order is read once more. */
async function finishAdvance(
  answer: Order,
  task: ToAdvance,
  effects: Effects,
  { adapters, invocation }: AdvanceDeps,
): Promise<ToConfirm | ToRead> {
  const { snapshot, enriched, end } = task;
  const { at: advancedAt, advances } = effects.addAdvance(answer, invocation.now());
  if (!sameContent(answer, enriched.order)) {
    return decideAgain(await adapters.store.getOrder(snapshot.id), task);
  }
  const finish = { ...end, state: 'replicated', order: answer, advancedAt, advances } as const;
  return { step: 'confirm', kind: 'advanced', snapshot, finish };
}

function decideAgain(read: Read | Gone, { snapshot }: ToAdvance): ToRead {
  return { step: 'read', look: { read, earlier: snapshot } };
}

function isOlder(order: Order, than: Order): boolean {
  return (order.modifiedAt ?? Infinity) < (than.modifiedAt ?? -Infinity);
}

function tooManyPuts({ snapshot: { id }, targetStatusId }: ToAdvance): BigCommerceError {
  const text = `Order ${id} got ${MAX_PUTS} PUTs in this invocation and is not in status ${targetStatusId} yet.`;
  return new BigCommerceError(text, 'retryable');
}

function tooSlow({ snapshot }: ToAdvance): BigCommerceError {
  const text = `Order ${snapshot.id} is stored but not advanced: no PUT of it could be sent within 2 s of a read.`;
  return new BigCommerceError(text, 'retryable');
}
