// One change set: the changes that CloudFormation would make, shown before they are made.
import {
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DescribeEventsCommand,
  ExecuteChangeSetCommand,
  paginateDescribeChangeSet,
  waitUntilChangeSetCreateComplete,
} from '@aws-sdk/client-cloudformation';
import type {
  Change,
  CloudFormationClient,
  CreateChangeSetInput,
  ResourceChangeDetail,
  Stack,
} from '@aws-sdk/client-cloudformation';

import { CommandError } from '../terminal/command-error';
import { adviceFor, failureReport } from './failure';
import { eventsSoFar, followStack } from './stack-events';
import type { FollowDeps } from './stack-events';

export interface ChangeSet {
  readonly id: string;
  readonly stackId: string;
  /** Whether there is nothing to change. */
  readonly isEmpty: boolean;
  /** The changes of resources; also empty if only outputs change. */
  readonly changes: readonly Change[];
}

/** Creates the change set and waits for it. One without changes is deleted; one that failed is reported. */
export async function createChangeSet(follow: FollowDeps, input: CreateChangeSetInput): Promise<ChangeSet> {
  const { Id, StackId } = await requestChangeSet(follow, input);
  if (Id === undefined || StackId === undefined) throw new Error('CloudFormation named no change set.');
  const { status, reason, changes } = await waitForChangeSet(follow, Id, StackId);
  if (status !== 'FAILED') return { id: Id, stackId: StackId, isEmpty: false, changes };
  const isEmpty = saysEmpty(reason);
  const validation = isEmpty ? [] : await failedValidations(follow, Id, StackId);
  await follow.cloudFormation.send(new DeleteChangeSetCommand({ ChangeSetName: Id, StackName: StackId }));
  if (isEmpty) return { id: Id, stackId: StackId, isEmpty, changes: [] };
  const why = [reason, ...validation].join('\n  ');
  throw new CommandError(
    [`CloudFormation cannot make this change:`, `  ${why}`, ...adviceFor(why)].join('\n'),
  );
}

/** Shows the changes, makes them, and waits for the end. Throws CommandError with the first failures. */
export async function executeChangeSet(
  follow: FollowDeps,
  stackName: string,
  { id, stackId, changes }: ChangeSet,
): Promise<Stack> {
  changes.forEach((change) => (follow.summarize ?? follow.print)(changeLine(change)));
  const seen = await eventsSoFar(follow.cloudFormation, stackId);
  await follow.cloudFormation.send(new ExecuteChangeSetCommand({ ChangeSetName: id, StackName: stackId }));
  const { stack, events } = await followStack(follow, stackId, seen);
  const status = stack?.StackStatus ?? 'DELETE_COMPLETE';
  if (stack !== undefined && /^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status)) return stack;
  throw failureReport(stackName, status, events);
}

/** One line for a change. It marks a replacement, which deletes the old resource and makes a new one. */
function changeLine({ ResourceChange: change }: Change): string {
  const { Action = '', LogicalResourceId = '', ResourceType = '', Replacement, Scope = [] } = change ?? {};
  const replaced =
    Replacement === 'True' ? ', REPLACED' : Replacement === 'Conditional' ? ', maybe replaced' : '';
  const scope = Scope.length > 0 ? ` (${Scope.join(', ')})` : '';
  return `  ${Action.padEnd(7)} ${LogicalResourceId}  ${ResourceType}${scope}${replaced}${onlyIf(change?.Details)}`;
}

/**
 * The change that this one depends on. CloudFormation also lists a resource that reads an attribute of a changed one,
 * and learns only during the update whether the attribute changes: new code, for example, does not change an ARN.
 */
function onlyIf(details: readonly ResourceChangeDetail[] = []): string {
  const causes = details.map(({ Evaluation, ChangeSource, CausingEntity }) =>
    Evaluation === 'Dynamic' && ChangeSource === 'ResourceAttribute' ? CausingEntity : undefined,
  );
  if (causes.length === 0 || causes.includes(undefined)) return '';
  return `, only if ${[...new Set(causes)].join(' or ')} changes`;
}

async function requestChangeSet({ cloudFormation, print }: FollowDeps, input: CreateChangeSetInput) {
  try {
    return await cloudFormation.send(new CreateChangeSetCommand(input));
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes('ImportExistingResources')) throw error;
    print(
      'This endpoint cannot import existing tables (ImportExistingResources): all resources are created.',
    );
    return cloudFormation.send(new CreateChangeSetCommand({ ...input, ImportExistingResources: undefined }));
  }
}

/** Seconds. Short delays at first, for a local run; longer ones later, for AWS's quota. No change set takes an hour. */
const POLLING = { minDelay: 0.2, maxDelay: 5, maxWaitTime: 3600 };

interface ChangeSetState {
  readonly status: string;
  readonly reason: string;
  readonly changes: readonly Change[];
}

async function waitForChangeSet(
  { cloudFormation }: FollowDeps,
  id: string,
  stackId: string,
): Promise<ChangeSetState> {
  const changeSet = { ChangeSetName: id, StackName: stackId };
  // The waiter retries an error that AWS returns: this read throws it.
  const state = await readState(cloudFormation, changeSet);
  if (!/_PENDING$|_IN_PROGRESS$/.test(state.status)) return state;
  try {
    await waitUntilChangeSetCreateComplete({ client: cloudFormation, ...POLLING }, changeSet);
  } catch (error) {
    // The reason of a failed change set says more than the waiter's error.
    const ended = await readState(cloudFormation, changeSet);
    if (ended.status === 'FAILED') return ended;
    throw error;
  }
  return readState(cloudFormation, changeSet);
}

async function readState(
  client: CloudFormationClient,
  changeSet: { readonly ChangeSetName: string; readonly StackName: string },
): Promise<ChangeSetState> {
  let state: ChangeSetState = { status: '', reason: '', changes: [] };
  for await (const page of paginateDescribeChangeSet({ client }, changeSet)) {
    const { Status: status = '', StatusReason: reason = '', Changes = [] } = page;
    state = { status, reason, changes: [...state.changes, ...Changes] };
  }
  return state;
}

const saysEmpty = (reason: string) => /didn't contain changes|no updates are to be performed/i.test(reason);

/** CloudFormation validates before it deploys: events have the findings, and the reason only their number. */
async function failedValidations(
  { cloudFormation }: FollowDeps,
  id: string,
  stackId: string,
): Promise<string[]> {
  const command = new DescribeEventsCommand({ ChangeSetName: id, StackName: stackId });
  const { OperationEvents = [] } = await cloudFormation.send(command).catch(() => ({ OperationEvents: [] }));
  return OperationEvents.flatMap(({ LogicalResourceId, ValidationStatusReason }) =>
    ValidationStatusReason === undefined ? [] : `${LogicalResourceId ?? ''}: ${ValidationStatusReason}`,
  );
}
