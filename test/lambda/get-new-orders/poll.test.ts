// The poll: every new order becomes one reference; orders that the ledger knows are excluded and counted; failures send alerts.
import type { OrderQuery } from '../../../lambda/shared/bigcommerce/order-list';
import { BigCommerceError, EnqueueError } from '../../../lambda/shared/runtime/errors';
import { Status } from '../../../lambda/shared/order/status';
import { aLine, anOrder, iso, NOON, storeDate } from '../../support/builders';
import { aWorld } from '../../support/world';
import type { World } from '../../support/world';

const DAY = 86_400_000;

it('a poll queues every new order once, and records what it found', async () => {
  const world = aWorld();
  for (const [id, status_id] of [
    [1, 11],
    [2, 7],
    [3, 5],
    [4, 12],
    [5, 9],
  ] as const)
    world.shop.add(anOrder({ id, status_id }));

  const references = await world.poll();

  expect(references).toEqual([
    expect.objectContaining({ orderId: 2, source: 'poll', statusId: 7, jobTimestamp: NOON }),
    expect.objectContaining({
      orderId: 1,
      source: 'poll',
      statusId: 11,
      dateModified: storeDate(NOON - 3_600_000),
    }),
  ]);
  expect(world.jobs).toMatchObject([
    {
      timestamp: NOON,
      outcome: 'poll.finished',
      found: 2,
      enqueued: 2,
      excluded: {},
      counted: { 5: 1, 7: 1, 11: 1 },
    },
  ]);
  expect([1, 2].map((id) => world.rows.get(id)?.state)).toEqual(['queued', 'queued']);
});

it('a poll counts what it found and queued in one log line', async () => {
  const world = aWorld();
  const old = { date_modified: storeDate(NOON - 2 * 3_600_000) };
  for (const id of [1, 2, 3]) world.shop.add(anOrder({ id, ...old }));
  await world.poll();
  world.shop.add(anOrder({ id: 4, ...old }));
  await world.poll();
  expect(world.lines).toEqual(
    [
      { PollsFinished: 1, OrdersFound: 3, OrdersQueued: 3 },
      { PollsFinished: 1, OrdersFound: 4, OrdersQueued: 1 },
    ].map((metrics) => ({ level: 'INFO', event: 'poll.finished', metrics })),
  );
});

it('a poll lists only statuses that have any order', async () => {
  const world = aWorld();
  world.shop.add(anOrder());
  await world.poll();
  expect(world.shop.calls).toEqual(['countOrders', 'listOrders 11 from 0']);
});

it('a reference carries the time at which the answer of its list was complete', async () => {
  const world = aWorld({ latencyMs: 700 });
  world.shop.add(anOrder());
  const [reference] = await world.poll();
  expect(reference?.seenAt).toBe(iso(NOON + 1_400));
});

it('a poll queues Completed orders only when they are digital and modified within the lookback (a defect of the sample)', async () => {
  const world = aWorld();
  const recent = storeDate(NOON - DAY);
  world.shop.add(anOrder({ id: 1, status_id: 10, date_modified: recent }));
  world.shop.add(anOrder({ id: 2, status_id: 10, order_is_digital: true, date_modified: recent }));
  world.shop.add(
    anOrder({ id: 3, status_id: 10, order_is_digital: true, date_modified: storeDate(NOON - 30 * DAY) }),
  );

  expect((await world.poll()).map(({ orderId }) => orderId)).toEqual([2]);
  expect(world.jobs[0]?.excluded).toEqual({ 'completed-not-digital': 1 });
});

it('a poll queues a Completed order whose lines are all digital, whatever its flag says', async () => {
  const world = aWorld();
  const completed = { status_id: 10, date_modified: storeDate(NOON - DAY) };
  world.shop.add(anOrder({ id: 1, ...completed }), { lines: [aLine({ type: 'digital' })] });
  world.shop.add(anOrder({ id: 2, ...completed }), { lines: [aLine({ type: 'digital' }), aLine({ id: 2 })] });
  expect((await world.poll()).map(({ orderId }) => orderId)).toEqual([1]);
});

it('a poll looks further back for Completed orders when the last successful poll is longer ago', async () => {
  const world = aWorld();
  await world.poll();
  world.clock.now += 20 * DAY;
  const changed = { status_id: 10, order_is_digital: true, date_modified: storeDate(NOON + DAY) };
  world.shop.add(anOrder({ id: 2, ...changed }));
  expect(await world.poll()).toHaveLength(1);
});

it('a poll excludes archived orders and those older than IgnoreOrdersCreatedBefore', async () => {
  const world = aWorld();
  world.shop.add(anOrder({ id: 1, date_created: storeDate(NOON - 10 * DAY) }));
  world.shop.add(anOrder({ id: 2, is_deleted: true }));
  world.shop.add(anOrder({ id: 3 }));
  const references = await world.poll({ settings: { ignoreOrdersCreatedBefore: NOON - 5 * DAY } });
  expect(references.map(({ orderId }) => orderId)).toEqual([3]);
});

it('a poll finds every order of many while their statuses change during the poll (a defect of the sample)', async () => {
  const world = aWorld();
  for (let id = 1; id <= 600; id += 1) world.shop.add(anOrder({ id }));
  world.shop.after('listOrders', () => {
    for (let id = 1; id <= 250; id += 1) world.shop.edit(id, { status_id: 9 });
  });
  const references = await world.poll();
  expect(references.map(({ orderId }) => orderId)).toEqual(
    Array.from({ length: 600 }, (_, index) => index + 1),
  );
});

it('a poll checks both versions of an order that changes its status between two lists', async () => {
  const world = aWorld({ rules: { allowedStatusIds: [7, 11] } });
  world.shop.add(anOrder({ id: 1, status_id: 7 }));
  world.shop.add(anOrder({ id: 2, status_id: 11 }));
  await world.pollAndReplicate();
  world.clock.now += DAY;
  world.shop.edit(2, { status_id: 11 });
  world.shop.after('listOrders', () => world.shop.edit(1, { status_id: 11 }));

  const references = await world.poll();
  for (const reference of references) await world.replicate(reference);

  expect(references.map(({ orderId, statusId }) => [orderId, statusId])).toEqual([
    [1, 11],
    [2, 11],
  ]);
  expect(world.shop.puts.filter(({ orderId }) => orderId === 1)).toHaveLength(1);
});

it('a poll does not queue a waiting order again (a defect of the sample) until its reference can no longer be on its way', async () => {
  const world = aWorld();
  world.shop.add(anOrder({ date_modified: storeDate(NOON - 2 * 3_600_000) }));
  expect(await world.poll()).toHaveLength(1);
  world.clock.now += DAY;
  expect(await world.poll()).toHaveLength(0);
  expect(world.jobs[1]?.excluded).toEqual({ 'already-queued': 1 });
  world.clock.now += 3 * DAY;
  expect(await world.poll()).toHaveLength(1);
});

it('a poll queues a waiting order again when the order was changed', async () => {
  const world = aWorld();
  world.shop.add(anOrder());
  await world.poll();
  world.clock.now += DAY;
  world.shop.edit(100, { staff_notes: 'x' });
  expect(await world.poll()).toHaveLength(1);
});

describe('an order that a webhook reported and the worker skipped', () => {
  const HOUR = 3_600_000;

  async function aSkippedOrder(order: Parameters<typeof anOrder>[0]) {
    const world = aWorld();
    world.shop.add(anOrder({ date_modified: storeDate(NOON - HOUR), ...order }));
    await world.replicate({ orderId: 100, source: 'webhook', seenAt: iso(NOON) });
    expect(world.rows.get(100)).toMatchObject({ state: 'skipped' });
    return world;
  }

  it('a skipped order is queued by the first poll after a deployment whose AllowedStatusIds includes its status', async () => {
    const world = await aSkippedOrder({ status_id: Status.ManualVerificationRequired });
    world.clock.now += HOUR;
    expect(await world.pollAndReplicate()).toBe(0);
    const allowed = { allowedStatusIds: [7, 10, 11, 12], advanceStatusIds: [10, 11, 12] };
    world.clock.now += HOUR;
    const rules = { ...world.rules, ...allowed };
    const [reference, ...others] = await world.poll({ settings: { rules } });
    expect(others).toEqual([]);
    await world.replicate(reference!, { deps: { rules } });
    expect(world.shop.order(100)?.status_id).toBe(Status.AwaitingShipment);
    // Once more, since the read before the PUT is older than its date.
    world.clock.now += HOUR;
    for (const one of await world.poll({ settings: { rules } })) await world.replicate(one);
    for (let poll = 0; poll < 200; poll += 1) {
      world.clock.now += HOUR;
      expect(await world.poll({ settings: { rules } })).toEqual([]);
    }
  });

  it('a skipped order is replicated once it is back from the archive, though its date has not changed', async () => {
    const world = await aSkippedOrder({ is_deleted: true });
    world.shop.editSilently(100, { is_deleted: false });
    world.clock.now += HOUR;
    expect(await world.pollAndReplicate()).toBe(1);
    expect(world.snapshots.get(100)).toMatchObject({ replication: { state: 'replicated' } });
  });

  it('a skipped order is not queued by two hundred polls of an unchanged store that lists it', async () => {
    const world = await aSkippedOrder({ status_id: Status.Cancelled });
    await world.poll();
    world.shop.edit(100, { staff_notes: 'x' });
    world.clock.now += 20_000;
    await world.pollAndReplicate();
    for (let poll = 0; poll < 200; poll += 1) {
      world.clock.now += 10_000;
      expect(await world.poll()).toEqual([]);
    }
    expect(world.jobs.at(-1)?.excluded).toEqual({ 'already-skipped': 1 });
  });
});

it('a poll keeps its job small, however many orders it finds (a defect of the sample)', async () => {
  const world = aWorld({ latencyMs: 0 });
  for (let id = 1; id <= 3_000; id += 1) world.shop.add(anOrder({ id }));
  await world.poll();
  expect(world.jobs[0]).toMatchObject({ found: 3_000, enqueued: 3_000 });
  expect(JSON.stringify(world.jobs[0]).length).toBeLessThan(1_000);
});

it('a poll counts an order as queued even if the ledger could not record it', async () => {
  const world = aWorld();
  world.shop.add(anOrder());
  const ledger = { ...world.ledger, recordQueued: () => Promise.reject(new Error('throttled')) };
  expect(await world.poll({ deps: { ledger } })).toHaveLength(1);
  expect(world.jobs).toMatchObject([{ outcome: 'poll.finished' }]);
  expect(world.lines).toContainEqual({ level: 'WARN', event: 'ledger.queued_not_recorded' });
});

describe('a poll that fails', () => {
  const down = new BigCommerceError('GET /v2/orders answered 503.', 'retryable', 503);
  /** A store whose lists fail from now on. */
  const withoutLists = (world: World) => ({
    store: { ...world.shop.store, listOrders: () => Promise.reject(down) },
  });

  it('a poll that fails records its job, sends an alert and throws (a defect of the sample: no email was ever sent)', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    await expect(world.poll({ deps: withoutLists(world) })).rejects.toBe(down);
    expect(world.jobs).toMatchObject([
      { outcome: 'poll.failed', error: 'BigCommerceError: GET /v2/orders answered 503.' },
    ]);
    expect(world.alerts).toMatchObject([{ subject: 'poll failed' }]);
    expect(world.alerts[0]?.message).toContain('answered 503');
    expect(world.lines).toEqual([{ level: 'ERROR', event: 'poll.failed', metrics: undefined }]);
  });

  it('a poll that fails for a wrong token reports what to fix, under a subject of its own', async () => {
    const world = aWorld();
    world.shop.before('countOrders', () => {
      throw new BigCommerceError('GET /v2/orders/count answered 401.', 'configuration', 401);
    });
    await expect(world.poll()).rejects.toThrow('401');
    expect(world.alerts).toMatchObject([
      { subject: 'polls fail: BigCommerce refuses our credentials or settings' },
    ]);
    expect(world.alerts[0]?.message).toContain('Fix the credentials in the secret');
  });

  it('a poll that fails half way records what it had queued, and the next poll queues the rest', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ id: 1, status_id: 7 }));
    world.shop.add(anOrder({ id: 2, status_id: 11 }));
    const { listOrders } = world.shop.store;
    const store = {
      ...world.shop.store,
      listOrders: (query: OrderQuery) => (query.statusId === 11 ? Promise.reject(down) : listOrders(query)),
    };
    await expect(world.poll({ deps: { store } })).rejects.toBe(down);
    expect(world.jobs).toMatchObject([{ outcome: 'poll.failed', enqueued: 1 }]);
    world.queued.length = 0;
    world.clock.now += DAY;
    expect((await world.poll()).map(({ orderId }) => orderId)).toEqual([2]);
  });

  it('a poll records no order as queued that SQS refused', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    const queue = { enqueue: () => Promise.reject(new EnqueueError('SQS refused 1 of 1 references.')) };
    await expect(world.poll({ deps: { queue } })).rejects.toThrow('SQS refused');
    expect(world.rows.size).toBe(0);
    expect(await world.poll()).toHaveLength(1);
  });

  it('a poll throws the first error even when recording the failure also fails', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    const jobs = {
      record: () => Promise.reject(new Error('table gone')),
      lastFinished: () => Promise.resolve(undefined),
      heldSince: () => Promise.resolve(undefined),
      lastSliced: () => Promise.resolve(undefined),
    };
    await expect(world.poll({ deps: { jobs, ...withoutLists(world) } })).rejects.toBe(down);
    expect(world.alerts).toHaveLength(1);
  });
});

it('two polls at the same time cause one effect', async () => {
  const world = aWorld();
  world.shop.add(anOrder());
  const [first, second] = await Promise.all([world.poll(), world.poll()]);
  for (const reference of [...first, ...second]) await world.replicate(reference);
  expect(world.shop.puts).toHaveLength(1);
  expect(world.stream).toHaveLength(2);
});

it('a poll makes at most 50 calls for 10,000 new orders, whether it is the first poll or a later one', async () => {
  for (const isFirst of [true, false]) {
    const world = aWorld({ latencyMs: 0 });
    if (!isFirst) await world.poll();
    world.shop.calls.length = 0;
    const date_modified = storeDate(world.clock.now + 60_000);
    world.clock.now += DAY;
    for (let id = 1; id <= 10_000; id += 1) world.shop.add(anOrder({ id, date_modified }));
    expect(await world.poll()).toHaveLength(10_000);
    expect(world.shop.calls.length).toBeLessThanOrEqual(50);
  }
});
