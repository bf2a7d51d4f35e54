// Checks before a deploy whether the account can reserve the worker's concurrent executions: with the limit of a new
// account Lambda refuses that, and CloudFormation rolls the stack back after minutes.
import { GetAccountSettingsCommand } from '@aws-sdk/client-lambda';
import type { LambdaClient } from '@aws-sdk/client-lambda';

import { PROGRAM } from '../../terminal/command';
import { inWords, isAccessDenied } from '../../service/aws-errors';
import type { Plan } from './plan';
import type { Values } from '../../stack/parameters';
import { parametersOf } from '../../stack/stack-state';

/** The executions that stack.json reserves for the worker if ReserveConcurrency is true. */
const RESERVED = 3;

/** Executions that an account must keep unreserved: docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html */
const LEAST_UNRESERVED = 100;

/** A deploy is possible without this answer, so it waits only 15 s. */
const TIMEOUT_MS = 15_000;

export interface Reservation {
  /** Added to the given parameters; empty if the value stays unchanged. */
  readonly parameters: Values;
  /** For the operator; undefined if there is nothing to report. */
  readonly note: string | undefined;
}

/**
 * Chooses the value of ReserveConcurrency. A given value is kept, without a call to AWS. If 3 executions cannot be
 * reserved it is false, and the next deploy that can reserve them makes it true again. Never throws.
 */
export async function chooseReservation(
  { given, existing }: Pick<Plan, 'given' | 'existing'>,
  lambda: Pick<LambdaClient, 'send'>,
): Promise<Reservation> {
  if (given['ReserveConcurrency'] !== undefined) return { parameters: {}, note: undefined };
  const { ReserveConcurrency: current } = parametersOf(existing);
  const limits = await readLimits(lambda);
  if ('problem' in limits) return { parameters: {}, note: unchecked(limits.problem, current) };
  // The stack keeps its reservation: some accounts may have fewer than 100 unreserved executions.
  if (current === 'true' && hasReserved(limits)) return { parameters: {}, note: undefined };
  if (limits.unreserved - RESERVED < LEAST_UNRESERVED) {
    return { parameters: { ReserveConcurrency: 'false' }, note: tooSmall(limits) };
  }
  if (current !== 'false') return { parameters: {}, note: undefined };
  return { parameters: { ReserveConcurrency: 'true' }, note: roomAgain };
}

interface Limits {
  readonly unreserved: number;
  readonly all: number | undefined;
}

async function readLimits(
  lambda: Pick<LambdaClient, 'send'>,
): Promise<Limits | { readonly problem: string }> {
  try {
    const command = new GetAccountSettingsCommand();
    const { AccountLimit } = await lambda.send(command, { abortSignal: AbortSignal.timeout(TIMEOUT_MS) });
    const { UnreservedConcurrentExecutions: unreserved, ConcurrentExecutions: all } = AccountLimit ?? {};
    if (unreserved !== undefined && Number.isFinite(unreserved)) return { unreserved, all };
    return { problem: 'Lambda named no limit.' };
  } catch (error) {
    const hint = isAccessDenied(error) ? ` Run ${PROGRAM} bootstrap again: its policy allows this call.` : '';
    return { problem: `${inWords(error)}${hint}` };
  }
}

/** Whether functions of the account have as many executions reserved as the worker has. */
const hasReserved = ({ unreserved, all }: Limits) => all === undefined || all - unreserved >= RESERVED;

const tooSmall = ({ unreserved, all }: Limits) =>
  [
    `Note: deploying with ReserveConcurrency=false. Lambda keeps ${LEAST_UNRESERVED} concurrent executions of an account unreserved,`,
    `and this account has ${unreserved} unreserved${all === undefined ? '' : ` of ${all}`}, so the ${RESERVED} of the worker cannot be reserved.`,
    'Other functions of the account can use up the executions that the worker needs, which delays orders.',
    'Request a higher limit (Service Quotas, AWS Lambda, Concurrent executions). The next deploy after that reserves them.',
  ].join(' ');

const roomAgain =
  'Note: deploying with ReserveConcurrency=true. The limit of the account allows it now. To keep false, add --parameter ReserveConcurrency=false to each deploy.';

const unchecked = (problem: string, current: string | undefined) =>
  [
    `Note: the limit of concurrent executions of this account was not checked. ${problem}`,
    `ReserveConcurrency stays ${current ?? 'true'}.`,
    ...(current === undefined
      ? ['If Lambda refuses the reservation, deploy with --parameter ReserveConcurrency=false.']
      : []),
  ].join(' ');
