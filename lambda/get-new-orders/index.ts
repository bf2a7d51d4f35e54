// The poller's entry: wires settings and clients once per container. Runs by the schedule and by a console test alike.
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

/** Left for recording a failed job and alerting. */
const RESERVE_MS = 10_000;

/** For a last page of a list: a window of BigCommerce's quota, the request at its slowest, its orders' references. */
const PAGE_MS = 60_000;

/** For the calls to BigCommerce that look after the webhook: a window of its quota, and some. */
const CHECK_MS = 45_000;

/** Those, and Secrets Manager and SNS at their slowest. A poll that leaves less leaves it to the next one. */
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
