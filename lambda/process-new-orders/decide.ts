// The step `decide`: what is to be done with the order by the rules, by its lines, and by what was done before.
import { decide, isDigital, staysNotDigital, whyVoid } from '../shared/order/rules';
import type { Decision, Rules } from '../shared/order/rules';
import type { Gone, Order, Read, Snapshot } from '../shared/order/order';
import type { Store } from '../shared/bigcommerce/client';
import type { Log } from '../shared/runtime/log';
import { ACCEPT_ABSENCE_RECEIVE, lastAdvance } from './attempt';
import type { Attempt, ToConfirm, ToDecide, ToMark, ToStore } from './attempt';
import { notYetGone, whyNotGone } from './gone';
import { findLists } from './lists';
import type { ListsDeps } from './lists';
import { noAdvanceUntil } from './put-back';

export type DecideDeps = ListsDeps & {
  readonly adapters: { readonly store: Pick<Store, 'listOrders'>; readonly log: Pick<Log, 'warn'> };
  readonly policy: { readonly rules: Rules };
};

/** Decides on a read, with its lists. Throws where a 404 or a list is not believed yet. */
export async function decideOnOrder(
  { read, earlier }: ToDecide,
  attempt: Attempt,
  deps: DecideDeps,
): Promise<ToMark | ToStore | ToConfirm> {
  if (read.order === undefined) return decideOnGone(read, earlier, attempt, deps);
  const voidReason = whyVoid(read.order, deps.policy.rules);
  if (voidReason !== undefined && earlier === undefined && !wasStored(attempt, deps.invocation.now())) {
    return { step: 'confirm', kind: 'end', finish: { ...read, state: 'skipped', reason: voidReason } };
  }
  return decideOnFound(read, earlier, attempt, deps);
}

async function decideOnFound(
  read: Read,
  earlier: Snapshot | undefined,
  attempt: Attempt,
  deps: DecideDeps,
): Promise<ToStore> {
  const { order } = read;
  const { now } = deps.invocation;
  const advancedAt = lastAdvance(attempt, earlier);
  const { lists, areListsStored } = await findLists(read, earlier, attempt, deps);
  const isOnceNotDigital = staysNotDigital(order, lists.products, attempt.row.digital);
  const decided = decide(order, lists.products, earlier, deps.policy.rules, advancedAt);
  const decision = limitToCopy(decided, isOnceNotDigital, attempt, now());
  if (decision.kind === 'confirm') addConfirmedAdvance(order, earlier, attempt, now());
  return {
    step: 'store',
    read,
    earlier,
    lists,
    areListsStored,
    decision,
    isDigital: isDigital(lists.products) && !isOnceNotDigital,
  };
}

/** Nothing to store; an earlier snapshot is marked, so that consumers learn that the order is gone. */
async function decideOnGone(
  gone: Gone,
  earlier: Snapshot | undefined,
  { lease: { orderId }, message, row, effects }: Attempt,
  deps: DecideDeps,
): Promise<ToMark | ToConfirm> {
  if (message.receiveCount < ACCEPT_ABSENCE_RECEIVE)
    throw notYetGone(orderId, 'believed at the third receive');
  if (earlier === undefined) {
    return { step: 'confirm', kind: 'end', finish: { ...gone, state: 'skipped', reason: 'not-found' } };
  }
  // What an earlier attempt noted counts no more where this one found the order first.
  const since = effects.wasFound ? undefined : row.missing_since;
  const doubt = await whyNotGone({ orderId, readAt: gone.readAt, since }, deps);
  if (doubt !== undefined) throw notYetGone(orderId, doubt);
  return { step: 'mark', gone, earlier };
}

/** Whether an order without a snapshot had one that has not expired: the reference says so, or what the ledger notes of it. */
function wasStored({ reference, row }: Attempt, now: number): boolean {
  const isExpired = row.kept_until !== undefined && Date.parse(row.kept_until) <= now;
  return reference.wasStored === true || (row.status_before !== undefined && !isExpired);
}

/** A reference for a copy leaves the status to a later poll; an order that is put back each time is left unchanged. */
function limitToCopy(decision: Decision, isOnceNotDigital: boolean, attempt: Attempt, now: number): Decision {
  if (decision.kind !== 'advance') return decision;
  if (isOnceNotDigital) return { kind: 'copy', reason: 'completed-not-digital' };
  if (noAdvanceUntil(attempt.row, attempt.effects, now) !== undefined) {
    return { kind: 'copy', reason: 'put-back-repeatedly' };
  }
  return attempt.reference.advance === false ? { kind: 'copy', reason: 'copy-only' } : decision;
}

/** A PUT of an earlier attempt had worked, and no row says so: that worker died. */
function addConfirmedAdvance(
  order: Order,
  earlier: Snapshot | undefined,
  attempt: Attempt,
  now: number,
): void {
  const stored = earlier?.replication;
  const isRecorded = (lastAdvance(attempt, earlier) ?? '') >= (stored?.read_at ?? '');
  const isWhole = stored?.incomplete === undefined;
  if (stored?.state === 'stored' && isWhole && !isRecorded) attempt.effects.addAdvance(order, now);
}
