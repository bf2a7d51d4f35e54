// The webhook's entry: reads the configuration and creates the clients once per container, and turns outcomes into HTTP
// responses.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { APIGatewayProxyResult, Context } from 'aws-lambda';
import { createAlerts } from '../shared/aws/alerts';
import type { Alert } from '../shared/aws/alerts';
import { quickAwsClientOptions, recordAwsClientOptions } from '../shared/aws/clients';
import { readWebhookConfig } from '../shared/config';
import { createWebhooksTable } from '../shared/tables/webhooks';
import { documentOptions } from '../shared/tables/documents';
import { ConfigurationError, formatError, EnqueueError } from '../shared/runtime/errors';
import { createLedger } from '../shared/tables/ledger';
import { oncePerContainer } from '../shared/runtime/container';
import { createLog } from '../shared/runtime/log';
import { createQueue } from '../shared/aws/queue';
import { createSecrets } from '../shared/aws/secrets';
import { receive } from './receive';
import { toRequest } from './parse-request';
import type { ProxyEvent } from './parse-request';

const tables = DynamoDBDocumentClient.from(new DynamoDBClient(recordAwsClientOptions), documentOptions);
const secretsManager = new SecretsManagerClient(quickAwsClientOptions);
const sqs = new SQSClient(quickAwsClientOptions);
const sns = new SNSClient(quickAwsClientOptions);

const containerOf = oncePerContainer((functionName) => {
  const config = readWebhookConfig();
  const { metricsNamespace } = config;
  return {
    metricsNamespace,
    alerts: createAlerts(sns, {
      topicArn: config.exceptionsTopicArn,
      functionName,
      // The namespace of the metrics is the stack's name.
      stackName: metricsNamespace,
      log: createLog(metricsNamespace),
    }),
    adapters: {
      secrets: createSecrets(secretsManager, {
        bigCommerceSecretArn: config.bigCommerceSecretArn,
        webhookSecretArn: config.webhookSecretArn,
      }),
      queue: createQueue(sqs, { queueUrl: config.queueUrl }),
      ledger: createLedger(tables, { ledgerTable: config.ledgerTable }),
      webhooks: createWebhooksTable(tables, config.webhooksTable, config.recordRetentionDays),
    },
    policy: { storeHash: config.storeHash, webhookMaxAgeHours: config.webhookMaxAgeHours },
  };
});

/** Receives one delivery. Responds 503 if its reference could not be queued, so that BigCommerce delivers again. */
export async function handler(event: ProxyEvent, context: Context): Promise<APIGatewayProxyResult> {
  const { metricsNamespace, alerts, adapters, policy } = containerOf(context);
  const log = createLog(metricsNamespace, { requestId: context.awsRequestId });
  try {
    const received = await receive(toRequest(event, context), {
      adapters: { ...adapters, log },
      policy,
      invocation: { now: Date.now },
    });
    if (received.outcome === 'rejected') {
      log.warn('webhook.rejected', { ...received }, { WebhooksUnauthorized: 1 });
    }
    return answer(received.status, received.outcome);
  } catch (error) {
    log.error('webhook.not_queued', { error: formatError(error) }, { WebhooksNotQueued: 1 });
    const alert = alertOf(error);
    const message = `${formatError(error)}\n\nBigCommerce delivers again for 48 hours, and polls find the orders.`;
    if (alert !== undefined) await alerts.sendHourly({ ...alert, message });
    return answer(503, 'not queued: deliver again');
  }
}

/** A secret that cannot be read for a moment sends no alert: junk could then cause emails. */
function alertOf(error: unknown): Omit<Alert, 'message'> | undefined {
  if (error instanceof EnqueueError) {
    return { subject: 'webhooks cannot be queued', runbook: 'webhooks-cannot-be-queued' };
  }
  if (!(error instanceof ConfigurationError)) return undefined;
  return {
    subject: 'webhooks cannot be verified',
    command: 'webhook show',
    runbook: 'webhooks-cannot-be-verified',
  };
}

function answer(statusCode: number, message: string): APIGatewayProxyResult {
  return { statusCode, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ message }) };
}
