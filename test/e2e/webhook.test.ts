// The webhook's whole life on the deployed stack: registered by a poll, tested by the command, deactivated, revived.
import { CreateStackCommand } from '@aws-sdk/client-cloudformation';
import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';

import { receiveAlerts } from '../../scripts/local/alerts';
import type { AlertEmail } from '../../scripts/local/alerts';
import { CommandError } from '../../scripts/terminal/command-error';
import { signWebhook } from '../../simulator/index';
import { webhook } from '../../scripts/commands/webhook/command';
import { startLocalService } from './local-service';
import type { LocalService } from './local-service';
import { runVerb } from '../support/run-noun';
import { until } from '../support/until';

let service: LocalService;
const alerts: AlertEmail[] = [];
let stopAlerts: () => Promise<void>;

beforeAll(async () => {
  service = await startLocalService({ CheckWebhook: 'true' });
  const { clients, mini, stack } = service;
  stopAlerts = await receiveAlerts(clients, mini.endpoint, stack.stackName, (alert) => alerts.push(alert));
}, 60_000);

afterAll(async () => {
  await stopAlerts();
  await service.stop();
});

jest.setTimeout(30_000);

function command(line: string): Promise<string> {
  return runVerb(webhook, `${line} --aws-port ${new URL(service.mini.endpoint).port}`);
}

const replicated = (id: number) =>
  until(async () => (await service.ledgerRow(id))?.state === 'replicated' && service.ledgerRow(id));
const hooks = () => service.simulator.hooks.all().map(({ hook, status }) => ({ ...hook, status }));

it('the first poll registers the webhook, and each later poll makes one call for it', async () => {
  const { log } = service.simulator;
  await service.stack.poll();
  expect(hooks()).toMatchObject([
    {
      scope: 'store/cart/converted',
      destination: service.stack.webhookUrl,
      headers: { 'X-Order-Replication-Secret': service.stack.webhookSecret },
    },
  ]);
  log.clear();
  await service.stack.poll();
  expect(log.entries.filter(({ endpoint }) => endpoint.includes('/v3/hooks'))).toHaveLength(1);
});

it('a webhook replicates a new order without a poll', async () => {
  const { id } = service.simulator.orders.add();
  expect(await replicated(id)).toMatchObject({ status_before: 11, status_after: 9 });
  await service.simulator.deliveries.idle();
  expect(await service.webhooks(id)).toMatchObject([{ outcome: 'accepted', authenticatedBy: 'signature' }]);
});

it('the webhook commands report a correct webhook, and one of them tests it', async () => {
  expect(await command('create')).toContain('Nothing to change');
  expect(await command('list')).toMatch(/ yes +yes +http/);
  expect(await command('show')).toMatch(/Secret header +the stack's/);
  const { id } = service.simulator.orders.add({ status_id: 0 });
  service.simulator.orders.edit(id, { status_id: 11, cart_id: null });
  expect(await command(`send --order ${id}`)).toContain('Answer: 200 {"message":"accepted"}');
  await replicated(id);
});

it('the webhook commands show, enable and delete a webhook by its scope or its id', async () => {
  const scope = '--scope store/order/created';
  await command(`create ${scope}`);
  const created = hooks().find((hook) => hook.scope === 'store/order/created')!;
  expect(await command(`show ${scope}`)).toMatch(new RegExp(`Webhook +${created.id}`));
  expect(await command(`show ${hooks()[0]!.id}`)).toMatch(/Scope +store\/cart\/converted/);
  service.simulator.hooks.update(created.id, { is_active: false });
  expect(await command(`enable ${created.id}`)).toContain('It was inactive');
  expect(await command(`delete ${created.id} --yes`)).toContain(`Deleted: webhook ${created.id}`);
  expect(hooks()).toHaveLength(1);
});

it('the webhook commands print what is wrong with a webhook', async () => {
  const { clients, stack } = service;
  const noStack = (name: string) =>
    new CommandError(
      `There is no stack ${name} in us-east-1. Name it with --stage or --stack-name, and its region with --region; for a local run, add --local.`,
    );
  await expect(command('list --stage staging')).rejects.toEqual(noStack('OrderReplication-staging'));
  await expect(command('list --stack-name Nope')).rejects.toEqual(noStack('Nope'));
  const TemplateBody = JSON.stringify({ Resources: { Topic: { Type: 'AWS::SNS::Topic' } } });
  await clients.cloudFormation.send(new CreateStackCommand({ StackName: 'Other', TemplateBody }));
  await expect(command('list --stack-name Other')).rejects.toThrow('has no outputs BigCommerceSecretArn');

  const { credentials } = service.simulator;
  const { accessToken } = credentials;
  const SecretId = stack.outputs['BigCommerceSecretArn'];
  const { SecretString } = await clients.secretsManager.send(new GetSecretValueCommand({ SecretId }));
  const put = (text: string | undefined) =>
    clients.secretsManager.send(new PutSecretValueCommand({ SecretId, SecretString: text }));
  try {
    credentials.accessToken = 'another-one';
    await expect(command('list')).rejects.toThrow(/401.*Check BigCommerceToken/);
    await put('{}');
    await expect(command('list')).rejects.toThrow(CommandError);
  } finally {
    credentials.accessToken = accessToken;
    await put(SecretString);
  }
});

it('a poll reactivates a webhook that BigCommerce has deactivated, and sends an alert', async () => {
  const [hook] = hooks();
  service.simulator.hooks.deactivate(hook!.id, 'its deliveries failed for 48 hours');
  const { id } = service.simulator.orders.add({ date_created: Date.now() - 3_600_000 });
  await service.stack.poll();
  expect(hooks()).toMatchObject([{ id: hook!.id, status: 'active' }]);
  const alert = await until(() =>
    alerts.find(({ subject }) => subject.includes(`webhook ${hook!.id} was inactive`)),
  );
  expect(alert.message).toContain(`The webhook ${hook!.id} (store/cart/converted) was inactive since 20`);
  await replicated(id);
  expect(await service.webhooks(id)).toEqual([]);
});

it('webhooks are still authenticated after a rotation of the secret', async () => {
  const rotated = 'a-rotated-secret-for-tests';
  await service.clients.secretsManager.send(
    new PutSecretValueCommand({
      SecretId: service.stack.outputs['WebhookSecretArn'],
      SecretString: `${rotated}\n`,
    }),
  );
  expect(await command('create')).toContain('It was without the current secret');
  expect(hooks()).toMatchObject([{ headers: { 'X-Order-Replication-Secret': rotated } }]);
  const { id } = service.simulator.orders.add({ status_id: 5, cart_id: null });
  const statusWith = async (secret: string) => {
    const headers = { 'X-Order-Replication-Secret': secret };
    const delivery = { destination: service.stack.webhookUrl, orderId: id, secret: '', headers };
    return (await service.simulator.deliverWebhook(delivery)).status;
  };
  // A container that knows the old one asks again, at most once in ten seconds; there may be several.
  await until(async () => (await statusWith(rotated)) === 200, 20_000);
  await until(async () => (await statusWith(service.stack.webhookSecret)) === 401, 20_000);
});

it('a webhook with its body in base64, as API Gateway may send it, is accepted', async () => {
  const { simulator, clients, stack } = service;
  const { id } = simulator.orders.add({ status_id: 5, cart_id: null });
  const { storeHash, clientSecret } = simulator.credentials;
  const data = { type: 'order', id };
  const text = JSON.stringify({ producer: `stores/${storeHash}`, scope: 'store/order/created', data });
  const seconds = Math.floor(Date.now() / 1000);
  const invoke = async (signed: string) => {
    const headers = {
      'WEBHOOK-ID': 'msg_1',
      'Webhook-Timestamp': String(seconds),
      'webhook-Signature': signWebhook(clientSecret, 'msg_1', seconds, signed),
    };
    const body = Buffer.from(text).toString('base64');
    const Payload = JSON.stringify({ headers, body, isBase64Encoded: true });
    const FunctionName = stack.outputs['CartConvertedWebhookFunctionName'];
    const answer = await clients.lambda.send(new InvokeCommand({ FunctionName, Payload }));
    return JSON.parse(answer.Payload?.transformToString() ?? '{}') as { statusCode: number };
  };
  expect(await invoke(text)).toMatchObject({ statusCode: 200 });
  expect(await invoke(`${text} `)).toMatchObject({ statusCode: 401 });
  expect(await until(async () => (await service.webhooks(id))[0])).toMatchObject({ outcome: 'accepted' });
});

it('a webhook that is replayed is accepted once', async () => {
  const { simulator, stack } = service;
  const { id } = simulator.orders.add({ status_id: 5, cart_id: null });
  const body = JSON.stringify({
    producer: `stores/${simulator.credentials.storeHash}`,
    scope: 'store/order/created',
    data: { type: 'order', id },
  });
  const captured = { destination: stack.webhookUrl, orderId: id, id: 'msg_captured', body };
  const answers: unknown[] = [];
  for (let times = 0; times < 3; times += 1) {
    const { status, body: said } = await simulator.deliverWebhook(captured);
    answers.push([status, said]);
  }
  const replayed = [200, '{"message":"replayed"}'];
  expect(answers).toEqual([[200, '{"message":"accepted"}'], replayed, replayed]);
  expect(await service.webhooks(id)).toMatchObject([{ outcome: 'accepted', authenticatedBy: 'signature' }]);
});

it('a webhook is answered 503 when the queue refuses its reference, so that BigCommerce delivers it again, and an alert is sent', async () => {
  const { simulator, clients, stack } = service;
  const FunctionName = stack.outputs['CartConvertedWebhookFunctionName'];
  const { Environment } = await clients.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const Variables = { ...Environment?.Variables };
  const set = (more: Record<string, string>) =>
    clients.lambda.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName,
        Environment: { Variables: { ...Variables, ...more } },
      }),
    );
  const { id } = simulator.orders.add({ cart_id: null });
  const deliver = async (orderId: number) =>
    (await simulator.deliverWebhook({ destination: stack.webhookUrl, orderId })).status;
  const noOrder = 999_999;
  await set({ ORDERS_QUEUE_URL: `${Variables['ORDERS_QUEUE_URL'] ?? ''}-that-is-gone` });
  try {
    await until(async () => (await deliver(noOrder)) === 503);
    expect(await deliver(id)).toBe(503);
    expect(await service.webhooks(id)).toMatchObject([{ outcome: 'not-queued' }]);
    await until(() => alerts.find(({ subject }) => subject.includes('webhooks cannot be queued')));
  } finally {
    await set({});
  }
  await until(async () => (await deliver(noOrder)) === 200);
  expect(await deliver(id)).toBe(200);
  await replicated(id);
});
