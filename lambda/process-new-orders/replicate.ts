// The last stop: for one reference, fetch the order, skip it or store it whole, advance its status, record it, let go.
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
      /** Tells this invocation from every other. */
      readonly worker: string;
      /** From when on this invocation begins with no further reference, in epoch milliseconds. */
      readonly beginBefore: number;
      /** When no PUT of this invocation can land any more, in epoch milliseconds. */
      readonly leaseUntil: number;
    };
  };

/** Rounds for one reference: an order that keeps changing, or whose date is none, waits in the queue in between. */
const MAX_ROUNDS = 12;

/** Does all that one reference asks for. Never throws: what failed returns to the queue or is dead-lettered, with its reason. */
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
  // The receipt handle tells two deliveries of one message apart, even within one batch.
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

/** From a read to its end; whenever the order turns out to have changed, from the newer read again. */
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

/** read → decide → store → advance → confirm */
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

/** A lease that cannot be released expires; what failed first is what counts. */
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
  const text = `Order ${orderId} was not begun: too little of the invocation's time was left.`;
  return new BigCommerceError(text, 'retryable');
}

function measure({ state }: Done, { seenAt }: OrderReference, endedAt: number): Metrics {
  // Two clocks: the one that saw the order may be ahead.
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
