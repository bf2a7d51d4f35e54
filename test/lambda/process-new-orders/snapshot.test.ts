// What the Orders table keeps of an order.
import { Status } from '../../../lambda/shared/order/status';
import { anOrder, anOrderWithLines, aReference, aWholeLine, iso, NOON } from '../../support/builders';
import { aWorld } from '../../support/world';
import type { World } from '../../support/world';

describe('an order whose snapshot was removed', () => {
  it('an order whose snapshot was removed is stored again although it is void now, if the ledger shows that it was stored', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ status_id: Status.Cancelled }));
    await world.replicate(aReference({ statusId: 5 }));
    expect(world.rows.get(100)).toMatchObject({ state: 'skipped' });
    world.clock.now += 60_000;
    await world.replicate(aReference({ source: 'audit', seenAt: iso(world.clock.now), wasStored: true }));
    expect(world.rows.get(100)).toMatchObject({ state: 'copied', reason: 'void-status' });
    expect(world.snapshots.get(100)).toMatchObject({ id: 100, products: [{ id: 1 }] });
  });
});

describe('what a snapshot keeps of an order', () => {
  const DAY = 24 * 3_600_000;
  const retention = { dropFields: ['phone', 'type', 'staff_notes'], orderRetentionDays: 30 };
  const lines = [aWholeLine({ id: 1 })];
  const personal = {
    staff_notes: 'rang twice',
    billing_address: { first_name: 'Ada', email: 'ada@example.com', phone: '5125550100', country: 'Austria' },
  };
  const aLater = (world: World, overrides: object = {}) => {
    world.clock.now += 60_000;
    return aReference({ seenAt: iso(world.clock.now), ...overrides });
  };

  it.each([
    ['with its lines', anOrderWithLines(lines, personal)],
    ['by plain calls', anOrder(personal)],
  ])('a snapshot lacks the dropped fields, and the order is still advanced, read %s', async (_how, order) => {
    const world = aWorld({ latencyMs: 900 });
    world.shop.add(order, { lines });
    await world.replicate(aReference(), { deps: { retention } });
    const stored = world.snapshots.get(100)!;
    expect(stored).not.toHaveProperty('staff_notes');
    expect(stored.billing_address).not.toHaveProperty('phone');
    expect(stored.products[0]).not.toHaveProperty('type');
    expect(world.shop.puts).toHaveLength(1);
    expect(world.rows.get(100)).toMatchObject({ state: 'replicated', digital: false });
    world.shop.calls.splice(0);
    const written = world.stream.length;
    await world.replicate(aLater(world), { deps: { retention } });
    expect(world.stream).toHaveLength(written);
    expect(world.shop.puts).toHaveLength(1);
  });

  describe('a field of the store with a name that the service uses', () => {
    const theirs = {
      expires_at: 1_700_000_000,
      replication: { state: 'copied', read_at: '2999-01-01T00:00:00.000Z', gone: true },
      store_fields: [1],
    };

    it.each([
      [0, undefined, undefined],
      [30, Math.ceil(NOON / 1000 + 30 * 86_400), iso(NOON + 30 * DAY)],
    ])(
      "a field of the store with a name that the service uses is kept whole, and apart from the service's own, with OrderRetentionDays=%i",
      async (days, expiry, until) => {
        const world = aWorld({ latencyMs: 0 });
        world.shop.add(anOrderWithLines(lines, theirs));
        const deps = { retention: { dropFields: [], orderRetentionDays: days } };
        await world.replicate(aReference(), { deps });
        const stored = world.snapshots.get(100)!;
        expect(stored.expires_at).toBe(expiry);
        expect(stored).toMatchObject({
          status_id: 9,
          replication: { state: 'replicated', read_at: iso(NOON) },
        });
        expect(stored.replication).not.toHaveProperty('gone');
        expect(stored.store_fields).toEqual(theirs);
        expect(world.rows.get(100)?.kept_until).toBe(until);
        const written = world.stream.length;
        await world.replicate(aLater(world), { deps });
        expect(world.stream).toHaveLength(written);
      },
    );

    it('a field of the store with a name that the service uses is kept even if it is no time, and read again where it changes', async () => {
      const world = aWorld();
      world.shop.add(anOrder({ expires_at: 'never' }));
      expect(await world.replicate(aReference())).toBe('acknowledged');
      world.shop.edit(100, { expires_at: 'tomorrow' });
      await world.replicate(aLater(world));
      expect(world.snapshots.get(100)).toMatchObject({ store_fields: { expires_at: 'tomorrow' } });
      expect(world.snapshots.get(100)).not.toHaveProperty('expires_at');
    });

    it('a field of the store with a name that the service uses holds nothing personal once the order is erased', async () => {
      const world = aWorld();
      world.shop.add(anOrder({ replication: { email: 'ada@example.com', id: 7 } }));
      world.rows.set(100, { order_id: 100, erased_at: iso(NOON) });
      await world.replicate(aReference());
      expect(world.snapshots.get(100)?.store_fields).toEqual({ replication: { email: '', id: 7 } });
    });
  });

  it('a snapshot is whole again, with its addresses, once nothing is dropped any more', async () => {
    const world = aWorld();
    world.shop.add(anOrderWithLines(lines, personal), { addresses: [{ id: 5, street_1: '1 Test Street' }] });
    const dropping = { retention: { dropFields: ['street_1'], orderRetentionDays: 0 } };
    await world.replicate(aReference(), { deps: dropping });
    expect(world.snapshots.get(100)?.shipping_addresses).toEqual([{ id: 5 }]);
    await world.replicate(aLater(world));
    expect(world.snapshots.get(100)?.shipping_addresses).toEqual([{ id: 5, street_1: '1 Test Street' }]);
  });

  it('a snapshot expires OrderRetentionDays after it was stored, and a read without news does not prolong it', async () => {
    const world = aWorld();
    world.shop.add(anOrderWithLines(lines));
    const storedAt = world.clock.now + 200;
    await world.replicate(aReference(), { deps: { retention } });
    const { expires_at: expiresAt = 0 } = world.snapshots.get(100)!;
    expect(expiresAt).toBe(Math.ceil((storedAt + 30 * DAY) / 1000));
    expect(world.rows.get(100)?.kept_until).toBe(iso(expiresAt * 1000));
    await world.replicate(aLater(world), { deps: { retention } });
    expect(world.snapshots.get(100)?.expires_at).toBe(expiresAt);
    expect(world.rows.get(100)?.kept_until).toBe(iso(expiresAt * 1000));
    world.shop.edit(100, { staff_notes: 'changed', customer_message: 'changed' });
    await world.replicate(aLater(world), { deps: { retention } });
    expect(world.snapshots.get(100)?.expires_at).toBe(expiresAt + 120);
  });

  it('a snapshot never holds again what was erased', async () => {
    const world = aWorld();
    world.shop.add(anOrderWithLines(lines, personal));
    world.rows.set(100, { order_id: 100, erased_at: iso(NOON) });
    await world.replicate(aReference());
    const erased = { ...personal.billing_address, first_name: '', email: '', phone: '' };
    expect(world.snapshots.get(100)).toMatchObject({
      billing_address: erased,
      staff_notes: '',
      total_inc_tax: '12.5000',
      replication: { state: 'replicated', erased_at: iso(NOON) },
    });
    expect(world.rows.get(100)).toMatchObject({ state: 'replicated', erased_at: iso(NOON) });
    world.shop.edit(100, { customer_message: 'Please hurry', status_id: 2 });
    await world.replicate(aLater(world));
    expect(world.snapshots.get(100)).toMatchObject({
      status_id: 2,
      billing_address: erased,
      customer_message: '',
    });
    world.rows.delete(100);
    await world.replicate(aLater(world));
    expect(world.snapshots.get(100)).toMatchObject({ billing_address: erased, customer_message: '' });
    const everStored = JSON.stringify(world.stream);
    expect(everStored).not.toMatch(/Ada|ada@|5125550100|rang twice|hurry/);
  });
});
