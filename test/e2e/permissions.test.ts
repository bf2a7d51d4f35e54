// Least privilege: what each function was seen to do on the deployed stack is what its role allows, by MiniStack's
// evaluation of the deployed policies; the obvious rest is denied.
import { DescribeStackResourceCommand } from '@aws-sdk/client-cloudformation';
import { IAMClient, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { DeleteCommand } from '@aws-sdk/lib-dynamodb';

import { dayOf } from '../../lambda/shared/runtime/time';
import { parseJson } from '../../lambda/shared/runtime/json';
import { noise } from '../support/noise';
import { startAwsProxy } from '../../scripts/local/aws-proxy';
import type { AwsProxy } from '../../scripts/local/aws-proxy';
import { deployedFunctions } from '../../scripts/local/deployed-functions';
import type { FunctionOutput } from '../../scripts/local/deployed-functions';
import { startLocalService } from './local-service';
import type { LocalService } from './local-service';
import { arn, needed } from './needed-permissions';
import { until } from '../support/until';

const account = '000000000000';
const stack = 'OrderReplication-dev';
const table = (name: string) => arn('dynamodb', `table/${stack}-${name}`);
const queue = (name: string) => arn('sqs', `${stack}-${name}`);
const topic = arn('sns', `${stack}-ApplicationErrors`);
const logs = (name: string) => arn('logs', `log-group:/order-replication/${stack}/${name}:log-stream:x`);

let service: LocalService;
let iam: IAMClient;
let alertsKey: string;
const proxies: AwsProxy[] = [];
const seen = new Map<FunctionOutput, Set<string>>();

const functions: readonly FunctionOutput[] = [
  'GetNewOrdersFunctionName',
  'CartConvertedWebhookFunctionName',
  'ProcessOrdersFunctionName',
  'AuditOrdersFunctionName',
];

beforeAll(async () => {
  service = await startLocalService({ CheckWebhook: 'true' });
  const { mini, clients } = service;
  iam = new IAMClient({
    endpoint: mini.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  for (const output of functions) {
    const calls = new Set<string>();
    seen.set(output, calls);
    const proxy = await startAwsProxy(mini.endpoint, (call) => {
      for (const one of needed(call)) calls.add(one);
    });
    proxies.push(proxy);
    await deployedFunctions(service).leadThrough(output, proxy.url);
  }
  const named = { StackName: stack, LogicalResourceId: 'AlertsKey' };
  const { StackResourceDetail } = await clients.cloudFormation.send(new DescribeStackResourceCommand(named));
  alertsKey = arn('kms', `key/${StackResourceDetail?.PhysicalResourceId ?? ''}`);
  await doEverything();
}, 120_000);

afterAll(async () => {
  iam.destroy();
  await service.stop();
  await Promise.all(proxies.map((proxy) => proxy.stop()));
});

/** What each function does in each of its outcomes, with each kind of alert. */
async function doEverything(): Promise<void> {
  const { simulator, stack: deployed, clients } = service;
  const { webhookUrl: destination, webhookSecret } = deployed;
  // Too large for one item, even gzipped.
  const extra = { staff_notes: noise(400_000, 1) };
  const add = () => simulator.orders.add({ status_id: 11, date_created: Date.now() - 3_600_000, extra }).id;
  const [replicated, missing, deadLettered, returned, notQueued] = [add(), add(), add(), add(), add()];
  const endpoint = 'GET /orders/{id}';
  simulator.faults.add({ endpoint, orderId: deadLettered, kind: 'status', status: 400 });
  simulator.faults.add({ endpoint, orderId: returned, kind: 'status', status: 403 });
  await deployed.poll();
  const headers = { 'X-Order-Replication-Secret': webhookSecret };
  await simulator.deliverWebhook({ destination, orderId: replicated, secret: '', headers });
  proxies[1]?.add({ operation: 'SendMessageBatch', orderId: notQueued, kind: 'refused', times: 9 });
  await simulator.deliverWebhook({ destination, orderId: notQueued });
  await until(async () => (await service.ledgerRow(replicated))?.state === 'replicated');
  simulator.orders.edit(replicated, { extra: { staff_notes: noise(400_000, 2) } });
  await simulator.deliverWebhook({ destination, orderId: replicated });
  const old = { orderId: replicated, source: 'poll', seenAt: new Date(Date.now() - 3_600_000).toISOString() };
  await clients.sqs.send(
    new SendMessageCommand({
      QueueUrl: deployed.outputs['OrdersQueueUrl'],
      MessageBody: JSON.stringify(old),
    }),
  );
  await until(() => seen.get('ProcessOrdersFunctionName')?.size === does.ProcessOrdersFunctionName().length);
  await until(async () => (await service.ledgerRow(missing))?.state === 'replicated');
  const day = dayOf(Date.parse(simulator.orders.get(missing)?.date_created ?? ''));
  await clients.documents.send(
    new DeleteCommand({ TableName: deployed.outputs['OrdersTableName'], Key: { id: missing } }),
  );
  expect(await audit(day)).toMatchObject([{ open: 1, gaps: [{ id: missing }], enqueued: 1 }]);
  expect(await audit(day)).toMatchObject([{ staying: 0 }]);
  // The second one reads the row of the first.
  await deployed.poll();
  simulator.faults.add({ endpoint: 'GET /orders', kind: 'status', status: 401, times: 9 });
  expect(await audit(day)).toMatchObject({ errorMessage: expect.stringContaining('401') as string });
  simulator.faults.add({ endpoint: 'GET /orders/count', kind: 'status', status: 401, times: 9 });
  await expect(deployed.poll()).rejects.toThrow();
}

/** What the audit of a day answers. */
async function audit(day: string): Promise<unknown> {
  const { clients, stack: deployed } = service;
  const FunctionName = deployed.outputs['AuditOrdersFunctionName'];
  const { Payload } = await clients.lambda.send(
    new InvokeCommand({ FunctionName, Payload: JSON.stringify({ day }) }),
  );
  return parseJson(Payload?.transformToString() ?? '');
}

/** What AWS does by the function's role, unseen from here: log, encrypt alerts, and poll the queue of the worker. */
const unseen = (output: FunctionOutput): readonly string[] => [
  ...['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => `${action} ${logs(logGroups[output])}`),
  ...['kms:GenerateDataKey', 'kms:Decrypt'].map((action) => `${action} ${alertsKey}`),
  ...(output === 'ProcessOrdersFunctionName'
    ? ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'].map(
        (name) => `sqs:${name} ${queue('Orders')}`,
      )
    : []),
];

const logGroups: Readonly<Record<FunctionOutput, string>> = {
  GetNewOrdersFunctionName: 'GetNewOrders',
  CartConvertedWebhookFunctionName: 'CartConvertedWebhook',
  ProcessOrdersFunctionName: 'ProcessOrders',
  AuditOrdersFunctionName: 'AuditOrders',
};

const secret = (name: string) => () => service.stack.outputs[name] ?? '';
const bigCommerceSecret = secret('BigCommerceSecretArn');
const webhookSecret = secret('WebhookSecretArn');

const does: Readonly<Record<FunctionOutput, () => readonly string[]>> = {
  GetNewOrdersFunctionName: () => [
    `secretsmanager:GetSecretValue ${bigCommerceSecret()}`,
    `secretsmanager:GetSecretValue ${webhookSecret()}`,
    `sqs:SendMessage ${queue('Orders')}`,
    `dynamodb:BatchGetItem ${table('Ledger')}`,
    `dynamodb:UpdateItem ${table('Ledger')}`,
    `dynamodb:PutItem ${table('Jobs')}`,
    `dynamodb:GetItem ${table('Jobs')}`,
    `dynamodb:Query ${table('Jobs/index/ByOutcome')}`,
    `sns:Publish ${topic}`,
  ],
  CartConvertedWebhookFunctionName: () => [
    `secretsmanager:GetSecretValue ${bigCommerceSecret()}`,
    `secretsmanager:GetSecretValue ${webhookSecret()}`,
    `sqs:SendMessage ${queue('Orders')}`,
    `dynamodb:UpdateItem ${table('Ledger')}`,
    `dynamodb:GetItem ${table('Webhooks')}`,
    `dynamodb:PutItem ${table('Webhooks')}`,
    `sns:Publish ${topic}`,
  ],
  ProcessOrdersFunctionName: () => [
    `secretsmanager:GetSecretValue ${bigCommerceSecret()}`,
    `dynamodb:GetItem ${table('Ledger')}`,
    `dynamodb:UpdateItem ${table('Ledger')}`,
    `dynamodb:GetItem ${table('Orders')}`,
    `dynamodb:PutItem ${table('Orders')}`,
    `dynamodb:UpdateItem ${table('Orders')}`,
    `dynamodb:PutItem ${table('OrderParts')}`,
    `dynamodb:Query ${table('OrderParts')}`,
    `dynamodb:UpdateItem ${table('OrderParts')}`,
    `sqs:ChangeMessageVisibility ${queue('Orders')}`,
    `sqs:SendMessage ${queue('Orders-DeadLetterQueue')}`,
    `sns:Publish ${topic}`,
  ],
  AuditOrdersFunctionName: () => [
    `secretsmanager:GetSecretValue ${bigCommerceSecret()}`,
    `sqs:SendMessage ${queue('Orders')}`,
    `dynamodb:BatchGetItem ${table('Ledger')}`,
    `dynamodb:UpdateItem ${table('Ledger')}`,
    `dynamodb:BatchGetItem ${table('Orders')}`,
    `dynamodb:GetItem ${table('Jobs')}`,
    `dynamodb:PutItem ${table('Jobs')}`,
    `dynamodb:Query ${table('Jobs/index/ByOutcome')}`,
    `sns:Publish ${topic}`,
  ],
};

const roles: Readonly<Record<FunctionOutput, string>> = {
  GetNewOrdersFunctionName: `${stack}-GetOrders`,
  CartConvertedWebhookFunctionName: `${stack}-CartConvertedWebhook`,
  ProcessOrdersFunctionName: `${stack}-ProcessOrders`,
  AuditOrdersFunctionName: `${stack}-AuditOrders`,
};

async function decision(output: FunctionOutput, need: string): Promise<string | undefined> {
  const [action = '', resource = ''] = need.split(' ');
  const { EvaluationResults = [] } = await iam.send(
    new SimulatePrincipalPolicyCommand({
      PolicySourceArn: `arn:aws:iam::${account}:role/${roles[output]}`,
      ActionNames: [action],
      ResourceArns: [resource],
    }),
  );
  return EvaluationResults[0]?.EvalDecision;
}

const decisions = async (output: FunctionOutput, needs: readonly string[]) =>
  Object.fromEntries(
    await Promise.all(needs.map(async (need) => [need, await decision(output, need)] as const)),
  );

const all = (needs: readonly string[], value: string) =>
  Object.fromEntries(needs.map((need) => [need, value]));

/** What no function may do. */
const forbidden = () => [
  ...['DeleteItem', 'Scan', 'DeleteTable', 'UpdateTable', 'ExportTableToPointInTime'].flatMap((a) =>
    ['Orders', 'OrderParts', 'Ledger', 'Jobs', 'Webhooks'].map((name) => `dynamodb:${a} ${table(name)}`),
  ),
  ...['PurgeQueue', 'DeleteQueue', 'SetQueueAttributes'].flatMap((a) =>
    ['Orders', 'Orders-DeadLetterQueue'].map((name) => `sqs:${a} ${queue(name)}`),
  ),
  `dynamodb:PutItem ${arn('dynamodb', 'table/OrderReplication-prod-Orders')}`,
  `sqs:SendMessage ${arn('sqs', 'OrderReplication-prod-Orders')}`,
  `secretsmanager:GetSecretValue ${arn('secretsmanager', 'secret:another')}`,
  `secretsmanager:PutSecretValue ${bigCommerceSecret()}`,
  `sns:Publish ${arn('sns', 'another')}`,
  `sns:Publish ${arn('sns', `${stack}-DeadLettersAlarm`)}`,
  `logs:DeleteLogGroup ${logs('ProcessOrders')}`,
  `logs:CreateLogGroup ${logs('ProcessOrders')}`,
  `lambda:InvokeFunction ${arn('lambda', `function:${stack}-GetNewOrders`)}`,
  `lambda:UpdateFunctionCode ${arn('lambda', `function:${stack}-GetNewOrders`)}`,
  `iam:PutRolePolicy arn:aws:iam::${account}:role/${stack}-GetOrders`,
  `iam:PassRole arn:aws:iam::${account}:role/${stack}-GetOrders`,
  `kms:Decrypt ${arn('kms', 'key/another')}`,
  `s3:GetObject arn:aws:s3:::packages/x`,
];

describe.each(functions)('the role behind %s', (output) => {
  it('a function makes exactly the calls that the table of its role lists', () => {
    expect([...seen.get(output)!].sort()).toEqual([...does[output]()].sort());
  });

  it("a function's role allows every call that the function makes", async () => {
    const needs = [...does[output](), ...unseen(output)];
    expect(await decisions(output, needs)).toEqual(all(needs, 'allowed'));
  });

  it("a function's role denies what only other functions do", async () => {
    const own = new Set([...does[output](), ...unseen(output)]);
    const others = functions
      .flatMap((one) => [...does[one](), ...unseen(one)])
      .filter((need) => !own.has(need));
    expect(await decisions(output, others)).toEqual(all(others, 'implicitDeny'));
  });

  it("a function's role denies calls that no function makes", async () => {
    expect(await decisions(output, forbidden())).toEqual(all(forbidden(), 'implicitDeny'));
  });
});
