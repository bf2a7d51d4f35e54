// The step `confirm`: records the final state in the ledger, and releases the lease in the same write.
import { isUnchanged } from '../shared/order/content';
import type { Alerts } from '../shared/aws/alerts';
import type { Store } from '../shared/bigcommerce/client';
import type { Ledger } from '../shared/tables/ledger';
import type { Finish } from '../shared/tables/ledger-finish';
import type { Attempt, Ended, ToConfirm, ToRead } from './attempt';
import { alertPutBack } from './put-back';

export interface ConfirmDeps {
  readonly adapters: {
    readonly store: Pick<Store, 'getOrder'>;
    readonly ledger: Pick<Ledger, 'recordEnd' | 'recordAdvance'>;
    readonly alerts: Pick<Alerts, 'sendHourly'>;
  };
  readonly invocation: {
    readonly now: () => number;
    /** After this time no write to the tables is retried; epoch milliseconds. */
    readonly writesUntil: number;
  };
}

/** Records the end, or starts another round if the order has changed. Throws RefusedWriteError if the ledger's row is newer. */
export async function confirmOrder(
  state: ToConfirm,
  attempt: Attempt,
  deps: ConfirmDeps,
): Promise<ToRead | Ended> {
  switch (state.kind) {
    case 'end':
      return confirmEnd(state.finish, attempt, deps);
    case 'in-target':
      return confirmInTarget(state, attempt, deps);
    case 'advanced':
      return confirmAdvance(state, attempt, deps);
  }
}

async function confirmEnd(finish: Finish, attempt: Attempt, deps: ConfirmDeps): Promise<Ended> {
  const ended = await recordEnd(finish, attempt, deps);
  const { reason, noAdvanceUntil } = finish;
  const isNewPause = reason === 'put-back-repeatedly' && noAdvanceUntil !== attempt.row.left_alone_until;
  if (isNewPause) await alertPutBack(attempt.lease.orderId, noAdvanceUntil, deps.adapters.alerts);
  return ended;
}

/** No PUT of this round shows that the fetched lists still belong to the order, so the order is read again. */
async function confirmInTarget(
  { read, snapshot, areListsStored, finish }: Extract<ToConfirm, { readonly kind: 'in-target' }>,
  attempt: Attempt,
  deps: ConfirmDeps,
): Promise<ToRead | Ended> {
  const look = areListsStored ? read : await deps.adapters.store.getOrder(attempt.lease.orderId);
  if (look.order !== undefined && isUnchanged(look.order, read.order)) {
    return recordEnd(finish, attempt, deps);
  }
  return { step: 'read', look: { read: look, earlier: snapshot } };
}

async function confirmAdvance(
  { snapshot, finish }: Extract<ToConfirm, { readonly kind: 'advanced' }>,
  { lease }: Attempt,
  { adapters, invocation }: ConfirmDeps,
): Promise<Ended> {
  const now = invocation.now();
  await adapters.ledger.recordAdvance(lease, snapshot, finish, now, invocation.writesUntil - now);
  return { step: 'end', done: { state: finish.state } };
}

async function recordEnd(
  finish: Finish,
  { lease }: Attempt,
  { adapters, invocation }: ConfirmDeps,
): Promise<Ended> {
  await adapters.ledger.recordEnd(lease, finish, invocation.now());
  return { step: 'end', done: { state: finish.state, reason: finish.reason } };
}
