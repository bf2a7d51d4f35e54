// Repeats a transaction over the tables that meets another write of the same rows.
import { setTimeout as wait } from 'node:timers/promises';
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';

/** Another write of the same row takes milliseconds. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/** Repeats a transaction that the SDK gives up at once: it met another write of the same rows, or was throttled. */
export async function repeatTransaction(
  send: () => Promise<object>,
  timeMs: number,
  sleep: (ms: number) => Promise<unknown> = wait,
): Promise<object> {
  let leftMs = timeMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const sentAt = performance.now();
    try {
      return await send();
    } catch (error) {
      // Throttled ones take their time, too; the release that follows must still fit in.
      leftMs -= performance.now() - sentAt;
      if (!passes(error) || pauseMs > leftMs) throw error;
    }
    await sleep(pauseMs);
    leftMs -= pauseMs;
  }
}

/** docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html names the codes of each item. */
const PASSING: ReadonlySet<string | undefined> = new Set([
  'None',
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
]);

function passes(error: unknown): boolean {
  if (error instanceof TransactionCanceledException) {
    const reasons = error.CancellationReasons ?? [];
    return reasons.length > 0 && reasons.every(({ Code }) => PASSING.has(Code ?? 'None'));
  }
  return error instanceof Error && error.name === 'TransactionInProgressException';
}
