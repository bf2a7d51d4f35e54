// Waiting for a change set: on virtual time, with CloudFormation's answers in turn.
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  DescribeEventsCommand,
} from '@aws-sdk/client-cloudformation';
import type { DescribeChangeSetCommandOutput } from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';

import { createChangeSet } from '../../../scripts/stack/change-set';

const aws = mockClient(CloudFormationClient);
const follow = {
  cloudFormation: new CloudFormationClient({ region: 'us-east-1' }),
  print: () => undefined,
  sleep: () => Promise.resolve(),
};
const change = (LogicalResourceId: string) => ({ ResourceChange: { LogicalResourceId } });
const reads = () => aws.commandCalls(DescribeChangeSetCommand).length;

/** Runs until the change set has settled, and the time passes that this waits for. */
async function create() {
  const created = Promise.allSettled([createChangeSet(follow, { StackName: 'a', ChangeSetName: 'b' })]);
  await jest.advanceTimersByTimeAsync(60_000);
  const [result] = await created;
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

beforeEach(() => {
  jest.useFakeTimers();
  aws.reset();
  aws.on(CreateChangeSetCommand).resolves({ Id: 'id', StackId: 'stack' });
  aws.on(DeleteChangeSetCommand).resolves({});
});

afterEach(() => jest.useRealTimers());

it('a change set that is pending is waited for, and its changes are read from all pages', async () => {
  const pending: Partial<DescribeChangeSetCommandOutput> = { Status: 'CREATE_PENDING', Changes: [] };
  const working: Partial<DescribeChangeSetCommandOutput> = {
    Status: 'CREATE_IN_PROGRESS',
    Changes: [change('First')],
  };
  aws
    .on(DescribeChangeSetCommand)
    .resolvesOnce(pending)
    .resolvesOnce(pending)
    .resolvesOnce(working)
    .resolves({ Status: 'CREATE_COMPLETE', Changes: [change('First')], NextToken: 'next' })
    .on(DescribeChangeSetCommand, { NextToken: 'next' })
    .resolves({ Status: 'CREATE_COMPLETE', Changes: [change('Second')] });
  expect(await create()).toEqual({
    id: 'id',
    stackId: 'stack',
    isEmpty: false,
    changes: [change('First'), change('Second')],
  });
});

it('a change set that fails after a while is reported with its own reason', async () => {
  aws
    .on(DescribeChangeSetCommand)
    .resolvesOnce({ Status: 'CREATE_IN_PROGRESS' })
    .resolves({ Status: 'FAILED', StatusReason: 'Validation failed with 1 error(s).' });
  aws.on(DescribeEventsCommand).resolves({ OperationEvents: [] });
  await expect(create()).rejects.toThrow('Validation failed with 1 error(s).');
});

it('a change set without changes is recognized, also after a while', async () => {
  aws
    .on(DescribeChangeSetCommand)
    .resolvesOnce({ Status: 'CREATE_PENDING' })
    .resolves({ Status: 'FAILED', StatusReason: 'No updates are to be performed.' });
  expect(await create()).toMatchObject({ isEmpty: true, changes: [] });
  expect(aws.commandCalls(DeleteChangeSetCommand)).toHaveLength(1);
});

it('an error of AWS is thrown immediately and not repeated', async () => {
  const refused = Object.assign(new Error('not authorized'), { name: 'AccessDenied' });
  aws.on(DescribeChangeSetCommand).rejects(refused);
  await expect(create()).rejects.toBe(refused);
  expect(reads()).toBe(1);
});
