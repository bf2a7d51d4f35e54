// What state a stack is in, what it was given and what it gives, and whether it can be changed or deleted.
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import type { CloudFormationClient, Stack } from '@aws-sdk/client-cloudformation';

import { PROGRAM } from '../terminal/command';
import { CommandError } from '../terminal/command-error';
import type { Values } from './parameters';

/** The stack, or undefined where there is none. By its id a deleted stack is found, too. */
export async function describeStack(
  cloudFormation: CloudFormationClient,
  nameOrId: string,
): Promise<Stack | undefined> {
  try {
    const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: nameOrId }));
    return Stacks[0];
  } catch (error) {
    if (error instanceof Error && error.message.includes('does not exist')) return undefined;
    throw error;
  }
}

/** The outputs by their names; none for no stack. */
export function outputsOf(stack: Stack | undefined): Values {
  const outputs = stack?.Outputs ?? [];
  return Object.fromEntries(outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
}

/** The values of the parameters by their names, those that are NoEcho blotted out; none for no stack. */
export function parametersOf(stack: Stack | undefined): Values {
  const given = stack?.Parameters ?? [];
  return Object.fromEntries(
    given.map(({ ParameterKey = '', ParameterValue = '' }) => [ParameterKey, ParameterValue]),
  );
}

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

/**
 * Throws CommandError, saying what to do, where a stack of the service cannot be updated. `service` are the options that
 * name it in a command.
 */
export function requireUpdatable(stack: Stack, service = `--stack-name ${stack.StackName ?? ''}`): void {
  requireAtRest(stack, `${PROGRAM} destroy ${service}, which leaves its tables, and deploy again`);
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
