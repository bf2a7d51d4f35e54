// A list of changes that is empty is not believed immediately.
import { Status } from '../../../lambda/shared/order/status';
import { anOrder, storeDate } from '../../support/builders';
import { aWorld } from '../../support/world';

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
