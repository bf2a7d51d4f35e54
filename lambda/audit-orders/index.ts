// The audit's entry: reads the configuration and creates the clients once per container. The schedule invokes it, or the
// command `audit`.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import { createAlerts } from '../shared/aws/alerts';
import type { Audit } from '../shared/order/audit-result';
import { createAudits } from '../shared/tables/audits';
import { createBigCommerce } from '../shared/bigcommerce/client';
import { awsClientOptions, quickAwsClientOptions } from '../shared/aws/clients';
import { readAuditConfig } from '../shared/config';
import { createStoredOrders } from '../shared/tables/orders';
import { documentOptions } from '../shared/tables/documents';
import { createJobsTable } from '../shared/tables/jobs';
import { createLedger } from '../shared/tables/ledger';
import { pickRules } from '../shared/order/rules';
import { oncePerContainer } from '../shared/runtime/container';
import { createLog } from '../shared/runtime/log';
import { createQueue } from '../shared/aws/queue';
import { createSecrets } from '../shared/aws/secrets';
import { audit } from './audit';

/** Reserved for recording the result, or for sending an alert. */
const RESERVE_MS = 10_000;

const tables = DynamoDBDocumentClient.from(new DynamoDBClient(awsClientOptions), documentOptions);
const secretsManager = new SecretsManagerClient(quickAwsClientOptions);
const sqs = new SQSClient(awsClientOptions);
const sns = new SNSClient(awsClientOptions);

const containerOf = oncePerContainer((functionName) => {
  const config = readAuditConfig();
  const { metricsNamespace, recordRetentionDays } = config;
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
      queue: createQueue(sqs, { queueUrl: config.queueUrl }),
      ledger: createLedger(tables, { ledgerTable: config.ledgerTable }),
      orders: createStoredOrders(tables, config.ordersTable),
      jobs: createJobsTable(tables, config.jobsTable, recordRetentionDays),
      audits: createAudits(tables, config.jobsTable, recordRetentionDays),
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
      ignoreOrdersCreatedBefore: config.ignoreOrdersCreatedBefore,
      completedOrdersLookbackDays: config.completedOrdersLookbackDays,
    },
  };
});

/** Audits the requested day or the due days, and returns the results. Throws if an audit fails, so that Lambda tries again. */
export async function handler(event: unknown, context: Context): Promise<readonly Audit[]> {
  const { metricsNamespace, bigCommerce, adapters, policy } = containerOf(context);
  const log = createLog(metricsNamespace, { requestId: context.awsRequestId });
  const store = bigCommerce.until(Date.now() + context.getRemainingTimeInMillis() - RESERVE_MS, log);
  return audit(event, {
    adapters: { ...adapters, store, log },
    policy,
    invocation: { now: Date.now },
  });
}
