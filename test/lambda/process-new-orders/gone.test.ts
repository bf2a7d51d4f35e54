// When a 404 is believed of a stored order.
import { BigCommerceError } from '../../../lambda/shared/runtime/errors';
import { Status } from '../../../lambda/shared/order/status';
import {
  anOrder,
  anOrderWithLines,
  aReference,
  aWholeLine,
  iso,
  NOON,
  storeDate,
} from '../../support/builders';
import { aWorld } from '../../support/world';
import type { WorkerParts, World } from '../../support/world';

describe('an order that is gone after it was stored', () => {
  const DAY = 24 * 3_600_000;

  async function anOrderThatIsGone(depsOf: (world: World) => WorkerParts = () => ({})) {
    const world = aWorld();
    world.shop.add(anOrderWithLines([aWholeLine()], { status_id: Status.Shipped }));
    await world.replicate(aReference());
    const shown = world.shop.order(100)!;
    world.shop.remove(100);
    world.clock.now += 3_600_000;
    const seen = aReference({ source: 'webhook', seenAt: iso(world.clock.now) });
    await world.replicate(seen, { receiveCount: 3 });
    world.clock.now += DAY;
    const readFrom = world.clock.now;
    await world.replicate(seen, { receiveCount: 4, deps: depsOf(world) });
    return { world, shown, readFrom };
  }

  it('an order that is gone after it was stored is marked with the time of the read that did not find it', async () => {
    const { world, readFrom } = await anOrderThatIsGone();
    const { replication } = world.snapshots.get(100)!;
    expect(replication).toMatchObject({ gone: true, read_at: iso(readFrom) });
    expect(world.rows.get(100)?.read_at).toBe(iso(readFrom));
  });

  it('the lists of an order that is back after it was gone are fetched, whatever the row and the order show', async () => {
    // The worker dies between the mark and the ledger's note of it: the row is as it was.
    const dying = (world: World) => ({
      ledger: { ...world.ledger, recordEnd: () => Promise.reject(new Error('died')) },
    });
    const { world, shown } = await anOrderThatIsGone(dying);
    expect(world.snapshots.get(100)?.replication.gone).toBe(true);
    world.shop.add(shown, { coupons: [{ id: 3 }] });
    world.clock.now += 3_600_000;
    await world.replicate(aReference({ source: 'webhook', seenAt: iso(world.clock.now) }));
    expect(world.snapshots.get(100)?.coupons).toEqual([{ id: 3 }]);
    expect(world.snapshots.get(100)?.replication).not.toHaveProperty('gone');
  });
});

describe('an order that is stored and answered 404', () => {
  const MINUTE = 60_000;
  const DAY = 24 * 60 * MINUTE;

  async function replicated() {
    const world = aWorld();
    world.shop.add(anOrder());
    await world.pollAndReplicate();
    world.clock.now += MINUTE;
    return world;
  }

  /** GETs do not find it; lists do. */
  const hidden = (world: World) => {
    const getOrder = () => Promise.resolve({ order: undefined, readAt: world.clock.now });
    return { store: { ...world.shop.store, getOrder } };
  };
  const webhook = (world: World) => ({ orderId: 100, source: 'webhook', seenAt: iso(world.clock.now) });

  it('a stored order is not marked as gone by the first 404 after a read of the same attempt that found it', async () => {
    const world = aWorld();
    const order = anOrder();
    world.shop.add(order);
    world.rows.set(100, { order_id: 100, missing_since: iso(NOON - 30 * 3_600_000) });
    world.shop.after('getLines', () => {
      world.clock.now += 5_000;
      world.shop.remove(100);
    });
    const deps = { store: { ...world.shop.store, getCoupons: () => Promise.resolve([]) } };
    expect(await world.replicate(aReference(), { receiveCount: 5, deps })).toBe('returned');
    expect(world.snapshots.get(100)?.replication).not.toHaveProperty('gone');
    expect(Date.parse(world.rows.get(100)!.missing_since!)).toBeGreaterThan(NOON);
  });

  it('a stored order is not marked as gone by a redelivered webhook for five minutes', async () => {
    const world = await replicated();
    const reference = webhook(world);
    for (const receiveCount of [1, 2, 3]) {
      expect(await world.replicate(reference, { receiveCount, deps: hidden(world) })).toBe('returned');
      world.clock.now += 100_000;
    }
    expect(await world.replicate(reference, { receiveCount: 4 })).toBe('acknowledged');
    expect(world.snapshots.get(100)?.replication).not.toHaveProperty('gone');
    expect(world.rows.get(100)).not.toHaveProperty('missing_since');
  });

  it('a stored order is not marked as gone after 23 hours of 404s, though it is deleted', async () => {
    const world = await replicated();
    world.shop.remove(100);
    const reference = webhook(world);
    await world.replicate(reference);
    world.clock.now += DAY - 60 * MINUTE;
    expect(await world.replicate(reference, { receiveCount: 15 })).toBe('returned');
    expect(world.snapshots.get(100)?.replication).not.toHaveProperty('gone');
    world.clock.now += 2 * 60 * MINUTE;
    expect(await world.replicate(reference, { receiveCount: 16 })).toBe('acknowledged');
    expect(world.rows.get(100)).toMatchObject({ state: 'copied', reason: 'not-found' });
  });

  it('a stored order that a list shows is not marked as gone after a day of 404s, and becomes a dead letter in the end', async () => {
    const world = await replicated();
    const reference = webhook(world);
    await world.replicate(reference, { deps: hidden(world) });
    world.clock.now += 2 * DAY;
    expect(await world.replicate(reference, { receiveCount: 16, deps: hidden(world) })).toBe('returned');
    expect(await world.replicate(reference, { receiveCount: 20, deps: hidden(world) })).toBe('acknowledged');
    expect(world.deadLetters[0]?.error).toContain('a list shows the order');
    expect(world.snapshots.get(100)?.replication).not.toHaveProperty('gone');
  });

  it('a stored order is marked as gone after a day of 404s when the list fails too', async () => {
    const world = await replicated();
    const reference = webhook(world);
    await world.replicate(reference, { deps: hidden(world) });
    world.clock.now += DAY + MINUTE;
    world.shop.before('listOrders', () => {
      throw new BigCommerceError('GET /v2/orders answered 500.', 'retryable', 500);
    });
    expect(await world.replicate(reference, { receiveCount: 16, deps: hidden(world) })).toBe('acknowledged');
    expect(world.snapshots.get(100)?.replication.gone).toBe(true);
  });

  it('the day of 404s starts again once a read has found the order, even a read that went no further', async () => {
    const world = await replicated();
    world.shop.remove(100);
    const reference = webhook(world);
    await world.replicate(reference);
    world.shop.add(anOrder({ status_id: 9, date_modified: storeDate(world.clock.now) }));
    world.clock.now += 20 * 60 * MINUTE;
    world.shop.before('getCoupons', () => {
      throw new BigCommerceError('GET coupons answered 500.', 'retryable', 500);
    });
    expect(await world.replicate(reference, { receiveCount: 12 })).toBe('returned');
    world.shop.remove(100);
    world.clock.now += 5 * 60 * MINUTE;
    expect(await world.replicate(reference, { receiveCount: 15 })).toBe('returned');
    expect(world.snapshots.get(100)?.replication).not.toHaveProperty('gone');
  });

  it('an order that is marked as gone is restored by a later read that finds it, however old it is', async () => {
    const world = await replicated();
    const order = world.shop.order(100)!;
    world.shop.remove(100);
    const reference = webhook(world);
    await world.replicate(reference);
    world.clock.now += 2 * DAY;
    await world.replicate(reference, { receiveCount: 16 });
    expect(world.snapshots.get(100)?.replication.gone).toBe(true);
    world.shop.add(order);
    world.clock.now += 90 * DAY;
    await world.replicate(webhook(world));
    expect(world.snapshots.get(100)).toMatchObject({ status_id: 9, replication: { state: 'copied' } });
    expect(world.snapshots.get(100)?.replication).not.toHaveProperty('gone');
  });
});
