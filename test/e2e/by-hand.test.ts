// The life of the service by the commands of an operator: deployed, paused, resumed, destroyed, deployed again over
// the tables that stayed, and destroyed with them.
import {
  DescribeStackResourcesCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { ListSubscriptionsByTopicCommand, ListTopicsCommand, UnsubscribeCommand } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, PurgeQueueCommand } from '@aws-sdk/client-sqs';
import { GetCommand } from '@aws-sdk/lib-dynamodb';

import { afterDeploy } from '../../scripts/commands/deploy/after-deploy';
import { deploy } from '../../scripts/commands/deploy/deploy';
import type { DeployResult } from '../../scripts/commands/deploy/deploy';
import { deployOptions, deployRequest } from '../../scripts/commands/deploy/options';
import { readTemplate } from '../../scripts/stack/template';
import { destroy } from '../../scripts/commands/destroy/command';
import { receiveAlerts } from '../../scripts/local/alerts';
import type { AlertEmail } from '../../scripts/local/alerts';
import { localClients } from '../../scripts/service/clients';
import type { Clients } from '../../scripts/service/clients';
import type { MiniStack } from '../../scripts/local/ministack';
import { startSimulator } from '../../simulator/index';
import type { Simulator } from '../../simulator/index';
import { pause, resume } from '../../scripts/commands/pause/command';
import { poll } from '../../scripts/commands/poll/command';
import type { Command } from '../../scripts/terminal/command';
import { parseOptions, runCommand } from '../support/run-command';
import { until } from '../support/until';
import { builtPackages } from '../support/built-packages';
import { sharedMiniStack } from '../support/shared-ministack';

const stackName = 'OrderReplication-dev';
const address = 'operator@example.com';

let mini: MiniStack;
let simulator: Simulator;
let clients: Clients;
let packagesDir: string;
let deployed: DeployResult;

beforeAll(async () => {
  [packagesDir, mini, simulator] = await Promise.all([builtPackages(), sharedMiniStack(), startSimulator()]);
  clients = localClients(mini.endpoint);
  await clients.s3.send(new CreateBucketCommand({ Bucket: 'packages' }));
}, 60_000);

afterAll(async () => {
  await mini.stop();
  await simulator.stop();
  clients.destroy();
});

jest.setTimeout(60_000);

/** What the command deploy does, without the build. Returns what it said. */
async function deployByHand(...more: string[]): Promise<string> {
  const said: string[] = [];
  const print = (line: string) => said.push(line);
  const { storeHash, clientId, accessToken, clientSecret } = simulator.credentials;
  const webhook = `${mini.endpoint}/_aws/execute-api/local/dev/cart-converted`;
  const environment = {
    BIGCOMMERCE_STORE_HASH: storeHash,
    BIGCOMMERCE_CLIENT_ID: clientId,
    BIGCOMMERCE_TOKEN: accessToken,
    BIGCOMMERCE_CLIENT_SECRET: clientSecret,
  };
  const args = [
    '--stage',
    'dev',
    '--bucket',
    'packages',
    '--email',
    address,
    '--tag',
    'ms-custom-id=local',
    '--parameter',
    'CreateSavedQueries=false',
    '--parameter',
    `WebhookDestination=${webhook}`,
    '--parameter',
    `BigCommerceApiUrl=${simulator.url}`,
    ...more,
  ];
  const names = Object.keys((await readTemplate()).Parameters);
  const { afterwards, ...options } = deployRequest(
    await parseOptions(deployOptions, args, environment),
    names,
    environment,
  );
  deployed = await deploy({ ...options, outDir: packagesDir, print }, clients);
  await afterDeploy(deployed, afterwards, clients, print);
  return said.join('\n');
}

const run = (command: Command, ...args: string[]): Promise<string> =>
  runCommand(command, [...args, '--aws-port', String(mini.port)]);

/** destroy at a terminal, where each question is answered with `answer`. */
const destroyAnswering = (answer: string): Promise<string> =>
  runCommand(destroy, ['--stage', 'dev', '--aws-port', String(mini.port)], () => Promise.resolve(answer));

const row = async (table: string, Key: Record<string, number>) =>
  (
    await clients.documents.send(
      new GetCommand({ TableName: `${stackName}-${table}`, Key, ConsistentRead: true }),
    )
  ).Item;
const state = async (id: number): Promise<unknown> => (await row('Ledger', { order_id: id }))?.['state'];
const replicated = (id: number) => until(async () => (await state(id)) === 'replicated');

/** How many references the Orders queue holds, those in the worker's hands included. */
async function held(): Promise<number> {
  const { Attributes = {} } = await clients.sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: deployed.outputs['OrdersQueueUrl'],
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
}

/** The states of the schedule and of the queue's mapping. */
async function switches(): Promise<unknown[]> {
  const { StackResources = [] } = await clients.cloudFormation.send(
    new DescribeStackResourcesCommand({ StackName: stackName }),
  );
  const rule = StackResources.find(({ LogicalResourceId }) => LogicalResourceId === 'PollForNewOrdersRule');
  const answer = await fetch(mini.endpoint, {
    method: 'POST',
    headers: { 'X-Amz-Target': 'AWSEvents.DescribeRule', 'Content-Type': 'application/x-amz-json-1.1' },
    body: JSON.stringify({ Name: rule?.PhysicalResourceId }),
  });
  const { EventSourceMappings = [] } = await clients.lambda.send(new ListEventSourceMappingsCommand({}));
  const { State } = (await answer.json()) as { State: unknown };
  return [State, ...EventSourceMappings.map((mapping) => mapping.State)];
}

const tables = async () => (await clients.dynamoDb.send(new ListTablesCommand({}))).TableNames?.sort();
const ourTables = ['Jobs', 'Ledger', 'OrderParts', 'Orders', 'Webhooks'].map(
  (name) => `${stackName}-${name}`,
);
const hooks = () => simulator.hooks.all().map(({ hook }) => hook);

describe('a first deploy', () => {
  it('a first deploy polls immediately, which replicates what waits in the store and registers the webhook', async () => {
    const { id } = simulator.orders.add();
    const unpaid = simulator.orders.add({ status_id: 7, date_created: Date.now() - 3_600_000 }).id;
    const said = await deployByHand();
    expect(said).toMatch(/GetNewOrders polls the store …\nStarted .*\n.*\nFound +2\nQueued +2/);
    expect(said).not.toContain('Alerts do not arrive');
    expect(hooks()).toMatchObject([
      { scope: 'store/cart/converted', destination: deployed.outputs['WebhookUrl'] },
    ]);
    await replicated(id);
    await until(async () => (await state(unpaid)) === 'copied');
  });
});

describe('a deploy', () => {
  it('a deploy polls after a change, and does not poll when there was nothing to change', async () => {
    expect(await deployByHand('--parameter', 'PollingInterval=60')).toContain('polls the store');
    expect(await deployByHand()).not.toContain('polls the store');
  });

  it('a deploy names an address that has not confirmed its alerts', async () => {
    const { Topics = [] } = await clients.sns.send(new ListTopicsCommand({}));
    const { TopicArn } = Topics.find((topic) => topic.TopicArn?.endsWith('-DeadLettersAlarm')) ?? {};
    const { Subscriptions = [] } = await clients.sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
    await clients.sns.send(new UnsubscribeCommand({ SubscriptionArn: Subscriptions[0]?.SubscriptionArn }));
    const said = await deployByHand();
    expect(said).toContain(
      `Alerts do not arrive yet: ${address} has not confirmed ${stackName}-DeadLettersAlarm.`,
    );
    expect(said).toContain(`aws sns subscribe --region us-east-1 --topic-arn ${TopicArn} `);
  });

  it('a deploy with --test-alert sends a test alert by both topics', async () => {
    const alerts: AlertEmail[] = [];
    const stop = await receiveAlerts(clients, mini.endpoint, stackName, (alert) => alerts.push(alert));
    try {
      const subscribed = async () => {
        const said = await deployByHand('--test-alert');
        expect(said).toContain(`It cannot arrive by ${stackName}-DeadLettersAlarm`);
        return new Set(alerts.map(({ topic }) => topic)).size === 2;
      };
      // The endpoint is confirmed as an address is, a moment after it was subscribed.
      await until(subscribed);
      expect(alerts[0]).toMatchObject({ subject: `${stackName}: test alert` });
      expect(alerts[0]?.message).toContain('No order is affected.');
    } finally {
      await stop();
    }
  });
});

describe('pause and resume', () => {
  let waits: readonly number[];

  it('pause stops the schedule and the worker, while webhooks are still answered 200 and wait', async () => {
    expect(await switches()).toEqual(['ENABLED', 'Enabled']);
    expect(await run(pause)).toContain(`${stackName} is paused.`);
    expect(await switches()).toEqual(['DISABLED', 'Disabled']);
    waits = [simulator.orders.add().id, simulator.orders.add().id];
    await simulator.deliveries.idle();
    const attempts = simulator.deliveries
      .all()
      .slice(-2)
      .map((delivery) => delivery.attempts);
    expect(attempts).toMatchObject([[{ status: 200 }], [{ status: 200 }]]);
    expect([...(await Promise.all(waits.map(state))), await held()]).toEqual(['queued', 'queued', 2]);
  });

  it('pause of a paused stack reports that there is nothing to change', async () => {
    expect(await run(pause)).toContain(`Nothing to change: ${stackName} is paused.`);
  });

  it('a paused stack stays paused over a deploy', async () => {
    const said = await deployByHand('--parameter', 'PollingInterval=30');
    expect(said).toContain(`${stackName} is paused`);
    expect(await switches()).toEqual(['DISABLED', 'Disabled']);
  });

  it('destroy refuses a paused stack whose queue is not empty', async () => {
    await expect(destroyAnswering(stackName)).rejects.toThrow('The Orders queue is not empty');
    expect(hooks()).toHaveLength(1);
  });

  it('resume continues with the orders that have waited', async () => {
    expect(await run(resume)).toContain(`${stackName} has resumed`);
    expect(await switches()).toEqual(['ENABLED', 'Enabled']);
    await Promise.all(waits.map(replicated));
    expect(await run(resume)).toContain(`Nothing to change: ${stackName} is not paused.`);
  });
});

describe('a destroy', () => {
  let id: number;

  it('destroy changes nothing at another answer than the name of the stack', async () => {
    await expect(destroyAnswering('yes')).rejects.toThrow('Nothing was changed');
    expect(hooks()).toHaveLength(1);
  });

  it('destroy refuses a stack that is protected', async () => {
    const protect = (EnableTerminationProtection: boolean) =>
      clients.cloudFormation.send(
        new UpdateTerminationProtectionCommand({ StackName: stackName, EnableTerminationProtection }),
      );
    await protect(true);
    await expect(destroyAnswering(stackName)).rejects.toThrow('--no-enable-termination-protection');
    await protect(false);
  });

  it('destroy keeps the tables, and leaves no webhook in the store', async () => {
    ({ id } = simulator.orders.add());
    await replicated(id);
    // Polls doubled what webhooks had reported; a reference that met another of its order waits for a minute.
    await clients.sqs.send(new PurgeQueueCommand({ QueueUrl: deployed.outputs['OrdersQueueUrl'] }));
    await until(async () => (await held()) === 0);
    const said = await destroyAnswering(stackName);
    expect(said).toMatch(/^In account 000000000000, us-east-1:\nDelete {3}the stack .*4 Lambda::Function/);
    expect(said).toContain('Lose     0 references in the Orders queue, 0 dead letters');
    expect(said).toContain(`Keep     the tables, with all their data: ${stackName}-Orders`);
    expect(said).toContain(`${stackName} is deleted.`);
    expect(hooks()).toEqual([]);
    expect(await tables()).toEqual(ourTables);
    await expect(run(poll)).rejects.toThrow('There is no stack');
  });

  it('the next deploy after a destroy imports the tables and continues from their rows', async () => {
    const before = await row('Orders', { id });
    const said = await deployByHand();
    expect(said).toMatch(/Import +OrdersTable/);
    // It follows what was changed in the last hour, our own advances included.
    expect(said).toMatch(/Excluded +.*1 already copied/);
    expect(await row('Orders', { id })).toEqual(before);
    const next = simulator.orders.add().id;
    await replicated(next);
    expect(hooks()).toHaveLength(1);
  });

  it('destroy asks nothing with --yes, and deletes the tables with --delete-data, also when only they are left', async () => {
    await run(destroy, '--stage', 'dev', '--yes');
    expect(await run(destroy, '--stage', 'dev')).toContain('is already deleted');
    expect(await tables()).toEqual(ourTables);
    expect(await run(destroy, '--stage', 'dev', '--yes', '--delete-data')).toContain(
      `${stackName}-Orders is deleted.`,
    );
    expect(await tables()).toEqual([]);
    await expect(run(destroy, '--stage', 'dev', '--yes')).rejects.toThrow('There is no stack');
  });
});
