// The first stop: a scheduled poll queues a reference to every order that is new, or has changed since it was stored, and
// records the job. If a store is too large for one poll, several polls read it one after the other.
import { formatError } from '../shared/runtime/errors';
import type { Log } from '../shared/runtime/log';
import { iso } from '../shared/runtime/time';
import { reportFailure } from '../shared/steps/report-failure';
import type { ReportDeps } from '../shared/steps/report-failure';
import type { Job, JobsTable } from '../shared/tables/jobs';
import { PollTally } from './poll-tally';
import { readStore } from './read-store';
import type { ReadStoreDeps } from './read-store';
import { alertUnlistable } from './alert-unlistable';

/** At most this many consecutive slices count as finished polls: 100,000 orders take about five. */
const MOST_SLICES = 12;

export type PollDeps = ReadStoreDeps &
  ReportDeps & { readonly adapters: { readonly jobs: Pick<JobsTable, 'record'>; readonly log: Log } };

/** Queues every order that the ledger does not know in its current version. Records a failure, sends an alert, and throws it. */
export async function poll(deps: PollDeps): Promise<Job> {
  const timestamp = deps.invocation.now();
  const tally = new PollTally(timestamp);
  try {
    const end = await readStore(tally, deps);
    const job: Job = { ...tally.counts(), duration_ms: deps.invocation.now() - timestamp, ...end };
    await deps.adapters.jobs.record(job);
    logEnd(job, deps.adapters.log);
    await alertUnlistable(job, deps);
    return job;
  } catch (error) {
    await alertUnlistable(tally.counts(), deps);
    const duration_ms = deps.invocation.now() - timestamp;
    await recordFailure({ ...tally.counts(), duration_ms }, error, deps);
    throw error;
  }
}

function logEnd({ timestamp: jobTimestamp, ...job }: Job, log: Log): void {
  // A poll that continues another one makes progress. One that never reaches the end does not.
  const isGood = (job.cursor?.slices ?? 0) <= MOST_SLICES;
  const metrics = {
    ...(isGood ? { PollsFinished: 1 } : {}),
    OrdersFound: job.found,
    OrdersQueued: job.enqueued,
  };
  log.info(job.outcome, { jobTimestamp, ...job }, metrics);
}

/** Reports the failure, then records the job. Never throws. */
async function recordFailure(job: Omit<Job, 'outcome'>, cause: unknown, deps: PollDeps): Promise<void> {
  const { timestamp: jobTimestamp, ...counts } = job;
  await reportFailure(
    {
      job: 'poll',
      event: 'poll.failed',
      cause,
      fields: { jobTimestamp, ...counts, outcome: 'poll.failed' },
      happened: `The poll that began at ${iso(jobTimestamp)} failed. It had queued ${job.enqueued} orders.`,
      consequence:
        'Lambda tries a scheduled poll twice more, and the next poll finds what is missing. No order is lost.',
      advice: 'If it repeats, fix the cause that the error names.',
    },
    deps,
  );
  try {
    await deps.adapters.jobs.record({ ...job, outcome: 'poll.failed', error: formatError(cause) });
  } catch (error) {
    deps.adapters.log.error('poll.failure_not_recorded', { error: formatError(error) });
  }
}
