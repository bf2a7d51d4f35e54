// The sweep of very many rows that are due at once: how much it queues, how long it takes, and the memory that it needs.
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { sweep } from '../lambda/queue-deliveries/sweep';
import type { DeliveryRow } from '../lambda/shared/delivery/delivery-row';
import { iso } from '../lambda/shared/runtime/time';
import type { Print } from '../scripts/terminal/command';
import type { DeliveryWorld } from './delivery-world';
import type { Limits } from './limits';

const FIRST_ID = 10_000_000;
/** DynamoDB's own limit. */
const ROWS_PER_WRITE = 25;
const WRITES_AT_ONCE = 4;
const MAX_REFERENCES = 1_000;

/** Fills the table in two parts and prints what a sweep does after each. */
export async function measureSweep(
  world: DeliveryWorld,
  rows: number,
  print: Print,
  limits: Limits,
): Promise<void> {
  const few = Math.min(rows, 2 * MAX_REFERENCES);
  print(`A sweep of rows that are all due (at most ${MAX_REFERENCES} references):`);
  await addDueRows(world, 0, few);
  limits.atMost(MAX_REFERENCES, await sweepOnce(world, few, print), 'references of a sweep');
  await addDueRows(world, few, rows);
  limits.atMost(MAX_REFERENCES, await sweepOnce(world, rows, print), 'references of a large sweep');
}

/** Returns how many references it queued. */
async function sweepOnce(
  { deliveries, mapping }: DeliveryWorld,
  rows: number,
  print: Print,
): Promise<number> {
  let queued = 0;
  const queue = {
    countMessages: () => Promise.resolve(0),
    enqueue: (references: readonly unknown[]) => {
      queued += references.length;
      return Promise.resolve(references.map((_, nth) => String(nth)));
    },
  };
  const startedAt = Date.now();
  const before = process.memoryUsage.rss();
  let most = before;
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 5);
  try {
    const { overdue } = await sweep({
      adapters: { deliveries, queue, log: { info: () => undefined } },
      policy: { mode: 'live', paused: false, mapping: mapping.digest },
      invocation: { now: Date.now },
    });
    print(
      `  ${rows} rows: ${queued} references queued, ${overdue} counted as late, ${Date.now() - startedAt} ms, ` +
        `${((most - before) / 1e6).toFixed(0)} MB more memory`,
    );
    return queued;
  } finally {
    clearInterval(watch);
  }
}

async function addDueRows(world: DeliveryWorld, from: number, to: number): Promise<void> {
  let next = from;
  const write = async () => {
    while (next < to) {
      const first = next;
      next = Math.min(to, first + ROWS_PER_WRITE);
      const rows = Array.from({ length: next - first }, (_, nth) => dueRow(FIRST_ID + first + nth));
      const puts = rows.map((Item) => ({ PutRequest: { Item } }));
      await world.documents.send(new BatchWriteCommand({ RequestItems: { DeliveriesTable: puts } }));
    }
  };
  await Promise.all(Array.from({ length: WRITES_AT_ONCE }, write));
}

/** Due for two hours. */
function dueRow(order_id: number): DeliveryRow {
  const at = iso(Date.now() - 7_200_000);
  return { order_id, state: 'waiting', state_at: at, told: 1, wanted_read_at: at, due: 'now', due_at: at };
}
