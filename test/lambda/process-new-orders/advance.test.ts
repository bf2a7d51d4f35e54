// The step `advance`, in the flow: every PUT rests on a read of the last two seconds.
import { BigCommerceError } from '../../../lambda/shared/runtime/errors';
import { Status } from '../../../lambda/shared/order/status';
import { aLine, anOrder, anOrderWithLines, aReference, aWholeLine } from '../../support/builders';
import { aWorld } from '../../support/world';

const digital = { lines: [aLine({ type: 'digital' })], addresses: [] };

describe('a PUT and the age of its read', () => {
  it('an order is read again when enrichment took longer than two seconds, and advanced when it is unchanged', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    world.shop.after('getLines', () => (world.clock.now += 5_000));

    await world.replicate(aReference());

    expect(world.shop.calls.filter((call) => call.startsWith('getOrder'))).toHaveLength(2);
    expect(world.shop.puts).toHaveLength(1);
    expect(world.clock.now - world.shop.puts[0]!.restsOnReadOf).toBeLessThan(2_500);
  });

  it('an order that was edited during enrichment is stored again before it is advanced', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    world.shop.after('getLines', () => {
      world.clock.now += 5_000;
      world.shop.edit(100, { staff_notes: 'gift' });
    });

    await world.replicate(aReference());

    expect(world.snapshots.get(100)).toMatchObject({ staff_notes: 'gift', status_id: 9 });
  });

  it('an order that was cancelled after the snapshot and before the PUT is stored as cancelled and not advanced', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    world.shop.after('getLines', () => {
      world.clock.now += 5_000;
      world.shop.edit(100, { status_id: Status.Cancelled });
    });

    expect(await world.replicate(aReference())).toBe('acknowledged');

    expect(world.shop.puts).toEqual([]);
    expect(world.snapshots.get(100)).toMatchObject({ status_id: 5, replication: { state: 'copied' } });
  });
});

describe('what a second read before the PUT detects', () => {
  const afterFiveSeconds = (world: ReturnType<typeof aWorld>, change: () => void) =>
    world.shop.after('getLines', () => {
      world.clock.now += 5_000;
      change();
    });

  it('a second read before the PUT detects a status that changed', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    afterFiveSeconds(world, () => world.shop.editSilently(100, { status_id: Status.Cancelled }));
    await world.replicate(aReference());
    expect(world.shop.puts).toEqual([]);
  });

  it('a second read before the PUT detects content that changed', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    afterFiveSeconds(world, () => world.shop.editSilently(100, { staff_notes: 'gift' }));
    await world.replicate(aReference());
    expect(world.stream.map(({ staff_notes }) => staff_notes)).toEqual([null, 'gift', 'gift']);
    expect(world.shop.calls.filter((call) => call.startsWith('getLines'))).toHaveLength(2);
  });

  it('a second read before the PUT detects a new date, as after the edit of a line', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    afterFiveSeconds(world, () => world.shop.editLines(100, [aLine({ name: 'edited' })]));
    await world.replicate(aReference());
    expect(world.snapshots.get(100)).toMatchObject({ status_id: 9, products: [{ name: 'edited' }] });
  });

  it('a second read before the PUT detects a line that came with the order and changed without its date', async () => {
    const world = aWorld();
    world.shop.add(anOrderWithLines([aWholeLine()]));
    world.shop.after('getCoupons', () => {
      world.clock.now += 5_000;
      world.shop.editSilently(100, anOrderWithLines([aWholeLine({ name: 'edited' })]));
    });
    await world.replicate(aReference());
    expect(world.snapshots.get(100)).toMatchObject({ status_id: 9, products: [{ name: 'edited' }] });
  });

  it('the lines of a Completed order are fetched before its GET, so that many pages of them do not delay the PUT', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ status_id: 10, order_is_digital: true }), digital);
    afterFiveSeconds(world, () => undefined);
    await world.replicate(aReference({ statusId: 10 }));
    expect(world.shop.calls.slice(-3)).toEqual(['getLines 100', 'getOrder 100', 'putStatus 100 to 8']);
  });

  it('a second read before the PUT detects lines of a Completed order that are no longer digital', async () => {
    const world = aWorld();
    const completed = { status_id: 10, order_is_digital: true, shipping_address_count: 0 };
    world.shop.add(anOrder(completed), digital);
    afterFiveSeconds(world, () => world.shop.editSilently(100, {}, [aLine()]));
    await world.replicate(aReference({ statusId: 10 }));
    expect(world.shop.puts).toEqual([]);
    expect(world.rows.get(100)?.state).toBe('copied');
  });
});

it('a PUT is not sent when its turn comes too late for its read', async () => {
  const world = aWorld();
  world.shop.add(anOrder());
  world.shop.delayPuts(1_900);
  await world.replicate(aReference());
  expect(world.shop.calls.filter((call) => call.startsWith('getOrder')).length).toBeGreaterThan(1);
  expect(world.shop.puts).toHaveLength(1);
  expect(world.clock.now - 100 - world.shop.puts[0]!.restsOnReadOf).toBeLessThanOrEqual(2_000);
});

it('a worker decides again on an order that changed while its PUT was refused permanently', async () => {
  const world = aWorld();
  world.shop.add(anOrder());
  world.shop.before('putStatus', () => {
    world.shop.edit(100, { status_id: Status.Cancelled });
    throw new BigCommerceError('PUT answered 409.', 'permanent', 409);
  });
  expect(await world.replicate(aReference())).toBe('acknowledged');
  expect(world.deadLetters).toEqual([]);
  expect(world.snapshots.get(100)).toMatchObject({ status_id: 5, replication: { state: 'copied' } });
});

it('a Completed order is advanced whose lines take longer to read than a PUT allows', async () => {
  const world = aWorld();
  world.shop.add(anOrder({ status_id: 10, order_is_digital: true }), {
    lines: [aLine({ type: 'digital' })],
    addresses: [],
  });
  const getLines: typeof world.shop.store.getLines = (orderId) => {
    world.clock.now += 2_500;
    return world.shop.store.getLines(orderId);
  };
  const deps = { store: { ...world.shop.store, getLines } };
  expect(await world.replicate(aReference({ statusId: 10 }), { deps })).toBe('acknowledged');
  expect(world.shop.puts).toMatchObject([{ to: 8 }]);
});

it('an order for which the store is too slow returns to the queue after a few reads', async () => {
  const world = aWorld();
  world.shop.add(anOrder());
  world.shop.delayPuts(2_500);
  expect(await world.replicate(aReference())).toBe('returned');
  expect(world.shop.puts).toEqual([]);
  expect(world.shop.calls.filter((call) => call.startsWith('getOrder'))).toHaveLength(4);
  expect(world.rows.get(100)?.last_error).toContain('no PUT could be sent within 2 s of a read');
});

it('an order that keeps changing waits', async () => {
  const world = aWorld();
  world.shop.add(anOrder());
  const getLines = async (orderId: number) => {
    world.clock.now += 3_000;
    world.shop.edit(orderId, { staff_notes: String(world.clock.now) });
    return world.shop.store.getLines(orderId);
  };
  const store = { ...world.shop.store, getLines };
  expect(await world.replicate(aReference(), { deps: { store } })).toBe('returned');
  expect(world.shop.puts).toEqual([]);
  expect(world.rows.get(100)?.last_error).toContain('kept changing');
});
