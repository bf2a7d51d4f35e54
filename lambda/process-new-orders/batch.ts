// Replicates the references of one invocation, a few at a time, so that started orders finish before others start.
import { PUT_MAY_LAND_MS } from './effects';
import { replicate } from './replicate';
import type { ReplicateDeps } from './replicate';
import type { Message, Outcome } from './give-up';

/** Reserved for returning unfinished references to the queue. */
const RESERVE_MS = 5_000;

/** The timeout of a first read and a margin: an order that starts with less time is unlikely to finish. */
const BEGIN_NEEDS_MS = 15_000;

/** Each receive allows a longer read, for large orders and slow stores. Two tries fit into an invocation. */
const FIRST_READ_TIMEOUT_MS = 10_000;
const LONGER_EACH_RECEIVE_MS = 5_000;
const LONGEST_READ_TIMEOUT_MS = 25_000;

/** A PUT of a worker that was killed at its deadline may still take effect. */
const LEASE_BEYOND_DEADLINE_MS = PUT_MAY_LAND_MS;

/** The times at which an invocation that ends at `deadline` stops each kind of work; all in epoch milliseconds. */
export function deadlinesBefore(deadline: number) {
  return {
    /** Every call to BigCommerce ends by then. */
    callsUntil: deadline - RESERVE_MS,
    beginBefore: deadline - RESERVE_MS - BEGIN_NEEDS_MS,
    /** No write to the tables is retried later. */
    writesUntil: deadline - RESERVE_MS / 2,
    leaseUntil: deadline + LEASE_BEYOND_DEADLINE_MS,
  };
}

/** The calls of one order form three sequential steps, so four orders keep the lane of every endpoint busy. */
const ORDERS_AT_ONCE = 4;

type Adapters = ReplicateDeps['adapters'];

export interface BatchDeps extends Omit<ReplicateDeps, 'adapters'> {
  readonly adapters: Omit<Adapters, 'store'> & {
    /** The store's calls, with the timeout of a read in milliseconds. */
    readonly storeFor: (readTimeoutMs: number) => Adapters['store'];
  };
}

/**
 * Replicates every message and returns the outcomes in the order of the messages. Messages that were received often may take
 * long, so they start last and delay no other. Never throws.
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

/** Each further receive allows a longer read, so the order must start earlier before the deadline. */
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
