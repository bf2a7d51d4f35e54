// pause and resume: what is asked of CloudFormation, and what is said where that cannot be.
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation';
import type { Stack } from '@aws-sdk/client-cloudformation';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';

import { pause, resume } from '../../../../scripts/commands/pause/command';
import { runCommand, runForJson } from '../../../support/run-command';

const aws = mockClient(CloudFormationClient);
const lambda = mockClient(LambdaClient);
const stackId = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/OrderReplication-dev/1';

beforeEach(() => {
  aws.reset();
  lambda.reset();
  lambda.on(InvokeCommand).resolves({});
});

const aStack = (parameters: Readonly<Record<string, string>>, overrides: Partial<Stack> = {}): Stack => ({
  StackName: 'OrderReplication-dev',
  StackId: stackId,
  CreationTime: new Date(0),
  StackStatus: 'UPDATE_COMPLETE',
  Parameters: Object.entries({
    BigCommerceToken: '****',
    LambdaDeploymentPackagesPrefix: 'v-1/',
    PollingInterval: '60',
    ...parameters,
  }).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
  Outputs: [{ OutputKey: 'GetNewOrdersFunctionName', OutputValue: 'OrderReplication-dev-GetNewOrders' }],
  ...overrides,
});

function goes(
  before: Stack,
  ResourceStatus: 'UPDATE_COMPLETE' | 'UPDATE_ROLLBACK_COMPLETE' = 'UPDATE_COMPLETE',
) {
  aws
    .on(DescribeStacksCommand)
    .resolvesOnce({ Stacks: [before] })
    .resolves({ Stacks: [{ ...before, StackStatus: ResourceStatus }] });
  aws.on(CreateChangeSetCommand).resolves({ Id: 'change-set', StackId: stackId });
  aws.on(DescribeChangeSetCommand).resolves({
    Status: 'CREATE_COMPLETE',
    Changes: [{ ResourceChange: { Action: 'Modify', LogicalResourceId: 'PollForNewOrdersRule' } }],
  });
  aws.on(ExecuteChangeSetCommand).resolves({});
  const event = { EventId: '1', StackId: stackId, StackName: '', Timestamp: new Date(0) };
  aws
    .on(DescribeStackEventsCommand)
    .resolvesOnce({ StackEvents: [] })
    .resolves({ StackEvents: [{ ...event, PhysicalResourceId: stackId, ResourceStatus }] });
}

const commands = { pause, resume };
const service = ['--stage', 'dev', '--region', 'eu-west-1'];
const run = (name: keyof typeof commands) => runCommand(commands[name], service);

const asked = () => aws.commandCalls(CreateChangeSetCommand).map(({ args }) => args[0].input);

it.each([
  ['pause', 'false', 'true'],
  ['resume', 'true', 'false'],
] as const)(
  '%s changes Paused from %s to %s, and neither template nor any other parameter',
  async (name, before, after) => {
    goes(aStack({ Paused: before }));
    await run(name);
    expect(asked()).toMatchObject([
      { StackName: 'OrderReplication-dev', ChangeSetType: 'UPDATE', UsePreviousTemplate: true },
    ]);
    expect(asked()[0]?.Parameters).toEqual([
      { ParameterKey: 'BigCommerceToken', UsePreviousValue: true },
      { ParameterKey: 'LambdaDeploymentPackagesPrefix', UsePreviousValue: true },
      { ParameterKey: 'PollingInterval', UsePreviousValue: true },
      { ParameterKey: 'Paused', ParameterValue: after },
    ]);
    expect(aws.commandCalls(ExecuteChangeSetCommand)).toHaveLength(1);
  },
);

it('pause shows the changes, and reports what continues and until when it may last', async () => {
  goes(aStack({ Paused: 'false' }));
  jest.spyOn(Date, 'now').mockReturnValue(Date.parse('2026-11-21T20:00:00Z'));
  const said = await run('pause');
  expect(said).toMatch(/^ {2}Modify +PollForNewOrdersRule/);
  expect(said).toContain('Webhooks are still answered with 200');
  expect(said).toContain(
    'Resume before 2026-11-25T20:00Z: npx order-replication resume --stage dev --region eu-west-1',
  );
});

it('resume polls immediately', async () => {
  goes(aStack({ Paused: 'true' }));
  expect(await run('resume')).toMatch(/has resumed\. .*\n.*-GetNewOrders polls the store/);
  expect(lambda.commandCalls(InvokeCommand)).toHaveLength(1);
});

it('pause does not poll', async () => {
  goes(aStack({ Paused: 'false' }));
  await run('pause');
  expect(lambda.commandCalls(InvokeCommand)).toHaveLength(0);
});

it('resume succeeds even if its poll fails, and reports when the next one starts', async () => {
  lambda.on(InvokeCommand).resolves({ FunctionError: 'Unhandled' });
  goes(aStack({ Paused: 'true' }));
  expect(await run('resume')).toMatch(
    /The poll failed: .*[^]*The next poll starts automatically within 60 minutes/,
  );
});

it.each([
  ['pause', 'true', 'is paused'],
  ['resume', 'false', 'is not paused'],
] as const)(
  '%s of a stack with Paused=%s changes nothing and reports that',
  async (name, before, sentence) => {
    goes(aStack({ Paused: before }));
    expect(await run(name)).toBe(`Nothing to change: OrderReplication-dev ${sentence}.`);
    expect(asked()).toEqual([]);
  },
);

it.each([
  [
    'a stack that is being changed',
    aStack({ Paused: 'false' }, { StackStatus: 'UPDATE_IN_PROGRESS' }),
    'is being changed',
  ],
  [
    'a stack that needs help',
    aStack({ Paused: 'false' }, { StackStatus: 'UPDATE_ROLLBACK_FAILED' }),
    'continue the rollback',
  ],
  [
    'a leftover',
    aStack({ Paused: 'false' }, { StackStatus: 'ROLLBACK_COMPLETE' }),
    'is not deployed completely (ROLLBACK_COMPLETE)',
  ],
  ['a stack from before there was Paused', aStack({}), 'npx order-replication deploy --stage dev'],
])('pause is refused for %s', async (_, stack, sentence) => {
  goes(stack);
  await expect(run('pause')).rejects.toThrow(sentence);
  expect(asked()).toEqual([]);
});

it('a pause that is rolled back is a failure with its reason', async () => {
  goes(aStack({ Paused: 'false' }), 'UPDATE_ROLLBACK_COMPLETE');
  await expect(run('pause')).rejects.toThrow(/UPDATE_ROLLBACK_COMPLETE.*The stack is unchanged/s);
});

it('pause --output json has the change with ISO times, and stdout has nothing else', async () => {
  goes(aStack({ Paused: 'false' }));
  jest.spyOn(Date, 'now').mockReturnValue(Date.parse('2026-11-21T20:00:00Z'));
  expect(await runForJson(pause, service)).toEqual({
    stackName: 'OrderReplication-dev',
    isPaused: true,
    isChanged: true,
    resumeBefore: '2026-11-25T20:00:00.000Z',
  });
});

describe('of the delivery', () => {
  const stackName = 'OrderReplication-dev-Delivery';
  const aDelivery = (Paused: string) =>
    aStack({ Paused, ReplicationStackName: 'OrderReplication-dev' }, { StackName: stackName });
  const only = [...service, '--only', 'delivery'];

  it('pause --only delivery changes the stack of the delivery alone, and says that orders are still noted', async () => {
    goes(aDelivery('false'));
    const said = await runCommand(pause, only);
    expect(asked().map(({ StackName }) => StackName)).toEqual([stackName]);
    expect(asked()[0]?.Parameters).toContainEqual({ ParameterKey: 'Paused', ParameterValue: 'true' });
    expect(said).toContain(`${stackName} is paused.`);
    expect(said).toContain(
      'Replicated orders are noted, and are delivered after: npx order-replication resume --only delivery --stage dev',
    );
  });

  it('resume --only delivery does not poll', async () => {
    goes(aDelivery('true'));
    expect(await runForJson(resume, only)).toEqual({ stackName, isPaused: false, isChanged: true });
    expect(asked()[0]?.Parameters).toContainEqual({ ParameterKey: 'Paused', ParameterValue: 'false' });
    expect(lambda.commandCalls(InvokeCommand)).toHaveLength(0);
  });

  it('pause --only delivery of a service without a delivery changes nothing', async () => {
    aws.on(DescribeStacksCommand).rejects(new Error('Stack with id x does not exist'));
    await expect(runCommand(pause, only)).rejects.toThrow(`There is no stack ${stackName} in eu-west-1`);
    expect(asked()).toEqual([]);
  });
});
