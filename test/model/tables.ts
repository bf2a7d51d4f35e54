// The ledger, the Orders table and the Jobs table, late and failing as DynamoDB does when it throttles.
import { type Audit } from '../../lambda/shared/audit';
import { type Audits } from '../../lambda/shared/audits';
import { type StoredOrders } from '../../lambda/shared/stored-orders';
import { type Random } from '../../scripts/local/simulator/random';
import { type Job } from '../../lambda/shared/jobs';
import { memoryJobs } from '../fakes/memory-jobs';
import { memoryTables } from '../fakes/memory-ledger';
import { type VirtualTime } from '../simulator/virtual-time';

export interface TableHabits {
  failures: number;
}

export function createTables(time: VirtualTime, random: Random, habits: TableHabits) {
  const memory = memoryTables();
  const jobs: Job[] = [];
  const audits: Audit[] = [];
  const struck = { failed: 0 };
  const { sleep } = time;

  const late =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await sleep(1 + random() * 8);
      const fails = random() < habits.failures;
      const kind = random();
      if (fails) struck.failed += 1;
      if (fails && kind < 0.5) throw new Error('ProvisionedThroughputExceededException');
      const effect = call(...args);
      const outcome = await effect.catch((error: unknown) => ({ error }));
      await sleep(1 + random() * 8);
      if (fails && kind < 0.75) throw new Error('The answer was lost.');
      // The SDK repeats a call whose answer was lost: a conditional write then meets its own effect.
      if (fails) return call(...args);
      if (typeof outcome === 'object' && outcome !== null && 'error' in outcome) throw outcome.error;
      return outcome;
    };

  type Call = (...args: unknown[]) => Promise<unknown>;
  const lateAll = <T extends object>(adapter: T): T =>
    Object.fromEntries(Object.entries(adapter).map(([name, call]) => [name, late(call as Call)])) as T;

  return {
    rows: memory.rows,
    snapshots: memory.snapshots,
    stream: memory.stream,
    jobs,
    struck,
    ledger: lateAll(memory.ledger),
    orders: lateAll(memory.orders),
    stored: lateAll({
      among: (ids: readonly number[]) => Promise.resolve(memory.versions(ids)),
    } satisfies StoredOrders),
    audits,
    auditsTable: lateAll({
      record: (audit) => Promise.resolve(void audits.push(audit)),
      newestOf: (day) => Promise.resolve(audits.findLast((audit) => audit.day === day)),
    } satisfies Audits),
    jobsTable: lateAll(memoryJobs(jobs)),
  };
}

export type Tables = ReturnType<typeof createTables>;
