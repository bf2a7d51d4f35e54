// npm run poll: polls the store at once instead of at the next hour of the schedule, and reports the job.
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';

import { isRow, parseJson, statusName } from '../lambda/shared/order';
import type { Cursor, Job } from '../lambda/shared/jobs';
import { namesOf } from './aws-errors';
import { CommandError, readArguments, runAsCommand } from './command';
import { printable } from './printable';
import { outputOf, serviceFlags, serviceUsage, withService, type Service } from './service';

const usage = `Usage: npm run poll -- [options]

Polls the store now, waits for the end (five minutes at most) and reports what was found, queued and left out.
Two polls at once do no harm. Ctrl-C ends the waiting, not the poll.

${serviceUsage}`;

type PollService = Pick<Service, 'stackName' | 'outputs' | 'clients'>;

/** Polls once. Throws CommandError, in plain words, if the poll fails or does not begin. */
export async function poll(args: readonly string[], print: (line: string) => void): Promise<void> {
  const { values } = readArguments(serviceFlags, usage, { args });
  await withService(values, (service) => pollOnce(service, print));
}

export async function pollOnce(service: PollService, print: (line: string) => void): Promise<void> {
  const functionName = outputOf(service, 'GetNewOrdersFunctionName');
  print(`${functionName} polls the store …`);
  const { failure, payload } = await invoke(functionName, service.clients.lambda);
  if (failure !== undefined) throw new CommandError(whyFailed(payload, failure, service));
  if (!isJob(payload)) {
    throw new CommandError(
      `${functionName} did not answer with a job: has it been deployed with the packages of this version?`,
    );
  }
  for (const line of report(payload)) print(line);
}

interface Answer {
  /** As Lambda classifies it; undefined for a poll that ended well. */
  readonly failure: string | undefined;
  readonly payload: unknown;
}

async function invoke(functionName: string, lambda: LambdaClient): Promise<Answer> {
  try {
    const { FunctionError: failure, Payload } = await lambda.send(
      new InvokeCommand({ FunctionName: functionName, Payload: '{}' }),
    );
    return { failure, payload: parseJson(Payload?.transformToString() ?? '') };
  } catch (error) {
    const sentence = sentences.find(([name]) => namesOf(error).includes(name))?.[1];
    throw sentence === undefined ? error : new CommandError(sentence(functionName), { cause: error });
  }
}

const sentences: readonly (readonly [string, (functionName: string) => string])[] = [
  [
    'ResourceNotFoundException',
    (name) => `There is no function ${name}: it was deleted, or is in another region. Deploy it anew.`,
  ],
  [
    'TooManyRequestsException',
    (name) => `Lambda has no room for ${name} now (throttled), so nothing was polled. Try again in a minute.`,
  ],
  [
    'TimeoutError',
    (name) =>
      `${name} has not answered for longer than it may run: whether the poll ended, its row in the Jobs table shows.`,
  ],
];

function whyFailed(payload: unknown, failure: string, { stackName, outputs }: PollService): string {
  const { errorMessage, errorType } = isRow(payload) ? payload : {};
  const error = printable(typeof errorMessage === 'string' ? errorMessage : failure);
  if (/Task timed out/.test(error)) {
    return `The poll ran out of time: ${error}. It is not recorded as a job and nobody was alerted. What it had queued is queued; poll again for the rest.`;
  }
  const isEndedByLambda = /^(Runtime\.(?!HandlerError)|Sandbox\.)/.test(String(errorType));
  const after = isEndedByLambda
    ? `Lambda ended it (${printable(String(errorType))}), so that no job was recorded and nobody was alerted: see the log group /order-replication/${stackName}/GetNewOrders.`
    : `If the poll had begun, its job is recorded as failed in ${outputs['JobsTableName'] ?? 'the Jobs table'}; an email goes out once an hour. The next poll takes up what is missing.`;
  return `The poll failed: ${error}\n${after}`;
}

function isJob(value: unknown): value is Job {
  return (
    isRow(value) &&
    [value.timestamp, value.duration_ms, value.found, value.enqueued].every(Number.isFinite) &&
    isRow(value.counted) &&
    isRow(value.left_out)
  );
}

function report({
  timestamp,
  duration_ms,
  counted,
  found,
  enqueued,
  left_out,
  cursor,
}: Job): readonly string[] {
  const inStore = numbers(counted).map(([id, orders]) => `${orders} ${statusName(Number(id))}`);
  const leftOut = numbers(left_out).map(([reason, orders]) => `${orders} ${printable(reason)}`);
  const rows = {
    Began: `${new Date(timestamp).toISOString()}, took ${(duration_ms / 1000).toFixed(1)} s`,
    'In the store': inStore.join(', ') || 'no order',
    Found: String(found),
    Queued: String(enqueued),
    'Left out': leftOut.join(', ') || 'none',
    ...(cursor === undefined ? {} : { Stopped: `in time: ${howToGoOn(cursor)}` }),
  };
  return Object.entries(rows).map(([name, value]) => `${name.padEnd(12)} ${value}`);
}

function howToGoOn({ list, last_id: lastId }: Cursor): string {
  const name = /^\d+$/.test(list) ? statusName(Number(list)) : 'what was changed';
  const where = lastId === 0 ? `with the list of ${name}` : `after order ${lastId} in the list of ${name}`;
  return `the store has more orders than fit into one poll. The next poll goes on ${where}; run it again.`;
}

const numbers = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts).filter(([, orders]) => orders !== 0);

runAsCommand(module, () => poll(process.argv.slice(2), console.log));
