// The simulated store of the local run: sample orders, each with a story, and the expected outcome of each order.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import * as v from 'valibot';

import { isRow, parseJson } from '../../lambda/shared/runtime/json';
import { startSimulator, addSampleOrders } from '../../simulator/index';
import type { Delivery, KeptOrder, Simulator } from '../../simulator/index';
import { problemsIn } from '../service/problems';
import { PROGRAM } from '../terminal/command';
import { CommandError } from '../terminal/command-error';
import { expectationFor } from './expectation';
import type { FollowedOrder } from './order-progress';

export interface SimulatedStore {
  readonly simulator: Simulator;
  /** The number of orders in the file of an earlier run. */
  readonly found: number;
  /** Places a shopper's order, which the registered webhook reports. Returns the answer to the webhook in words. */
  placeOrder(): Promise<string>;
  /** The current state of every order. */
  orders(): FollowedOrder[];
  save(): void;
}

const firstStatus = v.object({
  statusBefore: v.number(),
  expected: v.object({
    stored: v.boolean(),
    advancedTo: v.exactOptional(v.number()),
    why: v.exactOptional(v.string()),
  }),
});

/** The status in which an order was found, and the outcome that was expected then. */
type FirstStatus = Readonly<v.InferOutput<typeof firstStatus>>;

const keptStore = v.object({
  stories: v.array(v.tuple([v.number(), v.string()])),
  expectations: v.array(v.tuple([v.number(), firstStatus])),
  orders: v.array(v.custom<KeptOrder>(isKeptOrder, 'expected an order')),
});

/** The file of a run with --keep. */
type KeptStore = v.InferOutput<typeof keptStore>;

interface SimulatedStoreState {
  readonly simulator: Simulator;
  readonly stories: Map<number, string>;
  readonly expectations: Map<number, FirstStatus>;
}

/** Starts the store with the orders in `file`, if it exists, else with sample orders. */
export async function startSimulatedStore(port: number, file: string | undefined): Promise<SimulatedStore> {
  const kept = file === undefined ? undefined : readKept(file);
  const simulator = await startSimulator({ port });
  const stories = kept?.stories ?? addSampleOrders(simulator).map(({ id, story }) => [id, story] as const);
  for (const { fields, ...parts } of kept?.orders ?? []) simulator.orders.add({ ...fields, ...parts });
  const state = { simulator, stories: new Map(stories), expectations: new Map(kept?.expectations) };
  return {
    simulator,
    found: kept?.orders.length ?? 0,
    placeOrder: () => placeOrder(state),
    orders: () => [...simulator.orders.allKept()].map((order) => follow(order, state)),
    save() {
      if (file !== undefined) saveStore(file, state);
    },
  };
}

/** The order with its expected outcome, which is that of the status in which it was first seen. */
function follow(order: KeptOrder, { stories, expectations }: SimulatedStoreState): FollowedOrder {
  const { fields, lines, addresses, coupons } = order;
  const { id, status_id: statusNow } = fields;
  const earlier = expectations.get(id);
  // Another status, which the service did not set: a person changed it, and decides the expected outcome.
  const isKnown =
    earlier !== undefined && [earlier.statusBefore, earlier.expected.advancedTo].includes(statusNow);
  const first = isKnown
    ? earlier
    : {
        statusBefore: statusNow,
        expected: expectationFor({ ...fields, lineTypes: lines.map(({ type }) => type) }, Date.now()),
      };
  expectations.set(id, first);
  const counts = { products: lines.length, addresses: addresses.length, coupons: coupons.length };
  return { id, story: stories.get(id) ?? 'made during this run', statusNow, counts, ...first };
}

async function placeOrder(state: SimulatedStoreState): Promise<string> {
  const { simulator, stories } = state;
  const { id } = simulator.orders.add({ lines: [{}] });
  stories.set(id, 'placed just now, reported by a webhook');
  // Before the webhook is delivered: the worker may advance the order before it is read again.
  const placed = simulator.orders.kept(id);
  if (placed !== undefined) follow(placed, state);
  await simulator.deliveries.idle();
  const [first] = simulator.deliveries.all().find((delivery) => namesOrder(delivery, id))?.attempts ?? [];
  if (first === undefined) throw new CommandError(`No webhook is registered that would report order ${id}.`);
  if (first.status !== 200) {
    throw new CommandError(`The webhook of order ${id} was answered ${first.status ?? first.error ?? ''}.`);
  }
  return `${new Date().toLocaleTimeString()}  The registered webhook reported order ${id} and was answered 200.`;
}

function namesOrder({ body }: Delivery, orderId: number): boolean {
  const event = parseJson(body);
  return isRow(event) && isRow(event.data) && event.data.orderId === orderId;
}

function saveStore(file: string, { simulator, stories, expectations }: SimulatedStoreState): void {
  mkdirSync(dirname(file), { recursive: true });
  const kept: KeptStore = {
    stories: [...stories],
    expectations: [...expectations],
    orders: [...simulator.orders.allKept()],
  };
  writeFileSync(file, JSON.stringify(kept));
}

/** Throws CommandError if the file is damaged, or of an earlier version. */
function readKept(file: string): KeptStore | undefined {
  if (!existsSync(file)) return undefined;
  const kept = v.safeParse(keptStore, parseJson(readFileSync(file, 'utf8')));
  if (kept.success) return kept.output;
  throw new CommandError(
    `The kept orders in ${file} cannot be read (${problemsIn(kept.issues)}). ` +
      `To delete them and start again: ${PROGRAM} start --keep --fresh`,
  );
}

function isKeptOrder(value: unknown): boolean {
  if (!isRow(value) || !isRow(value.fields) || typeof value.fields.id !== 'number') return false;
  return [value.lines, value.addresses, value.coupons].every(Array.isArray);
}
