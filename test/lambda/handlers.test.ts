// The entries as Lambda calls them, with the AWS SDK mocked at its edge: what only they decide.
import type { Context, SQSRecord } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import type * as Dynamo from '@aws-sdk/lib-dynamodb';
import type * as Secrets from '@aws-sdk/client-secrets-manager';
import type * as Sns from '@aws-sdk/client-sns';
import type * as Sqs from '@aws-sdk/client-sqs';
import type * as AuditEntry from '../../lambda/audit-orders/index';
import type * as Poll from '../../lambda/get-new-orders/index';
import type * as Webhook from '../../lambda/new-orders-webhook/index';
import type * as Worker from '../../lambda/process-new-orders/index';
import { signWebhook, startSimulator } from '../../simulator';
import type { Simulator } from '../../simulator';
import { catchLines, parsed } from '../support/log-lines';

const webhookSecret = 'generated-secret-for-tests';
const destination = 'https://hooks.example.com/dev/cart-converted';
const before = process.env;
let simulator: Simulator;
let aws: ReturnType<typeof loadAws>;

beforeEach(async () => {
  simulator = await startSimulator({ seed: 3 });
  const { storeHash } = simulator.credentials;
  jest.resetModules();
  aws = loadAws();
  process.env = {
    ...before,
    AWS_REGION: 'us-east-1',
    BIGCOMMERCE_API_URL: simulator.url,
    BIGCOMMERCE_STORE_HASH: storeHash,
    BIGCOMMERCE_SECRET_ARN: 'arn:aws:secretsmanager:x:1:bigcommerce',
    WEBHOOK_SECRET_ARN: 'arn:aws:secretsmanager:x:1:webhook',
    API_QUOTA_RESERVE_PERCENT: '10',
    READ_CONSIGNMENTS: 'true',
    ORDERS_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/1/orders',
    EXCEPTIONS_TOPIC_ARN: 'arn:aws:sns:us-east-1:1:errors',
    METRICS_NAMESPACE: 'Stack',
    LEDGER_TABLE: 'ledger',
    JOBS_TABLE: 'jobs',
    WEBHOOKS_TABLE: 'webhooks',
    ALLOWED_STATUS_IDS: '7,10,11',
    ADVANCE_STATUS_IDS: '10,11',
    ADVANCE_ORDERS: 'true',
    NEW_PHYSICAL_ORDER_STATUS_ID: '9',
    NEW_DIGITAL_ORDER_STATUS_ID: '8',
    IGNORE_ORDERS_CREATED_BEFORE: '',
    FOLLOW_UP_DAYS: '30',
    COMPLETED_ORDERS_LOOKBACK_DAYS: '7',
    RECORD_RETENTION_DAYS: '90',
    ORDERS_DEAD_LETTER_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/1/dead',
    ORDERS_TABLE: 'orders',
    MAX_RECEIVE_COUNT: '20',
    DROP_FIELDS: '',
    ORDER_RETENTION_DAYS: '0',
    ORDER_PARTS_TABLE: 'parts',
    WEBHOOK_MAX_AGE_HOURS: '72',
    CHECK_WEBHOOK: 'true',
    WEBHOOK_URL: destination,
  };
});

afterEach(async () => {
  process.env = before;
  jest.restoreAllMocks();
  await simulator.stop();
});

/** The SDK as the next entry loads it, answering well. */
function loadAws() {
  const dynamo = jest.requireActual<typeof Dynamo>('@aws-sdk/lib-dynamodb');
  const manager = jest.requireActual<typeof Secrets>('@aws-sdk/client-secrets-manager');
  const notifications = jest.requireActual<typeof Sns>('@aws-sdk/client-sns');
  const queues = jest.requireActual<typeof Sqs>('@aws-sdk/client-sqs');
  const { accessToken, clientId, clientSecret } = simulator.credentials;
  const tables = mockClient(dynamo.DynamoDBDocumentClient);
  tables
    .on(dynamo.BatchGetCommand)
    .resolves({ Responses: {} })
    .on(dynamo.UpdateCommand)
    .resolves({ Attributes: {} })
    .on(dynamo.QueryCommand)
    .resolves({ Items: [] })
    .on(dynamo.GetCommand)
    .resolves({});
  const secrets = mockClient(manager.SecretsManagerClient);
  secrets
    .on(manager.GetSecretValueCommand, { SecretId: 'arn:aws:secretsmanager:x:1:bigcommerce' })
    .resolves({ SecretString: JSON.stringify({ clientId, accessToken, clientSecret }) })
    .on(manager.GetSecretValueCommand, { SecretId: 'arn:aws:secretsmanager:x:1:webhook' })
    .resolves({ SecretString: webhookSecret });
  const sns = mockClient(notifications.SNSClient);
  const sqs = mockClient(queues.SQSClient)
    .on(queues.SendMessageBatchCommand)
    .resolves({ Successful: [{ Id: '0', MessageId: 'm', MD5OfMessageBody: '' }] });
  return {
    failSecrets: (error: Error) => void secrets.on(manager.GetSecretValueCommand).rejects(error),
    failQueue: () => void sqs.on(queues.SendMessageBatchCommand).rejects(new Error('down')),
    remember: (item: object) =>
      void tables.on(dynamo.GetCommand, { TableName: 'webhooks' }).resolves({ Item: item }),
    writes: () =>
      [...tables.commandCalls(dynamo.PutCommand), ...tables.commandCalls(dynamo.UpdateCommand)].length,
    sends: () => sqs.commandCalls(queues.SendMessageBatchCommand).length,
    subjects: () =>
      sns.commandCalls(notifications.PublishCommand).map(({ args: [{ input }] }) => input.Subject),
  };
}

const context = (remainingMs = 300_000) =>
  ({
    awsRequestId: 'request-1',
    functionName: 'Stack-Function',
    getRemainingTimeInMillis: () => remainingMs,
  }) as Context;

describe('the webhook', () => {
  const post = async (headers: Record<string, string>, body = '{}') => {
    const lines = catchLines();
    const { handler } = jest.requireActual<typeof Webhook>('../../lambda/new-orders-webhook/index');
    return { ...(await handler({ headers, body, isBase64Encoded: false }, context())), lines };
  };
  const genuine = (scope = 'store/order/created') => {
    const { clientSecret, storeHash } = simulator.credentials;
    const content = { producer: `stores/${storeHash}`, scope, data: { id: 100 } };
    const body = JSON.stringify(content);
    const seconds = Math.floor(Date.now() / 1000);
    const signature = signWebhook(clientSecret, 'msg_1', seconds, body);
    const headers = {
      'Webhook-Id': 'msg_1',
      'Webhook-Timestamp': String(seconds),
      'Webhook-Signature': signature,
    };
    return [headers, body] as const;
  };

  it('answers in JSON: accepted, ignored, rejected', async () => {
    const answer = await post(...genuine());
    expect(answer).toMatchObject({ statusCode: 200, body: '{"message":"accepted"}' });
    expect(aws.sends()).toBe(1);
    const ignored = await post(...genuine('store/order/message/created'));
    expect(ignored).toMatchObject({ statusCode: 200, body: '{"message":"ignored"}' });
    expect(aws.sends()).toBe(1);
    expect(await post({})).toMatchObject({ statusCode: 401, body: '{"message":"rejected"}' });
    const unusable = await post({ 'X-Order-Replication-Secret': webhookSecret });
    expect(unusable).toMatchObject({ statusCode: 200, body: '{"message":"ignored"}' });
    // Nothing is asked of BigCommerce, whatever comes.
    expect(simulator.log.count()).toBe(0);
    expect(aws.subjects()).toEqual([]);
  });

  it('logs why it rejects, and nothing of what came', async () => {
    const { lines } = await post({ 'webhook-signature': 'Ada Moss' }, 'Ada Moss');
    expect(parsed(lines)).toMatchObject([
      {
        level: 'WARN',
        event: 'webhook.rejected',
        requestId: 'request-1',
        status: 401,
        reason: expect.any(String) as unknown,
      },
    ]);
    expect(lines.join()).not.toContain('Ada Moss');
  });

  it('K15a: counts what is not genuine, and apart from it what is genuine but unusable', async () => {
    const [rejected] = parsed((await post({})).lines);
    expect(rejected).toMatchObject({ status: 401, WebhooksUnauthorized: 1 });
    const [unusable] = parsed((await post({ 'X-Order-Replication-Secret': webhookSecret })).lines);
    expect(unusable).toMatchObject({ level: 'WARN', event: 'webhook.unusable', WebhooksUnusable: 1 });
    expect(unusable).not.toHaveProperty('WebhooksUnauthorized');
  });

  it('D-S1: answers a replay with 200, at the cost of one line and no write or message', async () => {
    aws.remember({ expires_at: Date.now() / 1000 + 60 });
    const { lines, ...answer } = await post(...genuine());
    expect(answer).toMatchObject({ statusCode: 200, body: '{"message":"replayed"}' });
    expect([aws.writes(), aws.sends(), simulator.log.count()]).toEqual([0, 0, 0]);
    expect(parsed(lines)).toMatchObject([{ event: 'webhook.replayed', WebhooksReplayed: 1 }]);
  });

  it('answers 503 and alerts when SQS refuses', async () => {
    aws.failQueue();
    expect(await post(...genuine())).toMatchObject({ statusCode: 503 });
    const { lines } = await post(...genuine());
    expect(parsed(lines)).toContainEqual(
      expect.objectContaining({ event: 'webhook.not_queued', WebhooksNotQueued: 1 }),
    );
    // Once an hour, not once a delivery.
    expect(aws.subjects()).toEqual(['Stack-Function: webhooks cannot be queued']);
  });

  it('answers 503 and alerts when a secret is not to be read by it', async () => {
    const denied = Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });
    aws.failSecrets(denied);
    expect(await post(...genuine())).toMatchObject({ statusCode: 503 });
    expect(aws.subjects()).toEqual(['Stack-Function: webhooks cannot be verified']);
  });

  it('answers 503 without an alert while Secrets Manager is down: junk would send it', async () => {
    aws.failSecrets(new Error('down'));
    expect(await post({ 'x-order-replication-secret': 'guess' })).toMatchObject({ statusCode: 503 });
    expect(aws.subjects()).toEqual([]);
  });
});

describe('the poll', () => {
  let lines: string[];
  const poll = (remainingMs?: number) => {
    lines = catchLines();
    const { handler } = jest.requireActual<typeof Poll>('../../lambda/get-new-orders/index');
    return handler({}, context(remainingMs));
  };
  const hooks = () => simulator.hooks.all().map(({ hook }) => hook);

  it('looks after the webhook when it is done', async () => {
    expect(await poll()).toMatchObject({ outcome: 'poll.finished' });
    const endpoints = simulator.log.entries.map(({ endpoint }) => endpoint);
    expect(endpoints).toEqual(['GET /orders/count', 'GET /v3/hooks', 'POST /v3/hooks']);
    expect(hooks()).toMatchObject([
      { destination, headers: { 'X-Order-Replication-Secret': webhookSecret } },
    ]);
  });

  it('logs each request to BigCommerce under its request id, the webhook’s ones too', async () => {
    await poll();
    const calls = parsed(lines).filter(({ event }) => event === 'bigcommerce.answered');
    expect(calls).toMatchObject(
      ['GET count', 'GET hooks', 'POST hooks'].map((endpoint) => ({ requestId: 'request-1', endpoint })),
    );
    const counted = { Namespace: 'Stack', Metrics: [{ Name: 'CallLatency' }, { Name: 'QuotaLeft' }] };
    expect(calls[0]).toMatchObject({ _aws: { CloudWatchMetrics: [counted] } });
  });

  it('logs how it went, with the time of its job beside that of the line', async () => {
    const lineOf = (event: string) => parsed(lines).find((line) => line['event'] === event);
    const ofLine = { timestamp: expect.stringMatching(/^20.*Z$/) as unknown };
    const { timestamp: jobTimestamp } = await poll();
    expect(lineOf('poll.finished')).toMatchObject({ ...ofLine, jobTimestamp, PollsFinished: 1 });
    simulator.credentials.accessToken = 'rotated';
    await expect(poll()).rejects.toThrow('401');
    expect(lineOf('poll.failed')).toMatchObject({ ...ofLine, jobTimestamp: expect.any(Number) as unknown });
  });

  it('does not when CheckWebhook is off', async () => {
    process.env['CHECK_WEBHOOK'] = 'false';
    await poll();
    expect(simulator.log.entries.map(({ endpoint }) => endpoint)).toEqual(['GET /orders/count']);
  });

  it('does not when it took nearly all of its time: the next one will', async () => {
    expect(await poll(60_000)).toMatchObject({ outcome: 'poll.finished' });
    expect(hooks()).toEqual([]);
  });

  it('is not failed by it', async () => {
    simulator.faults.add({ endpoint: 'GET /v3/hooks', kind: 'status', status: 400, times: 10 });
    expect(await poll()).toMatchObject({ outcome: 'poll.finished' });
    expect(aws.subjects()).toEqual(['Stack-Function: webhook cannot be checked']);
  });

  it('that fails says so once, and leaves the webhook to the next one', async () => {
    simulator.credentials.accessToken = 'rotated';
    await expect(poll()).rejects.toThrow('401');
    // As Lambda's own two retries do.
    await expect(poll()).rejects.toThrow('401');
    expect(aws.subjects()).toEqual([
      'Stack-Function: polls fail: BigCommerce refuses our credentials or settings',
    ]);
    expect(simulator.log.entries.some(({ endpoint }) => endpoint.includes('hooks'))).toBe(false);
  });
});

describe('the audit', () => {
  let lines: string[];
  const audit = (event: object) => {
    lines = catchLines();
    const { handler } = jest.requireActual<typeof AuditEntry>('../../lambda/audit-orders/index');
    return handler(event, context(900_000));
  };
  const scheduled = { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };

  it('of the schedule accounts for the day before, and says so under its request id', async () => {
    const day = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    simulator.orders.add({ status_id: 5, date_created: Date.parse(`${day}T12:00:00Z`) });
    expect(await audit(scheduled)).toMatchObject([{ day, listed: 1, excluded: { 'void-status:5': 1 } }]);
    expect(parsed(lines)).toMatchObject([
      { requestId: 'request-1', event: 'bigcommerce.answered', endpoint: 'GET orders' },
      {
        requestId: 'request-1',
        event: 'audit.finished',
        day,
        AuditsFinished: 1,
        OrdersAudited: 1,
        GapsFound: 0,
      },
    ]);
  });

  it('that fails says so once, however often Lambda tries', async () => {
    simulator.credentials.accessToken = 'rotated';
    await expect(audit(scheduled)).rejects.toThrow('401');
    await expect(audit(scheduled)).rejects.toThrow('401');
    expect(aws.subjects()).toEqual([
      'Stack-Function: audits fail: BigCommerce refuses our credentials or settings',
    ]);
  });
});

describe('the worker', () => {
  it('tells the story of an order, each of its requests included, under its request id', async () => {
    const order = simulator.orders.add({ status_id: 5 });
    const reference = { orderId: order.id, source: 'poll', seenAt: new Date().toISOString() };
    const record = {
      messageId: 'message-1',
      receiptHandle: 'receipt-1',
      body: JSON.stringify(reference),
      attributes: { ApproximateReceiveCount: '1' },
    } as SQSRecord;
    const lines = catchLines();
    const { handler } = jest.requireActual<typeof Worker>('../../lambda/process-new-orders/index');
    expect(await handler({ Records: [record] }, context())).toEqual({ batchItemFailures: [] });
    const common = { requestId: 'request-1', orderId: order.id };
    expect(parsed(lines)).toMatchObject([
      { ...common, event: 'bigcommerce.answered', endpoint: 'GET order' },
      { ...common, event: 'order.skipped', OrdersSkipped: 1 },
    ]);
  });
});
