// Invokes a function of the service and waits for its end; what goes wrong on the way is put into words.
import { InvokeCommand } from '@aws-sdk/client-lambda';

import { isRow, parseJson } from '../../lambda/shared/runtime/json';
import { namesOf } from './aws-errors';
import type { Clients } from './clients';
import { CommandError } from '../terminal/command-error';
import { printable } from '../terminal/printable';

/** One invocation; without an event it is as the schedule's. */
export interface Invocation {
  readonly functionName: string;
  /** What the function does, in a word. */
  readonly noun: 'poll' | 'audit';
  readonly event?: object;
}

export interface Answer {
  /** Undefined for an invocation that ended well. */
  readonly failure: Failure | undefined;
  readonly payload: unknown;
}

/** How an invocation failed, in texts that may be shown. */
export interface Failure {
  readonly kind: 'threw' | 'ran-out-of-time' | 'ended-by-lambda';
  readonly error: string;
  readonly errorType: string;
}

/** Invokes once only. Throws CommandError for what the caller can put right. */
export async function invoke(
  { functionName, noun, event = {} }: Invocation,
  { lambda }: Pick<Clients, 'lambda'>,
): Promise<Answer> {
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

const sentences: readonly (readonly [string, (functionName: string, noun: string) => string])[] = [
  [
    'ResourceNotFoundException',
    (name) => `There is no function ${name}: it was deleted, or is in another region. Deploy it anew.`,
  ],
  [
    'TooManyRequestsException',
    (name, noun) =>
      `Lambda has no room for ${name} now (throttled), so no ${noun} began. Try again in a minute.`,
  ],
  [
    'TimeoutError',
    (name, noun) =>
      `${name} has not answered for longer than it may run: whether the ${noun} ended, its row in the Jobs table shows.`,
  ],
];

/** `functionError` is as Lambda classifies it. */
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
