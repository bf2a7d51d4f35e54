// The Jobs table in memory, its rows in the order in which they were written. What the next poll goes by outlasts them.
import type { Job, JobsTable } from '../../lambda/shared/tables/jobs';

/** By the array of rows, which a test may empty as the table's TTL does. */
const kept = new WeakMap<Job[], Job[]>();

export function memoryJobs(jobs: Job[]): JobsTable {
  const memory = kept.get(jobs) ?? [];
  kept.set(jobs, memory);
  const newest = (...outcomes: readonly Job['outcome'][]) =>
    [...memory, ...jobs]
      .filter(({ outcome }) => outcomes.includes(outcome))
      .reduce<Job | undefined>(
        (one, other) => (one && one.timestamp > other.timestamp ? one : other),
        undefined,
      );
  return {
    record(job) {
      for (const rows of [jobs, memory]) rows.push(structuredClone(job));
      return Promise.resolve();
    },
    lastFinished() {
      const job = newest('poll.finished');
      return Promise.resolve(job?.began ?? job?.timestamp);
    },
    heldSince: () => Promise.resolve(newest('poll.finished')?.held_since),
    lastSliced() {
      const job = newest('poll.finished', 'poll.sliced', 'poll.failed');
      return Promise.resolve(job?.outcome === 'poll.sliced' ? job : undefined);
    },
  };
}
