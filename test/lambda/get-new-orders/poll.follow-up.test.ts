// Orders that were changed after they were stored: the next poll sees it, and the newer version is stored.
import { parseOrder } from '../../../lambda/shared/bigcommerce/parse-order';
import { contentDigest } from '../../../lambda/shared/order/content';
import { BigCommerceError } from '../../../lambda/shared/runtime/errors';
import { Status } from '../../../lambda/shared/order/status';
import { aLine, anOrder, aRuleSet, iso, NOON, storeDate } from '../../support/builders';
import { withLines } from '../../support/memory-store';
import { aWorld } from '../../support/world';
import type { World } from '../../support/world';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A store whose one order was replicated, and looked at once more since. */
async function aReplicatedOrder(order = anOrder()): Promise<World> {
  const world = aWorld();
  world.shop.add(order);
  await world.pollAndReplicate();
  world.clock.now += HOUR;
  await world.pollAndReplicate();
  world.clock.now += HOUR;
  world.shop.calls.length = 0;
  return world;
}

const ids = (references: readonly { orderId: number }[]) => references.map(({ orderId }) => orderId);

describe('changes after replication', () => {
  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    [
      'another address',
      { billing_address: { first_name: 'Bea' } },
      { billing_address: { first_name: 'Bea' } },
    ],
    ['cancelled', { status_id: Status.Cancelled }, { status_id: 5, replication: { state: 'copied' } }],
    ['refunded in part', { status_id: 14, refunded_amount: '5' }, { status_id: 14, refunded_amount: '5' }],
    ['shipped', { status_id: Status.Shipped }, { status_id: 2 }],
    ['completed', { status_id: Status.Completed }, { status_id: 10 }],
    ['archived', { is_deleted: true }, { is_deleted: true }],
  ])(
    'the next poll stores a change after replication and leaves the status unchanged: %s',
    async (_, change, stored) => {
      const world = await aReplicatedOrder();
      world.shop.edit(100, change);
      const statusId = world.shop.order(100)?.status_id;
      world.clock.now += HOUR;

      expect(await world.pollAndReplicate()).toBe(1);

      expect(world.snapshots.get(100)).toMatchObject(stored);
      expect(world.shop.order(100)?.status_id).toBe(statusId);
      expect(world.shop.puts).toHaveLength(1);
      world.clock.now += HOUR;
      expect(await world.pollAndReplicate()).toBe(0);
    },
  );

  it('the next poll stores other lines after replication and leaves the status unchanged', async () => {
    const world = await aReplicatedOrder();
    world.shop.editLines(100, [aLine({ name: 'Cup' })]);
    world.clock.now += HOUR;
    await world.pollAndReplicate();
    expect(world.snapshots.get(100)?.products).toMatchObject([{ name: 'Cup' }]);
    expect(world.shop.puts).toHaveLength(1);
  });
});

it('an order that staff put back into a new status is advanced again', async () => {
  const world = await aReplicatedOrder();
  world.shop.edit(100, { status_id: Status.AwaitingFulfillment });
  world.clock.now += HOUR;
  await world.pollAndReplicate();
  expect(world.shop.puts).toHaveLength(2);
});

it('the first poll follows no changes of orders', async () => {
  const world = aWorld();
  world.shop.add(anOrder({ status_id: 9 }));
  expect(await world.poll()).toEqual([]);
  expect(world.shop.calls).toEqual(['countOrders']);
});

it('the list of changes costs one call in a quiet store, and includes the lines', async () => {
  const world = await aReplicatedOrder();
  const queries: unknown[] = [];
  const listOrders: typeof world.shop.store.listOrders = (query) => {
    queries.push(query);
    return world.shop.store.listOrders(query);
  };
  await world.poll({ deps: { store: { ...world.shop.store, listOrders } } });
  const modifiedSince = world.jobs.at(-2)!.timestamp - HOUR;
  expect(queries).toEqual([{ minId: 0, withLines: true, modifiedSince }]);
});

it('each order is listed once, recent new orders among the changes and all others by their status', async () => {
  const world = aWorld();
  world.shop.add(anOrder({ id: 1, date_modified: storeDate(NOON - 5 * HOUR) }));
  world.shop.add(anOrder({ id: 2, status_id: 7, date_modified: storeDate(NOON - 5 * HOUR) }));
  await world.poll();
  world.shop.add(anOrder({ id: 3, date_modified: storeDate(world.clock.now) }));
  world.clock.now += HOUR;
  expect(ids(await world.poll())).toEqual([3]);
  expect(world.jobs.at(-1)).toMatchObject({ found: 3, enqueued: 1, excluded: { 'already-queued': 2 } });
});

it.each([-59_000, -1_000, 0, 1_000, 59_000])(
  'an order that changed %i ms from where the lists are split is queued once',
  async (ms) => {
    const world = aWorld();
    await world.poll();
    const split = NOON - HOUR;
    world.shop.add(anOrder({ date_modified: storeDate(split + ms) }));
    world.clock.now += HOUR;
    expect(ids(await world.poll())).toEqual([100]);
    expect(world.jobs.at(-1)).toMatchObject({ enqueued: 1 });
  },
);

it('an old order that staff put back is queued, however long ago it was created', async () => {
  const world = await aReplicatedOrder(anOrder({ date_created: storeDate(NOON - 400 * DAY) }));
  world.shop.edit(100, { status_id: Status.AwaitingFulfillment });
  world.clock.now += HOUR;
  expect(ids(await world.poll())).toEqual([100]);
});

it('Incomplete orders, which a list of all statuses hides, are listed by their status when that status is a new one', async () => {
  const world = aWorld({ rules: { allowedStatusIds: [0, 11] } });
  await world.poll();
  world.shop.add(anOrder({ status_id: Status.Incomplete, date_modified: storeDate(world.clock.now) }));
  world.clock.now += HOUR;
  expect(ids(await world.poll())).toEqual([100]);
});

it('orders that the ledger knows are followed however old they are, unless FollowUpDays is 0', async () => {
  const old = { id: 1, date_created: storeDate(NOON - 8 * DAY) };
  for (const [followUpDays, expected] of [
    [7, [1, 2]],
    [0, []],
  ] as const) {
    const world = aWorld();
    for (const order of [anOrder(old), anOrder({ id: 2 })]) world.shop.add(order);
    await world.pollAndReplicate();
    world.clock.now += HOUR;
    await world.pollAndReplicate();
    world.clock.now += HOUR;
    for (const id of [1, 2]) world.shop.edit(id, { staff_notes: 'changed' });
    world.clock.now += HOUR;
    expect(ids(await world.poll({ settings: { followUpDays } }))).toEqual(expected);
  }
});

it('an order of 40 days ago that is paid and replicated today is stored as cancelled', async () => {
  const world = await aReplicatedOrder(anOrder({ date_created: storeDate(NOON - 40 * DAY) }));
  world.shop.edit(100, { status_id: Status.Cancelled });
  world.clock.now += HOUR;
  expect(await world.pollAndReplicate()).toBe(1);
  expect(world.snapshots.get(100)).toMatchObject({ status_id: 5, replication: { state: 'copied' } });
  expect(world.shop.puts).toHaveLength(1);
});

it('an old order that the ledger does not know is excluded, and so is a change that is itself too old', async () => {
  const world = await aReplicatedOrder();
  const unknown = { status_id: 2, date_created: storeDate(NOON - 40 * DAY) };
  world.shop.edit(100, { staff_notes: 'changed' });
  world.clock.now += 31 * DAY;
  world.shop.add(anOrder({ id: 101, ...unknown, date_modified: storeDate(world.clock.now) }));
  expect(await world.poll()).toEqual([]);
  expect(world.jobs.at(-1)?.excluded).toEqual({ 'follow-up-ended': 2 });
});

describe('a listed order that is marked as gone', () => {
  /** As the worker leaves it when the store keeps answering 404. */
  function markGone(world: World): void {
    const now = iso(world.clock.now);
    const gone = {
      state: 'copied',
      reason: 'not-found',
      read_at: now,
      reached_at: now,
    } as const;
    world.rows.set(100, { ...world.rows.get(100)!, ...gone });
  }

  async function aGoneOrder(): Promise<World> {
    const world = await aReplicatedOrder(anOrder({ date_created: storeDate(NOON - 400 * DAY) }));
    markGone(world);
    return world;
  }

  it('an order that is marked as gone is queued by a later poll that lists it, however old the order and its last change are', async () => {
    const world = await aGoneOrder();
    world.clock.now += 40 * DAY;
    expect(ids(await world.poll())).toEqual([100]);
  });

  it('an order that is marked as gone is queued by the list of its status too, from before IgnoreOrdersCreatedBefore', async () => {
    const world = await aGoneOrder();
    world.shop.edit(100, { status_id: 11 });
    const settings = { ignoreOrdersCreatedBefore: NOON - 10 * DAY };
    expect(await world.poll({ settings })).toMatchObject([{ orderId: 100, advance: false }]);
  });

  it('an order that is marked as gone is queued about once a day while lists show it and its GET answers 404', async () => {
    const world = await aGoneOrder();
    world.shop.edit(100, { status_id: 11 });
    let queued = 0;
    for (let hour = 1; hour <= 96; hour += 1) {
      world.clock.now += HOUR;
      const references = await world.poll();
      queued += references.length;
      if (references.length > 0) markGone(world);
    }
    expect(queued).toBe(4);
  });
});

it('a total and a refunded line that move no date are stored by the next poll that lists the order', async () => {
  const world = aWorld();
  world.shop.add(anOrder({ status_id: 10, order_is_digital: true }), {
    lines: [aLine({ type: 'digital' })],
  });
  const { deps } = withListedGets(world);
  const pollAndReplicate = async () => {
    const references = await world.poll({ settings: { rules: off } });
    for (const one of references) await world.replicate(one, { deps: { ...deps, rules: off } });
    return references.length;
  };
  const off = aRuleSet({ advanceOrders: false });
  expect(await pollAndReplicate()).toBe(1);
  world.clock.now += HOUR;
  expect(await pollAndReplicate()).toBe(0);
  world.shop.editSilently(100, { total_inc_tax: '2.5000' }, [
    aLine({ type: 'digital', quantity_refunded: 1 }),
  ]);
  world.clock.now += HOUR;
  expect(await pollAndReplicate()).toBe(1);
  expect(world.snapshots.get(100)).toMatchObject({
    total_inc_tax: '2.5000',
    products: [{ quantity_refunded: 1 }],
  });
  world.clock.now += HOUR;
  expect(await pollAndReplicate()).toBe(0);
});

it('two hundred polls of a store whose lists permanently differ from its GETs queue nothing more', async () => {
  const world = aWorld();
  world.shop.add(anOrder({ status_id: 10, order_is_digital: true }), {
    lines: [aLine({ type: 'digital' })],
  });
  const off = aRuleSet({ advanceOrders: false });
  const { deps } = withListedGets(world, { a_field_of_gets_only: 1 });
  const counts: number[] = [];
  for (let poll = 0; poll < 201; poll += 1) {
    const references = await world.poll({ settings: { rules: off } });
    for (const one of references) await world.replicate(one, { deps: { ...deps, rules: off } });
    counts.push(references.length);
    world.clock.now += 10 * 60_000;
  }
  expect(counts.reduce((sum, one) => sum + one, 0)).toBe(1);
  expect(world.rows.get(100)?.listed_digest).not.toBe(world.rows.get(100)?.content_digest);
});

/** GETs that show the lines with the order, as the real store does, and perhaps a field that no list has. */
function withListedGets(world: World, more: object = {}) {
  const getOrder = async (orderId: number) => {
    const { order, readAt } = await world.shop.store.getOrder(orderId);
    const lines = await world.shop.store.getLines(orderId);
    return { order: parseOrder({ ...withLines({ order: order!.raw, lines }), ...more }), readAt };
  };
  return { deps: { store: { ...world.shop.store, getOrder } } };
}

describe('an order that left its new status between two polls, before any poll saw it', () => {
  const after = async (statusId: number) => {
    const world = aWorld();
    await world.poll();
    world.clock.now += HOUR;
    world.shop.add(anOrder({ status_id: statusId, date_modified: storeDate(world.clock.now - 60_000) }));
    const references = await world.poll();
    for (const reference of references) await world.replicate(reference);
    return world;
  };

  it('an order that staff shipped before any poll saw it is copied', async () => {
    const world = await after(Status.Shipped);
    expect(world.snapshots.get(100)).toMatchObject({ status_id: 2, replication: { state: 'copied' } });
    expect(world.shop.puts).toEqual([]);
  });

  it('an order that became void before any poll saw it is excluded', async () => {
    const world = await after(Status.Cancelled);
    expect(world.shop.calls.some((call) => call.startsWith('getOrder'))).toBe(false);
    expect(world.jobs.at(-1)).toMatchObject({ found: 1, enqueued: 0, excluded: { 'void-status:5': 1 } });
  });
});

describe('an order after its own advance', () => {
  /** As the worker leaves it: the row rests on a read that is older than the date of its PUT. */
  async function justAdvanced(): Promise<World> {
    const world = aWorld();
    world.shop.add(anOrder());
    await world.pollAndReplicate();
    const row = world.rows.get(100)!;
    const listed = withLines({ order: world.shop.order(100)!, lines: [aLine()] });
    world.rows.set(100, { ...row, content_digest: contentDigest(parseOrder(listed))! });
    world.clock.now += HOUR;
    world.shop.calls.length = 0;
    return world;
  }

  it('an order that shows what was stored is not read again after its own advance', async () => {
    const world = await justAdvanced();
    expect(await world.pollAndReplicate()).toBe(0);
    expect(world.shop.calls).toEqual(['countOrders', 'listOrders any from 0']);
    expect(world.jobs.at(-1)?.excluded).toEqual({ 'already-replicated': 1 });
  });

  it('an order that was edited within the second of its PUT is read again', async () => {
    const world = await justAdvanced();
    world.shop.editSilently(100, { staff_notes: 'edited' });
    expect(await world.pollAndReplicate()).toBe(1);
    expect(world.snapshots.get(100)?.staff_notes).toBe('edited');
  });

  it('an order that the store lists without its lines is read once after its own advance', async () => {
    const world = await justAdvanced();
    world.shop.before('listOrders', () => {
      throw new BigCommerceError('GET /v2/orders answered 504.', 'retryable', 504);
    });
    expect(await world.pollAndReplicate()).toBe(1);
    expect(world.jobs.at(-1)).toMatchObject({ outcome: 'poll.finished' });
  });
});
