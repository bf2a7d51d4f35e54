// The worker's entry: wires settings and clients once per container, replicates a batch, names failures.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { createAlerts } from '../shared/aws/alerts';
import { createBigCommerce } from '../shared/bigcommerce/client';
import { awsClientOptions, quickAwsClientOptions } from '../shared/aws/clients';
import { readWorkerConfig } from '../shared/config';
import type { WorkerConfig } from '../shared/config';
import { createOrdersTable } from '../shared/tables/orders';
import { documentOptions } from '../shared/tables/documents';
import { createLedger } from '../shared/tables/ledger';
import type { Rules } from '../shared/order/rules';
import { createLog } from '../shared/runtime/log';
import { createQueue } from '../shared/aws/queue';
import { createSecrets } from '../shared/aws/secrets';
import { replicateBatch, timesUntil } from './batch';
import type { Message } from './give-up';
import type { Retention } from './snapshot';

const tables = DynamoDBDocumentClient.from(new DynamoDBClient(awsClientOptions), documentOptions);
const secretsManager = new SecretsManagerClient(quickAwsClientOptions);
const sqs = new SQSClient(awsClientOptions);
const sns = new SNSClient(awsClientOptions);

let container: ReturnType<typeof wire> | undefined;

function wire(functionName: string) {
  const config = readWorkerConfig();
  const { metricsNamespace, maxReceiveCount, exceptionsTopicArn: topicArn } = config;
  const { accessToken } = createSecrets(secretsManager, config);
  return {
    metricsNamespace,
    bigCommerce: createBigCommerce({ ...config, accessToken }),
    adapters: {
      queue: createQueue(sqs, config),
      orders: createOrdersTable(tables, config),
      ledger: createLedger(tables, config),
      alerts: createAlerts(sns, { topicArn, functionName, log: createLog(metricsNamespace) }),
    },
    policy: { maxReceiveCount, rules: rulesOf(config), retention: retentionOf(config) },
  };
}

function rulesOf(config: WorkerConfig): Rules {
  return {
    allowedStatusIds: config.allowedStatusIds,
    advanceStatusIds: config.advanceStatusIds,
    advanceOrders: config.advanceOrders,
    newPhysicalOrderStatusId: config.newPhysicalOrderStatusId,
    newDigitalOrderStatusId: config.newDigitalOrderStatusId,
    ignoreOrdersCreatedBefore: config.ignoreOrdersCreatedBefore,
  };
}

function retentionOf({ dropFields, orderRetentionDays }: WorkerConfig): Retention {
  return { dropFields, orderRetentionDays };
}

export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const { bigCommerce, metricsNamespace, adapters, policy } = (container ??= wire(context.functionName));
  const { callsUntil, ...deadlines } = timesUntil(Date.now() + context.getRemainingTimeInMillis());
  const log = createLog(metricsNamespace, { requestId: context.awsRequestId });
  const storeFor = (readTimeoutMs: number) => bigCommerce.until(callsUntil, log, readTimeoutMs);
  const outcomes = await replicateBatch(event.Records.map(toMessage), {
    adapters: { ...adapters, storeFor, log },
    policy,
    invocation: { ...deadlines, worker: context.awsRequestId, now: Date.now, random: Math.random },
  });
  const givenBack = event.Records.filter((_, index) => outcomes[index] === 'given back');
  return { batchItemFailures: givenBack.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

function toMessage({ messageId, receiptHandle, body, attributes }: SQSRecord): Message {
  return { messageId, receiptHandle, body, receiveCount: Number(attributes.ApproximateReceiveCount) };
}
