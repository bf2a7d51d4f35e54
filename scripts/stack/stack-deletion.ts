// Deletes a stack, and the remains of a stack whose first create failed.
import { DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import type { Stack } from '@aws-sdk/client-cloudformation';

import { CommandError } from '../terminal/command-error';
import { failuresIn } from './failure';
import { eventsSoFar, followStack } from './stack-events';
import type { FollowDeps } from './stack-events';

/** Deletes a leftover stack and waits until it is deleted. */
export async function clearAway(follow: FollowDeps, leftover: Stack, roleArn?: string): Promise<void> {
  const { StackName = '', StackStatus = '' } = leftover;
  follow.print(`The first create of ${StackName} failed (${StackStatus}): deleting what it left.`);
  await deleteStack(follow, { ...leftover, RoleARN: roleArn ?? leftover.RoleARN });
}

/** docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html */
const QUEUE_NAME_BLOCKED_MS = 60_000;

/** Waits until SQS accepts the queue names of a deleted stack again. A stack that was never executed had no queue. */
export async function waitForQueueNames(
  { StackStatus }: Stack,
  { print, sleep }: Pick<FollowDeps, 'print' | 'sleep'>,
): Promise<void> {
  if (StackStatus === 'REVIEW_IN_PROGRESS') return;
  print('Waiting 60 s: SQS refuses the name of a queue for that long after the queue is deleted.');
  await sleep(QUEUE_NAME_BLOCKED_MS);
}

/** Deletes a stack and waits until it is deleted. Throws CommandError with the resources that remain, and what to do. */
export async function deleteStack(
  follow: FollowDeps,
  { StackName = '', StackId = '', RoleARN }: Pick<Stack, 'StackName' | 'StackId' | 'RoleARN'>,
): Promise<void> {
  const seen = await eventsSoFar(follow.cloudFormation, StackId);
  await follow.cloudFormation.send(new DeleteStackCommand({ StackName: StackId, RoleARN }));
  const { stack, events } = await followStack(follow, StackId, seen);
  if (stack === undefined || stack.StackStatus === 'DELETE_COMPLETE') return;
  throw new CommandError(
    [
      `${StackName} could not be deleted (${stack.StackStatus ?? ''}).`,
      ...failuresIn(events, StackName),
      `Fix what is named above and try again. To keep a resource that cannot be deleted, choose Delete in the CloudFormation console, and select it as a resource to retain.`,
    ].join('\n'),
  );
}
