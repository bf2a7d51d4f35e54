// The poller's entry: reads the configuration and creates the clients once per container. The schedule invokes it, or a test
// event of the AWS console.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import { createAlerts } from '../shared/aws/alerts';
import { createBigCommerce } from '../shared/bigcommerce/client';
import { awsClientOptions, quickAwsClientOptions } from '../shared/aws/clients';
import { readPollConfig } from '../shared/config';
import { documentOptions } from '../shared/tables/documents';
import { createJobsTable } from '../shared/tables/jobs';
import type { Job } from '../shared/tables/jobs';
import { createLedger } from '../shared/tables/ledger';
import { pickRules } from '../shared/order/rules';
import { oncePerContainer } from '../shared/runtime/container';
import { createLog } from '../shared/runtime/log';
import { createQueue } from '../shared/aws/queue';
import { createSecrets } from '../shared/aws/secrets';
import { ensureWebhook } from './ensure-webhook';
import { poll } from './poll';

/** Reserved for recording a failed job and sending an alert. */
const RESERVE_MS = 10_000;

/** Time for a last page: a quota window of BigCommerce (30 s), the slowest request, and queueing its orders. */
const PAGE_MS = 60_000;

/** Time for the calls that check the webhook: a quota window of BigCommerce (30 s) and a margin. */
const CHECK_MS = 45_000;

/** The calls, and the slowest answers of Secrets Manager and SNS. With less time left, the next poll checks the webhook. */
const CHECK_NEEDS_MS = CHECK_MS + 50_000;

const tables = DynamoDBDocumentClient.from(new DynamoDBClient(awsClientOptions), documentOptions);
const secretsManager = new SecretsManagerClient(quickAwsClientOptions);
const sqs = new SQSClient(awsClientOptions);
const sns = new SNSClient(awsClientOptions);

const containerOf = oncePerContainer((functionName) => {
  const config = readPollConfig();
  const { metricsNamespace, checkWebhook, webhookUrl } = config;
  const secrets = createSecrets(secretsManager, {
    bigCommerceSecretArn: config.bigCommerceSecretArn,
    webhookSecretArn: config.webhookSecretArn,
  });
  return {
    metricsNamespace,
    checkWebhook,
    webhookUrl,
    secrets,
    bigCommerce: createBigCommerce({
      apiUrl: config.apiUrl,
      storeHash: config.storeHash,
      quotaReservePercent: config.quotaReservePercent,
      readConsignments: config.readConsignments,
      accessToken: secrets.accessToken,
    }),
    adapters: {
      queue: createQueue(sqs, { queueUrl: config.queueUrl }),
      ledger: createLedger(tables, { ledgerTable: config.ledgerTable }),
      jobs: createJobsTable(tables, config.jobsTable, config.recordRetentionDays),
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
      completedOrdersLookbackDays: config.completedOrdersLookbackDays,
      ignoreOrdersCreatedBefore: config.ignoreOrdersCreatedBefore,
      followUpDays: config.followUpDays,
    },
  };
});

/** Runs one poll and returns its job row. Throws if the poll fails, so that Lambda tries again. */
export async function handler(_event: unknown, context: Context): Promise<Job> {
  const { bigCommerce, policy, ...container } = containerOf(context);
  const log = createLog(container.metricsNamespace, { requestId: context.awsRequestId });
  const deadline = Date.now() + context.getRemainingTimeInMillis() - RESERVE_MS;
  const adapters = { ...container.adapters, store: bigCommerce.until(deadline, log), log };
  const job = await poll({
    adapters,
    policy,
    invocation: { now: Date.now, stopBefore: deadline - PAGE_MS },
  });
  if (!container.checkWebhook) return job;
  if (context.getRemainingTimeInMillis() > CHECK_NEEDS_MS) {
    const hooks = bigCommerce.until(Date.now() + CHECK_MS, log);
    const { secrets } = container;
    await ensureWebhook(container.webhookUrl, { adapters: { ...adapters, hooks, secrets } });
  } else log.warn('registration.check_skipped', { error: 'The poll left too little of its time.' });
  return job;
}
