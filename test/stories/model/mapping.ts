// The event source mapping between the Orders queue and the worker: three batches at a time, partial failures.
import { replicateBatch, deadlinesBefore } from '../../../lambda/process-new-orders/batch';
import type { Rules } from '../../../lambda/shared/order/rules';
import { createEventSource } from './event-source';
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
  const invoke = replicateIn(functionOf('worker'), settings, random);
  return createEventSource({ time, random, sqs, workers: WORKERS, batch: BATCH, invoke });
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
