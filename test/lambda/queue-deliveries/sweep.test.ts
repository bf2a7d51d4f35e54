// The sweep of each minute: what is due comes back to the queue, oldest first, and no more than the queue should hold.
import { sweep } from '../../../lambda/queue-deliveries/sweep';
import type { DeliveryRow } from '../../../lambda/shared/delivery/delivery-row';
import { iso, NOON } from '../../support/builders';
import { queueDeliveriesWorld } from '../../support/queue-deliveries-world';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function aWorld(...policy: Parameters<typeof queueDeliveriesWorld>) {
  const world = queueDeliveriesWorld(...policy);
  const put = (order_id: number, overrides: Partial<DeliveryRow> = {}) =>
    void world.deliveries.rows.set(order_id, {
      order_id,
      state: 'waiting',
      state_at: iso(NOON),
      told: 1,
      due: 'now',
      due_at: iso(NOON),
      ...overrides,
    });
  return { ...world, put, queued: () => world.references.map(({ orderId }) => orderId) };
}

it('a sweep queues what is due now, oldest first, then held rows of another mapping, then rows in shadow', async () => {
  const { deps, put, references, queued } = aWorld();
  put(1, { due: 'shadow' });
  put(2, { state: 'held', due: 'held', mapping: 'old' });
  put(3);
  put(4, { due_at: iso(NOON - HOUR) });
  put(5, { due_at: iso(NOON + 1) });
  put(6, { state: 'held', due: 'held', mapping: 'm1' });
  put(7, { lease_owner: 'a', lease_until: iso(NOON + 1) });
  expect(await sweep(deps)).toMatchObject({ due: 2, held: 1, shadow: 1 });
  expect(queued()).toEqual([4, 3, 2, 1]);
  expect(references[0]).toEqual({ orderId: 4, seenAt: iso(NOON) });
});

it('a reference that was lost is replaced by the next sweep', async () => {
  const { deps, deliveries, queued } = aWorld();
  await deliveries.tell(100, iso(NOON - MINUTE), NOON);
  expect(queued()).toEqual([]);
  await sweep(deps);
  expect(queued()).toEqual([100]);
});

it('rows in shadow wait until the mode is live', async () => {
  const { deps, put, queued } = aWorld({ mode: 'shadow' });
  put(1, { due: 'shadow' });
  put(2);
  expect(await sweep(deps)).toMatchObject({ due: 1, shadow: 0 });
  expect(queued()).toEqual([2]);
});

it.each([{ mode: 'off' }, { paused: true }] as const)('with %j a sweep queues nothing', async (policy) => {
  const { deps, put, queued } = aWorld(policy);
  put(1);
  put(2, { state: 'held', due: 'held', mapping: 'old' });
  put(3, { due: 'shadow' });
  expect(await sweep(deps)).toMatchObject({ due: 0, held: 0, shadow: 0 });
  expect(queued()).toEqual([]);
});

it('a sweep fills the queue up to a thousand messages by its own count, the oldest rows first', async () => {
  const { deps, put, queue, queued, references } = aWorld();
  for (let id = 1; id <= 3_000; id += 1) put(id, { due_at: iso(NOON - id) });
  queue.waiting = 900;
  expect(await sweep(deps)).toMatchObject({ due: 100, held: 0, shadow: 0 });
  expect(queued()).toEqual(Array.from({ length: 100 }, (_, nth) => 3_000 - nth));
  expect(await sweep(deps)).toMatchObject({ due: 0 });
  references.length = 0;
  queue.waiting = 0;
  expect(await sweep(deps)).toMatchObject({ due: 1_000 });
  references.length = 0;
  queue.waiting = 1_200;
  expect(await sweep(deps)).toMatchObject({ due: 0 });
});

it('room that is left over by what is due now is for held rows, and then for rows in shadow', async () => {
  const { deps, put, queue, queued } = aWorld();
  queue.waiting = 996;
  put(1);
  for (const id of [2, 3]) put(id, { state: 'held', due: 'held', mapping: 'old', due_at: iso(NOON + id) });
  for (const id of [4, 5]) put(id, { due: 'shadow', due_at: iso(NOON + id) });
  expect(await sweep(deps)).toMatchObject({ due: 1, held: 2, shadow: 1 });
  expect(queued()).toEqual([1, 2, 3, 4]);
});

it('a sweep never asks for more rows than the queue has room for, however many are due', async () => {
  const { deps, queue } = aWorld();
  const limits: number[] = [];
  const dueNow = (limit: number) => {
    limits.push(limit);
    return Promise.resolve(
      Array.from({ length: Math.min(limit, 100_000) }, (_, nth) => ({ orderId: nth + 1, dueAt: iso(NOON) })),
    );
  };
  const deliveries = { ...deps.adapters.deliveries, dueNow };
  const flooded = { ...deps, adapters: { ...deps.adapters, deliveries } };
  expect(await sweep(flooded)).toMatchObject({ due: 1_000 });
  expect(await sweep(flooded)).toMatchObject({ due: 0 });
  queue.waiting = -400;
  expect(await sweep(flooded)).toMatchObject({ due: 400 });
  expect(limits).toEqual([1_000, 400]);
});

it('each sweep logs how many orders are late, also while it is paused', async () => {
  for (const policy of [{}, { mode: 'shadow' }, { paused: true }] as const) {
    const { deps, put, linesOf } = aWorld(policy);
    put(1, { due_at: iso(NOON - HOUR - 1) });
    put(2, { due_at: iso(NOON - HOUR) });
    put(3, { state: 'held', due: 'held', mapping: 'm1', state_at: iso(NOON - 24 * HOUR - 1) });
    put(4, { state: 'held', due: 'held', mapping: 'm1', state_at: iso(NOON - 24 * HOUR) });
    expect(await sweep(deps)).toMatchObject({ overdue: 1, heldForADay: 1 });
    expect(linesOf('sweep.finished')).toMatchObject([
      { level: 'info', metrics: { DeliveriesOverdue: 1, DeliveriesHeldForADay: 1 } },
    ]);
  }
});

it('in the mode off no order counts as late, since each one waits on purpose', async () => {
  const { deps, put, linesOf } = aWorld({ mode: 'off' });
  put(1, { due_at: iso(NOON - 2 * HOUR) });
  expect(await sweep(deps)).toMatchObject({ overdue: 1 });
  expect(linesOf('sweep.finished')).toMatchObject([
    { metrics: { DeliveriesOverdue: 0, DeliveriesHeldForADay: 0 } },
  ]);
});

it('a sweep fails if the queue does, and the rows stay due', async () => {
  const { deps, put, queue, deliveries, linesOf } = aWorld();
  put(1);
  queue.isDown = true;
  await expect(sweep(deps)).rejects.toThrow('SQS refused');
  expect(linesOf('sweep.finished')).toEqual([]);
  expect(await deliveries.dueNow(10, NOON)).toHaveLength(1);
});

it('a row that is held stays in its queue for a new mapping, whatever the sweeps of the current one do', async () => {
  const { deps, put, queued } = aWorld();
  put(1, { state: 'held', due: 'held', mapping: 'm1' });
  await sweep(deps);
  expect(queued()).toEqual([]);
  await sweep({ ...deps, policy: { ...deps.policy, mapping: 'm2' } });
  expect(queued()).toEqual([1]);
});
