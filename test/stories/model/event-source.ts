// The event source mapping between a queue and its worker: several batches at a time, partial failures.
import type { Random } from '../../../simulator/random';
import type { VirtualTime } from '../../support/virtual-time';
import type { Received, Sqs } from './sqs';

export interface EventSource {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly sqs: Sqs;
  readonly workers: number;
  readonly batch: number;
  /** Whether invocations begin; live. */
  readonly isEnabled?: () => boolean;
  /** One invocation with what was received: an outcome for each message, in their order. */
  readonly invoke: (
    received: readonly Received[],
  ) => Promise<readonly ('acknowledged' | 'returned')[] | 'died'>;
}

/** Returns what wakes it: to be called whenever a message may have become visible. */
export function createEventSource({
  time,
  random,
  sqs,
  workers,
  batch,
  isEnabled = () => true,
  invoke,
}: EventSource): () => void {
  const pause = () => time.sleep(5 + random() * 50);
  let busy = 0;
  let cancelWake: () => void = () => undefined;

  /** Batch after batch, until the queue shows nothing. What is not acknowledged is received again. */
  async function work(): Promise<void> {
    busy += 1;
    while (isEnabled()) {
      await pause();
      const received = sqs.receive(1 + Math.floor(random() * batch));
      if (received.length === 0) break;
      const outcomes = await invoke(received);
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
    if (at === undefined || !isEnabled()) return;
    const begin = () => {
      while (busy < workers && isEnabled()) void work();
    };
    cancelWake = time.setTimer(begin, Math.max(0, at - time.now()));
  }
  return wake;
}
