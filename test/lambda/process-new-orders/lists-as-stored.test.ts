// When the lists of an order need not be fetched again.
import { parseOrder } from '../../../lambda/shared/bigcommerce/parse-order';
import { contentDigest } from '../../../lambda/shared/order/content';
import { BigCommerceError } from '../../../lambda/shared/runtime/errors';
import { Status } from '../../../lambda/shared/order/status';
import { anOrder, anOrderWithLines, aReference, aWholeLine, iso, NOON } from '../../support/builders';
import { aWorld } from '../../support/world';
import type { World } from '../../support/world';

it('fees that come as an object with numbers for names are stored as a list', async () => {
  const world = aWorld();
  const fees = [
    { id: 1, cost_inc_tax: '13.5300' },
    { id: 4, cost_inc_tax: '1.0000' },
  ];
  world.shop.add(anOrder({ fees: { 0: fees[0], 3: fees[1] } }));
  await world.replicate(aReference());
  expect(world.snapshots.get(100)).toMatchObject({ fees, replication: { state: 'replicated' } });
});

describe('an order that comes with its lines', () => {
  const lines = [aWholeLine({ id: 1 }), aWholeLine({ id: 2 })];
  const calls = (world: World) => world.shop.calls.splice(0).map((call) => call.split(' ')[0]);

  it('an order that comes with its lines costs four calls, and is stored with its consignments', async () => {
    const world = aWorld();
    world.shop.add(anOrderWithLines(lines), { lines: [] });
    await world.replicate(aReference());
    expect(calls(world)).toEqual(['getOrder', 'getCoupons', 'getShippingAddresses', 'putStatus']);
    const { products, consignments } = world.snapshots.get(100)!;
    expect(products).toEqual(lines);
    const line_items = lines.map(({ id, quantity }) => ({ id, quantity }));
    const shipping = [{ id: 5, street_1: '1 Test Street', line_items }];
    expect(consignments).toEqual({ ...(anOrderWithLines(lines).consignments as object), shipping });
  });

  it('an order is stored once more, and not advanced again, where an earlier version stored its lines twice', async () => {
    const world = aWorld();
    const whole = anOrderWithLines(lines, { fees: [{ id: 1, cost_inc_tax: '13.5300' }] });
    world.shop.add(whole, { lines, addresses: [{ id: 5, street_1: '1 Test Street' }] });
    await world.replicate(aReference());
    const stored = world.snapshots.get(100)!;
    const link = { url: 'https://store.example/', resource: '/orders/100/fees' };
    world.snapshots.set(100, { ...stored, consignments: whole.consignments, fees: link as never });
    world.rows.set(100, {
      ...world.rows.get(100)!,
      content_digest: contentDigest(parseOrder({ ...whole, fees: link }))!,
    });
    calls(world);
    for (const lookedAt of [60_000, 120_000]) {
      world.clock.now = NOON + lookedAt;
      await world.replicate(aReference({ source: 'webhook', seenAt: iso(world.clock.now) }));
    }
    expect(world.snapshots.get(100)).toMatchObject({
      fees: [{ id: 1, cost_inc_tax: '13.5300' }],
      consignments: {
        shipping: [{ id: 5, line_items: lines.map(({ id, quantity }) => ({ id, quantity })) }],
      },
    });
    expect(calls(world)).toEqual(['getOrder', 'getCoupons', 'getShippingAddresses', 'getOrder', 'getOrder']);
    expect(world.shop.puts).toHaveLength(1);
  });

  it('an order is fetched whole again when a field of an address is kept that was dropped before', async () => {
    const world = aWorld();
    world.shop.add(anOrderWithLines(lines), { lines, addresses: [{ id: 5, street_1: '1 Test Street' }] });
    const dropping = { dropFields: ['street_1'], orderRetentionDays: 0 };
    await world.replicate(aReference(), { deps: { retention: dropping } });
    expect(JSON.stringify(world.snapshots.get(100))).not.toContain('1 Test Street');
    world.clock.now += 60_000;
    await world.replicate(aReference({ seenAt: iso(world.clock.now) }));
    expect(world.snapshots.get(100)?.shipping_addresses).toEqual([{ id: 5, street_1: '1 Test Street' }]);
  });

  it('a field of an address that is dropped only elsewhere stays in the consignment', async () => {
    const world = aWorld();
    world.shop.add(anOrderWithLines(lines), { lines, addresses: [{ id: 5, street_1: '1 Test Street' }] });
    const retention = { dropFields: ['shipping_addresses.street_1'], orderRetentionDays: 0 };
    await world.replicate(aReference(), { deps: { retention } });
    expect(world.snapshots.get(100)).toMatchObject({
      shipping_addresses: [{ id: 5 }],
      consignments: { shipping: [{ id: 5, street_1: '1 Test Street' }] },
    });
    calls(world);
    world.clock.now += 60_000;
    await world.replicate(aReference({ seenAt: iso(world.clock.now) }), { deps: { retention } });
    expect(calls(world)).toEqual(['getOrder', 'getCoupons']);
  });

  it('an order keeps its consignments when a later read comes without them, as long as it is unchanged', async () => {
    const world = aWorld();
    world.shop.add(anOrderWithLines(lines), { lines });
    await world.replicate(aReference());
    const { consignments } = world.snapshots.get(100)!;
    const written = world.stream.length;
    const link = { url: 'https://store.example/', resource: '/orders/100/consignments' };
    const getOrder: typeof world.shop.store.getOrder = async (orderId) => {
      const { order, readAt } = await world.shop.store.getOrder(orderId);
      return { order: parseOrder({ ...order!.raw, consignments: link }), readAt };
    };
    const deps = { store: { ...world.shop.store, getOrder } };
    world.clock.now += 60_000;
    await world.replicate(aReference({ source: 'webhook', seenAt: iso(world.clock.now) }), { deps });
    expect(world.stream).toHaveLength(written);
    expect(world.snapshots.get(100)?.consignments).toEqual(consignments);

    world.clock.now += 60_000;
    world.shop.edit(100, { staff_notes: 'gift' });
    world.clock.now += 60_000;
    await world.replicate(world.referenceTo(100), { deps });
    expect(world.snapshots.get(100)).toMatchObject({ staff_notes: 'gift', consignments: link });
  });

  it('an order that comes with its lines costs no address call where every line is digital', async () => {
    const world = aWorld();
    world.shop.add(anOrderWithLines([aWholeLine({ type: 'digital' })]));
    await world.replicate(aReference());
    expect(calls(world)).toEqual(['getOrder', 'getCoupons', 'putStatus']);
    expect(world.shop.order(100)?.status_id).toBe(Status.AwaitingPickup);
  });

  it('an order that comes with its lines is read exactly once more when it is referenced again and nothing has changed', async () => {
    const world = aWorld();
    world.shop.add(anOrderWithLines(lines));
    await world.replicate(aReference());
    calls(world);
    const { stream, snapshots } = world;
    const before = [stream.length, snapshots.get(100)];
    world.clock.now += 60_000;
    await world.replicate(aReference({ source: 'webhook', seenAt: iso(world.clock.now) }));
    expect(calls(world)).toEqual(['getOrder', 'getCoupons']);
    expect([stream.length, snapshots.get(100)]).toEqual(before);
    expect(world.rows.get(100)).toMatchObject({ state: 'replicated', read_at: iso(world.clock.now - 200) });
  });

  it.each([
    ['content', { staff_notes: 'changed' }],
    ['lines', anOrderWithLines([...lines, aWholeLine({ id: 3 })])],
  ])('an order is enriched again when its %s changed, even under the same date', async (_what, changes) => {
    const world = aWorld();
    world.shop.add(anOrderWithLines(lines));
    await world.replicate(aReference());
    calls(world);
    world.shop.editSilently(100, {
      ...changes,
      status_id: 9,
      date_modified: world.shop.order(100)!.date_modified,
    });
    world.clock.now += 60_000;
    await world.replicate(aReference({ seenAt: iso(world.clock.now) }));
    expect(calls(world)).toEqual(expect.arrayContaining(['getCoupons', 'getShippingAddresses']));
    expect(world.snapshots.get(100)).toMatchObject(
      'products' in changes ? { products: [...lines, aWholeLine({ id: 3 })] } : changes,
    );
  });

  it('an order that was edited in another version is enriched again though it shows the same, because coupons may differ', async () => {
    const world = aWorld();
    world.shop.add(anOrderWithLines(lines));
    await world.replicate(aReference());
    calls(world);
    world.clock.now += 60_000;
    world.shop.edit(100, {});
    await world.replicate(aReference({ seenAt: iso(world.clock.now + 1_000) }));
    expect(calls(world)).toContain('getCoupons');
  });

  it('an order is fetched whole when its snapshot is missing, whatever the ledger says', async () => {
    const world = aWorld();
    world.shop.add(anOrderWithLines(lines));
    await world.replicate(aReference());
    const stored = world.snapshots.get(100)!;
    world.snapshots.delete(100);
    world.clock.now += 60_000;
    await world.replicate(aReference({ source: 'audit', seenAt: iso(world.clock.now) }));
    const { replication, ...whole } = world.snapshots.get(100)!;
    expect({ ...whole, replication: stored.replication }).toEqual(stored);
    expect(replication).toMatchObject({ state: 'copied', source: 'audit' });
    expect(world.shop.puts).toHaveLength(1);
  });

  it('a Completed order is read again with the lines that come with it', async () => {
    const world = aWorld({ latencyMs: 1_100 });
    const digitalLine = aWholeLine({ type: 'digital' });
    world.shop.add(anOrderWithLines([digitalLine], { status_id: 10 }));
    world.shop.after('getCoupons', () =>
      world.shop.editSilently(100, anOrderWithLines([aWholeLine()], { status_id: 10 })),
    );
    await world.replicate(aReference({ statusId: 10 }));
    expect(world.shop.puts).toEqual([]);
    expect(world.rows.get(100)).toMatchObject({ state: 'copied', digital: false });
    expect(calls(world)).not.toContain('getLines');
  });
});

describe('fees', () => {
  const fees = [{ id: 1, type: 'custom_fee', cost_inc_tax: '13.5300' }];
  const link = { url: 'https://store.example/', resource: '/orders/100/fees' };
  const calls = (world: World) => world.shop.calls.map((call) => call.split(' ')[0]);

  it('fees that come with an order are stored by no further call', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ fees }));
    await world.replicate(aReference());
    expect(world.snapshots.get(100)?.fees).toEqual(fees);
    expect(calls(world)).not.toContain('getFees');
  });

  it.each([
    ['only linked', link],
    ['an error', [{ status: 500, message: 'Something went wrong.' }]],
    ['null', null],
    ['an object without any', {}],
  ])('fees that are %s are fetched', async (_, shown) => {
    const world = aWorld();
    world.shop.add(anOrder({ fees: shown }), { fees });
    await world.replicate(aReference());
    expect(world.snapshots.get(100)).toMatchObject({ fees, status_id: 9 });
  });

  it('fees that are only linked are fetched again with an order that shows what was stored', async () => {
    const world = aWorld();
    const lines = [aWholeLine()];
    world.shop.add(anOrderWithLines(lines, { fees: link }), { lines, fees });
    await world.replicate(aReference());
    world.clock.now += 60_000;
    world.shop.calls.length = 0;
    await world.replicate(aReference({ seenAt: iso(world.clock.now) }));
    expect(calls(world)).toEqual(['getOrder', 'getCoupons', 'getFees']);
    expect(world.stream).toHaveLength(2);
  });

  it('fees that a PUT answers with a link, or that a read no longer shows, are no change', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ fees }));
    const putStatus = async (...put: Parameters<typeof world.shop.store.putStatus>) => {
      const answer = await world.shop.store.putStatus(...put);
      return answer === 'too-late' ? answer : parseOrder({ ...answer.raw, fees: link });
    };
    await world.replicate(aReference(), { deps: { store: { ...world.shop.store, putStatus } } });
    expect(calls(world).filter((call) => call === 'getOrder')).toHaveLength(1);
    expect(world.snapshots.get(100)).toMatchObject({ fees, status_id: 9 });
  });

  it('fees that were changed between the read and the PUT are stored', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ fees }));
    const changed = [{ ...fees[0], cost_inc_tax: '14.5300' }];
    world.shop.before('putStatus', () => world.shop.editSilently(100, { fees: changed }));
    await world.replicate(aReference());
    expect(world.snapshots.get(100)).toMatchObject({ fees: changed, status_id: 9 });
    expect(world.shop.puts).toHaveLength(1);
  });

  it('fees that the store links to and does not know delay an order until the third receive', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ fees: link }));
    const getFees = () => Promise.reject(new BigCommerceError('GET fees answered 404.', 'retryable', 404));
    const deps = { store: { ...world.shop.store, getFees } };
    expect(await world.replicate(aReference(), { receiveCount: 2, deps })).toBe('returned');
    expect(await world.replicate(aReference(), { receiveCount: 3, deps })).toBe('acknowledged');
    expect(world.snapshots.get(100)).toMatchObject({ fees: [], status_id: 9 });
  });
});
