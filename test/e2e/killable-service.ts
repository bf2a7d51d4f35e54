// A deployed service whose functions can be killed around each of their calls: a proxy stands between them and DynamoDB and
// the Orders queue, and what a killed worker holds returns to the queue within a minute.
import { PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import { SetQueueAttributesCommand } from '@aws-sdk/client-sqs';

import { Status } from '../../lambda/shared/order/status';
import { startAwsProxy } from '../../scripts/local/aws-proxy';
import type { AwsProxy } from '../../scripts/local/aws-proxy';
import { deployedFunctions } from '../../scripts/local/deployed-functions';
import type { DeployedFunctions } from '../../scripts/local/deployed-functions';
import { keptPromise } from './kept-promise';
import type { KeptPromise } from './kept-promise';
import { startLocalService } from './local-service';
import type { LocalService } from './local-service';

/**
 * A worker starts an order while more than 20 s of its time are left, and 35 s at a late receive, whose reads may take
 * longer. Its lease lasts 15 s longer than its time.
 */
const TIMEOUT_SECONDS = 38;

/** A killed worker's messages return when its lease is over, as six times the timeout do in the template. */
const VISIBILITY_SECONDS = 58;

export interface KillableService {
  readonly service: LocalService;
  readonly functions: DeployedFunctions;
  readonly promise: KeptPromise;
  readonly proxy: AwsProxy;
  /** Adds an order of an hour ago, and returns its id. */
  addOrder(statusId?: number): number;
  /** The same, with more lines than come with an order. */
  addLongOrder(): number;
  /** How many references to an order are in the Orders queue. */
  queued(orderId: number): Promise<number>;
  /** How many workers run, and how many messages each of them receives. */
  setWorkers(workers: { readonly atOnce: number; readonly batchSize: number }): Promise<void>;
  stop(): Promise<void>;
}

/** The service with its worker paused. */
export async function startKillableService(): Promise<KillableService> {
  const service = await startLocalService();
  const { clients, mini, simulator, stack } = service;
  const functions = deployedFunctions(service);
  const promise = keptPromise(service);
  const proxy = await startAwsProxy(mini.endpoint, promise.see);
  const QueueUrl = stack.outputs['OrdersQueueUrl'] ?? '';
  await leadThrough(proxy, functions, QueueUrl);
  const Attributes = { VisibilityTimeout: String(VISIBILITY_SECONDS) };
  await clients.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
  await functions.pauseWorker();
  const date_created = Date.now() - 3_600_000;
  return {
    service,
    functions,
    promise,
    proxy,
    addOrder: (status_id = Status.AwaitingFulfillment) =>
      simulator.orders.add({ date_created, status_id }).id,
    addLongOrder: () =>
      simulator.orders.add({ date_created, lines: Array.from({ length: 60 }, () => ({})) }).id,
    queued: async (id) =>
      (await functions.messages('OrdersQueueUrl')).filter(({ orderId }) => orderId === id).length,
    async setWorkers({ atOnce, batchSize }) {
      const FunctionName = stack.outputs['ProcessOrdersFunctionName'];
      await clients.lambda.send(
        new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: atOnce }),
      );
      await functions.setBatchSize(batchSize);
    },
    async stop() {
      await service.stop();
      await proxy.stop();
    },
  };
}

/** The worker's calls to DynamoDB, and the calls by which the poll and the webhook queue orders. */
async function leadThrough(proxy: AwsProxy, functions: DeployedFunctions, queueUrl: string): Promise<void> {
  const ORDERS_QUEUE_URL = `${proxy.url}${new URL(queueUrl).pathname}`;
  await functions.configure('ProcessOrdersFunctionName', {
    Timeout: TIMEOUT_SECONDS,
    Variables: { AWS_ENDPOINT_URL_DYNAMODB: proxy.url },
  });
  await functions.configure('GetNewOrdersFunctionName', { Variables: { ORDERS_QUEUE_URL } });
  await functions.configure('CartConvertedWebhookFunctionName', { Variables: { ORDERS_QUEUE_URL } });
}
