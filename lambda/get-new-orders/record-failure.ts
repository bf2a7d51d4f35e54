// A poll that fails is heard of: in the log, by email and in its job row; none of these may hide the first error.
import { describe } from '../shared/errors';
import type { Alerts } from '../shared/alerts';
import type { Log } from '../shared/log';
import type { Job, JobsTable } from '../shared/tables';

interface Deps {
  readonly jobs: Pick<JobsTable, 'record'>;
  readonly alerts: Pick<Alerts, 'send'>;
  readonly log: Log;
}

/** Never throws. */
export async function recordFailure(job: Job, { jobs, alerts, log }: Deps): Promise<void> {
  log.error('poll failed', { ...job });
  await alerts.send({
    subject: 'poll failed',
    message: [
      `The poll that began at ${new Date(job.timestamp).toISOString()} failed. It had queued ${job.enqueued} orders.`,
      job.error,
      'Lambda tries it again twice, and the next poll takes up what is missing: nothing is lost.',
      'If this keeps coming, mend what the error names.',
    ].join('\n\n'),
  });
  try {
    await jobs.record(job);
  } catch (error) {
    log.error('failed poll not recorded', { error: describe(error) });
  }
}
