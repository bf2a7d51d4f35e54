// A poll that fails is heard of: in the log, by email and in its job row; none of these may hide the first error.
import { formatError, failureKind, HOW_TO_FIX } from '../shared/runtime/errors';
import type { Alerts } from '../shared/aws/alerts';
import type { Job, JobsTable } from '../shared/tables/jobs';
import type { Log } from '../shared/runtime/log';
import { iso } from '../shared/runtime/time';

interface Deps {
  readonly jobs: Pick<JobsTable, 'record'>;
  readonly alerts: Pick<Alerts, 'sendHourly'>;
  readonly log: Log;
}

/**
 * Never throws. One email an hour: Lambda tries a failed poll twice more, and polls may be minutes apart. A failure of
 * another kind is another subject, and not held back.
 */
export async function recordFailure(
  job: Omit<Job, 'outcome'>,
  cause: unknown,
  { jobs, alerts, log }: Deps,
): Promise<void> {
  const failed = { ...job, outcome: 'failed', error: formatError(cause) } as const;
  const { timestamp: jobTimestamp, ...outcome } = failed;
  log.error('poll.failed', { jobTimestamp, ...outcome });
  const isConfiguration = failureKind(cause) === 'configuration';
  await alerts.sendHourly({
    subject: isConfiguration ? 'polls fail: BigCommerce refuses our credentials or settings' : 'poll failed',
    message: [
      `The poll that began at ${iso(job.timestamp)} failed. It had queued ${job.enqueued} orders.`,
      failed.error,
      'A scheduled poll is tried again twice, and the next one takes up what is missing: nothing is lost.',
      isConfiguration ? HOW_TO_FIX : 'If this keeps coming, mend what the error names.',
    ].join('\n\n'),
  });
  try {
    await jobs.record(failed);
  } catch (error) {
    log.error('poll.failure_not_recorded', { error: formatError(error) });
  }
}
