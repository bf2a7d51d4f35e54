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

describe('a poll after a pause that outlasted the rows of the Jobs table', () => {
  const short = { settings: { completedOrdersLookbackDays: 1 } };

  it('a poll after a long pause queues the digital orders that were completed and the orders that were edited in it', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ id: 99, date_modified: storeDate(NOON - DAY) }));
    for (const one of await world.poll(short)) await world.replicate(one);
    world.clock.now += 2 * DAY;
    const completed = { status_id: Status.Completed, order_is_digital: true };
    const dates = { date_created: storeDate(world.clock.now), date_modified: storeDate(world.clock.now) };
    world.shop.add(anOrder({ id: 100, ...completed, ...dates }));
    world.shop.edit(99, { status_id: Status.Cancelled });
    world.clock.now += 4 * DAY;
    world.jobs.length = 0;
    expect((await world.poll(short)).map(({ orderId }) => orderId)).toEqual([99, 100]);
  });

  it('a poll after a long pause continues a first poll that ran out of time before it', async () => {
    const world = aWorld();
    const completed = { status_id: Status.Completed, order_is_digital: true };
    world.shop.add(anOrder({ id: 1, status_id: 7 }));
    world.shop.add(anOrder({ id: 2, ...completed, date_modified: storeDate(NOON - DAY / 2) }));
    await world.poll({ ...short, deps: { stopBefore: 0 } });
    expect(world.jobs).toMatchObject([{ outcome: 'poll.sliced' }]);
    world.clock.now += 6 * DAY;
    world.jobs.length = 0;
    expect((await world.poll(short)).map(({ orderId }) => orderId)).toEqual([2]);
  });
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

describe('a poll of orders that no list can show', () => {
  const inSevens = (world: World) => {
    for (let id = 101; id <= 107; id += 1)
      world.shop.add(anOrder({ id, date_modified: storeDate(NOON - DAY) }));
  };
  const idsOf = (references: readonly { orderId: number }[]) => references.map(({ orderId }) => orderId);

  it('a poll steps over an order that no list can show, queues the other six, and names and queues that one alone', async () => {
    const world = aWorld();
    inSevens(world);
    world.shop.makeUnreadable(104);
    const references = await world.poll();
    expect(idsOf(references).sort()).toEqual([101, 102, 103, 104, 105, 106, 107]);
    expect(references.find(({ orderId }) => orderId === 104)).toEqual({
      orderId: 104,
      source: 'poll',
      jobTimestamp: NOON,
      seenAt: expect.any(String) as unknown,
    });
    expect(world.jobs).toMatchObject([
      { outcome: 'poll.finished', found: 6, enqueued: 7, unreadable: 1, unreadable_ids: [104] },
    ]);
    expect(world.alerts).toHaveLength(1);
    expect(world.alerts[0]?.subject).toBe('BigCommerce cannot list some orders');
    expect(world.alerts[0]?.message).toContain('order 104');
  });

  it('a poll queues orders that no list can show once a day, whether or not the ledger knows them', async () => {
    const world = aWorld();
    inSevens(world);
    await world.pollAndReplicate();
    world.clock.now += DAY;
    for (const id of [104, 105]) world.shop.edit(id, { status_id: 11 });
    world.shop.makeUnreadable(104);
    world.shop.makeUnreadable(105);
    const perPoll: (readonly number[])[] = [];
    for (let poll = 0; poll < 14; poll += 1) {
      perPoll.push(idsOf(await world.poll()).filter((id) => id === 104 || id === 105));
      world.clock.now += 2 * 3_600_000;
    }
    expect(perPoll[0]).toEqual([104, 105]);
    expect(perPoll.flat()).toEqual([104, 105, 104, 105]);
    expect(world.jobs.slice(1).every(({ unreadable }) => unreadable === 2)).toBe(true);
  });

  /** Two orders change while no list can show the first: before its reference of the day, and after it. */
  async function anUnreadableChange(deps: object) {
    const [world, referred]: [World, number[]] = [aWorld(), []];
    for (const id of [104, 105]) world.shop.add(anOrder({ id, date_modified: storeDate(NOON - DAY) }));
    for (let poll = 0; poll < 2; poll += 1) {
      await world.pollAndReplicate();
      world.clock.now += DAY;
    }
    world.shop.makeUnreadable(104);
    for (const id of [104, 105]) world.shop.edit(id, { staff_notes: 'edited' });
    world.clock.now += 2 * 3_600_000;
    expect(await world.pollAndReplicate()).toBe(2);
    world.clock.now += 2 * 3_600_000;
    for (const id of [104, 105]) world.shop.edit(id, { status_id: Status.Cancelled });
    for (let poll = 0; poll < 30; poll += 1) {
      const references = await world.poll({ deps });
      for (const reference of references) await world.replicate(reference);
      referred.push(...idsOf(references).filter((id) => id === 104));
      world.clock.now += 2 * 3_600_000;
    }
    return { world, referred };
  }

  it.each([
    ['a poll reads all changes', Infinity],
    ['the last page is for the next poll', 0],
  ])(
    'orders that no list can show are not forgotten when they change after their reference of the day: %s',
    async (_, stopBefore) => {
      const { world, referred } = await anUnreadableChange({ stopBefore });
      expect(world.snapshots.get(104)).toMatchObject({ status_id: Status.Cancelled });
      // The changes are held until then, and no longer.
      expect(referred).toEqual([104]);
      expect(world.jobs.at(-1)).not.toHaveProperty('held_since');
      expect(world.jobs.at(-1)).not.toHaveProperty('unreadable_ids');
    },
  );

  it('orders that no list could show are found as usual once they can be listed again', async () => {
    const world = aWorld();
    inSevens(world);
    world.shop.makeUnreadable(104);
    await world.poll();
    world.shop.makeReadable(104);
    expect(idsOf(await world.poll())).toContain(104);
    expect(world.jobs[1]).not.toHaveProperty('unreadable_ids');
  });

  it('a poll that fails later names the orders that no list can show in its job', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ id: 1, status_id: 7 }));
    world.shop.add(anOrder({ id: 2, status_id: 7 }));
    world.shop.add(anOrder({ id: 3, status_id: 11 }));
    world.shop.makeUnreadable(1);
    const down = new BigCommerceError('GET /v2/orders answered 503.', 'retryable', 503);
    const { listOrders } = world.shop.store;
    const store = {
      ...world.shop.store,
      listOrders: (query: OrderQuery) => (query.statusId === 11 ? Promise.reject(down) : listOrders(query)),
    };
    await expect(world.poll({ deps: { store } })).rejects.toBe(down);
    expect(world.jobs).toMatchObject([{ outcome: 'poll.failed', unreadable: 1, unreadable_ids: [1] }]);
    expect(world.alerts.map(({ subject }) => subject)).toEqual([
      'BigCommerce cannot list some orders',
      'poll failed',
    ]);
  });

  it('a poll fails where more than ten orders that no list can show begin a list, and still reads every other list', async () => {
    const world = aWorld();
    for (let id = 1; id <= 11; id += 1) {
      world.shop.add(anOrder({ id, status_id: 7 }));
      world.shop.makeUnreadable(id);
    }
    world.shop.add(anOrder({ id: 12, status_id: 7 }));
    world.shop.add(anOrder({ id: 100, status_id: 11 }));
    await expect(world.poll()).rejects.toThrow('more than 10 orders');
    expect(idsOf(world.queued)).toEqual([100]);
    expect(world.jobs).toMatchObject([{ outcome: 'poll.failed', found: 1, enqueued: 1 }]);
    expect(world.alerts.map(({ subject }) => subject)).toEqual(['poll failed']);
  });

  it('a poll fails also where too little time is left for the lists after those that cannot be read', async () => {
    const world = aWorld({ latencyMs: 1_000 });
    for (let id = 1; id <= 11; id += 1) {
      world.shop.add(anOrder({ id, status_id: 7 }));
      world.shop.makeUnreadable(id);
    }
    for (let id = 101; id <= 400; id += 1) world.shop.add(anOrder({ id, status_id: 11 }));
    await expect(world.poll({ deps: { stopBefore: NOON } })).rejects.toThrow('more than 10 orders');
    expect(world.queued).toHaveLength(250);
    expect(world.jobs).toMatchObject([{ outcome: 'poll.failed' }]);
  });

  it('a poll queues 60 orders though the store fails on pages of 150 rows and more', async () => {
    const world = aWorld();
    for (let id = 1; id <= 60; id += 1) world.shop.add(anOrder({ id }));
    world.shop.limitRows(149);
    expect(await world.poll()).toHaveLength(60);
    expect(world.jobs).toMatchObject([{ outcome: 'poll.finished', found: 60 }]);
    expect(world.alerts).toEqual([]);
  });
});

describe('a count of orders that fails', () => {
  const failing = (error: Error) => (world: World) =>
    world.shop.before('countOrders', () => {
      throw error;
    });

  it('a poll reads every list when the count fails, and its job records why nothing was counted', async () => {
    const world = aWorld();
    for (const id of [1, 2, 3]) world.shop.add(anOrder({ id }));
    failing(new BigCommerceError('GET /v2/orders/count answered 504.', 'retryable', 504))(world);
    expect(await world.poll()).toHaveLength(3);
    expect(world.shop.calls.map((call) => call.split(' from')[0])).toEqual([
      'countOrders',
      'listOrders 7',
      'listOrders 10',
      'listOrders 11',
    ]);
    expect(world.jobs).toMatchObject([
      {
        outcome: 'poll.finished',
        counted: {},
        enqueued: 3,
        not_counted: 'BigCommerceError: GET /v2/orders/count answered 504.',
      },
    ]);
    expect(world.alerts).toEqual([]);
  });

  it('a poll fails when the count fails for a wrong token', async () => {
    const world = aWorld();
    failing(new BigCommerceError('GET /v2/orders/count answered 401.', 'configuration', 401))(world);
    await expect(world.poll()).rejects.toThrow('401');
  });
});

it('a poll lists a status that the count omits', async () => {
  const world = aWorld();
  world.shop.add(anOrder());
  const store = { ...world.shop.store, countOrders: () => Promise.resolve(new Map<number, number>()) };
  expect(await world.poll({ deps: { store } })).toHaveLength(1);
  expect(Status.AwaitingFulfillment).toBe(11);
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

describe('a list of changes that is empty', () => {
  const HOUR = 3_600_000;
  const empty = { orders: [], unreadable: 0, isLast: true };

  /** A store whose one order was edited after the last poll. */
  async function anEditedOrder() {
    const world = aWorld();
    world.shop.add(anOrder());
    await world.pollAndReplicate();
    world.clock.now += 3 * HOUR;
    await world.pollAndReplicate();
    world.clock.now += 3 * HOUR;
    await world.pollAndReplicate();
    world.shop.edit(100, { staff_notes: 'edited' });
    world.clock.now += 3 * HOUR;
    world.shop.calls.length = 0;
    return world;
  }

  /** Lists of changes are empty `times` times; the rest is the store's. */
  const hiding = (world: ReturnType<typeof aWorld>, times = Infinity, more: object = {}) => {
    let left = times;
    const listOrders: typeof world.shop.store.listOrders = (query) => {
      if (query.statusId !== undefined || left <= 0) return world.shop.store.listOrders(query);
      left -= 1;
      return Promise.resolve(empty);
    };
    return { deps: { store: { ...world.shop.store, listOrders, ...more } } };
  };

  it('the next poll reads an empty list of changes again when the count of the same dates is not empty', async () => {
    const world = await anEditedOrder();
    expect(await world.poll(hiding(world, 1))).toEqual([]);
    expect(world.shop.calls).toEqual(['countOrders', 'countOrders']);
    const [before, held] = world.jobs.slice(-2);
    expect(held).toMatchObject({
      outcome: 'poll.finished',
      began: before?.began,
      held_since: held?.timestamp,
    });
    world.clock.now += 3 * HOUR;
    expect(await world.pollAndReplicate()).toBe(1);
    expect(world.snapshots.get(100)).toMatchObject({ staff_notes: 'edited' });
    expect(world.jobs.at(-1)).not.toHaveProperty('held_since');
    world.clock.now += 3 * HOUR;
    await world.poll();
    expect(world.jobs.at(-1)?.began).toBe(world.jobs.at(-1)?.timestamp);
  });

  it('an empty list of changes is believed after a day, because the count may include orders that no list shows', async () => {
    const world = await anEditedOrder();
    const last = world.jobs.at(-1)!;
    for (let poll = 0; poll < 8; poll += 1) {
      await world.poll(hiding(world));
      expect(world.jobs.at(-1)).toMatchObject({ outcome: 'poll.finished', began: last.began });
      world.clock.now += 3 * HOUR;
    }
    await world.poll(hiding(world));
    const { began, timestamp } = world.jobs.at(-1)!;
    expect(began).toBe(timestamp);
    expect(world.jobs.at(-1)).not.toHaveProperty('held_since');
  });

  it('an empty list of changes is believed when the count is empty too, at the cost of one call', async () => {
    const world = await anEditedOrder();
    world.shop.remove(100);
    await world.poll();
    expect(world.shop.calls).toEqual(['countOrders', 'listOrders any from 0', 'countOrders']);
    expect(world.jobs.at(-1)?.began).toBe(world.jobs.at(-1)?.timestamp);
  });

  it('an empty list of changes is believed when only Incomplete orders are counted, which no such list shows', async () => {
    const world = await anEditedOrder();
    world.shop.edit(100, { status_id: Status.Incomplete });
    await world.poll();
    expect(world.jobs.at(-1)?.began).toBe(world.jobs.at(-1)?.timestamp);
  });

  it('an empty list of changes is read again when the count fails', async () => {
    const world = await anEditedOrder();
    const countOrders = (dates?: object) =>
      dates === undefined ? world.shop.store.countOrders() : Promise.reject(new Error('504'));
    const references = await world.poll(hiding(world, 1, { countOrders }));
    expect(references.map(({ orderId }) => orderId)).toEqual([100]);
    expect(world.jobs.at(-1)?.began).toBe(world.jobs.at(-1)?.timestamp);
  });

  it('an empty end of a list that an earlier poll began is read again', async () => {
    const world = aWorld({ latencyMs: 1_000 });
    await world.poll();
    world.clock.now += 3 * HOUR;
    const date_modified = storeDate(world.clock.now - HOUR);
    for (let id = 1; id <= 300; id += 1) world.shop.add(anOrder({ id, date_modified }));
    // The first of the two only gets to the list of its status.
    expect(await world.poll({ deps: { stopBefore: 0 } })).toHaveLength(0);
    expect(await world.poll({ deps: { stopBefore: 0 } })).toHaveLength(250);
    expect(world.jobs.at(-1)).toMatchObject({ outcome: 'poll.sliced' });
    world.clock.now += 3 * HOUR;
    expect(await world.poll(hiding(world, 1))).toHaveLength(50);
  });

  it('an empty end of a list is read again however little time there is, and the polls come to an end', async () => {
    const world = aWorld({ latencyMs: 1_000 });
    await world.poll();
    world.clock.now += 3 * HOUR;
    const date_modified = storeDate(world.clock.now - HOUR);
    for (let id = 1; id <= 250; id += 1) world.shop.add(anOrder({ id, date_modified }));
    for (let poll = 0; poll < 4; poll += 1) await world.poll({ deps: { stopBefore: 0 } });
    expect(world.jobs.map(({ outcome }) => outcome).slice(1, 4)).toEqual([
      'poll.sliced',
      'poll.sliced',
      'poll.finished',
    ]);
  });

  it('an empty second page after a full first one is noticed', async () => {
    const world = aWorld({ latencyMs: 0 });
    await world.poll();
    world.clock.now += 3 * HOUR;
    const date_modified = storeDate(world.clock.now - HOUR);
    for (let id = 1; id <= 300; id += 1) world.shop.add(anOrder({ id, date_modified }));
    const listOrders: typeof world.shop.store.listOrders = (query) =>
      query.minId > 0 ? Promise.resolve(empty) : world.shop.store.listOrders(query);
    expect(await world.poll({ deps: { store: { ...world.shop.store, listOrders } } })).toHaveLength(250);
    world.clock.now += 3 * HOUR;
    expect(await world.poll()).toHaveLength(50);
  });
});
