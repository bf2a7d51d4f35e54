// The last stop: for one reference, takes the delivery's lease, reads the order, asks the gate, builds the document, finds or
// creates the order in the ERP, compares, confirms and records. The row is the truth: a failure makes it due again.
import { readDeliveryReference } from '../shared/delivery/delivery-reference';
import type { DeliveryReference } from '../shared/delivery/delivery-reference';
import type { DeliveryRow } from '../shared/delivery/delivery-row';
import { formatError, MalformedReferenceError } from '../shared/runtime/errors';
import type { Queue } from '../shared/aws/queue';
import type { Attempt, Ended, State } from './attempt';
import { ended } from './attempt';
import { changeOrder } from './change';
import { createOrder } from './create';
import { admitOrder, findOrder } from './find';
import { logEnd } from './log-end';
import { endOfFailure, heldBy } from './outcome';
import { readOrder } from './read';
import { recordEnd } from './record';
import type { FlowDeps } from './settings';

/** A received message of the Deliveries queue. */
export interface Message {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
}

/** An `acknowledged` message leaves the queue; a `returned` one is received again. */
export type Outcome = 'acknowledged' | 'returned';

export interface DeliverDeps extends FlowDeps {
  readonly adapters: FlowDeps['adapters'] & { readonly queue: Pick<Queue, 'deadLetter'> };
}

/** More leases in a row than this have run out: the order ends its workers. */
const MAX_CRASHES = 10;

/** Steps of one attempt. An order that needs more keeps changing, and waits. */
const MAX_STEPS = 60;

/** Delivers the order of one reference. Never throws: what fails is due again, by its row or by the message. */
export async function deliver(message: Message, deps: DeliverDeps): Promise<Outcome> {
  const { log } = deps.adapters;
  let reference: DeliveryReference | undefined;
  try {
    reference = readDeliveryReference(message.body);
    // The row stays due, so that the sweep queues the order again.
    const isOver = deps.invocation.now() >= deps.invocation.beginBefore;
    if (deps.policy.mode === 'off' || isOver) return 'acknowledged';
    await deliverLeased(message, reference, deps);
    return 'acknowledged';
  } catch (error) {
    if (error instanceof MalformedReferenceError) return deadLetter(message, error, deps);
    const fields = { orderId: reference?.orderId, messageId: message.messageId, error: formatError(error) };
    log.warn('delivery.returned', fields);
    return 'returned';
  }
}

async function deliverLeased(
  message: Message,
  reference: DeliveryReference,
  deps: DeliverDeps,
): Promise<void> {
  const { deliveries, log } = deps.adapters;
  const { worker, now, leaseUntil } = deps.invocation;
  const { mapping, mode } = deps.policy;
  // The receipt handle distinguishes two deliveries of one message.
  const lease = { orderId: reference.orderId, owner: `${worker}/${message.receiptHandle}` };
  const startedAt = now();
  const due = { mapping: mapping.digest, isLive: mode === 'live', now: startedAt };
  const row = await deliveries.takeLease(lease, leaseUntil, due);
  // Not due, or with another worker: the row says when it is due.
  if (row === undefined) return;
  const attempt: Attempt = { reference, lease };
  const end = await attemptDelivery(row, attempt, deps);
  const isRecorded = await recordEnd(end, attempt, deps);
  logEnd(end, { orderId: lease.orderId, isRecorded, durationMs: now() - startedAt }, deps);
  if (!isRecorded) log.warn('delivery.lease_lost', { orderId: lease.orderId });
}

async function attemptDelivery(row: DeliveryRow, attempt: Attempt, deps: DeliverDeps): Promise<Ended> {
  if ((row.begun ?? 0) > MAX_CRASHES) return ended(row, heldBy('keeps-crashing'));
  let state: State = { step: 'read', row };
  try {
    for (let steps = 0; state.step !== 'end'; steps += 1) {
      if (steps === MAX_STEPS) return keptChanging(state, deps);
      state = await takeStep(state, attempt, deps);
    }
    return state;
  } catch (error) {
    return ended(state.row, await endOfFailure(state.row, error, deps));
  }
}

/** read → admit → find → create or change, each followed by a comparison that leads to the next write or to the end. */
function takeStep(state: Exclude<State, Ended>, attempt: Attempt, deps: DeliverDeps): Promise<State> {
  switch (state.step) {
    case 'read':
      return readOrder(state, attempt, deps);
    case 'admit':
      return admitOrder(state, attempt, deps);
    case 'find':
      return findOrder(state, attempt, deps);
    case 'create':
      return createOrder(state, attempt, deps);
    case 'rewrite':
    case 'amend':
    case 'cancel':
    case 'confirm':
      return changeOrder(state, attempt, deps);
  }
}

function keptChanging({ row }: Exclude<State, Ended>, { invocation }: DeliverDeps): Ended {
  const dueAt = invocation.now() + 60_000;
  return ended(row, { kind: 'postponed', dueAt, why: 'kept-changing', failure: 'The order kept changing.' });
}

async function deadLetter(
  { body, messageId }: Message,
  error: MalformedReferenceError,
  { adapters }: DeliverDeps,
): Promise<Outcome> {
  const note = { reason: 'malformed-reference', error: formatError(error), ...error.known } as const;
  try {
    await adapters.queue.deadLetter(body, note);
  } catch (sendError) {
    adapters.log.error('delivery.dead_letter_failed', { messageId, error: formatError(sendError) });
    return 'returned';
  }
  adapters.log.error('delivery.dead_lettered', { messageId, ...note }, { ReferencesDeadLettered: 1 });
  return 'acknowledged';
}
