// Delivers the references of one invocation, one order after the other, with one right to call the ERP for all of them.
import { formatError } from '../shared/runtime/errors';
import { deliver } from './deliver';
import type { DeliverDeps, Message, Outcome } from './deliver';

/** No order begins with less time than its requests may take: find, create, confirm, and one more. Request timeouts. */
const BEGIN_NEEDS_TIMEOUTS = 4;

/** Reserved for the tables after the last request. */
const RESERVE_MS = 5_000;

/** The times at which an invocation that ends at `deadline` stops each kind of work; all in epoch milliseconds. */
export function deadlinesBefore(deadline: number, requestTimeoutMs: number) {
  return {
    beginBefore: deadline - BEGIN_NEEDS_TIMEOUTS * requestTimeoutMs,
    /** No request to the ERP begins later: it would outlive the invocation. */
    callsUntil: deadline - RESERVE_MS - requestTimeoutMs,
    /** A request of a killed worker may still be under way. */
    leaseUntil: deadline + requestTimeoutMs,
  };
}

/** Delivers every message and returns the outcomes in the order of the messages. Never throws. */
export async function deliverBatch(
  messages: readonly Message[],
  deps: DeliverDeps,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const message of messages) outcomes.push(await deliver(message, deps));
  try {
    await deps.invocation.admission.release();
  } catch (error) {
    // The slot's own time ends later.
    deps.adapters.log.warn('erp.slot_not_released', { error: formatError(error) });
  }
  return outcomes;
}
