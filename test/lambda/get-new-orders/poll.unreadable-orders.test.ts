// A poll of a store with orders that no list can show.
import type { OrderQuery } from '../../../lambda/shared/bigcommerce/order-list';
import { BigCommerceError } from '../../../lambda/shared/runtime/errors';
import { Status } from '../../../lambda/shared/order/status';
import { anOrder, NOON, storeDate } from '../../support/builders';
import { aWorld } from '../../support/world';
import type { World } from '../../support/world';

const DAY = 86_400_000;

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
