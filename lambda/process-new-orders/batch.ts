// The references of one invocation: a few at a time, so that those begun end before the next begin.
import { replicate } from './replicate';
import type { ReplicateDeps } from './replicate';
import type { Message, Outcome } from './give-up';

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
