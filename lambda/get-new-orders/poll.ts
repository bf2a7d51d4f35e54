// The first stop: one scheduled pass over the store turns every order that is new, or was changed after it was stored,
// into one reference, and records the job. A store too large for one poll is read by several, one after the other.
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

/** So many polls in a row that continue one another count as good ones: a hundred thousand orders take about five. */
const MOST_SLICES = 12;

export type PollDeps = ReadStoreDeps &
  ReportDeps & { readonly adapters: { readonly jobs: Pick<JobsTable, 'record'>; readonly log: Log } };

/** Queues every order that the ledger does not know so yet. Records a failure, alerts, and throws it. */
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
  // A poll that moves on is no missed one; one that never comes to an end is.
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
