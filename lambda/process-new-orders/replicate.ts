// The last stop: for one reference, takes the order's lease, reads the order, skips or stores it, advances its status and
// records the result. A reference leaves the queue only when its result is recorded or it is a dead letter.
import { BigCommerceError, formatError, LeaseHeldError } from '../shared/runtime/errors';
import { readReference } from '../shared/order/reference';
import type { OrderReference } from '../shared/order/reference';
import type { Lease } from '../shared/tables/ledger-lease';
import type { Ledger } from '../shared/tables/ledger';
import type { Metrics } from '../shared/runtime/log';
import { advanceOrder } from './advance';
import type { AdvanceDeps } from './advance';
import type { Attempt, Done, Ended, State } from './attempt';
import { confirmOrder } from './confirm';
import type { ConfirmDeps } from './confirm';
import { decideOnOrder } from './decide';
import type { DecideDeps } from './decide';
import { Effects } from './effects';
import { giveUp } from './give-up';
import type { GiveUpDeps, Message, Outcome } from './give-up';
import { markGone } from './gone';
import type { MarkDeps } from './gone';
import { readOrder } from './read';
import type { ReadDeps } from './read';
import { storeOrder } from './store';
import type { StoreDeps } from './store';

type StepDeps = ReadDeps & DecideDeps & MarkDeps & StoreDeps & AdvanceDeps & ConfirmDeps;

export type ReplicateDeps = StepDeps &
  GiveUpDeps & {
    readonly adapters: { readonly ledger: Pick<Ledger, 'takeLease' | 'release'> };
    readonly invocation: {
      /** Unique to this invocation. */
      readonly worker: string;
      /** After this time the invocation starts no further reference; epoch milliseconds. */
      readonly beginBefore: number;
      /** After this time no PUT of this invocation can take effect; epoch milliseconds. */
      readonly leaseUntil: number;
    };
  };

/** After this many rounds an order that keeps changing, or has no readable date, waits in the queue. */
const MAX_ROUNDS = 12;

/** Replicates the order of one reference. Never throws: a failed reference is returned to the queue or dead-lettered, with its reason. */
export async function replicate(message: Message, deps: ReplicateDeps): Promise<Outcome> {
  let reference: OrderReference | undefined;
  try {
    reference = readReference(message.body);
    const startedAt = deps.invocation.now();
    if (startedAt >= deps.invocation.beginBefore) throw notStarted(reference);
    const done = await replicateLeased(message, reference, deps);
    const { orderId, source } = reference;
    const endedAt = deps.invocation.now();
    const fields = { orderId, source, ...done, duration_ms: endedAt - startedAt };
    deps.adapters.log.info(`order.${done.state}`, fields, measure(done, reference, endedAt));
    return 'acknowledged';
  } catch (error) {
    return giveUp(message, reference, error, deps);
  }
}

async function replicateLeased(
  message: Message,
  reference: OrderReference,
  deps: ReplicateDeps,
): Promise<Done> {
  const { ledger } = deps.adapters;
  const { worker, leaseUntil, now } = deps.invocation;
  // The receipt handle distinguishes two deliveries of one message, even within one batch.
  const lease: Lease = { orderId: reference.orderId, owner: `${worker}/${message.receiptHandle}` };
  const taken = await ledger.takeLease(lease, reference, leaseUntil, now());
  if (taken.kind === 'covered') return { state: 'covered' };
  if (taken.kind !== 'taken') throw new LeaseHeldError(`Order ${reference.orderId} is with another worker.`);
  const { row } = taken;
  const attempt = { message, reference, lease, row, effects: new Effects(row.advances) };
  try {
    return await replicateHeld(attempt, deps);
  } catch (error) {
    await release(attempt, error, deps);
    throw error;
  }
}

/** Runs the steps until the order is finished. A step that sees a changed order starts the next round with the newer read. */
async function replicateHeld(attempt: Attempt, deps: StepDeps): Promise<Done> {
  let state: State = { step: 'read' };
  let rounds = 0;
  while (state.step !== 'end') {
    if (state.step === 'read') rounds += 1;
    if (rounds > MAX_ROUNDS) throw keptChanging(attempt);
    state = await takeStep(state, attempt, deps);
  }
  return state.done;
}

/** read → decide → store → advance → confirm. Step `mark` replaces `store` and `advance` for an order that is gone. */
function takeStep(state: Exclude<State, Ended>, attempt: Attempt, deps: StepDeps): Promise<State> {
  switch (state.step) {
    case 'read':
      return readOrder(state, attempt, deps);
    case 'decide':
      return decideOnOrder(state, attempt, deps);
    case 'mark':
      return markGone(state, attempt, deps);
    case 'store':
      return storeOrder(state, attempt, deps);
    case 'advance':
      return advanceOrder(state, attempt, deps);
    case 'confirm':
      return confirmOrder(state, attempt, deps);
  }
}

function keptChanging({ lease: { orderId } }: Attempt): BigCommerceError {
  return new BigCommerceError(`Order ${orderId} kept changing while it was replicated.`, 'retryable');
}

/** Never throws: a lease that cannot be released expires, and the caller reports the first error. */
async function release(
  { lease, effects }: Attempt,
  cause: unknown,
  { adapters, invocation }: ReplicateDeps,
): Promise<void> {
  try {
    await adapters.ledger.release(lease, formatError(cause), effects.observations(), invocation.now());
  } catch (error) {
    adapters.log.warn('ledger.lease_not_released', { orderId: lease.orderId, error: formatError(error) });
  }
}

function notStarted({ orderId }: OrderReference): BigCommerceError {
  const text = `Order ${orderId} was not started: too little time of the invocation was left.`;
  return new BigCommerceError(text, 'retryable');
}

function measure({ state }: Done, { seenAt }: OrderReference, endedAt: number): Metrics {
  // Another clock set `seenAt`, and it may be ahead of ours.
  const OrderLatency = Math.max(0, endedAt - Date.parse(seenAt));
  switch (state) {
    case 'replicated':
      return { OrdersReplicated: 1, OrderLatency };
    case 'copied':
      return { OrdersCopied: 1, OrderLatency };
    case 'skipped':
      return { OrdersSkipped: 1 };
    case 'covered':
      return {};
  }
}
