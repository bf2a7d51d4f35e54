// One poll now, outside the schedule: invokes the function, waits for its end, and reports the job.
import * as v from 'valibot';

import { countText } from '../../lambda/shared/order/reasons';
import { statusName } from '../../lambda/shared/order/status';
import { readJob } from '../../lambda/shared/tables/jobs';
import type { Values } from '../stack/parameters';
import { PROGRAM } from '../terminal/command';
import type { Print } from '../terminal/command';
import { CommandError } from '../terminal/command-error';
import { printable } from '../terminal/printable';
import { namedValues } from '../terminal/table';
import { inWords } from './aws-errors';
import type { Clients } from './clients';
import { invoke } from './invoke';
import type { Failure } from './invoke';
import { problemsIn } from './problems';
import { outputOf } from './service';
import type { Service } from './service';

export type PollService = Pick<Service, 'stackName' | 'outputs' | 'clients'>;

const counts = v.record(v.string(), v.number());

/** The fields of the function's answer, a job, that are reported. */
const job = v.object({
  timestamp: v.number(),
  duration_ms: v.number(),
  counted: counts,
  found: v.number(),
  enqueued: v.number(),
  excluded: counts,
  not_counted: v.exactOptional(v.string()),
  unreadable_ids: v.exactOptional(v.array(v.number())),
  cursor: v.exactOptional(v.object({ list: v.string(), last_id: v.number() })),
});

/** A function of an earlier version answers in an older form. */
const polledJob = v.pipe(
  v.record(v.string(), v.unknown()),
  v.transform((row): unknown => readJob(row)),
  job,
);

export type PolledJob = v.InferOutput<typeof polledJob>;

/** Polls once. Throws CommandError if the poll fails or does not start. */
export async function pollOnce(service: PollService, note: Print): Promise<PolledJob> {
  const functionName = outputOf(service, 'GetNewOrdersFunctionName');
  note(`${functionName} polls the store …`);
  const { failure, payload } = await invoke({ functionName, noun: 'poll' }, service.clients);
  if (failure !== undefined) throw new CommandError(whyFailed(failure, service));
  const job = v.safeParse(polledJob, payload);
  if (job.success) return job.output;
  throw new CommandError(
    `${functionName} did not answer with a job (${problemsIn(job.issues)}). Deploy the packages of this version, then poll again.`,
  );
}

export interface PolledStack {
  readonly stackName: string;
  readonly outputs: Values;
  readonly parameters: Values;
}

/**
 * Polls now, because a new alarm, or one that was off, would count a missing poll. Never throws: it prints a failure and
 * the command that polls again. `service` are the options that name the service.
 */
export async function pollNow(
  { stackName, outputs, parameters }: PolledStack,
  service: string,
  clients: Clients,
  note: Print,
): Promise<PolledJob | undefined> {
  try {
    return await pollOnce({ stackName, outputs, clients }, note);
  } catch (error) {
    note(inWords(error));
    note(
      `Everything else is done. The next poll starts automatically within ${parameters['PollingInterval'] ?? ''} minutes. To poll now: ${PROGRAM} poll ${service}`,
    );
    return undefined;
  }
}

function whyFailed({ kind, error, errorType }: Failure, { stackName, outputs }: PollService): string {
  if (kind === 'ran-out-of-time') {
    return `The poll ran out of time: ${error}. It is not recorded as a job, and no alert was sent. Orders that it queued stay queued; poll again for the others.`;
  }
  const after =
    kind === 'ended-by-lambda'
      ? `Lambda ended it (${errorType}): no job was recorded, and no alert was sent. The reason is in the log group /order-replication/${stackName}/GetNewOrders.`
      : `A poll that had started is recorded as failed in ${outputs['JobsTableName'] ?? 'the Jobs table'}, and an alert email is sent at most once an hour. The next poll queues the missing orders.`;
  return `The poll failed: ${error}\n${after}`;
}

/** The job as data, for programs. */
export const pollData = (job: PolledJob) => ({
  startedAt: new Date(job.timestamp).toISOString(),
  durationMs: job.duration_ms,
  inStore: job.counted,
  found: job.found,
  queued: job.enqueued,
  excluded: job.excluded,
  notListed: job.unreadable_ids ?? [],
  isComplete: job.cursor === undefined,
});

/** The job as lines, for people. */
export function pollLines({
  timestamp,
  duration_ms,
  counted,
  found,
  enqueued,
  excluded,
  cursor,
  not_counted: notCounted,
  unreadable_ids: unreadableIds = [],
}: PolledJob): readonly string[] {
  const inStore = numbers(counted).map(([id, orders]) => `${orders} ${statusName(Number(id))}`);
  const notQueued = numbers(excluded).map(([key, orders]) => `${orders} ${printable(countText(key))}`);
  const notListed = `orders ${unreadableIds.join(', ')}: BigCommerce fails on each list that contains one of them`;
  return namedValues({
    Started: `${new Date(timestamp).toISOString()}, took ${(duration_ms / 1000).toFixed(1)} s`,
    'In the store':
      notCounted === undefined ? inStore.join(', ') || 'no order' : `not counted: ${printable(notCounted)}`,
    Found: String(found),
    Queued: String(enqueued),
    Excluded: notQueued.join(', ') || 'none',
    ...(unreadableIds.length > 0 && { 'Not listed': notListed }),
    ...(cursor !== undefined && { Stopped: `before its timeout: ${howToContinue(cursor)}` }),
  });
}

function howToContinue({ list, last_id: lastId }: NonNullable<PolledJob['cursor']>): string {
  const name = /^\d+$/.test(list) ? statusName(Number(list)) : 'changed orders';
  const where = lastId === 0 ? `with the list of ${name}` : `after order ${lastId} in the list of ${name}`;
  return `the store has more orders than fit into one poll. The next poll continues ${where}. To continue now, run it again.`;
}

const numbers = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts).filter(([, orders]) => orders !== 0);
