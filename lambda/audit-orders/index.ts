// The audit's entry: wires settings and clients once per container. Runs by the schedule, and for npm run audit.
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
import { createLog } from '../shared/runtime/log';
import { createQueue } from '../shared/aws/queue';
import { createSecrets } from '../shared/aws/secrets';
import { audit } from './audit';

/** Left for keeping the result, or for alerting. */
const RESERVE_MS = 10_000;

const tables = DynamoDBDocumentClient.from(new DynamoDBClient(awsClientOptions), documentOptions);
const secretsManager = new SecretsManagerClient(quickAwsClientOptions);
const sqs = new SQSClient(awsClientOptions);
const sns = new SNSClient(awsClientOptions);

let container: ReturnType<typeof wire> | undefined;

function wire(functionName: string) {
  const config = readAuditConfig();
  const { metricsNamespace, exceptionsTopicArn: topicArn, recordRetentionDays } = config;
  const { accessToken } = createSecrets(secretsManager, config);
  return {
    config,
    bigCommerce: createBigCommerce({ ...config, accessToken }),
    queue: createQueue(sqs, config),
    ledger: createLedger(tables, config),
    orders: createStoredOrders(tables, config.ordersTable),
    jobs: createJobsTable(tables, config.jobsTable, recordRetentionDays),
    audits: createAudits(tables, config.jobsTable, recordRetentionDays),
    alerts: createAlerts(sns, { topicArn, functionName, log: createLog(metricsNamespace) }),
  };
}

export async function handler(event: unknown, context: Context): Promise<readonly Audit[]> {
  const { config, bigCommerce, ...adapters } = (container ??= wire(context.functionName));
  const log = createLog(config.metricsNamespace, { requestId: context.awsRequestId });
  const store = bigCommerce.until(Date.now() + context.getRemainingTimeInMillis() - RESERVE_MS, log);
  return audit(event, { ...config, rules: config }, { ...adapters, store, log, now: Date.now });
}
