// The references of one invocation: a few at a time, so that those begun end before the next begin.
import { PUT_MAY_LAND_MS } from './effects';
import { replicate } from './replicate';
import type { ReplicateDeps } from './replicate';
import type { Message, Outcome } from './give-up';

/** Left for giving back what did not get done. */
const RESERVE_MS = 5_000;

/** One request's timeout, and some: an order that is begun with less has little chance to end. */
const BEGIN_NEEDS_MS = 15_000;

/** A PUT of a worker that was killed at its deadline may still land. */
const LEASE_BEYOND_DEADLINE_MS = PUT_MAY_LAND_MS;

/** How an invocation that ends at `deadline` divides its time; all in epoch milliseconds. */
export function timesUntil(deadline: number) {
  return {
    /** No call to BigCommerce is waited for longer. */
    callsUntil: deadline - RESERVE_MS,
    beginBefore: deadline - RESERVE_MS - BEGIN_NEEDS_MS,
    /** No write to the tables is repeated later. */
    writesUntil: deadline - RESERVE_MS / 2,
    leaseUntil: deadline + LEASE_BEYOND_DEADLINE_MS,
  };
}

/** An order's calls follow each other in three steps: so many orders keep the lane of each endpoint busy. */
const ORDERS_AT_ONCE = 4;

/** Replicates every message and returns their outcomes in order. One failure holds up no other. Never throws. */
export async function replicateBatch(
  messages: readonly Message[],
  deps: ReplicateDeps,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const waiting = [...messages.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, message] = next;
      outcomes[index] = await replicate(message, deps);
    }
  };
  await Promise.all(Array.from({ length: ORDERS_AT_ONCE }, work));
  return outcomes;
}
