// Asks the account, before a deploy, whether Lambda lets the worker reserve its concurrent executions there: a new
// account's limit refuses that, and the stack would be rolled back after minutes.
import { GetAccountSettingsCommand } from '@aws-sdk/client-lambda';
import type { LambdaClient } from '@aws-sdk/client-lambda';

import { PROGRAM } from '../../terminal/command';
import { inWords, isAccessDenied } from '../../service/aws-errors';
import type { Plan } from './plan';
import type { Values } from '../../stack/parameters';
import { parametersOf } from '../../stack/stack-state';

/** What stack.json reserves for the worker where ReserveConcurrency is true. */
const RESERVED = 3;

/** Executions that an account must keep unreserved: docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html */
const LEAST_UNRESERVED = 100;

/** A deploy without this answer is possible, so it does not wait long for it. Milliseconds. */
const TIMEOUT_MS = 15_000;

export interface Reservation {
  /** To add to the given parameters; empty where the value stays as it is. */
  readonly parameters: Values;
  /** For the operator; undefined where there is nothing to report. */
  readonly note: string | undefined;
}

/**
 * Decides about ReserveConcurrency. A value that the caller gives wins, without a question to AWS. Where 3 executions
 * cannot be reserved it is false, and the next deploy that finds room makes it true again. Never throws.
 */
export async function chooseReservation(
  { given, existing }: Pick<Plan, 'given' | 'existing'>,
  lambda: Pick<LambdaClient, 'send'>,
): Promise<Reservation> {
  if (given['ReserveConcurrency'] !== undefined) return { parameters: {}, note: undefined };
  const { ReserveConcurrency: current } = parametersOf(existing);
  const limits = await readLimits(lambda);
  if ('problem' in limits) return { parameters: {}, note: notChecked(limits.problem, current) };
  // What Lambda has reserved for this stack is the stack's to keep: some accounts may leave less than 100 unreserved.
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
    const hint = isAccessDenied(error)
      ? ` Run ${PROGRAM} bootstrap again: its policy allows this question.`
      : '';
    return { problem: `${inWords(error)}${hint}` };
  }
}

/** Whether functions of the account have as many executions reserved as the worker has. */
const hasReserved = ({ unreserved, all }: Limits) => all === undefined || all - unreserved >= RESERVED;

const tooSmall = ({ unreserved, all }: Limits) =>
  [
    `Note: deploying with ReserveConcurrency=false. Lambda keeps ${LEAST_UNRESERVED} concurrent executions of an account unreserved,`,
    `and this account has ${unreserved} unreserved${all === undefined ? '' : ` of ${all}`}: ${RESERVED} for the worker cannot be reserved.`,
    'Other functions of the account can therefore take the executions that the worker needs.',
    'Have the limit raised (Service Quotas, AWS Lambda, Concurrent executions): the next deploy after that reserves them.',
  ].join(' ');

const roomAgain =
  'Note: deploying with ReserveConcurrency=true. The account has room for it now. To keep false, give ReserveConcurrency=false with each deploy.';

const notChecked = (problem: string, current: string | undefined) =>
  [
    `Note: the limit of concurrent executions of this account was not checked. ${problem}`,
    `ReserveConcurrency stays ${current ?? 'true'}.`,
    ...(current === undefined
      ? ['If Lambda refuses the reservation, deploy with --parameter ReserveConcurrency=false.']
      : []),
  ].join(' ');
