// The event source mapping between the Orders queue and the worker: three batches at a time, partial failures.
import { replicateBatch, deadlinesBefore } from '../../../lambda/process-new-orders/batch';
import type { Rules } from '../../../lambda/shared/order/rules';
import { log, TIMEOUTS_MS } from './lambda';
import type { createLambda, Invoke, Surroundings } from './lambda';
import type { Random } from '../../../simulator/random';
import { MAX_RECEIVES } from './sqs';
import type { Received } from './sqs';

const WORKERS = 3;
const BATCH = 10;

interface WorkerSettings {
  readonly rules: Rules;
  readonly dropFields: readonly string[];
}

/** Returns what wakes it: to be called whenever a message may have become visible. */
export function createMapping(
  surroundings: Surroundings,
  settings: WorkerSettings,
  { functionOf }: ReturnType<typeof createLambda>,
): () => void {
  const { time, random, sqs } = surroundings;
  const replicate = replicateIn(functionOf('worker'), settings, random);
  const pause = () => time.sleep(5 + random() * 50);
  let busy = 0;
  let cancelWake: () => void = () => undefined;

  /** Batch after batch, until the queue shows nothing. What is not acknowledged is received again. */
  async function work(): Promise<void> {
    busy += 1;
    for (;;) {
      await pause();
      const received = sqs.receive(1 + Math.floor(random() * BATCH));
      if (received.length === 0) break;
      const outcomes = await replicate(received);
      if (outcomes === 'died') continue;
      for (const [index, { receiptHandle }] of received.entries()) {
        if (outcomes[index] === 'acknowledged') sqs.delete(receiptHandle);
      }
    }
    busy -= 1;
    wake();
  }

  function wake(): void {
    cancelWake();
    const at = sqs.nextAt();
    if (at === undefined) return;
    const begin = () => {
      while (busy < WORKERS) void work();
    };
    cancelWake = time.setTimer(begin, Math.max(0, at - time.now()));
  }
  return wake;
}

/** One invocation of the worker with what was received. */
function replicateIn(invoke: Invoke, settings: WorkerSettings, random: Random) {
  return (received: readonly Received[]) =>
    invoke(({ container, bigCommerce, adapters }, worker) => {
      const { callsUntil, ...deadlines } = deadlinesBefore(container.now() + TIMEOUTS_MS.worker);
      const storeFor = (readTimeoutMs: number) =>
        container.mortal(bigCommerce.until(callsUntil, undefined, readTimeoutMs));
      const retention = { dropFields: settings.dropFields, orderRetentionDays: 0 };
      return replicateBatch(received, {
        adapters: { ...adapters, storeFor, log },
        policy: { rules: settings.rules, retention, maxReceiveCount: MAX_RECEIVES },
        invocation: { ...deadlines, worker, now: container.now, random },
      });
    });
}
