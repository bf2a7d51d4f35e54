// The step `decide`, in the flow: by the rules, by the lines, and by what was done before.
import { Status } from '../../../lambda/shared/order/status';
import { aLine, anOrder, aReference, iso, NOON, storeDate } from '../../support/builders';
import { aWorld } from '../../support/world';

const digital = { lines: [aLine({ type: 'digital' })], addresses: [] };

describe('decisions on the order as it is now', () => {
  it.each([
    [Status.Incomplete, 'skipped'],
    [Status.Pending, 'skipped'],
    [Status.Shipped, 'copied'],
    [Status.PartiallyShipped, 'copied'],
    [Status.Refunded, 'skipped'],
    [Status.Cancelled, 'skipped'],
    [Status.Declined, 'skipped'],
    [Status.AwaitingPayment, 'copied'],
    [Status.AwaitingPickup, 'copied'],
    [Status.AwaitingShipment, 'copied'],
    [Status.Completed, 'copied'],
    [Status.AwaitingFulfillment, 'replicated'],
    [Status.ManualVerificationRequired, 'skipped'],
    [Status.Disputed, 'skipped'],
    [Status.PartiallyRefunded, 'copied'],
  ])('status %i of a physical order ends %s', async (statusId, state) => {
    const world = aWorld();
    world.shop.add(anOrder({ status_id: statusId }));

    expect(await world.replicate(aReference())).toBe('acknowledged');

    expect(world.rows.get(100)?.state).toBe(state);
    expect(world.snapshots.has(100)).toBe(state !== 'skipped');
    expect(world.shop.order(100)?.status_id).toBe(state === 'replicated' ? 9 : statusId);
  });

  it('a completed physical order is never put back (a defect of the sample)', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ status_id: 10, order_is_digital: true }));

    await world.replicate(aReference({ statusId: 10 }));

    expect(world.shop.puts).toEqual([]);
    expect(world.rows.get(100)).toMatchObject({
      state: 'copied',
      reason: 'completed-not-digital',
    });
  });

  it('an order that was cancelled, refunded or shipped while it waited keeps its status (a defect of the sample)', async () => {
    for (const status_id of [Status.Cancelled, Status.Refunded, Status.Shipped]) {
      const world = aWorld();
      world.shop.add(anOrder({ status_id }));
      await world.replicate(aReference({ statusId: 11 }));
      expect(world.shop.puts).toEqual([]);
    }
  });

  it('an order keeps its status when it was shipped in between, as another copy of it shows', async () => {
    const world = aWorld();
    const digital = { lines: [aLine({ type: 'digital' })], addresses: [] };
    world.shop.add(anOrder({ order_is_digital: true, shipping_address_count: 0 }), digital);
    await world.pollAndReplicate();
    expect(world.shop.puts).toMatchObject([{ to: 8 }]);
    for (const status_id of [Status.Shipped, Status.Completed]) {
      world.clock.now += 3_600_000;
      world.shop.edit(100, { status_id });
      await world.replicate(world.referenceTo(100));
    }
    expect(world.shop.puts).toHaveLength(1);
    expect(world.shop.order(100)?.status_id).toBe(Status.Completed);
  });

  it('a digital order that was completed after its advance stays Completed, and is not read again', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ status_id: 11, order_is_digital: true }), digital);
    await world.replicate(aReference());
    expect(world.shop.puts).toMatchObject([{ to: 8 }]);
    world.clock.now += 60_000;
    world.shop.edit(100, { status_id: 10 });

    const polled = [];
    for (let polls = 0; polls < 3; polls += 1) {
      world.clock.now += 3_600_000;
      polled.push(await world.pollAndReplicate());
    }

    expect(polled).toEqual([1, 0, 0]);
    expect(world.shop.puts).toHaveLength(1);
    expect(world.snapshots.get(100)).toMatchObject({ status_id: 10, replication: { state: 'copied' } });
    expect(world.rows.get(100)).toMatchObject({ state: 'copied', reason: 'completed-after-advance' });
  });

  it('an unpaid order is stored with its status, and advanced once it is paid', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ status_id: 7 }));
    await world.replicate(aReference({ statusId: 7 }));
    expect(world.rows.get(100)).toMatchObject({
      state: 'copied',
      reason: 'status-not-advanced',
    });

    world.clock.now += 3_600_000;
    world.shop.edit(100, { status_id: 11 });
    await world.replicate(world.referenceTo(100));

    expect(world.shop.puts).toMatchObject([{ from: 11, to: 9 }]);
  });

  it('a cancellation is stored over an earlier snapshot, so that consumers see it', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    await world.replicate(aReference());
    world.clock.now += 60_000;
    world.shop.edit(100, { status_id: Status.Cancelled });

    await world.replicate(world.referenceTo(100));

    expect(world.snapshots.get(100)).toMatchObject({ status_id: 5, replication: { state: 'copied' } });
    expect(world.rows.get(100)).toMatchObject({ state: 'copied', reason: 'void-status' });
    expect(world.shop.puts).toHaveLength(1);
  });

  it('an archived order counts as void', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ is_deleted: true }));
    await world.replicate(aReference());
    expect(world.rows.get(100)).toMatchObject({ state: 'skipped', reason: 'archived' });
  });

  it('no status changes while AdvanceOrders is off', async () => {
    const world = aWorld({ rules: { advanceOrders: false } });
    world.shop.add(anOrder());
    await world.replicate(aReference());
    expect(world.rows.get(100)).toMatchObject({ state: 'copied', reason: 'advance-off' });
    expect(world.shop.puts).toEqual([]);
  });

  it('a 404 is believed at the third receive only', async () => {
    const world = aWorld();
    expect(await world.replicate(aReference(), { receiveCount: 2 })).toBe('returned');
    expect(await world.replicate(aReference(), { receiveCount: 3 })).toBe('acknowledged');
    expect(world.rows.get(100)).toMatchObject({ state: 'skipped', reason: 'not-found' });
  });
});

describe('an order from before IgnoreOrdersCreatedBefore', () => {
  const rules = { ignoreOrdersCreatedBefore: NOON - 3_600_000 };

  it.each(['audit', 'webhook', 'backfill', 'redrive'])(
    'an order from before IgnoreOrdersCreatedBefore is copied and not advanced by a reference of source %s',
    async (source) => {
      const world = aWorld({ rules });
      world.shop.add(anOrder({ date_created: storeDate(NOON - 7_200_000) }));
      expect(await world.replicate(aReference({ source }))).toBe('acknowledged');
      expect(world.shop.puts).toEqual([]);
      expect(world.rows.get(100)).toMatchObject({
        state: 'copied',
        reason: 'created-before-limit',
      });
    },
  );

  it('an order from before IgnoreOrdersCreatedBefore is advanced by the next poll once the bound is moved back', async () => {
    const world = aWorld({ rules });
    world.shop.add(anOrder({ date_created: storeDate(NOON - 7_200_000) }));
    await world.replicate(world.referenceTo(100));
    const { rules: bounded } = world;
    world.clock.now += 60_000;
    const { ignoreOrdersCreatedBefore } = bounded;
    expect(await world.poll({ settings: { ignoreOrdersCreatedBefore } })).toEqual([]);
    const unbounded = { ...bounded, ignoreOrdersCreatedBefore: undefined };
    const [reference] = await world.poll({ settings: { rules: unbounded } });
    await world.replicate(reference!, { deps: { rules: unbounded } });
    expect(world.shop.puts).toHaveLength(1);
  });
});

describe('a copy-only reference', () => {
  const copyOnly = (overrides: object = {}) =>
    aReference({ source: 'backfill', advance: false, ...overrides });

  it('a copy-only reference stores the order and leaves its status unchanged', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    expect(await world.replicate(copyOnly())).toBe('acknowledged');
    expect(world.shop.puts).toEqual([]);
    expect(world.snapshots.get(100)?.replication).toMatchObject({ state: 'copied', source: 'backfill' });
    expect(world.rows.get(100)).toMatchObject({ state: 'copied', reason: 'copy-only' });
  });

  it('a copy-only reference leaves the advance to the next poll', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    await world.replicate(copyOnly());
    world.clock.now += 60_000;
    const [reference] = await world.poll();
    await world.replicate(reference!);
    expect(world.shop.order(100)?.status_id).toBe(Status.AwaitingShipment);
    expect(world.rows.get(100)).toMatchObject({ state: 'replicated' });
  });

  it('a copy-only reference does not prevent the advance by a reference that was on its way before it', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    world.clock.now += 30_000;
    await world.replicate(copyOnly({ seenAt: iso(world.clock.now) }));
    await world.replicate(aReference());
    expect(world.shop.order(100)?.status_id).toBe(Status.AwaitingShipment);
  });

  it('a copy-only reference leaves an order that was advanced before it as it is', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    await world.replicate(aReference());
    world.clock.now += 60_000;
    await world.replicate(copyOnly({ seenAt: iso(world.clock.now) }));
    expect(world.rows.get(100)).toMatchObject({ state: 'replicated' });
    expect(world.snapshots.get(100)?.replication).toMatchObject({ state: 'replicated' });
  });
});
