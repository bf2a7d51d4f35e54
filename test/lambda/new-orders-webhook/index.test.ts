// The webhook's function as Lambda calls it: what only the entry decides.
import type * as Webhook from '../../../lambda/new-orders-webhook/index';
import { signWebhook } from '../../../simulator';
import { aContext, surroundEntry } from '../../support/function-entry';
import { catchLines, parsed } from '../../support/log-lines';
import { webhookSecret } from '../../support/mocked-sdk';

const entry = surroundEntry();

const post = async (headers: Record<string, string>, body = '{}') => {
  const lines = catchLines();
  const { handler } = jest.requireActual<typeof Webhook>('../../../lambda/new-orders-webhook/index');
  return { ...(await handler({ headers, body, isBase64Encoded: false }, aContext())), lines };
};
const genuine = (scope = 'store/order/created') => {
  const { clientSecret, storeHash } = entry.simulator.credentials;
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

it('the webhook answers in JSON that it accepted, ignored or rejected a delivery', async () => {
  const answer = await post(...genuine());
  expect(answer).toMatchObject({ statusCode: 200, body: '{"message":"accepted"}' });
  expect(entry.aws.sends()).toBe(1);
  const ignored = await post(...genuine('store/order/message/created'));
  expect(ignored).toMatchObject({ statusCode: 200, body: '{"message":"ignored"}' });
  expect(entry.aws.sends()).toBe(1);
  expect(await post({})).toMatchObject({ statusCode: 401, body: '{"message":"rejected"}' });
  const unusable = await post({ 'X-Order-Replication-Secret': webhookSecret });
  expect(unusable).toMatchObject({ statusCode: 200, body: '{"message":"ignored"}' });
  // Nothing is asked of BigCommerce, whatever comes.
  expect(entry.simulator.log.count()).toBe(0);
  expect(entry.aws.subjects()).toEqual([]);
});

it('the webhook logs why it rejects a delivery, and nothing of its content', async () => {
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

it('the webhook counts deliveries that are not genuine apart from genuine ones that it cannot use', async () => {
  const [rejected] = parsed((await post({})).lines);
  expect(rejected).toMatchObject({ status: 401, WebhooksUnauthorized: 1 });
  const [unusable] = parsed((await post({ 'X-Order-Replication-Secret': webhookSecret })).lines);
  expect(unusable).toMatchObject({ level: 'WARN', event: 'webhook.unusable', WebhooksUnusable: 1 });
  expect(unusable).not.toHaveProperty('WebhooksUnauthorized');
});

it('the webhook answers a replay with 200, at the cost of one log line and no write or message', async () => {
  entry.aws.remember({ expires_at: Date.now() / 1000 + 60 });
  const { lines, ...answer } = await post(...genuine());
  expect(answer).toMatchObject({ statusCode: 200, body: '{"message":"replayed"}' });
  expect([entry.aws.writes(), entry.aws.sends(), entry.simulator.log.count()]).toEqual([0, 0, 0]);
  expect(parsed(lines)).toMatchObject([{ event: 'webhook.replayed', WebhooksReplayed: 1 }]);
});

it('the webhook answers 503 and sends an alert when SQS refuses a reference', async () => {
  entry.aws.failQueue();
  expect(await post(...genuine())).toMatchObject({ statusCode: 503 });
  const { lines } = await post(...genuine());
  expect(parsed(lines)).toContainEqual(
    expect.objectContaining({ event: 'webhook.not_queued', WebhooksNotQueued: 1 }),
  );
  // Once an hour, not once a delivery.
  expect(entry.aws.subjects()).toEqual(['Stack-Function: webhooks cannot be queued']);
});

it('the webhook answers 503 and sends an alert when it may not read a secret', async () => {
  const denied = Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });
  entry.aws.failSecrets(denied);
  expect(await post(...genuine())).toMatchObject({ statusCode: 503 });
  expect(entry.aws.subjects()).toEqual(['Stack-Function: webhooks cannot be verified']);
});

it('the webhook answers 503 without an alert while Secrets Manager is down, because junk would trigger the alert', async () => {
  entry.aws.failSecrets(new Error('down'));
  expect(await post({ 'x-order-replication-secret': 'guess' })).toMatchObject({ statusCode: 503 });
  expect(entry.aws.subjects()).toEqual([]);
});
