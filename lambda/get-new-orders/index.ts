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

let container: ReturnType<typeof wire> | undefined;

function wire(functionName: string) {
  const config = readPollConfig();
  const { metricsNamespace, exceptionsTopicArn: topicArn } = config;
  const secrets = createSecrets(secretsManager, config);
  return {
    config,
    secrets,
    bigCommerce: createBigCommerce({ ...config, accessToken: secrets.accessToken }),
    queue: createQueue(sqs, config),
    ledger: createLedger(tables, config),
    jobs: createJobsTable(tables, config.jobsTable, config.recordRetentionDays),
    alerts: createAlerts(sns, { topicArn, functionName, log: createLog(metricsNamespace) }),
  };
}

export async function handler(_event: unknown, context: Context): Promise<Job> {
  const { config, secrets, bigCommerce, ...adapters } = (container ??= wire(context.functionName));
  const log = createLog(config.metricsNamespace, { requestId: context.awsRequestId });
  const deadline = Date.now() + context.getRemainingTimeInMillis() - RESERVE_MS;
  const store = bigCommerce.until(deadline, log);
  const deps = { ...adapters, store, log, now: Date.now, stopBefore: deadline - PAGE_MS };
  const job = await poll({ ...config, rules: config }, deps);
  if (!config.checkWebhook) return job;
  if (context.getRemainingTimeInMillis() > CHECK_NEEDS_MS) {
    const hooks = bigCommerce.until(Date.now() + CHECK_MS, log);
    await ensureWebhook(config.webhookUrl, { hooks, secrets, alerts: adapters.alerts, log });
  } else log.warn('registration.check_skipped', { error: 'The poll left too little of its time.' });
  return job;
}
