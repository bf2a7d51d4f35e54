// Deliveries into a real Tryton: calls per order, the worker's time compared with that of the same calls alone, and a sweep
// of very many rows that are due at once.
import { deliverBatch } from '../lambda/deliver-orders/batch';
import { buildSalesOrder } from '../lambda/shared/delivery/build-sales-order';
import type { SalesOrder } from '../lambda/shared/delivery/sales-order';
import type { Erp } from '../lambda/shared/erp/erp';
import type { Snapshot } from '../lambda/shared/order/order';
import { iso } from '../lambda/shared/runtime/time';
import type { Print } from '../scripts/terminal/command';
import { createStore } from '../simulator/index';
import { median } from './deployed';
import { withDeliveries } from './delivery-world';
import type { DeliveryWorld } from './delivery-world';
import { measureSweep } from './delivery-sweep';

const MAX_CALLS = { known: 5, created: 7 } as const;
const MAX_TIMES_BARE = 1.3;
const WORKERS = 2;
/** As many messages as one invocation gets. */
const BATCH = 5;
/** The two ways take turns, so that changes of the machine's load affect both equally. */
const TURNS = 4;
/** So long a write may take to leave after its intent. */
const LEAVES_WITHIN_MS = 2_000;

export interface DeliveryCounts {
  readonly orders?: number;
  readonly dueRows?: number;
}

/** Prints what deliveries cost in calls and time. */
export async function measureDelivery(
  print: Print,
  { orders = 200, dueRows = 100_000 }: DeliveryCounts = {},
): Promise<void> {
  await withDeliveries(async (world) => {
    await measureCalls(world, print);
    await measureSpeed(world, orders, print);
    await measureSweep(world, dueRows, print);
  });
}

/** A paid physical order of two lines as it is stored; every order has the same lines and address. */
function snapshotOf(id: number, customerId: number): Snapshot {
  const store = createStore({ seed: 1 });
  const made = store.orders.add({ status_id: 11, date_created: Date.now() - 3_600_000, lines: [{}, {}] });
  const readAt = iso(Date.now());
  const snapshot = {
    ...made,
    id,
    customer_id: customerId,
    products: store.orders.lines(made.id),
    shipping_addresses: store.orders.addresses(made.id),
    coupons: store.orders.coupons(made.id),
    replication: { state: 'copied', source: 'poll', seen_at: readAt, read_at: readAt, status_before: 11 },
  };
  return snapshot as unknown as Snapshot;
}

/** One order after the other, each in an invocation of its own; the names are remembered from the first. */
async function measureCalls(world: DeliveryWorld, print: Print): Promise<void> {
  await deliver(world, [snapshotOf(1, 1)], 'first');
  const count = async (id: number, customerId: number) => {
    world.calls.length = 0;
    await deliver(world, [snapshotOf(id, customerId)], `calls-${id}`);
    return world.calls.map(({ call }) => call);
  };
  const created = await count(2, 2);
  const known = await count(3, 2);
  print('Calls to Tryton for an ordinary order, its names and products remembered:');
  const say = (who: string, calls: readonly string[], most: number) =>
    print(`  of ${who} customer: ${calls.length} (at most ${most}): ${calls.join(', ')}`);
  say('a new', created, MAX_CALLS.created);
  say('a known', known, MAX_CALLS.known);
}

async function measureSpeed(world: DeliveryWorld, orders: number, print: Print): Promise<void> {
  const took = { worker: 0, bare: 0 };
  const calls = { worker: 0, bare: 0 };
  const own: number[] = [];
  const perTurn = Math.ceil(orders / TURNS);
  for (let turn = 0; turn < TURNS; turn += 1) {
    const from = 1_000 + turn * perTurn;
    const snapshots = Array.from({ length: perTurn }, (_, nth) => snapshotOf(from + nth, from + nth));
    const apart = snapshots.map(({ id }) => snapshotOf(id + 1_000_000, id + 1_000_000));
    world.calls.length = 0;
    const worker = async () => {
      const startedAt = Date.now();
      await inTwos(batchesOf(snapshots), async (batch) => {
        own.push(await deliver(world, batch, `turn-${batch[0]?.id ?? 0}`));
      });
      took.worker += Date.now() - startedAt;
      calls.worker += world.calls.length;
    };
    const bare = async () => {
      const startedAt = Date.now();
      await inTwos(batchesOf(apart), (batch) => callAlone(world, batch));
      took.bare += Date.now() - startedAt;
      calls.bare += world.calls.length;
    };
    // Tryton gets slower with its records: each way goes first as often as the other.
    for (const run of turn % 2 === 0 ? [worker, bare] : [bare, worker]) {
      world.calls.length = 0;
      await run();
    }
  }
  print(`Delivering ${perTurn * TURNS} orders of new customers into Tryton, ${WORKERS} workers:`);
  print(
    `  ${(took.worker / 1000).toFixed(1)} s with ${calls.worker} calls; the same calls alone, by ${WORKERS} clients: ` +
      `${(took.bare / 1000).toFixed(1)} s with ${calls.bare} calls; ` +
      `${(took.worker / took.bare).toFixed(2)} times as long (at most ${MAX_TIMES_BARE} times)`,
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

/** One invocation of the worker; returns the milliseconds of an order that are not the ERP's. Throws if one is not delivered. */
async function deliver(
  world: DeliveryWorld,
  snapshots: readonly Snapshot[],
  worker: string,
): Promise<number> {
  const messages = snapshots.map(({ id }) => {
    const body = JSON.stringify({ orderId: id, seenAt: iso(Date.now()) });
    return { messageId: `m${id}`, receiptHandle: `r${id}`, body };
  });
  for (const { id, replication } of snapshots) {
    await world.deliveries.tell(id, replication.read_at, Date.now());
  }
  const byId = new Map(snapshots.map((one) => [one.id, one]));
  const { deps, inErpMs } = world.invocationOf(worker, byId);
  const startedAt = Date.now();
  await deliverBatch(messages, deps);
  const ownMs = (Date.now() - startedAt - inErpMs()) / snapshots.length;
  for (const { id } of snapshots) {
    const row = await world.deliveries.find(id);
    if (row?.state !== 'delivered') {
      throw new Error(`Order ${id} is ${row?.state} ${row?.reason ?? row?.last_error ?? ''}.`);
    }
  }
  return ownMs;
}

/** The calls of the worker without anything around them. */
async function callAlone(world: DeliveryWorld, snapshots: readonly Snapshot[]): Promise<void> {
  const erp = world.connect();
  for (const snapshot of snapshots) {
    const built = buildSalesOrder(snapshot, world.mapping.mapping);
    if (built.kind === 'hold') throw new Error(`Order ${snapshot.id} is held: ${built.reason}.`);
    await createAndConfirm(erp, built.document);
  }
}

async function createAndConfirm(erp: Erp, document: SalesOrder): Promise<void> {
  const soon = () => Date.now() + LEAVES_WITHIN_MS;
  const { party, billing, shipping } = document;
  await erp.findOrders([document.ref]);
  await erp.findCustomers(party);
  const addresses = [billing].concat(shipping.map(({ address }) => address));
  const customer = await erp.createCustomer(party, addresses, soon());
  await erp.prepare(document, customer);
  let order = await erp.createDraft(document, customer, soon());
  while (order.state === 'draft') order = await erp.confirm(order, document, soon());
}
