// Each minute: queues the orders that are due, and counts those that are late. A reference that was lost is replaced so.
import type { Queue } from '../shared/aws/queue';
import type { DeliveryReference } from '../shared/delivery/delivery-reference';
import type { Log } from '../shared/runtime/log';
import { DAY_MS, HOUR_MS, iso } from '../shared/runtime/time';
import { queuesReferences } from '../shared/steps/tell-deliveries';
import type { DeliveryPolicy } from '../shared/steps/tell-deliveries';
import type { Deliveries, DueRow } from '../shared/tables/deliveries';

/** More would only wait, and grow older than the rows that they name. */
const MOST_QUEUED = 1_000;

export interface SweepDeps {
  readonly adapters: {
    readonly deliveries: Pick<Deliveries, 'dueNow' | 'heldByAnotherMapping' | 'dueInLive' | 'countOverdue'>;
    readonly queue: Pick<Queue<DeliveryReference>, 'enqueue' | 'countMessages'>;
    readonly log: Pick<Log, 'info'>;
  };
  /** `mapping` is the digest of the mapping that is built in. */
  readonly policy: DeliveryPolicy & { readonly mapping: string };
  readonly invocation: { readonly now: () => number };
}

/** How many references a sweep queued, by why the rows were due, and how many rows are late. */
export interface Sweep {
  readonly due: number;
  readonly held: number;
  readonly shadow: number;
  /** Due for more than an hour. */
  readonly overdue: number;
  readonly heldForADay: number;
}

/** Queues what is due, oldest first, until the queue has 1,000 messages; nothing in `off` or paused. Throws what AWS throws. */
export async function sweep(deps: SweepDeps): Promise<Sweep> {
  const { adapters, policy, invocation } = deps;
  const now = invocation.now();
  const late = await adapters.deliveries.countOverdue(now - HOUR_MS, now - DAY_MS);
  const queued = queuesReferences(policy) ? await queueDue(deps) : { due: 0, held: 0, shadow: 0 };
  const result = { ...queued, overdue: late.due, heldForADay: late.held };
  // In `off` every row stays due, as it should.
  const DeliveriesOverdue = policy.mode === 'off' ? 0 : late.due;
  adapters.log.info('sweep.finished', result, { DeliveriesOverdue, DeliveriesHeldForADay: late.held });
  return result;
}

async function queueDue(deps: SweepDeps): Promise<Pick<Sweep, 'due' | 'held' | 'shadow'>> {
  const { deliveries, queue } = deps.adapters;
  const { mode, mapping } = deps.policy;
  const now = deps.invocation.now();
  let room = MOST_QUEUED - (await queue.countMessages());
  const fill = async (find: (limit: number) => Promise<readonly DueRow[]>): Promise<number> => {
    if (room <= 0) return 0;
    const rows = await find(room);
    await queue.enqueue(rows.map(({ orderId }) => ({ orderId, seenAt: iso(now) })));
    room -= rows.length;
    return rows.length;
  };
  return {
    due: await fill((limit) => deliveries.dueNow(limit, now)),
    held: await fill((limit) => deliveries.heldByAnotherMapping(limit, mapping, now)),
    shadow: mode === 'live' ? await fill((limit) => deliveries.dueInLive(limit, now)) : 0,
  };
}
