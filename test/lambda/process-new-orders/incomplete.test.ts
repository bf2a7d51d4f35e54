// What the worker makes of an order of which a list cannot be had, or is in doubt.
import { BigCommerceError, DoubtfulListError } from '../../../lambda/shared/runtime/errors';
import type { ListName } from '../../../lambda/shared/order/order';
import { Status } from '../../../lambda/shared/order/status';
import { aLine, anOrder, anOrderWithLines, aReference, aWholeLine, iso, NOON } from '../../support/builders';
import { aWorld } from '../../support/world';
import type { World } from '../../support/world';

const HOUR = 3_600_000;
const LAST = 20;

const CALLS = {
  products: 'getLines',
  shipping_addresses: 'getShippingAddresses',
  coupons: 'getCoupons',
  fees: 'getFees',
} as const;
const refusals = {
  unavailable: new BigCommerceError('GET answered 503.', 'retryable', 503),
  permanent: new BigCommerceError('GET answered 400.', 'permanent', 400),
  notFound: new BigCommerceError('GET answered 404.', 'retryable', 404),
  inDoubt: new DoubtfulListError('GET answered 200 with an unexpected body.', 'retryable', 200),
};

/** The world's store, whose calls for these lists fail. */
function failing({ shop }: World, errors: Partial<Record<ListName, BigCommerceError>>) {
  const calls = Object.entries(errors).map(([name, error]) => [
    CALLS[name as ListName],
    () => Promise.reject(error),
  ]);
  return { store: { ...shop.store, ...(Object.fromEntries(calls) as Partial<typeof shop.store>) } };
}

describe('a list that the store answers with 404, or in an unusual form', () => {
  it.each<[string, ListName, BigCommerceError]>([
    ['404 for coupons', 'coupons', refusals.notFound],
    ['404 for addresses', 'shipping_addresses', refusals.notFound],
    ['404 for fees', 'fees', refusals.notFound],
    ['404 for lines of an order that counts none', 'products', refusals.notFound],
    ['a form that may mean nothing', 'coupons', refusals.inDoubt],
  ])('a list that cannot be read is taken as empty from the third receive on: %s', async (_, name, error) => {
    const world = aWorld();
    world.shop.add(anOrder({ fees: { url: 'https://store.example/', resource: '/orders/100/fees' } }), {
      coupons: [{ id: 1 }],
    });
    const deps = failing(world, { [name]: error });
    expect(await world.replicate(aReference(), { receiveCount: 2, deps })).toBe('returned');
    expect(world.stream).toEqual([]);
    expect(await world.replicate(aReference(), { receiveCount: 3, deps })).toBe('acknowledged');
    expect(world.snapshots.get(100)).toMatchObject({ [name]: [], status_id: 9 });
    expect(world.snapshots.get(100)?.replication).not.toHaveProperty('incomplete');
  });

  it('a list that cannot be read is never taken as empty when the order counts lines', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ items_total: 2 }));
    const deps = failing(world, { products: refusals.notFound });
    expect(await world.replicate(aReference(), { receiveCount: LAST - 1, deps })).toBe('returned');
    expect(world.stream).toEqual([]);
  });

  it('an empty list of coupons is doubted when the order counts a discount by coupons', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ coupon_discount: '5.0000' }));
    expect(await world.replicate(aReference(), { receiveCount: 2 })).toBe('returned');
    expect(world.rows.get(100)?.last_error).toContain('although its coupon_discount is 5');
    expect(await world.replicate(aReference(), { receiveCount: 3 })).toBe('acknowledged');
    expect(world.shop.puts).toHaveLength(1);
  });

  it('a list that cannot be read is doubted also for an order that was stored and is read again', async () => {
    const world = aWorld();
    world.shop.add(anOrderWithLines([aWholeLine()]));
    await world.replicate(aReference());
    world.clock.now += HOUR;
    const again = aReference({ source: 'webhook', seenAt: iso(world.clock.now) });
    const deps = failing(world, { coupons: refusals.notFound });
    expect(await world.replicate(again, { receiveCount: 1, deps })).toBe('returned');
    expect(await world.replicate(again, { receiveCount: 3, deps })).toBe('acknowledged');
  });
});

describe('coupons of a stored and advanced order that is read again', () => {
  it.each([
    ['are kept against an empty answer, where it counts a discount', '5.0000', [{ id: 3 }]],
    ['are gone at once where it counts none', '0.0000', []],
  ])('stored coupons of an order that is read again %s', async (_, coupon_discount, coupons) => {
    const world = aWorld();
    world.shop.add(anOrderWithLines([aWholeLine()], { coupon_discount }), { coupons: [{ id: 3 }] });
    await world.replicate(aReference());
    world.clock.now += HOUR;
    const again = aReference({ source: 'webhook', seenAt: iso(world.clock.now) });
    const deps = { store: { ...world.shop.store, getCoupons: () => Promise.resolve([]) } };
    await world.replicate(again, { deps, receiveCount: 2 });
    expect(world.snapshots.get(100)?.coupons).toEqual(coupons);
    expect(await world.replicate(again, { deps, receiveCount: 3 })).toBe('acknowledged');
    expect(world.snapshots.get(100)?.coupons).toEqual(coupons);
  });

  it('stored coupons and addresses are kept with an edit that arrives while these lists answer 404', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ coupon_discount: '5.0000' }), { coupons: [{ id: 3 }] });
    await world.replicate(aReference());
    world.clock.now += HOUR;
    world.shop.edit(100, { status_id: 5 });
    const again = aReference({ source: 'webhook', seenAt: iso(world.clock.now) });
    const deps = failing(world, { coupons: refusals.notFound, shipping_addresses: refusals.notFound });
    expect(await world.replicate(again, { deps, receiveCount: 3 })).toBe('acknowledged');
    expect(world.snapshots.get(100)).toMatchObject({
      status_id: 5,
      coupons: [{ id: 3 }],
      shipping_addresses: [{ id: 5 }],
    });
  });

  it.each(['coupons', 'shipping_addresses'])(
    'coupons and addresses are read again where %s are dropped',
    async (name) => {
      const world = aWorld();
      const deps = { retention: { dropFields: [name], orderRetentionDays: 0 } };
      const counts = { coupon_discount: '5.0000', status_id: 7 };
      world.shop.add(anOrderWithLines([aWholeLine()], counts), { coupons: [{ id: 3 }] });
      for (let times = 0; times < 3; times += 1) {
        const again = aReference({ source: 'webhook', seenAt: iso(world.clock.now) });
        expect(await world.replicate(again, { deps })).toBe('acknowledged');
        world.clock.now += HOUR;
      }
      expect(world.snapshots.get(100)).not.toHaveProperty(name);
    },
  );

  it.each([[[]], [['coupons']]])(
    'an answer without coupons is believed immediately where none were stored: %j',
    async (dropFields) => {
      const world = aWorld();
      const deps = { retention: { dropFields, orderRetentionDays: 0 } };
      world.shop.add(anOrderWithLines([aWholeLine()], { coupon_discount: '5.0000' }));
      await world.replicate(aReference(), { receiveCount: 3, deps });
      for (let times = 0; times < 2; times += 1) {
        world.clock.now += HOUR;
        const again = aReference({ source: 'webhook', seenAt: iso(world.clock.now) });
        expect(await world.replicate(again, { deps })).toBe('acknowledged');
      }
    },
  );
});

describe('an order with a list that cannot be read', () => {
  it('an order with a list that cannot be read is stored at the last receive, not advanced, and gets a dead letter', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ items_total: 5 }), { lines: [], coupons: [{ id: 3 }] });
    for (let receiveCount = 1; receiveCount < LAST; receiveCount += 1)
      expect(await world.replicate(aReference(), { receiveCount })).toBe('returned');
    expect(world.stream).toEqual([]);

    expect(await world.replicate(aReference(), { receiveCount: LAST })).toBe('acknowledged');

    expect(world.snapshots.get(100)).toMatchObject({
      status_id: 11,
      products: [],
      shipping_addresses: [{ id: 5 }],
      coupons: [{ id: 3 }],
      replication: { state: 'stored', incomplete: ['products'] },
    });
    expect(world.shop.puts).toEqual([]);
    expect(world.deadLetters).toMatchObject([{ orderId: 100 }]);
    expect(world.deadLetters[0]?.error).toContain(
      'Order 100 is stored but not advanced: no complete list of its products.',
    );
    expect(world.deadLetters[0]?.error).toContain('although its items_total is 5');
    expect(world.rows.get(100)).toMatchObject({ state: 'dead', reason: 'attempts-exhausted' });
  });

  it('an order is stored immediately with the lists that could be read when a retry does not help', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    const deps = failing(world, { coupons: refusals.permanent, shipping_addresses: refusals.permanent });
    expect(await world.replicate(aReference(), { deps })).toBe('acknowledged');
    expect(world.snapshots.get(100)).toMatchObject({
      products: [{ id: 1 }],
      replication: { incomplete: ['shipping_addresses', 'coupons'] },
    });
    expect(world.rows.get(100)).toMatchObject({ state: 'dead', reason: 'rejected' });
  });

  it('an order waits for a list that may still be read, although another list is refused permanently', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    const deps = failing(world, { coupons: refusals.permanent, products: refusals.unavailable });
    expect(await world.replicate(aReference(), { deps })).toBe('returned');
    expect(world.stream).toEqual([]);
  });

  it('an order with a list that cannot be read keeps the list that an earlier snapshot had', async () => {
    const world = aWorld();
    world.shop.add(anOrder(), { coupons: [{ id: 3 }] });
    await world.replicate(aReference());
    world.clock.now += HOUR;
    world.shop.edit(100, { staff_notes: 'gift' });
    const deps = failing(world, { coupons: refusals.unavailable });
    await world.replicate(world.referenceTo(100), { receiveCount: LAST, deps });
    expect(world.snapshots.get(100)).toMatchObject({
      staff_notes: 'gift',
      coupons: [{ id: 3 }],
      replication: { state: 'stored', incomplete: ['coupons'], advanced_at: expect.any(String) as string },
    });
  });

  it('an order with a list that cannot be read keeps the status from before its advance, and counts that advance once', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    await world.replicate(aReference());
    world.clock.now += HOUR / 6;
    world.shop.edit(100, { staff_notes: 'gift' });
    const deps = failing(world, { coupons: refusals.unavailable });
    await world.replicate(world.referenceTo(100), { receiveCount: LAST, deps });
    world.clock.now += HOUR / 6;
    await world.replicate(world.referenceTo(100));
    const before = { status_before: Status.AwaitingFulfillment };
    expect(world.snapshots.get(100)?.replication).toMatchObject({ state: 'replicated', ...before });
    expect(world.rows.get(100)).toMatchObject({ state: 'replicated', ...before });
    expect(world.rows.get(100)?.advances).toHaveLength(1);
  });

  it('an order with a list that cannot be read stays as it is stored where the table has this version whole', async () => {
    const world = aWorld();
    world.shop.add(anOrder(), { coupons: [{ id: 3 }] });
    await world.replicate(aReference());
    world.clock.now += HOUR;
    const before = world.snapshots.get(100);
    const deps = failing(world, { coupons: refusals.unavailable });
    await world.replicate(world.referenceTo(100), { receiveCount: LAST, deps });
    expect(world.snapshots.get(100)).toEqual(before);
    expect(world.deadLetters).toHaveLength(1);
  });

  it('an order with a list that cannot be read is stored where the table has this version and has lost its parts', async () => {
    const world = aWorld();
    world.shop.add(anOrder(), { coupons: [{ id: 3 }] });
    await world.replicate(aReference());
    world.clock.now += HOUR;
    const { replication, ...content } = world.snapshots.get(100)!;
    const standIn = { ...content, products: [], coupons: [] };
    world.snapshots.set(100, { ...standIn, replication: { ...replication, parts_missing: true } });
    const deps = failing(world, { coupons: refusals.unavailable });
    await world.replicate(world.referenceTo(100), { receiveCount: LAST, deps });
    expect(world.snapshots.get(100)).toMatchObject({
      products: [{ id: 1 }],
      replication: { state: 'stored', incomplete: ['coupons'] },
    });
  });

  it('an order with a list that cannot be read is stored where the table has this version with other lines', async () => {
    const world = aWorld();
    world.shop.add(anOrderWithLines([aWholeLine()], { status_id: 2 }), { coupons: [{ id: 3 }] });
    await world.replicate(aReference());
    world.clock.now += HOUR;
    const edited = anOrderWithLines([aWholeLine({ quantity_refunded: 1 })], { status_id: 2 });
    world.shop.editSilently(100, edited);
    const deps = failing(world, { coupons: refusals.unavailable });
    await world.replicate(world.referenceTo(100), { receiveCount: LAST, deps });
    expect(world.snapshots.get(100)).toMatchObject({
      products: [{ quantity_refunded: 1 }],
      coupons: [{ id: 3 }],
      replication: { incomplete: ['coupons'] },
    });
  });

  it('an order with a list that cannot be read is not stored where the rules store nothing of it', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ status_id: Status.Cancelled }));
    const deps = failing(world, { coupons: refusals.permanent });
    await world.replicate(aReference(), { deps });
    expect(world.stream).toEqual([]);
    expect(world.rows.get(100)).toMatchObject({ state: 'skipped' });
  });

  it('an order with a list that cannot be read gets a dead letter also when it cannot be stored', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    const orders = { ...world.orders, save: () => Promise.reject(new Error('throttled')) };
    const deps = { ...failing(world, { coupons: refusals.unavailable }), orders };
    expect(await world.replicate(aReference(), { receiveCount: LAST, deps })).toBe('acknowledged');
    expect(world.deadLetters).toHaveLength(1);
  });
});

describe('what an incomplete snapshot does not prove', () => {
  async function anIncompleteOrder(order = anOrderWithLines([aWholeLine()])) {
    const world = aWorld();
    world.shop.add(order, { coupons: [{ id: 3 }] });
    const deps = failing(world, { coupons: refusals.unavailable });
    await world.replicate(aReference(), { receiveCount: LAST, deps });
    expect(world.snapshots.get(100)?.replication.incomplete).toEqual(['coupons']);
    world.clock.now += HOUR;
    return world;
  }

  it('the same reference, redriven, replaces an incomplete snapshot and advances the order', async () => {
    const world = await anIncompleteOrder();
    expect(await world.replicate(aReference())).toBe('acknowledged');
    expect(world.snapshots.get(100)).toMatchObject({
      status_id: 9,
      coupons: [{ id: 3 }],
      replication: { state: 'replicated' },
    });
    expect(world.snapshots.get(100)?.replication).not.toHaveProperty('incomplete');
    expect(world.rows.get(100)).toMatchObject({ state: 'replicated' });
    expect(world.rows.get(100)).not.toHaveProperty('dead_by');
  });

  it('a list that is really empty replaces one that is empty in an incomplete snapshot', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ status_id: Status.Shipped }));
    await world.replicate(aReference(), {
      receiveCount: LAST,
      deps: failing(world, { coupons: refusals.unavailable }),
    });
    world.clock.now += HOUR;
    await world.replicate(aReference());
    expect(world.snapshots.get(100)).toMatchObject({ coupons: [], replication: { state: 'copied' } });
    expect(world.snapshots.get(100)?.replication).not.toHaveProperty('incomplete');
  });

  it('a poll queues an order with an incomplete snapshot again after a day', async () => {
    const world = await anIncompleteOrder();
    expect(await world.poll()).toEqual([]);
    world.clock.now += 24 * HOUR;
    expect(await world.poll()).toMatchObject([{ orderId: 100 }]);
  });

  it('the lists of an incomplete snapshot are fetched although row and order show the same version and content', async () => {
    const world = aWorld();
    world.shop.add(anOrderWithLines([aWholeLine()], { status_id: 2 }), { coupons: [{ id: 3 }] });
    await world.replicate(aReference());
    world.clock.now += HOUR;
    const stored = world.snapshots.get(100)!;
    const replication = { ...stored.replication, incomplete: ['coupons'] as const };
    world.snapshots.set(100, { ...stored, coupons: [], replication });
    await world.replicate(aReference({ source: 'audit', seenAt: iso(world.clock.now) }));
    expect(world.snapshots.get(100)?.coupons).toEqual([{ id: 3 }]);
  });

  it('a status that an earlier PUT of ours reached is confirmed once, by whole lists', async () => {
    const world = aWorld();
    world.shop.add(anOrder(), { coupons: [{ id: 3 }] });
    world.shop.after('putStatus', () => {
      throw new BigCommerceError('PUT got no answer.', 'retryable');
    });
    const finishAdvance = () => Promise.reject(new Error('throttled'));
    const ledger = { ...world.ledger, recordAdvance: finishAdvance, release: () => Promise.resolve() };
    await world.replicate(aReference(), { deps: { ledger } });
    world.clock.now += HOUR;
    const rows = world.rows.get(100)!;
    const { lease_owner: _, lease_until: __, ...free } = rows;
    world.rows.set(100, free);
    const deps = failing(world, { coupons: refusals.unavailable });
    await world.replicate(aReference(), { receiveCount: LAST, deps });
    expect(world.snapshots.get(100)?.replication).toMatchObject({
      incomplete: ['coupons'],
      target_status_id: 9,
    });
    world.clock.now += HOUR;
    await world.replicate(aReference());
    expect(world.shop.puts).toHaveLength(1);
    expect(world.snapshots.get(100)).toMatchObject({ status_id: 9, replication: { state: 'replicated' } });
    expect(world.snapshots.get(100)?.replication).not.toHaveProperty('incomplete');
  });
});

describe('a Completed order with a gift certificate', () => {
  const lines = [aLine({ type: 'giftcertificate' })];

  it('a Completed order with a gift certificate that was once recorded as not digital keeps its status, whatever sends its reference', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ status_id: Status.Completed, order_is_digital: true }), {
      lines,
      addresses: [],
    });
    const version = {
      date_modified: String(world.shop.order(100)!.date_modified),
      status_id: Status.Completed,
    };
    const copied = {
      state: 'copied',
      reason: 'completed-not-digital',
      digital: false,
    } as const;
    world.rows.set(100, { order_id: 100, ...version, ...copied, read_at: iso(NOON), reached_at: iso(NOON) });
    world.clock.now += HOUR;
    expect(await world.poll()).toEqual([]);
    await world.replicate(aReference({ source: 'webhook', seenAt: iso(world.clock.now) }));
    world.clock.now += HOUR;
    world.shop.edit(100, { staff_notes: 'gift' });
    world.clock.now += HOUR;
    await world.pollAndReplicate();
    expect(world.shop.puts).toEqual([]);
    expect(world.rows.get(100)).toMatchObject(copied);
    expect(world.snapshots.get(100)).toMatchObject({ staff_notes: 'gift' });
  });

  it('a Completed order with a gift certificate is advanced when it was paid before and its payment completed it', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ status_id: Status.AwaitingPayment }), { lines, addresses: [] });
    await world.replicate(aReference({ statusId: 7 }));
    expect(world.rows.get(100)).toMatchObject({ state: 'copied', digital: true });
    world.clock.now += HOUR;
    world.shop.edit(100, { status_id: Status.Completed });
    await world.replicate(world.referenceTo(100));
    expect(world.shop.puts).toMatchObject([{ from: 10, to: 8 }]);
  });
});

it('a snapshot with missing parts is not whole, and is replaced by all that can be read of the order', async () => {
  const world = aWorld();
  world.shop.add(anOrder());
  await world.replicate(aReference());
  world.clock.now += HOUR;
  const { replication, ...left } = world.snapshots.get(100)!;
  world.snapshots.set(100, { ...left, products: [], replication: { ...replication, parts_missing: true } });
  const deps = failing(world, { coupons: refusals.unavailable });
  await world.replicate(world.referenceTo(100), { receiveCount: LAST, deps });
  expect(world.snapshots.get(100)).toMatchObject({
    products: [{ id: 1 }],
    replication: { incomplete: ['coupons'] },
  });
  expect(world.snapshots.get(100)?.replication).not.toHaveProperty('parts_missing');
});
