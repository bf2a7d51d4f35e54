// The tools of a backfill: the store, the queue and the tables of a service. Calls are repeated until they are answered.
import { setTimeout as wait } from 'node:timers/promises';

import type { Store } from '../../../lambda/shared/bigcommerce/client';
import { createHttp } from '../../../lambda/shared/bigcommerce/http';
import type { Http } from '../../../lambda/shared/bigcommerce/http';
import { createLedger } from '../../../lambda/shared/tables/ledger';
import type { Ledger } from '../../../lambda/shared/tables/ledger';
import { createQueue } from '../../../lambda/shared/aws/queue';
import type { Queue } from '../../../lambda/shared/aws/queue';
import { awsClock } from '../../service/aws-clock';
import { createCheckpoints } from './checkpoint';
import type { Checkpoints } from './checkpoint';
import type { ApiQuota } from './report';
import { createRetry } from '../../service/retry';
import { bigCommerceOf, outputOf } from '../../service/service';
import type { Service } from '../../service/service';

/** The time limit of one call to the store, pauses for the quota included: longer than a window of the quota. */
const CALL_MS = 60_000;

/** How often the ledger is read: on AWS each look costs one read per order under way. */
const LOOK_EVERY_MS = 3_000;
const LOCAL_LOOK_EVERY_MS = 300;

export interface BackfillTools {
  readonly store: Pick<Store, 'countOrders' | 'listOrders' | 'getOrder'>;
  readonly queue: Pick<Queue, 'enqueue'>;
  readonly ledger: Pick<Ledger, 'find' | 'recordQueued' | 'recordUnlistable'>;
  readonly checkpoints: Checkpoints;
  /** Repeats a step until it is answered. A single call for a list is not repeated: a smaller page may be needed. */
  readonly retry: <T>(step: () => Promise<T>) => Promise<T>;
  /** The quota in the store's last answer. */
  readonly quota: () => ApiQuota | undefined;
  readonly pause: () => Promise<void>;
  readonly now: () => number;
}

export interface ToolOptions {
  readonly isLocal: boolean;
  readonly stop: AbortSignal;
  readonly say: (text: string) => void;
}

/** Makes the tools of a backfill for a service. */
export function createTools(service: Service, options: ToolOptions): BackfillTools {
  const { clients, parameters } = service;
  const { retry, retryUntilStopped, sleep } = createRetries(options);
  const { http, quota } = watchQuota();
  const checkpoints = createCheckpoints(
    clients.documents,
    outputOf(service, 'JobsTableName'),
    Number(parameters['RecordRetentionDays']),
  );
  return {
    store: storeTool(service, http, retryUntilStopped),
    queue: queueTool(service, retryUntilStopped),
    ledger: ledgerTool(service, retry, retryUntilStopped),
    retry: retryUntilStopped,
    checkpoints: { ...checkpoints, save: (...args) => retry(() => checkpoints.save(...args)) },
    quota,
    pause: () => sleep(options.isLocal ? LOCAL_LOOK_EVERY_MS : LOOK_EVERY_MS),
    now: awsClock(clients.dynamoDb),
  };
}

type Retry = BackfillTools['retry'];

/** `retryUntilStopped` starts no step after Ctrl-C; `retry` still does, to record what has happened. */
function createRetries({ stop, say }: ToolOptions) {
  const sleep = async (ms: number) => {
    await wait(ms, undefined, { signal: stop }).catch(() => stop.throwIfAborted());
  };
  const retry = createRetry({ say, sleep });
  const retryUntilStopped: Retry = (step) => {
    stop.throwIfAborted();
    return retry(step);
  };
  return { retry, retryUntilStopped, sleep };
}

function storeTool(service: Service, http: Http, retry: Retry): BackfillTools['store'] {
  const bigCommerce = bigCommerceOf(service, {
    quotaReservePercent: Number(service.parameters['ApiQuotaReservePercent']),
    readConsignments: false,
    http,
  });
  const store = () => bigCommerce.until(Date.now() + CALL_MS);
  return {
    countOrders: (dates) => store().countOrders(dates),
    listOrders: (query) => store().listOrders(query),
    getOrder: (orderId) => retry(() => store().getOrder(orderId)),
  };
}

/** A reference that is sent twice, because an answer was lost, is replicated once. */
function queueTool(service: Service, retry: Retry): BackfillTools['queue'] {
  const queue = createQueue(service.clients.sqs, { queueUrl: outputOf(service, 'OrdersQueueUrl') });
  return { enqueue: (references) => retry(() => queue.enqueue(references)) };
}

function ledgerTool(service: Service, retry: Retry, retryUntilStopped: Retry): BackfillTools['ledger'] {
  const ledger = createLedger(service.clients.documents, {
    ledgerTable: outputOf(service, 'LedgerTableName'),
  });
  return {
    find: (orderIds) => retryUntilStopped(() => ledger.find(orderIds)),
    recordQueued: (reference, now) => retry(() => ledger.recordQueued(reference, now)),
    recordUnlistable: (orderId, now) => retry(() => ledger.recordUnlistable(orderId, now)),
  };
}

/** Sends as usual, and keeps the quota that the answers report. */
function watchQuota(): { readonly http: Http; readonly quota: () => ApiQuota | undefined } {
  const send = createHttp();
  let quota: ApiQuota | undefined;
  return {
    async http(request) {
      const answer = await send(request);
      const header = (name: string) => Number(answer.headers[`x-rate-limit-${name}`]);
      const reported = { calls: header('requests-quota'), windowMs: header('time-window-ms') };
      if (reported.calls > 0 && reported.windowMs > 0) quota = reported;
      return answer;
    },
    quota: () => quota,
  };
}
