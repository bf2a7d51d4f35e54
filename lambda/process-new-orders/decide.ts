// The step `decide`: decides by the rules, the order's lines and earlier attempts whether to skip, copy, advance or confirm
// the order.
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

/** Decides on a read, and finds its lists. Throws BigCommerceError if a 404 or a list is not accepted yet. */
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

/** A missing order cannot be stored. Its earlier snapshot is marked, so that consumers see that the order is gone. */
async function decideOnGone(
  gone: Gone,
  earlier: Snapshot | undefined,
  { lease: { orderId }, message, row, effects }: Attempt,
  deps: DecideDeps,
): Promise<ToMark | ToConfirm> {
  if (message.receiveCount < ACCEPT_ABSENCE_RECEIVE)
    throw notYetGone(orderId, 'accepted at the third receive');
  if (earlier === undefined) {
    return { step: 'confirm', kind: 'end', finish: { ...gone, state: 'skipped', reason: 'not-found' } };
  }
  // This attempt found the order before, so an earlier attempt's record of a 404 is outdated.
  const since = effects.wasFound ? undefined : row.missing_since;
  const doubt = await whyNotGone({ orderId, readAt: gone.readAt, since }, deps);
  if (doubt !== undefined) throw notYetGone(orderId, doubt);
  return { step: 'mark', gone, earlier };
}

/** Whether an order without a snapshot had one that has not expired, by its reference or its ledger row. */
function wasStored({ reference, row }: Attempt, now: number): boolean {
  const isExpired = row.kept_until !== undefined && Date.parse(row.kept_until) <= now;
  return reference.wasStored === true || (row.status_before !== undefined && !isExpired);
}

/** Turns an advance into a copy if the reference asks for a copy only, or if others keep resetting the order's status. */
function limitToCopy(decision: Decision, isOnceNotDigital: boolean, attempt: Attempt, now: number): Decision {
  if (decision.kind !== 'advance') return decision;
  if (isOnceNotDigital) return { kind: 'copy', reason: 'completed-not-digital' };
  if (noAdvanceUntil(attempt.row, attempt.effects, now) !== undefined) {
    return { kind: 'copy', reason: 'put-back-repeatedly' };
  }
  return attempt.reference.advance === false ? { kind: 'copy', reason: 'copy-only' } : decision;
}

/** An earlier attempt's PUT took effect, but that worker died before it recorded the advance. */
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
