// The worker's flow: each rule by name, each defect of the sample that it must not repeat.
import { BigCommerceError } from '../../../lambda/shared/runtime/errors';
import { Status } from '../../../lambda/shared/order/status';
import { aLine, anOrder, aReference, iso, NOON } from '../../support/builders';
import { aWorld } from '../../support/world';
import type { World } from '../../support/world';

const digital = { lines: [aLine({ type: 'digital' })], addresses: [] };

describe('a new order', () => {
  it('a new order is stored whole and advanced, in two events', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ staff_notes: 'höflich 😀' }), {
      lines: [aLine({ id: 1 }), aLine({ id: 2 })],
      coupons: [{ id: 3 }],
    });

    expect(await world.replicate(aReference())).toBe('acknowledged');

    expect(world.shop.order(100)?.status_id).toBe(Status.AwaitingShipment);
    expect(world.stream.map(({ status_id, replication }) => [status_id, replication.state])).toEqual([
      [11, 'stored'],
      [9, 'replicated'],
    ]);
    const stored = world.snapshots.get(100)!;
    expect(stored).toMatchObject({
      staff_notes: 'höflich 😀',
      products: [{ id: 1 }, { id: 2 }],
      shipping_addresses: [{ id: 5 }],
      coupons: [{ id: 3 }],
      status: 'status 9',
      date_modified: world.shop.order(100)!.date_modified,
      replication: { source: 'poll', seen_at: iso(NOON), status_before: 11, target_status_id: 9 },
    });
    expect(world.rows.get(100)).toMatchObject({
      state: 'replicated',
      status_before: 11,
      status_after: 9,
      status_id: 9,
      digital: false,
      attempts: 1,
    });
    expect(world.rows.get(100)).not.toHaveProperty('lease_owner');
  });

  it('a new order costs five calls, and none for addresses when every line is digital', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ id: 1 }));
    world.shop.add(anOrder({ id: 2, status_id: 10, order_is_digital: true }), digital);

    await world.replicate(aReference({ orderId: 1 }));
    expect(world.shop.calls.splice(0)).toHaveLength(5);
    await world.replicate(aReference({ orderId: 2, statusId: 10 }));

    expect(world.shop.calls.map((call) => call.split(' ')[0])).toEqual([
      'getOrder',
      'getCoupons',
      'getLines',
      'putStatus',
    ]);
    expect(world.shop.order(2)?.status_id).toBe(Status.AwaitingPickup);
    expect(world.snapshots.get(2)?.shipping_addresses).toEqual([]);
  });

  it('the addresses of a new order are fetched when order_is_digital was wrong about a mixed cart', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ order_is_digital: true }), {
      lines: [aLine(), aLine({ id: 2, type: 'digital' })],
    });

    await world.replicate(aReference());

    expect(world.snapshots.get(100)?.shipping_addresses).toEqual([{ id: 5 }]);
    expect(world.shop.order(100)?.status_id).toBe(Status.AwaitingShipment);
  });
});

describe('an order with nothing to ship', () => {
  const certificate = aLine({ type: 'giftcertificate' });

  it.each([
    ['gift certificates', [certificate]],
    ['gift certificates and downloads', [certificate, aLine({ id: 2, type: 'digital' })]],
  ])('an order of %s is stored and awaits pickup, paid or completed', async (_, lines) => {
    for (const status_id of [Status.AwaitingFulfillment, Status.Completed]) {
      const world = aWorld();
      world.shop.add(anOrder({ status_id }), { lines, addresses: [] });
      expect(await world.replicate(aReference({ statusId: status_id }))).toBe('acknowledged');
      expect(world.shop.puts).toMatchObject([{ from: status_id, to: 8 }]);
      expect(world.rows.get(100)).toMatchObject({ state: 'replicated', digital: true });
    }
  });

  it('an order with a line of an unknown type counts as one to ship, and keeps its address', async () => {
    const world = aWorld();
    world.shop.add(anOrder(), { lines: [certificate, aLine({ id: 2, type: 'subscription' })] });
    await world.replicate(aReference());
    expect(world.shop.puts).toMatchObject([{ to: 9 }]);
    expect(world.snapshots.get(100)?.shipping_addresses).toEqual([{ id: 5 }]);
  });
});

it('an order that staff had put into its target status is copied', async () => {
  const world = aWorld();
  world.shop.add(anOrder({ status_id: Status.AwaitingPayment }));
  await world.replicate(aReference({ statusId: 7 }));
  world.clock.now += 3_600_000;
  world.shop.edit(100, { status_id: Status.AwaitingShipment });
  await world.replicate(world.referenceTo(100));
  expect(world.rows.get(100)).toMatchObject({ state: 'copied' });
  expect(world.snapshots.get(100)?.replication).not.toHaveProperty('advanced_at');
});

describe('an order that a worker advanced and did not finish', () => {
  it('an order that a worker advanced and did not finish keeps the status that it had before', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    const lost = new BigCommerceError('PUT got no answer.', 'retryable');
    world.shop.after('putStatus', () => {
      world.shop.before('getOrder', () => {
        throw lost;
      });
      throw lost;
    });
    expect(await world.replicate(aReference())).toBe('returned');
    world.clock.now += 60_000;
    expect(await world.replicate(aReference(), { receiveCount: 2 })).toBe('acknowledged');
    expect(world.shop.puts).toHaveLength(1);
    expect(world.rows.get(100)).toMatchObject({ state: 'replicated', status_before: 11, status_after: 9 });
    expect(world.snapshots.get(100)?.replication).toMatchObject({ status_before: 11, target_status_id: 9 });
  });
});

describe('the metrics on the line of an outcome', () => {
  const counted = (world: World) => world.lines.map(({ event, metrics }) => [event, metrics]);

  it('an order that is replicated is counted with the time since it was seen', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    world.clock.now += 60_000;
    await world.replicate(aReference());
    const OrderLatency = world.clock.now - NOON;
    expect(OrderLatency).toBeGreaterThan(60_000);
    expect(counted(world)).toEqual([['order.replicated', { OrdersReplicated: 1, OrderLatency }]]);
  });

  it('an order that is copied is counted with the time since it was seen', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ status_id: Status.Shipped }));
    await world.replicate(aReference());
    const OrderLatency = world.clock.now - NOON;
    expect(counted(world)).toEqual([['order.copied', { OrdersCopied: 1, OrderLatency }]]);
  });

  it('an order that a fast clock saw counts no negative time', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ status_id: Status.Shipped }));
    await world.replicate(aReference({ seenAt: iso(NOON + 60_000) }));
    expect(counted(world)).toEqual([['order.copied', { OrdersCopied: 1, OrderLatency: 0 }]]);
  });

  it('an order that is skipped is counted', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ status_id: Status.Cancelled }));
    await world.replicate(aReference());
    expect(counted(world)).toEqual([['order.skipped', { OrdersSkipped: 1 }]]);
  });

  it('a reference that is covered counts nothing', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    world.clock.now += 5_000;
    await world.replicate(aReference());
    world.lines.length = 0;
    await world.replicate(aReference({ source: 'webhook' }));
    expect(counted(world)).toEqual([['order.covered', {}]]);
  });

  it('a reference that returns is counted with its age, and so is one that is dead-lettered', async () => {
    const world = aWorld();
    world.shop.before('getOrder', () => {
      throw new BigCommerceError('GET answered 503.', 'retryable', 503);
    });
    world.clock.now += 60_000;
    await world.replicate(aReference());
    const ReturnedReferenceAge = (world.clock.now - NOON) / 1000;
    expect(ReturnedReferenceAge).toBeGreaterThanOrEqual(60);
    await world.replicate('no reference');
    expect(counted(world)).toEqual([
      ['reference.returned', { ReferencesReturned: 1, ReturnedReferenceAge }],
      ['reference.dead_lettered', { ReferencesDeadLettered: 1 }],
    ]);
  });
});

it('a PUT that lands after the order was copied is confirmed by a copy-only reference', async () => {
  const world = aWorld();
  world.shop.add(anOrder());
  world.shop.before('putStatus', () => {
    throw new BigCommerceError('PUT got no answer.', 'retryable');
  });
  await world.replicate(aReference());
  world.clock.now += 60_000;
  const copy = aReference({ source: 'backfill', seenAt: iso(world.clock.now), advance: false });
  await world.replicate(copy);
  expect(world.rows.get(100)).toMatchObject({ state: 'copied', reason: 'copy-only' });
  world.clock.now += 60_000;
  world.shop.edit(100, { status_id: Status.AwaitingShipment });
  await world.replicate(world.referenceTo(100));
  expect(world.rows.get(100)).toMatchObject({ state: 'replicated' });
});

describe('effect once', () => {
  it('a covered reference is acknowledged without a call to BigCommerce', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    world.clock.now += 5_000;
    await world.replicate(aReference());
    world.shop.calls.length = 0;

    expect(await world.replicate(aReference({ source: 'webhook' }))).toBe('acknowledged');

    expect(world.shop.calls).toEqual([]);
  });

  it('one worker at a time has the lease of an order', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    let second: Promise<string> | undefined;
    world.shop.before('getLines', () => {
      second = world.replicate(aReference({ source: 'webhook' }));
    });

    expect(await world.replicate(aReference())).toBe('acknowledged');

    expect(await second).toBe('returned');
    expect(world.returned).toMatchObject([{ seconds: 30 }]);
    expect(world.shop.puts).toHaveLength(1);
  });

  it('each version of an order makes one event, however often it is referenced', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    await world.replicate(aReference());
    for (let times = 0; times < 5; times += 1) {
      world.clock.now += 60_000;
      await world.replicate(world.referenceTo(100));
    }
    expect(world.stream).toHaveLength(2);
    expect(world.shop.puts).toHaveLength(1);
    expect(world.rows.get(100)?.state).toBe('replicated');
  });

  it('an order that staff put back into a new status is advanced again by the worker', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    await world.replicate(aReference());
    world.clock.now += 60_000;
    world.shop.edit(100, { status_id: 11 });
    await world.replicate(world.referenceTo(100));
    expect(world.shop.puts).toMatchObject([{ to: 9 }, { to: 9 }]);
  });

  it('an edit after replication is stored with its status unchanged', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    await world.replicate(aReference());
    world.clock.now += 60_000;
    world.shop.edit(100, { customer_message: 'new address' });
    await world.replicate(world.referenceTo(100));
    expect(world.snapshots.get(100)).toMatchObject({
      customer_message: 'new address',
      replication: { state: 'replicated' },
    });
    expect(world.shop.puts).toHaveLength(1);
  });

  it('a reference whose write was refused returns to the queue, and never counts as done', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ status_id: 7 }));
    world.shop.after('getOrder', () => {
      const snapshot = { ...anOrder(), products: [], shipping_addresses: [], coupons: [] };
      world.snapshots.set(100, {
        ...snapshot,
        replication: {
          state: 'stored',
          source: 'poll',
          seen_at: iso(NOON),
          read_at: iso(NOON + 60_000),
          status_before: 11,
        },
      });
    });
    expect(await world.replicate(aReference())).toBe('returned');
    expect(world.rows.get(100)).not.toHaveProperty('state');
  });

  it('the answer to a PUT is kept as the newest state, with content that was edited just before the PUT arrived', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    world.shop.before('putStatus', () => world.shop.edit(100, { staff_notes: 'fragile' }));
    await world.replicate(aReference());
    expect(world.snapshots.get(100)).toMatchObject({
      staff_notes: 'fragile',
      status_id: 9,
      replication: { state: 'replicated' },
    });
    expect(world.shop.puts).toHaveLength(1);
  });
});

it('a version whose date cannot be read may still change', async () => {
  const world = aWorld();
  world.shop.add(anOrder({ status_id: 7, date_modified: null }));
  await world.replicate(aReference({ statusId: 7, dateModified: '' }));
  expect(world.rows.get(100)).toMatchObject({ state: 'copied', date_modified: '' });
  expect(world.rows.get(100)).not.toHaveProperty('modified_at');
  expect(await world.poll()).toHaveLength(1);
});
