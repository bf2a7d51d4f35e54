// The worker's entry: reads the configuration and creates the clients once per container, replicates a batch of references and
// reports the failed ones to SQS.
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
import { createOrdersTable } from '../shared/tables/orders';
import { documentOptions } from '../shared/tables/documents';
import { createLedger } from '../shared/tables/ledger';
import { pickRules } from '../shared/order/rules';
import { oncePerContainer } from '../shared/runtime/container';
import { createLog } from '../shared/runtime/log';
import { createQueue } from '../shared/aws/queue';
import { createSecrets } from '../shared/aws/secrets';
import { replicateBatch, deadlinesBefore } from './batch';
import type { Message } from './give-up';

const tables = DynamoDBDocumentClient.from(new DynamoDBClient(awsClientOptions), documentOptions);
const secretsManager = new SecretsManagerClient(quickAwsClientOptions);
const sqs = new SQSClient(awsClientOptions);
const sns = new SNSClient(awsClientOptions);

const containerOf = oncePerContainer((functionName) => {
  const config = readWorkerConfig();
  const { metricsNamespace, ordersTable, ledgerTable } = config;
  const { accessToken } = createSecrets(secretsManager, {
    bigCommerceSecretArn: config.bigCommerceSecretArn,
  });
  return {
    metricsNamespace,
    bigCommerce: createBigCommerce({
      apiUrl: config.apiUrl,
      storeHash: config.storeHash,
      quotaReservePercent: config.quotaReservePercent,
      readConsignments: config.readConsignments,
      accessToken,
    }),
    adapters: {
      queue: createQueue(sqs, { queueUrl: config.queueUrl, deadLetterQueueUrl: config.deadLetterQueueUrl }),
      orders: createOrdersTable(tables, { ordersTable, orderPartsTable: config.orderPartsTable }),
      ledger: createLedger(tables, { ledgerTable, ordersTable }),
      alerts: createAlerts(sns, {
        topicArn: config.exceptionsTopicArn,
        functionName,
        // The namespace of the metrics is the stack's name.
        stackName: metricsNamespace,
        log: createLog(metricsNamespace),
      }),
    },
    policy: {
      rules: pickRules(config),
      retention: { dropFields: config.dropFields, orderRetentionDays: config.orderRetentionDays },
      maxReceiveCount: config.maxReceiveCount,
    },
  };
});

/** Replicates the orders of a batch. The failures that it reports are the references that return to the queue. */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const { bigCommerce, metricsNamespace, adapters, policy } = containerOf(context);
  const { callsUntil, ...deadlines } = deadlinesBefore(Date.now() + context.getRemainingTimeInMillis());
  const log = createLog(metricsNamespace, { requestId: context.awsRequestId });
  const storeFor = (readTimeoutMs: number) => bigCommerce.until(callsUntil, log, readTimeoutMs);
  const outcomes = await replicateBatch(event.Records.map(toMessage), {
    adapters: { ...adapters, storeFor, log },
    policy,
    invocation: { ...deadlines, worker: context.awsRequestId, now: Date.now, random: Math.random },
  });
  const returned = event.Records.filter((_, index) => outcomes[index] === 'returned');
  return { batchItemFailures: returned.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

function toMessage({ messageId, receiptHandle, body, attributes }: SQSRecord): Message {
  return { messageId, receiptHandle, body, receiveCount: Number(attributes.ApproximateReceiveCount) };
}
