// Deletes a stack, and what a first create that failed has left of one.
import { DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import type { Stack } from '@aws-sdk/client-cloudformation';

import { CommandError } from '../terminal/command-error';
import { failuresIn } from './failure';
import { eventsSoFar, followStack } from './stack-events';
import type { Follow } from './stack-events';

/** Deletes a leftover stack and waits until it is gone. */
export async function clearAway(follow: Follow, leftover: Stack, roleArn?: string): Promise<void> {
  const { StackName = '', StackStatus = '' } = leftover;
  follow.print(
    `${StackName} is a leftover of a first create that failed (${StackStatus}): deleting it first.`,
  );
  await deleteStack(follow, { ...leftover, RoleARN: roleArn ?? leftover.RoleARN });
}

/** docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html */
const QUEUE_NAME_BLOCKED_MS = 60_000;

/** Waits until SQS accepts the names of the queues of a deleted stack again. Not for an empty one: it had none. */
export async function waitForQueueNames(
  { StackStatus }: Stack,
  { print, sleep }: Pick<Follow, 'print' | 'sleep'>,
): Promise<void> {
  if (StackStatus === 'REVIEW_IN_PROGRESS') return;
  print('Waiting 60 s: SQS refuses the name of a queue for that long after the queue is deleted.');
  await sleep(QUEUE_NAME_BLOCKED_MS);
}

/** Deletes a stack and waits until it is gone. Throws CommandError with what could not be deleted, and what to do. */
export async function deleteStack(
  follow: Follow,
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
      `Put right what is named above and try again. What cannot be deleted at all, the CloudFormation console leaves out: Delete, then choose it as a resource to retain.`,
    ].join('\n'),
  );
}
