// Brings one stack to what its template and parameters say, in one change set, shown and followed to its end.
import type { CreateChangeSetInput, Stack } from '@aws-sdk/client-cloudformation';

import { createChangeSet, executeChangeSet } from './change-set';
import type { Follow } from './stack-events';

export interface StackChange extends Pick<
  CreateChangeSetInput,
  'TemplateBody' | 'TemplateURL' | 'UsePreviousTemplate' | 'Parameters' | 'Tags' | 'RoleARN'
> {
  readonly stackName: string;
  /** The stack to update; undefined where one is to be created. */
  readonly existing: Stack | undefined;
}

export interface ChangedStack {
  readonly stackId: string;
  readonly stack: Stack | undefined;
  /** False: there was nothing to do. */
  readonly changed: boolean;
}

/** Creates or updates the stack. Throws CommandError with what failed first. */
export async function changeStack(
  follow: Follow,
  { stackName, existing, ...input }: StackChange,
): Promise<ChangedStack> {
  const sumUp = follow.sumUp ?? follow.print;
  const changeSet = await createChangeSet(follow, {
    ...input,
    // CloudFormation would go on with the role of before by itself, but some may act only where they name it.
    RoleARN: input.RoleARN ?? existing?.RoleARN,
    StackName: stackName,
    ChangeSetName: `deploy-${Date.now()}`,
    ChangeSetType: existing === undefined ? 'CREATE' : 'UPDATE',
    Capabilities: ['CAPABILITY_NAMED_IAM'],
    ImportExistingResources: true,
  });
  const { stackId, isEmpty } = changeSet;
  if (isEmpty) {
    sumUp(`Nothing to change: ${stackName} is like this already.`);
    return { stackId, stack: existing, changed: false };
  }
  const stack = await executeChangeSet(follow, stackName, changeSet);
  sumUp(`${stackName} is deployed (${stack.StackStatus ?? ''}).`);
  return { stackId, stack, changed: true };
}
