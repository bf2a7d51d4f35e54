// Invokes a function of the service, waits for its end, and explains failures.
import { InvokeCommand } from '@aws-sdk/client-lambda';

import { isRow, parseJson } from '../../lambda/shared/runtime/json';
import { namesOf } from './aws-errors';
import type { Clients } from './clients';
import { CommandError } from '../terminal/command-error';
import { printable } from '../terminal/printable';

/** One invocation; without an event it is like one of the schedule. */
export interface Invocation {
  readonly functionName: string;
  /** The work of the function, for messages. */
  readonly noun: 'poll' | 'audit' | 'check' | 'preview' | 'look' | 'account';
  readonly event?: object;
}

export interface InvocationResult {
  /** Undefined if the invocation succeeded. */
  readonly failure: Failure | undefined;
  readonly payload: unknown;
}

/** How an invocation failed, in texts that are safe to print. */
export interface Failure {
  readonly kind: 'threw' | 'ran-out-of-time' | 'ended-by-lambda';
  readonly error: string;
  readonly errorType: string;
}

/** Invokes the function once, without a retry. Throws CommandError for a problem that the user can fix. */
export async function invoke(
  { functionName, noun, event = {} }: Invocation,
  { lambda }: Pick<Clients, 'lambda'>,
): Promise<InvocationResult> {
  try {
    const { FunctionError, Payload } = await lambda.send(
      new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(event) }),
    );
    const payload = parseJson(Payload?.transformToString() ?? '');
    return {
      failure: FunctionError === undefined ? undefined : readFailure(payload, FunctionError),
      payload,
    };
  } catch (error) {
    const sentence = sentences.find(([name]) => namesOf(error).includes(name))?.[1];
    throw sentence === undefined ? error : new CommandError(sentence(functionName, noun), { cause: error });
  }
}

/** What has a row in the Jobs table. */
const isJob = (noun: string): boolean => noun === 'poll' || noun === 'audit';

const sentences: readonly (readonly [string, (functionName: string, noun: string) => string])[] = [
  [
    'ResourceNotFoundException',
    (name) =>
      `There is no function ${name}. It was deleted or is in another region: deploy the stack again, or add --region.`,
  ],
  [
    'TooManyRequestsException',
    (name, noun) => `Lambda throttled ${name}, so no ${noun} started. Try again in 1 min.`,
  ],
  [
    'TimeoutError',
    (name, noun) =>
      `${name} did not answer within its timeout, so the result of the ${noun} is unknown. ${isJob(noun) ? 'Its row in the Jobs table has it.' : 'Run the command again.'}`,
  ],
];

/** `functionError` is Lambda's own class of the error. */
function readFailure(payload: unknown, functionError: string): Failure {
  const { errorMessage, errorType } = isRow(payload) ? payload : {};
  const failure = {
    error: printable(typeof errorMessage === 'string' ? errorMessage : functionError),
    errorType: printable(String(errorType)),
  };
  if (/Task timed out/.test(failure.error)) return { ...failure, kind: 'ran-out-of-time' };
  const isEndedByLambda = /^(Runtime\.(?!HandlerError)|Sandbox\.)/.test(failure.errorType);
  return { ...failure, kind: isEndedByLambda ? 'ended-by-lambda' : 'threw' };
}
