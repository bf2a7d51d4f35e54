// The step `advance`: sets the order's new status in the store. The API has no compare-and-set, so every PUT relies on a read
// of the last 2 s.
import { BigCommerceError } from '../shared/runtime/errors';
import { sameContent } from '../shared/order/content';
import type { Gone, Order, Read } from '../shared/order/order';
import type { Attempt, ToAdvance, ToConfirm, ToRead } from './attempt';
import type { Effects } from './effects';
import { MAX_READ_AGE_MS, put } from './put';
import type { FailedPut, PutDeps } from './put';
import { readAgain, readAgainInTime } from './read-again';
import type { ReadAgainDeps } from './read-again';

/** PUTs of one order in an invocation, answered or not. After that the order waits in the queue. */
const MAX_PUTS = 2;

/** Reads that were too old when their PUT had its turn. After that the order waits in the queue. */
const MAX_LATE_READS = 4;

export type AdvanceDeps = PutDeps & ReadAgainDeps & { readonly invocation: { readonly now: () => number } };

/** The read that the next PUT relies on. */
interface Basis {
  readonly step: 'put';
  readonly read: Read;
  /** How many reads of this order were too old when the PUT had its turn. */
  readonly lateReads: number;
}

/** Advances a stored order, or returns the newer read if the order has changed. Throws if this invocation cannot try again. */
export async function advanceOrder(
  task: ToAdvance,
  attempt: Attempt,
  deps: AdvanceDeps,
): Promise<ToConfirm | ToRead> {
  let state: Basis | ToConfirm | ToRead = { step: 'put', read: task.enriched, lateReads: 0 };
  while (state.step === 'put') state = await tryToPut(state, task, attempt, deps);
  return state;
}

/** Sends at most one PUT. Returns the next step, or another read to try again with. */
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

/** A read that is recent enough for a PUT: the given one, or a new one. */
async function refresh(state: Basis, task: ToAdvance, deps: AdvanceDeps): Promise<Basis | ToRead> {
  const { now } = deps.invocation;
  if (now() - state.read.readAt <= MAX_READ_AGE_MS) return state;
  // A plain GET is the fastest. If it takes longer than 2 s, too, no PUT is possible.
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

/** Only another GET shows whether a failed PUT took effect, so no PUT is sent before it. */
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
  // A lagging read may show the target status from an earlier time, which does not confirm this PUT.
  const tookEffect = order?.statusId === task.targetStatusId && !isOlder(order, task.enriched.order);
  if (tookEffect) return finishAdvance(order, task, effects, deps);
  // If the first PUT takes effect late, a second one would email the shopper twice.
  if (mayStillLand) throw error;
  // A changed order may be cancelled or deleted, so it is decided on again.
  if (error.kind === 'permanent' && after.kind === 'same') throw error;
  if (after.kind === 'changed') return decideAgain(after.read, task);
  if (effects.puts >= MAX_PUTS) throw error;
  return { ...basis, read: after.read };
}

/** Records the advance. If the answer shows other content than was stored, the order is read and decided on again. */
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
  const text = `${MAX_PUTS} PUTs in this invocation did not set order ${id} to status ${targetStatusId}.`;
  return new BigCommerceError(text, 'retryable');
}

function tooSlow({ snapshot }: ToAdvance): BigCommerceError {
  const text = `Order ${snapshot.id} is stored but not advanced: no PUT could be sent within 2 s of a read.`;
  return new BigCommerceError(text, 'retryable');
}
