// What a backfill is done with: the store, the queue and the tables of a service, each asked until it answers.
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

/** How long one call to the store may wait for its turn and its answer: longer than a window of the quota. */
const CALL_MS = 60_000;

/** How often the ledger is looked at: on AWS each look costs as many reads as orders are under way. */
const LOOK_EVERY_MS = 3_000;
const LOCAL_LOOK_EVERY_MS = 300;

export interface BackfillTools {
  readonly store: Pick<Store, 'countOrders' | 'listOrders' | 'getOrder'>;
  readonly queue: Pick<Queue, 'enqueue'>;
  readonly ledger: Pick<Ledger, 'find' | 'recordQueued' | 'recordUnlistable'>;
  readonly checkpoints: Checkpoints;
  /** Repeats a step until it is answered. Lists are not repeated call by call: a smaller page may be needed. */
  readonly retry: <T>(step: () => Promise<T>) => Promise<T>;
  /** The quota as the store's last answer told of it. */
  readonly allowed: () => ApiQuota | undefined;
  readonly pause: () => Promise<void>;
  readonly now: () => number;
}

export interface ToolOptions {
  readonly isLocal: boolean;
  readonly stop: AbortSignal;
  readonly say: (text: string) => void;
}

export function createTools(service: Service, { isLocal, stop, say }: ToolOptions): BackfillTools {
  const sleep = async (ms: number) => {
    await wait(ms, undefined, { signal: stop }).catch(() => stop.throwIfAborted());
  };
  const retry = createRetry({ say, sleep });
  const ask = <T>(step: () => Promise<T>) => {
    stop.throwIfAborted();
    return retry(step);
  };
  const { clients, parameters } = service;
  const { http, allowed } = watchQuota();
  const bigCommerce = bigCommerceOf(service, {
    quotaReservePercent: Number(parameters['ApiQuotaReservePercent']),
    readConsignments: false,
    http,
  });
  const store = () => bigCommerce.until(Date.now() + CALL_MS);
  const queue = createQueue(clients.sqs, { queueUrl: outputOf(service, 'OrdersQueueUrl') });
  const ledgerTable = outputOf(service, 'LedgerTableName');
  const ledger = createLedger(clients.documents, { ledgerTable });
  const checkpoints = createCheckpoints(
    clients.documents,
    outputOf(service, 'JobsTableName'),
    Number(parameters['RecordRetentionDays']),
  );
  return {
    store: {
      countOrders: (dates) => store().countOrders(dates),
      listOrders: (query) => store().listOrders(query),
      getOrder: (orderId) => ask(() => store().getOrder(orderId)),
    },
    // What is sent twice because an answer was lost is replicated once.
    queue: { enqueue: (references) => ask(() => queue.enqueue(references)) },
    ledger: {
      find: (orderIds) => ask(() => ledger.find(orderIds)),
      recordQueued: (reference, now) => retry(() => ledger.recordQueued(reference, now)),
      recordUnlistable: (orderId, now) => retry(() => ledger.recordUnlistable(orderId, now)),
    },
    retry: ask,
    checkpoints: { ...checkpoints, save: (...args) => retry(() => checkpoints.save(...args)) },
    allowed,
    pause: () => sleep(isLocal ? LOCAL_LOOK_EVERY_MS : LOOK_EVERY_MS),
    now: awsClock(clients.dynamoDb),
  };
}

/** Sends as usual, and keeps what answers tell of the quota. */
function watchQuota(): { readonly http: Http; readonly allowed: () => ApiQuota | undefined } {
  const send = createHttp();
  let allowed: ApiQuota | undefined;
  return {
    async http(request) {
      const answer = await send(request);
      const header = (name: string) => Number(answer.headers[`x-rate-limit-${name}`]);
      const told = { calls: header('requests-quota'), windowMs: header('time-window-ms') };
      if (told.calls > 0 && told.windowMs > 0) allowed = told;
      return answer;
    },
    allowed: () => allowed,
  };
}
