// The ledger, the Orders table and the Jobs table, late and failing as DynamoDB does when it throttles.
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import type { Audit } from '../../../lambda/shared/order/audit-result';
import { createAudits } from '../../../lambda/shared/tables/audits';
import type { StoredOrders, OrdersTable } from '../../../lambda/shared/tables/orders';
import { parseDate } from '../../../lambda/shared/runtime/time';
import type { Random } from '../../../simulator/random';
import { createJobsTable } from '../../../lambda/shared/tables/jobs';
import type { Job } from '../../../lambda/shared/tables/jobs';
import type { Ledger } from '../../../lambda/shared/tables/ledger';
import { erasePersonal } from '../../../lambda/shared/order/personal-data';
import { memoryTables } from '../../support/memory-ledger';
import type { MemoryTables } from '../../support/memory-ledger';
import { jobRows } from './job-rows';
import type { VirtualTime } from '../../support/virtual-time';

export interface TableHabits {
  failures: number;
  /** The share of transactions that end in a conflict, are throttled, or take effect and lose their answer. */
  conflicts: number;
}

/** A version of an order that the service has on record; a worker that takes the order begins with what there is then. */
export interface Learned {
  readonly orderId: number;
  readonly at: number;
  readonly modifiedAt: number;
  readonly by: 'lease' | 'snapshot';
}

export function createTables(
  time: VirtualTime,
  random: Random,
  habits: TableHabits,
  recordRetentionDays: number,
) {
  const memory = memoryTables();
  const jobs: Job[] = [];
  const audits: Audit[] = [];
  const struck = { failed: 0, cancelled: 0 };
  const learned: Learned[] = [];
  const client = jobRows(time.now);
  const pollRows = createJobsTable(client, 'jobs', recordRetentionDays);
  const learning = noteVersions(memory, learned, time.now);
  const auditRows = createAudits(client, 'jobs', recordRetentionDays);

  const lateAll = latecomer(time, random, habits, struck);

  /** By order: how much of the stream there was when its people were erased. */
  const erased = new Map<number, number>();
  return {
    erase: (id: number) => erase(id, memory, erased, time.now()),
    erased,
    rows: memory.rows,
    snapshots: memory.snapshots,
    stream: memory.stream,
    jobs,
    struck,
    learned,
    ledger: lateAll({
      ...memory.ledger,
      takeLease: learning.takeLease,
      recordAdvance: conflicting(memory, random, habits, struck),
    }),
    orders: lateAll({ ...memory.orders, save: learning.save }),
    stored: lateAll({
      among: (ids: readonly number[]) => Promise.resolve(memory.versions(ids)),
    } satisfies StoredOrders),
    audits,
    auditsTable: lateAll({ ...auditRows, record: noting(audits, auditRows.record) }),
    jobsTable: lateAll({ ...pollRows, record: noting(jobs, pollRows.record) }),
  };
}

export interface Struck {
  failed: number;
  cancelled: number;
}

type Call = (...args: unknown[]) => Promise<unknown>;

/** Makes every call of an adapter late, and lets some fail. */
export function latecomer(
  { sleep }: VirtualTime,
  random: Random,
  habits: Pick<TableHabits, 'failures'>,
  struck: Pick<Struck, 'failed'>,
) {
  const late =
    (call: Call): Call =>
    async (...args) => {
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
  return <T extends object>(adapter: T): T =>
    Object.fromEntries(Object.entries(adapter).map(([name, call]) => [name, late(call as Call)])) as T;
}

/** Notes the newest version that a worker may know of when it takes an order, and whenever it has stored one. */
function noteVersions(
  memory: MemoryTables,
  learned: Learned[],
  now: () => number,
): Pick<Ledger, 'takeLease'> & Pick<OrdersTable, 'save'> {
  return {
    takeLease: async (lease, reference, ...times) => {
      const answer = await memory.ledger.takeLease(lease, reference, ...times);
      const { orderId } = lease;
      const dates = [
        memory.rows.get(orderId)?.modified_at,
        memory.snapshots.get(orderId)?.date_modified,
        reference.dateModified,
      ];
      const modifiedAt = Math.max(...dates.map((date) => parseDate(date) ?? 0));
      if (answer.kind === 'taken') learned.push({ orderId, at: now(), modifiedAt, by: 'lease' });
      return answer;
    },
    save: async (snapshot) => {
      await memory.orders.save(snapshot);
      const modifiedAt = parseDate(snapshot.date_modified) ?? 0;
      learned.push({ orderId: snapshot.id, at: now(), modifiedAt, by: 'snapshot' });
    },
  };
}

/** Lets some transactions meet another write, be throttled, or lose their answer. */
function conflicting(
  memory: MemoryTables,
  random: Random,
  habits: TableHabits,
  struck: Struck,
): Ledger['recordAdvance'] {
  return async (...args) => {
    if (habits.conflicts === 0 || random() >= habits.conflicts) return memory.ledger.recordAdvance(...args);
    struck.cancelled += 1;
    const kind = random();
    if (kind < 0.4) throw cancelled('TransactionConflict');
    if (kind < 0.7) throw cancelled('ThrottlingError');
    await memory.ledger.recordAdvance(...args);
    throw new Error('The answer was lost.');
  };
}

/** What the command does: the ledger's mark first, then the snapshot. An order that is not stored names no shopper. */
function erase(id: number, memory: MemoryTables, erased: Map<number, number>, now: number): void {
  const [row, snapshot] = [memory.rows.get(id), memory.snapshots.get(id)];
  if (row === undefined || snapshot === undefined || erased.has(id)) return;
  const erased_at = new Date(now).toISOString();
  memory.rows.set(id, { ...row, erased_at });
  const replication = { ...snapshot.replication, erased_at };
  const nameless = { ...erasePersonal(snapshot), replication };
  memory.snapshots.set(id, nameless);
  memory.stream.push(nameless);
  erased.set(id, memory.stream.length);
}

/** Keeps what was recorded, for the verdict: rows expire. */
function noting<T>(all: T[], record: (one: T) => Promise<void>): (one: T) => Promise<void> {
  return async (one) => {
    await record(one);
    all.push(structuredClone(one));
  };
}

function cancelled(code: string): TransactionCanceledException {
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [None, ${code}]`;
  return new TransactionCanceledException({
    $metadata: {},
    message,
    CancellationReasons: [{ Code: 'None' }, { Code: code }],
  });
}

export type Tables = ReturnType<typeof createTables>;
