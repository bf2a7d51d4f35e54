// The worker that delivers, with the real flows, behind its queue.
import { createAdmission } from '../../../../lambda/deliver-orders/admission';
import { deadlinesBefore, deliverBatch } from '../../../../lambda/deliver-orders/batch';
import { createQueue } from '../../../../lambda/shared/aws/queue';
import type { DeliveryReference } from '../../../../lambda/shared/delivery/delivery-reference';
import { sentLines } from '../../../../lambda/shared/delivery/sent-lines';
import type { Container } from '../container';
import { createEventSource } from '../event-source';
import type { Fields, Log } from '../../../../lambda/shared/runtime/log';
import { DEAD_LETTERS, ORDERS } from '../sqs';
import type { Received } from '../sqs';
import { functionOf, TIMEOUT_MS } from './containers';
import { CREATED_FROM } from './store';
import type { Stage } from './stage';

export const REQUEST_TIMEOUT_MS = 30_000;

const BATCH = 5;

/** AWS runs two at least. */
const LEAST_WORKERS = 2;

/** Returns what wakes it. */
export function createDeliveryWorker(stage: Stage): () => void {
  const { time, random, sqs, plan, settings } = stage;
  const invoke = functionOf('worker', stage);
  return createEventSource({
    time,
    random,
    sqs,
    batch: BATCH,
    workers: Math.max(LEAST_WORKERS, plan.concurrency),
    isEnabled: () => !settings.isPaused,
    invoke: (received) => invoke((container, name) => deliverReceived(received, container, name, stage)),
  });
}

function deliverReceived(received: readonly Received[], container: Container, worker: string, stage: Stage) {
  const { time, random, sqs, rows, store, erp, plan, settings, alerts } = stage;
  const { now, mortal, mortalCall } = container;
  const { sleep } = time;
  const { mapping, mode } = settings;
  const { callsUntil: _, ...times } = deadlinesBefore(now() + TIMEOUT_MS, REQUEST_TIMEOUT_MS);
  const keys = mortal(rows.keys);
  const { concurrency } = plan;
  const { beginBefore: waitUntil, leaseUntil } = times;
  return deliverBatch(received, {
    adapters: {
      deliveries: mortal(rows.deliveries),
      keys,
      orders: {
        find: mortalCall(async (orderId) => {
          await sleep(1 + random() * 8);
          return structuredClone(store.snapshots.get(orderId));
        }),
      },
      erp: mortal(
        erp.connect({
          requestTimeoutMs: REQUEST_TIMEOUT_MS,
          now,
          sentLines: (document) => sentLines(document, mapping.mapping),
        }),
      ),
      alerts: mortal({
        sendHourly: ({ subject }: { readonly subject: string }) => {
          alerts.push({ at: time.now(), subject });
          return Promise.resolve();
        },
      }),
      queue: mortal(
        createQueue<DeliveryReference>(sqs.client, {
          queueUrl: ORDERS,
          deadLetterQueueUrl: DEAD_LETTERS,
          sleep,
        }),
      ),
      log: tracing(worker, stage),
    },
    policy: {
      mapping,
      mode,
      createdFrom: CREATED_FROM,
      concurrency,
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
      settleMs: undefined,
    },
    invocation: {
      ...times,
      admission: createAdmission({ keys, concurrency, worker, now, sleep, waitUntil, leaseUntil }),
      worker,
      now,
      random,
    },
  });
}

/** The log, kept for the search after a broken promise. */
function tracing(worker: string, { time, trace }: Stage): Log {
  const note = (event: string, { orderId, ...fields }: Fields = {}) => {
    if (typeof orderId !== 'number') return;
    trace.push({ at: time.now(), orderId, text: `${worker} ${event} ${JSON.stringify(fields)}` });
  };
  return { info: note, warn: note, error: note };
}
