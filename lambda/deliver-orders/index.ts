// The worker's entry: reads the configuration and creates the clients once per container, delivers a batch of references, or does
// a task of a command.
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createAlerts } from '../shared/aws/alerts';
import { awsClientOptions, quickAwsClientOptions } from '../shared/aws/clients';
import { createQueue } from '../shared/aws/queue';
import { createSecretText } from '../shared/aws/secrets';
import { readDeliverOrdersConfig } from '../shared/config';
import type { DeliverOrdersConfig } from '../shared/config';
import { loadBuiltInMapping } from '../shared/delivery/built-in-mapping';
import { createAdapter } from '../shared/erp/adapters';
import type { Mapping } from '../shared/delivery/mapping';
import type { ErpCall } from '../shared/erp/erp';
import { createDeliveries } from '../shared/tables/deliveries';
import { createDeliveryKeys } from '../shared/tables/delivery-keys';
import { documentOptions } from '../shared/tables/documents';
import { createOrdersTable } from '../shared/tables/orders';
import { oncePerContainer } from '../shared/runtime/container';
import { createLog } from '../shared/runtime/log';
import type { Log } from '../shared/runtime/log';
import { createAdmission } from './admission';
import { deadlinesBefore, deliverBatch } from './batch';
import type { DeliverDeps } from './deliver';
import type { TaskDeps } from './task-deps';
import { runTask } from './tasks';

const tables = DynamoDBDocumentClient.from(new DynamoDBClient(awsClientOptions), documentOptions);
const secretsManager = new SecretsManagerClient(quickAwsClientOptions);
const sqs = new SQSClient(awsClientOptions);
const sns = new SNSClient(awsClientOptions);

const containerOf = oncePerContainer((functionName) => {
  const config = readDeliverOrdersConfig();
  const { metricsNamespace: stackName } = config;
  return {
    config,
    mapping: loadBuiltInMapping(),
    credentials: createSecretText(secretsManager, config.erpSecretArn),
    connect: createAdapter(config.erpAdapter),
    adapters: {
      deliveries: createDeliveries(tables, config.deliveriesTable),
      keys: createDeliveryKeys(tables, config.deliveryKeysTable),
      orders: createOrdersTable(tables, {
        ordersTable: config.ordersTable,
        orderPartsTable: config.orderPartsTable,
      }),
      queue: createQueue(sqs, {
        queueUrl: config.deliveriesQueueUrl,
        deadLetterQueueUrl: config.deliveriesDeadLetterQueueUrl,
      }),
      alerts: createAlerts(sns, {
        topicArn: config.exceptionsTopicArn,
        functionName,
        stackName,
        log: createLog(stackName),
      }),
    },
  };
});

/**
 * Delivers the orders of a batch; the failures that it reports are the references that return to the queue. An event with `task`
 * comes from a command, and its result is the answer.
 */
export async function handler(
  event: SQSEvent | { readonly task: unknown },
  context: Context,
): Promise<unknown> {
  const deps = depsOf(context);
  if ('task' in event) return runTask(event, deps);
  return deliverRecords(event, deps);
}

async function deliverRecords({ Records }: SQSEvent, deps: DeliverDeps): Promise<SQSBatchResponse> {
  const outcomes = await deliverBatch(Records, deps);
  const returned = Records.filter((_, index) => outcomes[index] === 'returned');
  return { batchItemFailures: returned.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

function depsOf(context: Context): DeliverDeps & TaskDeps {
  const { config, mapping, credentials, connect, adapters } = containerOf(context);
  const log = createLog(config.metricsNamespace, { requestId: context.awsRequestId });
  const deadline = Date.now() + context.getRemainingTimeInMillis();
  const { callsUntil, ...times } = deadlinesBefore(deadline, config.erpRequestTimeoutMs);
  const erpWith = (used: Mapping) =>
    connect({
      url: config.erpUrl,
      requestTimeoutMs: config.erpRequestTimeoutMs,
      mapping: used,
      credentials,
      callsUntil,
      now: Date.now,
      onCall: (call) => logCall(call, log),
    });
  const admission = createAdmission({
    keys: adapters.keys,
    concurrency: config.erpConcurrency,
    worker: context.awsRequestId,
    now: Date.now,
    sleep,
    waitUntil: times.beginBefore,
    leaseUntil: times.leaseUntil,
  });
  return {
    adapters: { ...adapters, erp: erpWith(mapping.mapping), erpWith, log },
    policy: policyOf(config, mapping),
    invocation: { ...times, admission, worker: context.awsRequestId, now: Date.now, random: Math.random },
  };
}

function policyOf(
  config: DeliverOrdersConfig,
  mapping: DeliverDeps['policy']['mapping'],
): DeliverDeps['policy'] {
  return {
    mapping,
    mode: config.paused ? 'off' : config.mode,
    createdFrom: config.createdFrom,
    concurrency: config.erpConcurrency,
    requestTimeoutMs: config.erpRequestTimeoutMs,
    settleMs: config.erpSettleMs,
  };
}

function logCall({ call, status, durationMs }: ErpCall, log: Log): void {
  const fields = { call, status, duration_ms: durationMs };
  log.info(status === undefined ? 'erp.unanswered' : 'erp.answered', fields, { ErpCallLatency: durationMs });
}
