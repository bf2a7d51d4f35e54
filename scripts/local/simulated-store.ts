// The simulated store of the local run: orders that each tell a story, and what is to be expected of them.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { CommandError } from '../terminal/command-error';
import { expectationFor } from './expectation';
import type { Expectation } from './expectation';
import type { FollowedOrder } from './order-progress';
import { startSimulator, addSampleOrders } from '../../simulator/index';
import type { Delivery, KeptOrder, Simulator } from '../../simulator/index';

export interface SimulatedStore {
  readonly simulator: Simulator;
  /** Orders that this run found in the file of an earlier one. */
  readonly found: number;
  /** A shopper's order, which the registered webhook tells of. Returns what it was answered, in words. */
  placeOrder(): Promise<string>;
  /** Every order as it is now. */
  orders(): FollowedOrder[];
  save(): void;
}

/** What was to be expected of an order when it got the status that it was found in. */
interface Judgement {
  readonly statusBefore: number;
  readonly expected: Expectation;
}

interface Kept {
  readonly stories: readonly (readonly [id: number, story: string])[];
  readonly judgements: readonly (readonly [id: number, judgement: Judgement])[];
  readonly orders: readonly KeptOrder[];
}

/** Starts it with the orders in `file`, if there is one, else with the telling ones. */
export async function startSimulatedStore(port: number, file: string | undefined): Promise<SimulatedStore> {
  const simulator = await startSimulator({ port });
  const kept = file === undefined ? undefined : readKept(file);
  const told =
    kept === undefined
      ? addSampleOrders(simulator).map(({ id, story }) => [id, story] as const)
      : kept.stories;
  for (const { fields, ...parts } of kept?.orders ?? []) simulator.orders.add({ ...fields, ...parts });
  const stories = new Map(told);
  const first = new Map<number, Judgement>(kept?.judgements ?? []);

  const follow = ({ fields, lines, addresses, coupons }: KeptOrder): FollowedOrder => {
    const { id, status_id: statusNow } = fields;
    const earlier = first.get(id);
    // Another status than it had, and not by us: a person moved it, and it is to be judged anew.
    const judgement =
      earlier !== undefined && [earlier.statusBefore, earlier.expected.advancedTo].includes(statusNow)
        ? earlier
        : {
            statusBefore: statusNow,
            expected: expectationFor({ ...fields, lineTypes: lines.map(({ type }) => type) }, Date.now()),
          };
    first.set(id, judgement);
    const counts = { products: lines.length, addresses: addresses.length, coupons: coupons.length };
    return { id, story: stories.get(id) ?? 'made while this runs', statusNow, counts, ...judgement };
  };
  return {
    simulator,
    found: kept?.orders.length ?? 0,
    async placeOrder() {
      const { id } = simulator.orders.add({ lines: [{}] });
      stories.set(id, 'placed just now, told by a webhook');
      // Judged before anybody can have been told: it may be advanced before anybody looks.
      const placed = simulator.orders.kept(id);
      if (placed !== undefined) follow(placed);
      await simulator.deliveries.idle();
      const [first] = simulator.deliveries.all().find((delivery) => namesOrder(delivery, id))?.attempts ?? [];
      if (first === undefined)
        throw new CommandError(`No webhook is registered that would tell of order ${id}.`);
      if (first.status !== 200) {
        throw new CommandError(
          `The webhook of order ${id} was answered ${first.status ?? first.error ?? ''}.`,
        );
      }
      return `${new Date().toLocaleTimeString()}  The registered webhook told of order ${id} and was answered 200.`;
    },
    orders: () => [...simulator.orders.allKept()].map(follow),
    save() {
      if (file === undefined) return;
      mkdirSync(dirname(file), { recursive: true });
      const keep: Kept = {
        stories: [...stories],
        judgements: [...first],
        orders: [...simulator.orders.allKept()],
      };
      writeFileSync(file, JSON.stringify(keep));
    },
  };
}

const namesOrder = ({ body }: Delivery, orderId: number) =>
  (JSON.parse(body) as { data: { orderId?: unknown } }).data.orderId === orderId;

function readKept(file: string): Kept | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Kept;
  } catch {
    return undefined;
  }
}
