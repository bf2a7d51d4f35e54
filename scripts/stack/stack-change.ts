// Creates or updates one stack in one change set, and follows it to its end.
import type { CreateChangeSetInput, Stack } from '@aws-sdk/client-cloudformation';

import { createChangeSet, executeChangeSet } from './change-set';
import type { FollowDeps } from './stack-events';

export interface StackChange extends Pick<
  CreateChangeSetInput,
  'TemplateBody' | 'TemplateURL' | 'UsePreviousTemplate' | 'Parameters' | 'Tags' | 'RoleARN'
> {
  readonly stackName: string;
  /** The stack to update; undefined if a new one must be created. */
  readonly existing: Stack | undefined;
}

export interface ChangedStack {
  readonly stackId: string;
  readonly stack: Stack | undefined;
  /** False if there was nothing to change. */
  readonly changed: boolean;
}

/** Creates or updates the stack. Throws CommandError with the first failures. */
export async function changeStack(
  follow: FollowDeps,
  { stackName, existing, ...input }: StackChange,
): Promise<ChangedStack> {
  const summarize = follow.summarize ?? follow.print;
  const changeSet = await createChangeSet(follow, {
    ...input,
    // CloudFormation would keep the role anyway, but some callers are only allowed to use it if they name it.
    RoleARN: input.RoleARN ?? existing?.RoleARN,
    StackName: stackName,
    ChangeSetName: `deploy-${Date.now()}`,
    ChangeSetType: existing === undefined ? 'CREATE' : 'UPDATE',
    Capabilities: ['CAPABILITY_NAMED_IAM'],
    ImportExistingResources: true,
  });
  const { stackId, isEmpty } = changeSet;
  if (isEmpty) {
    summarize(`Nothing to change: ${stackName} is up to date.`);
    return { stackId, stack: existing, changed: false };
  }
  const stack = await executeChangeSet(follow, stackName, changeSet);
  summarize(`${stackName} is deployed (${stack.StackStatus ?? ''}).`);
  return { stackId, stack, changed: true };
}
