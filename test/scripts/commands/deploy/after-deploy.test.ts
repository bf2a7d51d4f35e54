// What deploy does and says once the stack is there: the first poll, the alert address, the test alert.
import { createServer } from 'node:http';

import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { ListSubscriptionsByTopicCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';

import { afterDeploy } from '../../../../scripts/commands/deploy/after-deploy';
import type { Deployed } from '../../../../scripts/commands/deploy/after-deploy';
import type { Afterwards } from '../../../../scripts/commands/deploy/options';
import { localClients } from '../../../../scripts/service/clients';
import type { Clients } from '../../../../scripts/service/clients';
import { CommandError } from '../../../../scripts/terminal/command-error';
import { listen } from '../../../../simulator/listen';
import type { Listening } from '../../../../simulator/listen';

const cloudFormation = mockClient(CloudFormationClient);
const sns = mockClient(SNSClient);

const address = 'ops@example.com';
const arn = (name: string) => `arn:aws:sns:eu-west-1:123456789012:OrderReplication-dev-${name}`;
const errors = arn('ApplicationErrors');
const deadLetters = arn('DeadLettersAlarm');

const job = {
  timestamp: 0,
  outcome: 'poll.finished',
  duration_ms: 1,
  found: 3,
  enqueued: 2,
  counted: {},
  excluded: {},
};
/** Answers every poll in Lambda's place. */
let answer: { readonly status?: number; readonly headers?: Record<string, string>; readonly body: unknown };
let polls: number;
let server: Listening;
let clients: Clients;

beforeAll(async () => {
  server = await listen(
    createServer((request, response) => {
      polls += 1;
      request.resume();
      response.writeHead(answer.status ?? 200, answer.headers).end(JSON.stringify(answer.body));
    }),
  );
  clients = localClients(server.url);
});
afterAll(async () => {
  clients.destroy();
  await server.stop();
});

/** What the topics say of an address: by default that it has confirmed. */
const subscriptions = (TopicArn: string, SubscriptionArn: string | undefined, Endpoint = address) =>
  sns.on(ListSubscriptionsByTopicCommand, { TopicArn }).resolves({
    Subscriptions: SubscriptionArn === undefined ? [] : [{ Protocol: 'email', Endpoint, SubscriptionArn }],
  });

const refusal = (name: string) =>
  Object.assign(new Error('not authorized to do this'), { name, $fault: 'client' });

beforeEach(() => {
  [cloudFormation, sns].forEach((mock) => mock.reset());
  polls = 0;
  cloudFormation.on(DescribeStackResourcesCommand).resolves({
    StackResources: Object.entries({ ExceptionsTopic: errors, DeadLettersAlarmTopic: deadLetters }).map(
      ([LogicalResourceId, PhysicalResourceId]) => ({
        LogicalResourceId,
        PhysicalResourceId,
        ResourceType: 'AWS::SNS::Topic',
        Timestamp: new Date(0),
        ResourceStatus: 'CREATE_COMPLETE',
      }),
    ),
  });
  subscriptions(errors, `${errors}:1`);
  subscriptions(deadLetters, `${deadLetters}:1`);
  sns.on(PublishCommand).resolves({});
  answer = { body: job };
});

async function run(deployed: Partial<Deployed> = {}, afterwards: Partial<Afterwards> = {}): Promise<string> {
  const said: string[] = [];
  await afterDeploy(
    {
      stackName: 'OrderReplication-dev',
      changed: true,
      outputs: { GetNewOrdersFunctionName: 'OrderReplication-dev-GetNewOrders' },
      parameters: { ExceptionsEmailAddress: address, PollingInterval: '120', Paused: 'false' },
      ...deployed,
    },
    { poll: true, testAlert: false, ...afterwards },
    clients,
    (line) => said.push(line),
  );
  return said.join('\n');
}

describe('the poll', () => {
  it('a poll runs after a deploy, and is reported', async () => {
    expect(await run()).toMatch(/polls the store …\n.*\n.*\nFound +3\nQueued +2/);
    expect(polls).toBe(1);
  });

  it.each([
    ['a deploy without a change', { changed: false }, {}],
    ['--no-poll', {}, { poll: false }],
    ['a stack that is paused', { parameters: { ExceptionsEmailAddress: address, Paused: 'true' } }, {}],
  ])('no poll runs after %s', async (_, deployed, afterwards) => {
    await run(deployed, afterwards);
    expect(polls).toBe(0);
  });

  it('a failed poll after a deploy is reported, with the time of the next one', async () => {
    const headers = { 'x-amz-function-error': 'Unhandled' };
    answer = { headers, body: { errorMessage: 'GET /v2/orders/count answered 401.' } };
    const said = await run();
    expect(said).toContain('The poll failed: GET /v2/orders/count answered 401.');
    expect(said).toContain('Everything else is done. The next poll starts automatically within 120 minutes');
  });

  it('a refused poll after a deploy is reported', async () => {
    const headers = { 'x-amzn-errortype': 'AccessDeniedException' };
    answer = { status: 403, headers, body: { Message: 'not authorized' } };
    expect(await run()).toMatch(/AWS refused \(AccessDeniedException\).*\n.*Everything else is done/);
  });
});

it('a deploy of a paused stack reports the pause and how to resume it', async () => {
  const said = await run({ changed: false, parameters: { ExceptionsEmailAddress: address, Paused: 'true' } });
  expect(said).toContain('is paused: no poll and no worker runs until npx order-replication resume');
});

describe('the alert address', () => {
  const about = () => run({ changed: false });

  it('an alert address that has confirmed both topics is not reported', async () => {
    expect(await about()).toBe('');
  });

  it.each([
    ['not confirmed yet', 'PendingConfirmation', address],
    ['not confirmed within 48 hours, so that SNS forgot it', undefined, address],
    ['unsubscribed', 'Deleted', address],
    ['changed: another has confirmed', `${errors}:1`, 'before@example.com'],
  ])(
    'an alert address that is %s is reported, with the call that sends the email again',
    async (_, state, endpoint) => {
      subscriptions(errors, state, endpoint);
      expect((await about()).split('\n')).toEqual([
        'Alerts do not arrive yet: ops@example.com has not confirmed OrderReplication-dev-ApplicationErrors.',
        expect.stringContaining('Follow the link'),
        `  aws sns subscribe --region eu-west-1 --topic-arn ${errors} --protocol email --notification-endpoint 'ops@example.com'`,
      ]);
    },
  );

  it('the alert address is searched on every page of subscriptions', async () => {
    const Subscriptions = [{ Protocol: 'email', Endpoint: address, SubscriptionArn: `${errors}:1` }];
    sns
      .on(ListSubscriptionsByTopicCommand, { TopicArn: errors })
      .resolves({ Subscriptions: [], NextToken: 'next' })
      .on(ListSubscriptionsByTopicCommand, { TopicArn: errors, NextToken: 'next' })
      .resolves({ Subscriptions });
    expect(await about()).toBe('');
  });

  it('an alert address that cannot be read costs one sentence, and no failure', async () => {
    sns.on(ListSubscriptionsByTopicCommand).rejects(refusal('AuthorizationErrorException'));
    const said = await about();
    expect(said).toMatch(/^The confirmations of ops@example\.com could not be checked\. AWS refused/);
    expect(said.split('\n')).toHaveLength(1);
  });

  it('an alert address is safe to print and to copy', async () => {
    subscriptions(errors, undefined);
    const odd = 'a\u001b[31m$(x)@example.com';
    const said = await run({ changed: false, parameters: { ExceptionsEmailAddress: odd } });
    expect(said).toContain(`--notification-endpoint 'a\\u{1b}[31m$(x)@example.com'`);
    expect(said).not.toContain('\u001b');
  });
});

describe('a test alert', () => {
  const sent = () => sns.commandCalls(PublishCommand).map(({ args }) => args[0].input);
  const test = (afterwards = { testAlert: true }) => run({ changed: false }, afterwards);

  it('a test alert is sent to both topics, and describes itself and real alerts', async () => {
    const said = await test();
    expect(sent()).toMatchObject([
      { TopicArn: errors, Subject: 'OrderReplication-dev: test alert' },
      { TopicArn: deadLetters, Subject: 'OrderReplication-dev: test alert' },
    ]);
    expect(sent()[0]?.Message).toMatch(/This is a test alert.* No order is affected\.\n\nA real alert/s);
    expect(said).toMatch(
      /^Sent a test alert, ".*", to ops@example\.com: one by .*ApplicationErrors, one by .*DeadLettersAlarm\.$/,
    );
  });

  it('no test alert is sent unless it is requested', async () => {
    await test({ testAlert: false });
    expect(sent()).toEqual([]);
  });

  it('a test alert reports the topic that the address has not confirmed', async () => {
    subscriptions(deadLetters, 'PendingConfirmation');
    expect(await test()).toContain('It cannot arrive by OrderReplication-dev-DeadLettersAlarm, which');
  });

  it.each([
    ['the alert', () => sns.on(PublishCommand).rejects(refusal('AuthorizationErrorException'))],
    [
      'to name the topics',
      () => cloudFormation.on(DescribeStackResourcesCommand).rejects(refusal('AccessDenied')),
    ],
  ])('a test alert fails in plain words if AWS refuses %s', async (_, refuse) => {
    refuse();
    const failure = await test().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CommandError);
    expect(String(failure)).toMatch(/The test alert was not sent to both topics\. AWS refused \(A\w+\)/);
  });
});
