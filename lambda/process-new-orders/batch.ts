// The references of one invocation: a few at a time, so that those begun end before the next begin.
import { PUT_MAY_LAND_MS } from './effects';
import { replicate } from './replicate';
import type { ReplicateDeps } from './replicate';
import type { Message, Outcome } from './give-up';

/** Left for returning what did not get done. */
const RESERVE_MS = 5_000;

/** A first read's time-out, and some: an order that is begun with less has little chance to end. */
const BEGIN_NEEDS_MS = 15_000;

/** A read may take longer at each receive: some orders are large, and some stores slow. Two tries fit into an invocation. */
const FIRST_READ_TIMEOUT_MS = 10_000;
const LONGER_EACH_RECEIVE_MS = 5_000;
const LONGEST_READ_TIMEOUT_MS = 25_000;

/** A PUT of a worker that was killed at its deadline may still land. */
const LEASE_BEYOND_DEADLINE_MS = PUT_MAY_LAND_MS;

/** How an invocation that ends at `deadline` divides its time; all in epoch milliseconds. */
export function deadlinesBefore(deadline: number) {
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

type Adapters = ReplicateDeps['adapters'];

export interface BatchDeps extends Omit<ReplicateDeps, 'adapters'> {
  readonly adapters: Omit<Adapters, 'store'> & {
    /** The store's calls, each read of which may take so long, in milliseconds. */
    readonly storeFor: (readTimeoutMs: number) => Adapters['store'];
  };
}

/**
 * Replicates every message and returns their outcomes in order. One failure holds up no other: what was received often, and
 * may take long, is begun last. Never throws.
 */
export async function replicateBatch(
  messages: readonly Message[],
  deps: BatchDeps,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const waiting = [...messages.entries()].sort(([, one], [, other]) => one.receiveCount - other.receiveCount);
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, message] = next;
      outcomes[index] = await replicate(message, depsFor(message, deps));
    }
  };
  await Promise.all(Array.from({ length: ORDERS_AT_ONCE }, work));
  return outcomes;
}

/** An order that was received more often may take longer to read, and needs more time to begin. */
function depsFor({ receiveCount }: Message, deps: BatchDeps): ReplicateDeps {
  const { storeFor, ...adapters } = deps.adapters;
  const longer = LONGER_EACH_RECEIVE_MS * (Math.max(1, receiveCount) - 1);
  const readTimeoutMs = Math.min(FIRST_READ_TIMEOUT_MS + longer, LONGEST_READ_TIMEOUT_MS);
  const beginBefore = deps.invocation.beginBefore - (readTimeoutMs - FIRST_READ_TIMEOUT_MS);
  return {
    ...deps,
    adapters: { ...adapters, store: storeFor(readTimeoutMs) },
    invocation: { ...deps.invocation, beginBefore },
  };
}
