// What state a stack is in, whether it can be changed or deleted, and how it is deleted.
import { DeleteStackCommand, type Stack } from '@aws-sdk/client-cloudformation';

import { CommandError } from '../terminal/command';
import { failuresIn } from './failure';
import { eventsSoFar, followStack, type Follow } from './stack-events';

/** Left by a first create that never succeeded: no update is possible, and of ours nothing in it is worth keeping. */
export const isLeftover = ({ StackStatus }: Stack) =>
  ['REVIEW_IN_PROGRESS', 'ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'CREATE_FAILED'].includes(StackStatus ?? '');

/** Throws CommandError where a stack is being changed, or has got stuck: `mend` says what helps then. */
export function requireAtRest(stack: Stack, mend: string): void {
  const { StackName = '' } = stack;
  const status: string = stack.StackStatus ?? '';
  requireUntouched(stack);
  if (!status.endsWith('_FAILED')) return;
  const rollback = status.startsWith('DELETE')
    ? ''
    : 'continue the rollback in the CloudFormation console, or ';
  throw new CommandError(`${StackName} is in ${status}: put that right first: ${rollback}${mend}.`);
}

/** Throws CommandError, saying what to do, where a stack of the service cannot be updated. */
export function requireUpdatable(stack: Stack): void {
  const { StackName = '' } = stack;
  requireAtRest(
    stack,
    `npm run destroy -- --stack-name ${StackName}, which leaves its tables, and deploy again`,
  );
  requireOurs(stack);
}

/** Throws CommandError where a leftover may still hold what is not ours to delete. */
export function requireDisposable(leftover: Stack): void {
  if (/_FAILED$/.test(leftover.StackStatus ?? '')) requireOurs(leftover);
}

function requireOurs(stack: Stack): void {
  if (isOurs(stack)) return;
  throw new CommandError(
    `${stack.StackName ?? ''} was not made from this template, and the tables of the old sample cannot be updated in place: delete that stack first, or choose another --stack-name.`,
  );
}

/** Throws CommandError, saying what to do, where a stack must not or cannot be deleted. */
export function requireDeletable(stack: Stack): void {
  const { StackName = '' } = stack;
  // A change set that was never executed: there is nothing in it.
  if (stack.StackStatus === 'REVIEW_IN_PROGRESS') return;
  if (!isOurs(stack)) {
    throw new CommandError(
      `${StackName} was not made from this template, so nobody knows here whether its tables would stay: delete it in the CloudFormation console.`,
    );
  }
  requireUntouched(stack);
  if (stack.EnableTerminationProtection === true) {
    throw new CommandError(
      `${StackName} is protected against deletion. To give the protection up: aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ${StackName}`,
    );
  }
}

function requireUntouched({ StackName = '', StackStatus }: Stack): void {
  const status: string = StackStatus ?? '';
  if (!status.endsWith('_IN_PROGRESS')) return;
  throw new CommandError(`${StackName} is being changed already (${status}): try again when that is done.`);
}

const isOurs = ({ Parameters = [] }: Stack) =>
  Parameters.some(({ ParameterKey }) => ParameterKey === 'LambdaDeploymentPackagesPrefix');

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
