// What state a stack is in, and whether it can be deployed over.
import { DeleteStackCommand, type Stack } from '@aws-sdk/client-cloudformation';

import { CommandError } from './command';
import { eventsSoFar, followStack, type Follow } from './stack-events';

/** Left by a first create that never succeeded: no update is possible, and nothing in it is worth keeping. */
export const isLeftover = ({ StackStatus }: Stack) =>
  ['REVIEW_IN_PROGRESS', 'ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'CREATE_FAILED'].includes(StackStatus ?? '');

/** Throws CommandError, saying what to do, where a stack cannot be updated. */
export function requireUpdatable({ StackName = '', Parameters = [], ...stack }: Stack): void {
  const status: string = stack.StackStatus ?? '';
  if (status.endsWith('_IN_PROGRESS')) {
    throw new CommandError(`${StackName} is being changed already (${status}): try again when that is done.`);
  }
  if (status.endsWith('_FAILED')) {
    throw new CommandError(
      `${StackName} is in ${status}: put that right in the CloudFormation console first (continue the rollback, or delete the stack: its tables stay).`,
    );
  }
  if (!Parameters.some(({ ParameterKey }) => ParameterKey === 'LambdaDeploymentPackagesPrefix')) {
    throw new CommandError(
      `${StackName} was not made from this template, and the tables of the old sample cannot be updated in place: delete that stack first, or choose another --stack-name.`,
    );
  }
}

/** Deletes a leftover stack and waits until it is gone. */
export async function clearAway(
  follow: Follow,
  { StackName = '', StackStatus, StackId = '' }: Stack,
): Promise<void> {
  follow.print(
    `${StackName} is a leftover of a first create that failed (${StackStatus ?? ''}): deleting it first.`,
  );
  const seen = await eventsSoFar(follow.cloudFormation, StackId);
  await follow.cloudFormation.send(new DeleteStackCommand({ StackName: StackId }));
  const { stack } = await followStack(follow, StackId, seen);
  if (stack === undefined || stack.StackStatus === 'DELETE_COMPLETE') return;
  throw new CommandError(
    `${StackName} could not be deleted (${stack.StackStatus ?? ''}): ${stack.StackStatusReason ?? 'see the events above'}.`,
  );
}
