// The Jobs table in memory, its rows in the order in which they were written.
import type { Job, JobsTable } from '../../lambda/shared/jobs';

export function memoryJobs(jobs: Job[]): JobsTable {
  const newest = (...outcomes: readonly Job['outcome'][]) =>
    jobs
      .filter(({ outcome }) => outcomes.includes(outcome))
      .reduce<Job | undefined>(
        (one, other) => (one && one.timestamp >= other.timestamp ? one : other),
        undefined,
      );
  return {
    record: (job) => Promise.resolve(void jobs.push(structuredClone(job))),
    lastFinished() {
      const job = newest('finished');
      return Promise.resolve(job?.began ?? job?.timestamp);
    },
    lastSliced() {
      const job = newest('finished', 'sliced', 'failed');
      return Promise.resolve(job?.outcome === 'sliced' ? job : undefined);
    },
  };
}
