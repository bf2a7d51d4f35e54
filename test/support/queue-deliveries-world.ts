// What the flows of queue-deliveries are given: the delivery tables in memory, a queue that counts, and a log that keeps its lines.
import type { DeliveryReference } from '../../lambda/shared/delivery/delivery-reference';
import { EnqueueError } from '../../lambda/shared/runtime/errors';
import type { EventName } from '../../lambda/shared/runtime/events';
import type { Fields, Log, Metrics } from '../../lambda/shared/runtime/log';
import type { DeliveryMode } from '../../lambda/shared/config';
import { NOON } from './builders';
import { memoryDeliveries, memoryDeliveryKeys } from './memory-deliveries';

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly event: EventName;
  readonly fields?: Fields | undefined;
  readonly metrics?: Metrics | undefined;
}

export function memoryLog(): { readonly log: Log; readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const write = (level: LogLine['level']) => (event: EventName, fields?: Fields, metrics?: Metrics) =>
    void lines.push({ level, event, fields, metrics });
  return { lines, log: { info: write('info'), warn: write('warn'), error: write('error') } };
}

export function queueDeliveriesWorld({
  mode = 'live',
  paused = false,
}: { mode?: DeliveryMode; paused?: boolean } = {}) {
  const references: DeliveryReference[] = [];
  const clock = { now: NOON };
  const queue = {
    /** Messages that are there already. */
    waiting: 0,
    isDown: false,
    enqueue(sent: readonly DeliveryReference[]) {
      if (queue.isDown) return Promise.reject(new EnqueueError('SQS refused 1 of 1 references: down.'));
      references.push(...sent);
      return Promise.resolve(sent.map((_, nth) => `m${nth}`));
    },
    countMessages: () => Promise.resolve(queue.waiting + references.length),
  };
  const { log, lines } = memoryLog();
  const deliveries = memoryDeliveries();
  return {
    references,
    clock,
    queue,
    lines,
    deliveries,
    keys: memoryDeliveryKeys(),
    log,
    linesOf: (event: EventName) => lines.filter((line) => line.event === event),
    deps: {
      adapters: { deliveries, queue, log },
      policy: { mode, paused, mapping: 'm1' },
      invocation: { now: () => clock.now },
    },
  };
}
