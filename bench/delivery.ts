// Deliveries into a real Tryton: calls per order, the worker's time compared with that of the same calls alone, and a sweep
// of very many rows that are due at once.
import type { Snapshot } from '../lambda/shared/order/order';
import type { Print } from '../scripts/terminal/command';
import { median } from './deployed';
import { callAlone, deliver, snapshotOf } from './delivery-runs';
import { withDeliveries } from './delivery-world';
import type { DeliveryWorld } from './delivery-world';
import { measureSweep } from './delivery-sweep';
import type { Limits } from './limits';

const MAX_CALLS = { known: 5, created: 7 } as const;
const MAX_TIMES_BARE = 1.3;
const WORKERS = 2;
/** As many messages as one invocation gets. */
const BATCH = 5;
/** The two ways take turns, so that changes of the machine's load affect both equally. */
const TURNS = 4;

export interface DeliveryCounts {
  readonly orders?: number;
  readonly dueRows?: number;
}

/** Prints what deliveries cost in calls and time. */
export async function measureDelivery(
  print: Print,
  limits: Limits,
  { orders = 200, dueRows = 100_000 }: DeliveryCounts = {},
): Promise<void> {
  await withDeliveries(async (world) => {
    await measureCalls(world, print, limits);
    await measureSpeed(world, orders, print, limits);
    await measureSweep(world, dueRows, print, limits);
  });
}

/** One order after the other, each in an invocation of its own; the names are remembered from the first. */
async function measureCalls(world: DeliveryWorld, print: Print, limits: Limits): Promise<void> {
  await deliver(world, [snapshotOf(1, 1)], 'first');
  const count = async (id: number, customerId: number) => {
    world.calls.length = 0;
    await deliver(world, [snapshotOf(id, customerId)], `calls-${id}`);
    return world.calls.map(({ call }) => call);
  };
  const created = await count(2, 2);
  const known = await count(3, 2);
  print('Calls to Tryton for an ordinary order, its names and products remembered:');
  const say = (who: string, calls: readonly string[], most: number) => {
    limits.atMost(most, calls.length, `calls for an order of ${who} customer`);
    print(`  of ${who} customer: ${calls.length} (at most ${most}): ${calls.join(', ')}`);
  };
  say('a new', created, MAX_CALLS.created);
  say('a known', known, MAX_CALLS.known);
}

/** What one way of doing it took in all turns. */
interface Took {
  ms: number;
  calls: number;
}

async function measureSpeed(
  world: DeliveryWorld,
  orders: number,
  print: Print,
  limits: Limits,
): Promise<void> {
  const own: number[] = [];
  const worker: Took = { ms: 0, calls: 0 };
  const bare: Took = { ms: 0, calls: 0 };
  const ways = [
    {
      firstId: 1_000,
      took: worker,
      deliver: async (batch: readonly Snapshot[]) =>
        void own.push(await deliver(world, batch, `batch-${batch[0]?.id ?? 0}`)),
    },
    {
      firstId: 1_000_000,
      took: bare,
      deliver: (batch: readonly Snapshot[]) => callAlone(world, batch),
    },
  ];
  const perTurn = Math.ceil(orders / TURNS);
  for (let turn = 0; turn < TURNS; turn += 1) {
    // Tryton gets slower with its records: each way goes first as often as the other.
    for (const { firstId, took, deliver: run } of turn % 2 === 0 ? ways : ways.toReversed()) {
      const ids = Array.from({ length: perTurn }, (_, nth) => firstId + turn * perTurn + nth);
      const batches = batchesOf(ids.map((id) => snapshotOf(id, id)));
      world.calls.length = 0;
      const startedAt = Date.now();
      await inTwos(batches, run);
      took.ms += Date.now() - startedAt;
      took.calls += world.calls.length;
    }
  }
  limits.atMost(MAX_TIMES_BARE, worker.ms / bare.ms, 'time of deliveries, times that of their calls alone');
  print(`Delivering ${perTurn * TURNS} orders of new customers into Tryton, ${WORKERS} workers:`);
  print(
    `  ${(worker.ms / 1000).toFixed(1)} s with ${worker.calls} calls; the same calls alone, by ${WORKERS} clients: ` +
      `${(bare.ms / 1000).toFixed(1)} s with ${bare.calls} calls; ` +
      `${(worker.ms / bare.ms).toFixed(2)} times as long (at most ${MAX_TIMES_BARE} times)`,
  );
  print(
    `  ${median(own).toFixed(0)} ms of an order's time are not the ERP's (median of ${own.length} batches)`,
  );
}

function batchesOf(snapshots: readonly Snapshot[]): readonly (readonly Snapshot[])[] {
  const batches = Array.from({ length: Math.ceil(snapshots.length / BATCH) }, (_, nth) => nth * BATCH);
  return batches.map((from) => snapshots.slice(from, from + BATCH));
}

/** Two at a time, as many as there are slots. */
async function inTwos<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const take = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: WORKERS }, take));
}
