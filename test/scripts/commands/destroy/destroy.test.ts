// destroy: what it says, asks and refuses, against a simulated store and mocked AWS; test/e2e has it whole.
import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import type { Stack, StackEvent } from '@aws-sdk/client-cloudformation';
import {
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';

import { destroy } from '../../../../scripts/commands/destroy/command';
import { askOnTerminal } from '../../../../scripts/terminal/ask';
import { runCommand, runForJson } from '../../../support/run-command';
import { startSimulator } from '../../../../simulator';
import type { Simulator } from '../../../../simulator';

const cloudFormation = mockClient(CloudFormationClient);
const dynamoDb = mockClient(DynamoDBClient);
const sqs = mockClient(SQSClient);
const secrets = mockClient(SecretsManagerClient);
const sts = mockClient(STSClient);

const stackName = 'OrderReplication-dev';
const stackId = `arn:aws:cloudformation:eu-west-1:123456789012:stack/${stackName}/1`;
const destination = 'https://abc123.execute-api.eu-west-1.amazonaws.com/dev/cart-converted';
const endpoint = 'DELETE /v3/hooks/{hook}';

let simulator: Simulator;
let asked: string[];

beforeEach(async () => {
  simulator = await startSimulator({ seed: 3 });
  asked = [];
  simulator.hooks.create({ scope: 'store/cart/converted', destination, headers: {} });
  simulator.hooks.create({
    scope: 'store/cart/converted',
    destination: 'https://example.com/other',
    headers: {},
  });
  [cloudFormation, dynamoDb, sqs, secrets, sts].forEach((mock) => mock.reset());
  goes(aStack());
  dynamoDb.on(DescribeTableCommand).resolves({});
  thereIsNoTableOfDeliveries();
  sts.on(GetCallerIdentityCommand).resolves({ Account: '123456789012' });
  sqs.on(GetQueueAttributesCommand).resolves({ Attributes: {} });
  const { accessToken } = simulator.credentials;
  const SecretString = JSON.stringify({ clientId: 'id', accessToken, clientSecret: '' });
  secrets.on(GetSecretValueCommand).resolves({ SecretString });
});
afterEach(() => simulator.stop());

const gone = () => new ResourceNotFoundException({ message: 'gone', $metadata: {} });

function thereIsNoTableOfDeliveries() {
  for (const name of ['Deliveries', 'DeliveryKeys']) {
    dynamoDb.on(DescribeTableCommand, { TableName: `${stackName}-${name}` }).rejects(gone());
  }
}

const named = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }));

const aStack = (overrides: Partial<Stack> = {}): Stack => ({
  StackName: stackName,
  StackId: stackId,
  CreationTime: new Date(0),
  StackStatus: 'UPDATE_COMPLETE',
  Parameters: named({
    LambdaDeploymentPackagesPrefix: 'v-1/',
    LambdaDeploymentPackagesBucketName: 'packages',
    BigCommerceApiUrl: simulator.url,
    BigCommerceStoreHash: simulator.credentials.storeHash,
  }),
  Outputs: Object.entries({
    WebhookUrl: destination,
    OrdersQueueUrl: 'https://sqs/orders',
    OrdersDeadLetterQueueUrl: 'https://sqs/dead',
    BigCommerceSecretArn: 'arn:api',
    WebhookSecretArn: 'arn:webhook',
  }).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })),
  ...overrides,
});

const anEvent = (overrides: Partial<StackEvent>): StackEvent => ({
  EventId: overrides.LogicalResourceId ?? 'end',
  StackId: stackId,
  StackName: stackName,
  Timestamp: new Date(0),
  ...overrides,
});

/** The stack as it is, and what becomes of it when it is deleted. */
function goes(
  stack: Stack | undefined,
  end: Stack['StackStatus'] = 'DELETE_COMPLETE',
  ...failed: StackEvent[]
) {
  const described = cloudFormation.on(DescribeStacksCommand);
  if (stack === undefined) described.rejects(new Error('Stack with id x does not exist'));
  else described.resolvesOnce({ Stacks: [stack] }).resolves({ Stacks: [{ ...stack, StackStatus: end }] });
  cloudFormation
    .on(DescribeStacksCommand, { StackName: `${stackName}-Delivery` })
    .rejects(new Error('Stack with id y does not exist'));
  const types = ['Lambda::Function', 'SQS::Queue', 'SQS::Queue', 'DynamoDB::Table', 'KMS::Key'];
  cloudFormation.on(DescribeStackResourcesCommand).resolves({
    StackResources: types.map((type) => ({
      LogicalResourceId: type,
      ResourceType: `AWS::${type}`,
      Timestamp: new Date(0),
      ResourceStatus: 'CREATE_COMPLETE',
    })),
  });
  cloudFormation.on(DeleteStackCommand).resolves({});
  const ended = anEvent({ PhysicalResourceId: stackId, ResourceStatus: end as 'DELETE_COMPLETE' });
  cloudFormation
    .on(DescribeStackEventsCommand)
    .resolvesOnce({ StackEvents: [] })
    .resolves({ StackEvents: [ended, ...failed] });
}

const holds = (Attributes: Readonly<Record<string, string>>) =>
  sqs.on(GetQueueAttributesCommand, { QueueUrl: 'https://sqs/orders' }).resolves({ Attributes });

/** Runs it, giving these answers to its questions. */
async function run(args: readonly string[] = [], answers: readonly string[] = [stackName, stackName]) {
  const said: string[] = [];
  const ask = (question: string) => {
    asked.push(question);
    return Promise.resolve(answers[asked.length - 1] ?? '');
  };
  const all = ['--stage', 'dev', '--region', 'eu-west-1', ...args];
  const failure = await runCommand(destroy, all, ask, (line) => said.push(line)).then(
    () => undefined,
    (error: unknown) => error as Error,
  );
  return { said: said.join('\n'), failure: failure?.message };
}

const hooks = () => simulator.hooks.all().map(({ hook }) => hook.destination);
const deletedStacks = () => cloudFormation.commandCalls(DeleteStackCommand).length;
const deletedTables = () =>
  dynamoDb.commandCalls(DeleteTableCommand).map(({ args }) => args[0].input.TableName);
const untouched = () => [hooks().length, deletedStacks(), deletedTables().length];

describe('before it asks', () => {
  it('destroy shows the account, and what is deleted, lost and kept, before it asks', async () => {
    holds({ ApproximateNumberOfMessages: '0', ApproximateNumberOfMessagesNotVisible: '0' });
    sqs
      .on(GetQueueAttributesCommand, { QueueUrl: 'https://sqs/dead' })
      .resolves({ Attributes: { ApproximateNumberOfMessages: '1' } });
    const { said } = await run([], ['no']);
    expect(said.split('\n')).toEqual([
      'In account 123456789012, eu-west-1:',
      `Delete   the stack ${stackName}: 1 KMS::Key, 1 Lambda::Function, 2 SQS::Queue`,
      expect.stringContaining('the KMS key after its waiting period'),
      'Lose     0 references in the Orders queue, 1 dead letter',
      expect.stringMatching(/^Delete {3}in the store: webhook \d+, store\/cart\/converted$/),
      'Keep     the packages in the bucket packages',
      `Keep     the tables, with all their data: ${['Orders', 'OrderParts', 'Ledger', 'Jobs', 'Webhooks'].map((name) => `${stackName}-${name}`).join(', ')}`,
    ]);
  });

  it('destroy reports that the queues could not be counted', async () => {
    sqs.on(GetQueueAttributesCommand).rejects(new Error('denied'));
    const { said } = await run();
    expect(said).toContain(
      'Lose     an unknown number of references in the Orders queue, an unknown number of dead letters',
    );
  });

  it('destroy without --yes refuses to lose references, also those that the worker has received', async () => {
    holds({ ApproximateNumberOfMessages: '0', ApproximateNumberOfMessagesNotVisible: '2' });
    const { said, failure } = await run();
    expect(said).toMatch(
      /^Lose {5}2 references in the Orders queue.*\n +\(for 4 days the polls of a later stack/m,
    );
    expect(failure).toContain('The Orders queue is not empty. Nothing was changed.');
    expect([asked, untouched()]).toEqual([[], [2, 0, 0]]);
  });

  it('destroy with --yes deletes references', async () => {
    holds({ ApproximateNumberOfMessages: '2' });
    expect(await run(['--yes'])).toMatchObject({ failure: undefined });
    expect([asked, deletedStacks()]).toEqual([[], 1]);
  });
});

describe('at the right answer', () => {
  it("destroy deletes the store's webhook of the stack and no other, then the stack, and no table", async () => {
    const { said } = await run();
    expect(asked).toEqual([`To delete the stack, type ${stackName}: `]);
    expect(hooks()).toEqual(['https://example.com/other']);
    expect(deletedStacks()).toBe(1);
    expect(deletedTables()).toEqual([]);
    expect(said).toContain('Its tables are kept: the next npx order-replication deploy');
  });

  it('destroy --delete-data also deletes the tables, and waits until they are deleted', async () => {
    dynamoDb
      .on(DescribeTableCommand, { TableName: `${stackName}-Orders` })
      .resolvesOnce({})
      .resolvesOnce({})
      .resolvesOnce({ Table: { TableStatus: 'DELETING' } })
      .rejects(gone());
    for (const name of ['OrderParts', 'Ledger', 'Jobs', 'Webhooks']) {
      dynamoDb.on(DescribeTableCommand, { TableName: `${stackName}-${name}` }).rejects(gone());
    }
    const { said } = await run(['--delete-data']);
    expect(asked).toHaveLength(2);
    expect(deletedTables()).toEqual([`${stackName}-Orders`]);
    expect(said).toContain(
      `${stackName}-Orders is deleted.\nAWS keeps a last backup of each table for 35 days`,
    );
  });
});

it('destroy --output json has the deleted and the kept tables', async () => {
  const args = ['--stage', 'dev', '--region', 'eu-west-1', '--yes'];
  expect(await runForJson(destroy, args)).toEqual({
    account: '123456789012',
    region: 'eu-west-1',
    stackName,
    isStackDeleted: true,
    deletedStacks: [stackName],
    deletedTables: [],
    keptTables: ['Orders', 'OrderParts', 'Ledger', 'Jobs', 'Webhooks'].map((name) => `${stackName}-${name}`),
  });
});

describe('nothing is changed', () => {
  it.each([
    ['another answer', [], ['yes']],
    ['another answer to the second question', ['--delete-data'], [stackName, 'no']],
  ])('destroy changes nothing at %s', async (_, args, answers) => {
    expect((await run(args, answers)).failure).toContain('Nothing was changed');
    expect(untouched()).toEqual([2, 0, 0]);
  });

  it('destroy changes nothing without a terminal', async () => {
    const { isTTY } = process.stdin;
    try {
      Object.assign(process.stdin, { isTTY: false });
      await expect(askOnTerminal('?')).rejects.toThrow('Run it in a terminal, or add --yes');
    } finally {
      Object.assign(process.stdin, { isTTY });
    }
  });

  it.each([
    ['is being changed', { StackStatus: 'UPDATE_IN_PROGRESS' }, 'being changed (UPDATE_IN_PROGRESS)'],
    ['was made from another template', { Parameters: [] }, 'was not made from this template'],
    ['is protected', { EnableTerminationProtection: true }, '--no-enable-termination-protection'],
  ] as const)('destroy changes nothing if the stack %s', async (_, overrides, sentence) => {
    goes(aStack(overrides as Partial<Stack>));
    expect((await run(['--yes', '--delete-data'])).failure).toContain(sentence);
    expect(untouched()).toEqual([2, 0, 0]);
  });

  it('destroy changes nothing if no stack is named', async () => {
    await expect(runCommand(destroy, ['--yes'])).rejects.toThrow(
      'error: missing option: --stage or --stack-name must name the service',
    );
  });
});

it('destroy deletes a stack that has only a change set', async () => {
  goes(aStack({ StackStatus: 'REVIEW_IN_PROGRESS', Parameters: [], Outputs: [] }));
  expect((await run()).failure).toBeUndefined();
  expect(deletedStacks()).toBe(1);
});

it('destroy ends when the stack is deleted, even if no event reports it', async () => {
  cloudFormation.on(DescribeStackEventsCommand).resolves({ StackEvents: [] });
  const { said, failure } = await run();
  expect([said, failure]).toEqual([expect.stringContaining(`${stackName} is deleted.`), undefined]);
});

describe('a store that', () => {
  it('destroy of a stack whose store cannot be read explains the manual removal, and deletes the stack', async () => {
    simulator.credentials.accessToken = 'another';
    const { said } = await run();
    expect(said).toMatch(
      /^Unknown {2}the store's webhooks to this stack.*401.*delete the API account in the store/m,
    );
    expect([hooks().length, deletedStacks()]).toEqual([2, 1]);
  });

  it('destroy keeps the stack if the store does not delete its webhook', async () => {
    simulator.faults.add({ endpoint, kind: 'status', status: 403, times: 100 });
    const { failure } = await run();
    expect(failure).toMatch(
      /was not deleted: .*403.*\nThe stack was not deleted\. To delete it anyway, add --yes\./s,
    );
    expect(deletedStacks()).toBe(0);
  });

  it('destroy --yes deletes the stack even if the store does not delete its webhook', async () => {
    simulator.faults.add({ endpoint, kind: 'status', status: 403, times: 100 });
    const { said, failure } = await run(['--yes']);
    expect([said, failure]).toEqual([expect.stringContaining('was not deleted'), undefined]);
    expect(deletedStacks()).toBe(1);
  });
});

it('destroy names a resource that could not be deleted and what to do, and keeps the tables', async () => {
  const failed = anEvent({
    LogicalResourceId: 'OrdersQueue',
    ResourceType: 'AWS::SQS::Queue',
    ResourceStatus: 'DELETE_FAILED',
    ResourceStatusReason: 'not authorized',
  });
  goes(aStack(), 'DELETE_FAILED', failed);
  const { failure } = await run(['--delete-data']);
  expect(failure).toContain(
    `${stackName} could not be deleted (DELETE_FAILED).\n  OrdersQueue (AWS::SQS::Queue): not authorized\n`,
  );
  expect(failure).toContain('select it as a resource to retain');
  expect(deletedTables()).toEqual([]);
});

describe('where the stack is gone already', () => {
  beforeEach(() => goes(undefined));

  it('destroy of a deleted stack names the tables that are left, and asks nothing', async () => {
    const { said } = await run();
    expect(said).toMatch(
      /^In account 123456789012, eu-west-1:\nThe stack .* is already deleted\.\nKeep {5}the tables, .*-Orders/,
    );
    expect([asked, deletedTables()]).toEqual([[], []]);
  });

  it('destroy --delete-data of a deleted stack asks once for the tables', async () => {
    dynamoDb
      .on(DescribeTableCommand, { TableName: `${stackName}-Orders` })
      .resolvesOnce({})
      .resolvesOnce({})
      .rejects(gone());
    for (const name of ['OrderParts', 'Ledger', 'Jobs', 'Webhooks']) {
      dynamoDb.on(DescribeTableCommand, { TableName: `${stackName}-${name}` }).rejects(gone());
    }
    await run(['--delete-data']);
    expect(asked).toEqual([`To delete the data in its tables, permanently, type ${stackName}: `]);
    expect(deletedTables()).toEqual([`${stackName}-Orders`]);
  });

  it('destroy of a deleted stack without tables reports that there is nothing', async () => {
    dynamoDb.on(DescribeTableCommand).rejects(gone());
    expect((await run()).failure).toBe(
      `There is no stack ${stackName} in eu-west-1, and no table of it. Check --stage, --stack-name and --region.`,
    );
  });
});

describe('with a stack that delivers the orders', () => {
  const deliveryName = `${stackName}-Delivery`;
  const deliveryId = `arn:aws:cloudformation:eu-west-1:123456789012:stack/${deliveryName}/1`;
  const aDelivery = (overrides: Partial<Stack> = {}): Stack => ({
    StackName: deliveryName,
    StackId: deliveryId,
    CreationTime: new Date(0),
    StackStatus: 'UPDATE_COMPLETE',
    Parameters: named({ LambdaDeploymentPackagesPrefix: 'v-1/', ReplicationStackName: stackName }),
    Outputs: Object.entries({
      DeliveriesQueueUrl: 'https://sqs/deliveries',
      DeliveriesDeadLetterQueueUrl: 'https://sqs/dead-deliveries',
    }).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })),
    ...overrides,
  });
  const deletedIds = () =>
    cloudFormation.commandCalls(DeleteStackCommand).map(({ args }) => args[0].input.StackName);

  const delivers = (stack = aDelivery()) => {
    cloudFormation.on(DescribeStacksCommand, { StackName: deliveryName }).resolves({ Stacks: [stack] });
    cloudFormation
      .on(DescribeStacksCommand, { StackName: deliveryId })
      .resolves({ Stacks: [{ ...stack, StackStatus: 'DELETE_COMPLETE' }] });
    dynamoDb.on(DescribeTableCommand, { TableName: `${stackName}-Deliveries` }).resolves({});
  };

  it('destroy deletes the stack of the delivery before that of the replication, and says so before it asks', async () => {
    delivers();
    sqs
      .on(GetQueueAttributesCommand, { QueueUrl: 'https://sqs/deliveries' })
      .resolves({ Attributes: { ApproximateNumberOfMessages: '7' } });
    const { said, failure } = await run();
    expect(failure).toBeUndefined();
    const lines = said.split('\n');
    const first = lines.findIndex((line) =>
      line.startsWith(`Delete   the stack ${deliveryName}, before the other: `),
    );
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(
      lines.findIndex((line) => line.startsWith(`Delete   the stack ${stackName}: `)),
    );
    expect(said).toContain('7 references in the Deliveries queue');
    expect(said).toContain('the rows of the Deliveries table say which orders are due');
    expect(asked).toEqual([`To delete the stacks, type ${stackName}: `]);
    expect(deletedIds()).toEqual([deliveryId, stackId]);
    expect(deletedTables()).toEqual([]);
  });

  it('destroy changes nothing if the stack of the delivery is being changed', async () => {
    delivers(aDelivery({ StackStatus: 'UPDATE_IN_PROGRESS' }));
    expect((await run()).failure).toContain(`${deliveryName} is being changed`);
    expect([asked, deletedIds(), hooks().length]).toEqual([[], [], 2]);
  });

  it('destroy --only delivery keeps the replication, its tables and its webhook', async () => {
    delivers();
    const { said } = await run(['--only', 'delivery'], [deliveryName]);
    expect(asked).toEqual([`To delete the stack, type ${deliveryName}: `]);
    expect(deletedIds()).toEqual([deliveryId]);
    expect(said).not.toContain(`${stackName}-Orders`);
    expect(said).toContain('npx order-replication deploy --with delivery');
    expect(said).toContain(
      `destroy --stack-name ${stackName} --region eu-west-1 --only delivery --delete-data`,
    );
    expect(hooks()).toHaveLength(2);
  });
});
