// The state of a stack: its parameters and outputs, and whether it can be changed or deleted.
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import type { CloudFormationClient, Stack } from '@aws-sdk/client-cloudformation';

import { PROGRAM } from '../terminal/command';
import { CommandError } from '../terminal/command-error';
import type { Values } from './parameters';

/** The stack, or undefined if there is none. A deleted stack is found only by its id. */
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

/** The outputs by their names; empty without a stack. */
export function outputsOf(stack: Stack | undefined): Values {
  const outputs = stack?.Outputs ?? [];
  return Object.fromEntries(outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
}

/** The parameters by their names, NoEcho values masked by CloudFormation; empty without a stack. */
export function parametersOf(stack: Stack | undefined): Values {
  const given = stack?.Parameters ?? [];
  return Object.fromEntries(
    given.map(({ ParameterKey = '', ParameterValue = '' }) => [ParameterKey, ParameterValue]),
  );
}

/** The remains of a first create that failed: it cannot be updated, and a stack of ours contains nothing to keep. */
export const isLeftover = ({ StackStatus }: Stack) =>
  ['REVIEW_IN_PROGRESS', 'ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'CREATE_FAILED'].includes(StackStatus ?? '');

/** Throws CommandError if a stack is being changed, or its last change failed and `remedy` is required first. */
export function requireAtRest(stack: Stack, remedy: string): void {
  const { StackName = '' } = stack;
  const status: string = stack.StackStatus ?? '';
  requireUntouched(stack);
  if (!status.endsWith('_FAILED')) return;
  const rollback = status.startsWith('DELETE')
    ? ''
    : 'continue the rollback in the CloudFormation console, or ';
  throw new CommandError(`${StackName} is in ${status} and cannot be changed. First ${rollback}${remedy}.`);
}

/**
 * Throws CommandError with what to do if a stack of the service cannot be updated. `service` are the options that name it
 * in a command.
 */
export function requireUpdatable(stack: Stack, service = `--stack-name ${stack.StackName ?? ''}`): void {
  requireAtRest(
    stack,
    `delete the stack, which keeps its tables: ${PROGRAM} destroy ${service}. Then deploy again`,
  );
  requireOurs(stack);
}

/** Throws CommandError if a leftover may contain resources that are not of this service. */
export function requireDisposable(leftover: Stack): void {
  if (/_FAILED$/.test(leftover.StackStatus ?? '')) requireOurs(leftover);
}

function requireOurs(stack: Stack): void {
  if (isOurs(stack)) return;
  throw new CommandError(
    `${stack.StackName ?? ''} was not made from this template, and the tables of the original sample cannot be updated in place. Delete that stack first, or choose another --stack-name.`,
  );
}

/** Throws CommandError with what to do if a stack cannot be deleted. */
export function requireDeletable(stack: Stack): void {
  const { StackName = '' } = stack;
  // Its change set was never executed: the stack is empty.
  if (stack.StackStatus === 'REVIEW_IN_PROGRESS') return;
  if (!isOurs(stack)) {
    throw new CommandError(
      `${StackName} was not made from this template, so its tables might be deleted with it. Nothing was changed. Delete it in the CloudFormation console.`,
    );
  }
  requireUntouched(stack);
  if (stack.EnableTerminationProtection === true) {
    throw new CommandError(
      `${StackName} is protected against deletion. To remove the protection: aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ${StackName}`,
    );
  }
}

function requireUntouched({ StackName = '', StackStatus }: Stack): void {
  const status: string = StackStatus ?? '';
  if (!status.endsWith('_IN_PROGRESS')) return;
  throw new CommandError(`${StackName} is being changed (${status}). Try again when that has ended.`);
}

const isOurs = ({ Parameters = [] }: Stack) =>
  Parameters.some(({ ParameterKey }) => ParameterKey === 'LambdaDeploymentPackagesPrefix');
