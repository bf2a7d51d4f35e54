// The worker's flow: each rule by name, each defect of the sample that it must not repeat.
import { parseOrder } from '../../../lambda/shared/bigcommerce/parse-order';
import { contentDigest } from '../../../lambda/shared/order/content';
import { BigCommerceError, ConfigurationError } from '../../../lambda/shared/runtime/errors';
import { Status } from '../../../lambda/shared/order/status';
import {
  aLine,
  anOrder,
  anOrderWithLines,
  aParsedOrder,
  aReference,
  aWholeLine,
  iso,
  NOON,
  storeDate,
} from '../../support/builders';
import { aWorld } from '../../support/world';
import type { WorkerParts, World } from '../../support/world';

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

describe('a list that is empty', () => {
  it.each([
    ['products', { items_total: 2 }, { lines: [] }],
    ['shipping addresses', { shipping_address_count: 1 }, { addresses: [] }],
  ])(
    'an empty answer is no list of %s where the order counts some, and nothing is stored',
    async (what, counted, lists) => {
      const world = aWorld();
      world.shop.add(anOrder(counted), lists);
      expect(await world.replicate(aReference())).toBe('returned');
      expect(world.rows.get(100)?.last_error).toContain(
        `The store lists no ${what} of order 100, although its `,
      );
      expect(world.stream).toEqual([]);
      expect(world.shop.puts).toEqual([]);
    },
  );

  it('an empty list of addresses is believed at the third receive, because it is not documented what the order counts there', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ items_total: 1, shipping_address_count: 1 }), { addresses: [] });
    expect(await world.replicate(aReference(), { receiveCount: 2 })).toBe('returned');
    expect(await world.replicate(aReference(), { receiveCount: 3 })).toBe('acknowledged');
    expect(world.shop.puts).toHaveLength(1);
  });

  it.each([{ type: 'giftcertificate' }, { type: 'physical', order_pickup_method_id: 3 }])(
    'an empty list of addresses of %j is believed immediately',
    async (line) => {
      const world = aWorld();
      world.shop.add(anOrder({ shipping_address_count: 1 }), { lines: [aLine(line)], addresses: [] });
      expect(await world.replicate(aReference())).toBe('acknowledged');
    },
  );

  it('an empty list of products that the order counts is never believed', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ items_total: 2 }), { lines: [] });
    expect(await world.replicate(aReference(), { receiveCount: 19 })).toBe('returned');
  });

  it('an empty list is believed where the order counts none', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ items_total: 0, shipping_address_count: 0 }), { lines: [], addresses: [] });
    await world.replicate(aReference());
    expect(world.snapshots.get(100)).toMatchObject({ products: [], shipping_addresses: [], status_id: 9 });
  });
});

describe('a failed PUT', () => {
  const failed = new BigCommerceError('PUT answered 429.', 'retryable', 429);

  it('a GET never shows that a failed PUT is done (a defect of the sample)', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    const fail = () => {
      throw failed;
    };
    world.shop.before('putStatus', fail);
    world.shop.before('putStatus', fail);

    expect(await world.replicate(aReference())).toBe('returned');

    expect(world.shop.order(100)?.status_id).toBe(11);
    expect(world.rows.get(100)).not.toHaveProperty('state');
    expect(world.rows.get(100)).toMatchObject({ last_error: 'BigCommerceError: PUT answered 429.' });
    expect(world.rows.get(100)).not.toHaveProperty('lease_owner');
  });

  it('a failed PUT is repeated after another GET', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    world.shop.before('putStatus', () => {
      throw failed;
    });

    expect(await world.replicate(aReference())).toBe('acknowledged');

    expect(world.shop.calls.slice(-3)).toEqual(['putStatus 100 to 9', 'getOrder 100', 'putStatus 100 to 9']);
    expect(world.rows.get(100)?.state).toBe('replicated');
  });

  it('a failed PUT had worked when the GET shows the target status, and counts as one advance', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    world.shop.after('putStatus', () => {
      throw failed;
    });

    expect(await world.replicate(aReference())).toBe('acknowledged');

    expect(world.shop.puts).toHaveLength(1);
    expect(world.rows.get(100)?.state).toBe('replicated');
  });

  it('a failed PUT is followed by one GET, whose order counts as the answer', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    world.shop.after('putStatus', () => {
      throw failed;
    });
    await world.replicate(aReference());
    expect(world.shop.calls.slice(-2)).toEqual(['putStatus 100 to 9', 'getOrder 100']);
    expect(world.stream.map(({ replication }) => replication.state)).toEqual(['stored', 'replicated']);
  });

  it('a failed PUT is sent at most twice, also for an order that was placed this second', async () => {
    for (const date_modified of [storeDate(NOON), '']) {
      const world = aWorld();
      world.shop.add(anOrder({ date_modified }));
      const putStatus = jest.fn(() => Promise.reject(failed));
      const store = { ...world.shop.store, putStatus };
      expect(await world.replicate(aReference(), { deps: { store } })).toBe('returned');
      expect(putStatus).toHaveBeenCalledTimes(2);
    }
  });

  it('a PUT that was answered with a permanent error had still worked when the GET shows it', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    world.shop.after('putStatus', () => {
      throw new BigCommerceError('PUT answered 409.', 'permanent', 409);
    });
    expect(await world.replicate(aReference())).toBe('acknowledged');
    expect(world.deadLetters).toEqual([]);
    expect(world.rows.get(100)?.state).toBe('replicated');
  });

  it('a PUT whose answer shows another status has failed', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    const store = { ...world.shop.store, putStatus: () => Promise.resolve(aParsedOrder()) };
    expect(await world.replicate(aReference(), { deps: { store } })).toBe('returned');
    expect(world.rows.get(100)).not.toHaveProperty('state');
  });

  it.each([
    ['no answer', undefined],
    ['502', 502],
    ['504', 504],
    ['500', 500],
    ['503', 503],
    ['a 200 that cannot be read', 200],
  ])(
    'a PUT with %s that the GET does not show is not followed by another in this invocation',
    async (_, status) => {
      const world = aWorld();
      world.shop.add(anOrder());
      const reference = world.referenceTo(100);
      const putStatus = jest.fn(() =>
        Promise.reject(new BigCommerceError('PUT failed.', 'retryable', status)),
      );
      const store = { ...world.shop.store, putStatus };
      expect(await world.replicate(reference, { deps: { store } })).toBe('returned');
      expect(putStatus).toHaveBeenCalledTimes(1);

      // Another reference to the order waits until that PUT can no longer land; it lands, and counts.
      const another = { ...reference, source: 'webhook' };
      world.clock.now += 5_000;
      expect(await world.replicate(another)).toBe('returned');
      expect(world.shop.calls.filter((call) => call.startsWith('putStatus'))).toEqual([]);
      world.shop.edit(100, { status_id: 9 });
      world.clock.now += 60_000;
      expect(await world.replicate(reference, { receiveCount: 2 })).toBe('acknowledged');
      expect(world.shop.puts).toEqual([]);
      expect(world.rows.get(100)).toMatchObject({ state: 'replicated', advances: [expect.any(String)] });
    },
  );

  it('a failed PUT and an answered one count together, at most two in an invocation', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    // Another app puts it back within each answer's time, and edits it, so that it is read again.
    for (let times = 0; times < 5; times += 1) {
      world.shop.before('putStatus', () => world.shop.edit(100, { staff_notes: `edit ${times}` }));
      world.shop.after('putStatus', () => {
        world.clock.now += 1_000;
        world.shop.edit(100, { status_id: 11 });
      });
    }
    expect(await world.replicate(world.referenceTo(100))).toBe('returned');
    expect(world.shop.puts).toHaveLength(2);
    expect(world.rows.get(100)?.advances).toHaveLength(2);
  });

  it('a PUT that is answered 400 makes a dead letter, with the reason', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    world.shop.before('putStatus', () => {
      throw new BigCommerceError('PUT /v2/orders/100 answered 400: no.', 'permanent', 400);
    });

    expect(await world.replicate(aReference())).toBe('acknowledged');

    expect(world.deadLetters).toEqual([
      {
        body: JSON.stringify(aReference()),
        reason: 'rejected',
        error: 'BigCommerceError: PUT /v2/orders/100 answered 400: no.',
        orderId: 100,
        firstSeenAt: iso(NOON),
      },
    ]);
    expect(world.rows.get(100)).toMatchObject({ state: 'dead', reason: 'rejected' });
  });
});

describe('a PUT that is refused for its credentials', () => {
  it.each([401, 403])('a PUT that is answered %i is followed by no other call', async (status) => {
    const world = aWorld();
    world.shop.add(anOrder());
    world.shop.before('putStatus', () => {
      throw new BigCommerceError(`PUT answered ${status}.`, 'configuration', status);
    });
    expect(await world.replicate(aReference())).toBe('returned');
    expect(world.shop.calls.at(-1)).toBe('putStatus 100 to 9');
    expect(world.alerts).toHaveLength(1);
  });
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

describe('a reference that fails', () => {
  it('a reference that fails returns with a delay that grows with its receive count', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    for (const receiveCount of [1, 2, 3, 19]) {
      world.shop.before('getOrder', () => {
        throw new BigCommerceError('GET answered 503.', 'retryable', 503);
      });
      await world.replicate(aReference(), { receiveCount });
    }
    expect(world.returned.map(({ seconds }) => seconds)).toEqual([60, 120, 240, 10_800]);
  });

  it('a reference that fails becomes a dead letter at its last receive, with the reason and the time it was first seen', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    world.shop.before('getOrder', () => {
      throw new BigCommerceError('GET answered 503.', 'retryable', 503);
    });

    expect(await world.replicate(aReference(), { receiveCount: 20 })).toBe('acknowledged');

    expect(world.deadLetters).toMatchObject([
      {
        orderId: 100,
        firstSeenAt: iso(NOON),
        reason: 'attempts-exhausted',
        error: 'BigCommerceError: GET answered 503.',
      },
    ]);
    expect(world.rows.get(100)).toMatchObject({ state: 'dead', reason: 'attempts-exhausted' });
  });

  it('a reference returns to the queue when its dead letter cannot be written, and is never acknowledged before', async () => {
    const world = aWorld();
    const queue = { ...world.queue, deadLetter: () => Promise.reject(new Error('SQS is down')) };
    expect(await world.replicate('no reference', { deps: { queue } })).toBe('returned');
  });

  it('a wrong token sends an alert, and the reference waits', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    world.shop.before('getOrder', () => {
      throw new BigCommerceError('GET answered 401. Check BigCommerceToken.', 'configuration', 401);
    });
    expect(await world.replicate(aReference())).toBe('returned');
    expect(world.alerts).toHaveLength(1);
    expect(world.alerts[0]!.message).toContain('BigCommerceToken');

    const ledger = { ...world.ledger, takeLease: () => Promise.reject(new ConfigurationError('no secret')) };
    expect(await world.replicate(aReference(), { deps: { ledger } })).toBe('returned');
  });

  it.each([
    ['no JSON', 'nonsense', 'The body is not a JSON object.'],
    ['a sample-era message', JSON.stringify({ id: 100, status_id: 11 }), 'orderId is not a positive integer'],
    [
      'an id that is a path',
      JSON.stringify({ ...aReference(), orderId: '../customers' }),
      'orderId is not a positive integer',
    ],
    ['a null', 'null', 'The body is not a JSON object.'],
    ['no date', JSON.stringify({ ...aReference(), seenAt: 'soon' }), 'seenAt is not a date'],
  ])('a malformed reference becomes a dead letter: %s', async (_, body, error) => {
    const world = aWorld();
    expect(await world.replicate(body)).toBe('acknowledged');
    expect(world.deadLetters).toHaveLength(1);
    expect(world.deadLetters[0]!.body).toBe(body);
    expect(world.deadLetters[0]!.reason).toBe('malformed-reference');
    expect(world.deadLetters[0]!.error).toContain(error);
    expect(world.shop.calls).toEqual([]);
  });

  it('a reference that fails does not keep its lease', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    const orders = { ...world.orders, save: () => Promise.reject(new Error('throttled')) };
    expect(await world.replicate(aReference(), { deps: { orders } })).toBe('returned');
    expect(await world.replicate(aReference())).toBe('acknowledged');
    expect(world.shop.puts).toHaveLength(1);
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

describe('an order that another app puts back', () => {
  const MINUTE = 60_000;

  /** Each time it is advanced the app puts it back, `everyMs` later, and a webhook reports it. */
  async function putBack(world: World, times: number, everyMs: number) {
    for (let time = 0; time < times; time += 1) {
      world.clock.now += everyMs;
      world.shop.edit(100, { status_id: 11 });
      world.clock.now += 15_000;
      const webhook = { orderId: 100, source: 'webhook', seenAt: iso(world.clock.now) };
      expect(await world.replicate(webhook)).toBe('acknowledged');
    }
  }

  async function advanced() {
    const world = aWorld();
    world.shop.add(anOrder());
    await world.pollAndReplicate();
    return world;
  }

  it('an order that another app puts back is advanced three times within an hour, then left unchanged with one alert', async () => {
    const world = await advanced();
    await putBack(world, 6, MINUTE);
    expect(world.shop.puts).toHaveLength(3);
    expect(world.alerts).toHaveLength(1);
    expect(world.alerts[0]).toMatchObject({
      subject: 'others keep resetting the status of order 100',
      message: expect.stringContaining('AdvanceStatusIds') as string,
    });
    expect(world.snapshots.get(100)).toMatchObject({ status_id: 11, replication: { state: 'copied' } });
    expect(world.rows.get(100)).toMatchObject({
      state: 'copied',
      reason: 'put-back-repeatedly',
    });
  });

  it('an order that another app puts back is queued by no poll for the next hour, and advanced by the one after it', async () => {
    const world = await advanced();
    await putBack(world, 4, MINUTE);
    const polled: number[] = [];
    for (let quarter = 0; quarter < 3; quarter += 1) {
      world.clock.now += 15 * MINUTE;
      polled.push((await world.poll()).length);
    }
    expect(polled).toEqual([0, 0, 0]);
    world.clock.now += 20 * MINUTE;
    expect(await world.pollAndReplicate()).toBe(1);
    expect(world.shop.puts).toHaveLength(4);
    expect(world.shop.order(100)?.status_id).toBe(9);
  });

  it('an order that another app puts back is left unchanged for no more than the hour, however often it is reported', async () => {
    const world = await advanced();
    await putBack(world, 3, MINUTE);
    const { left_alone_until: until } = world.rows.get(100)!;
    await putBack(world, 3, 10 * MINUTE);
    expect(world.rows.get(100)?.left_alone_until).toBe(until);
    expect(world.alerts).toHaveLength(1);
    await putBack(world, 1, 40 * MINUTE);
    expect(world.shop.puts).toHaveLength(4);
  });

  it('an order that another app puts back is still stored when staff cancel it', async () => {
    const world = await advanced();
    await putBack(world, 4, MINUTE);
    world.clock.now += MINUTE;
    world.shop.edit(100, { status_id: Status.Cancelled });
    await world.replicate({ orderId: 100, source: 'webhook', seenAt: iso(world.clock.now) });
    expect(world.snapshots.get(100)?.status_id).toBe(Status.Cancelled);
  });

  it('an order that another app puts back is left unchanged for the whole hour, whatever status it gets in between', async () => {
    const world = await advanced();
    await putBack(world, 3, 18 * MINUTE);
    const { left_alone_until: until } = world.rows.get(100)!;
    for (const status_id of [Status.Cancelled, Status.AwaitingFulfillment]) {
      world.clock.now += 15 * MINUTE;
      world.shop.edit(100, { status_id });
      await world.replicate({ orderId: 100, source: 'webhook', seenAt: iso(world.clock.now) });
    }
    expect(world.shop.puts).toHaveLength(3);
    expect(world.alerts).toHaveLength(1);
    expect(world.rows.get(100)?.left_alone_until).toBe(until);
  });

  it('an order that another app puts back is advanced each time where hours lie between', async () => {
    const world = await advanced();
    await putBack(world, 5, 61 * MINUTE);
    expect(world.shop.puts).toHaveLength(6);
    expect(world.alerts).toEqual([]);
  });

  it('an advance whose worker died before it could record it counts among those of an order that is put back', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    const dies = { ...world.ledger, recordAdvance: () => new Promise<never>(() => undefined) };
    void world.replicate(world.referenceTo(100), { deps: { ledger: dies } });
    await new Promise(setImmediate);
    world.clock.now += 2 * MINUTE;
    await world.replicate(world.referenceTo(100), { receiveCount: 2 });
    expect(world.rows.get(100)).toMatchObject({ state: 'replicated', advances: [expect.any(String)] });
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

describe('an order of which a list showed other content under the same date', () => {
  const before = anOrderWithLines([aWholeLine()], { status_id: 9 });
  const after = anOrderWithLines([aWholeLine({ quantity_refunded: 1 })], { status_id: 9 });

  /** Stored as it was before, and referenced by a list that shows it as it is after. */
  async function aListedChange() {
    const world = aWorld();
    world.shop.add(before, { lines: [aWholeLine()] });
    await world.replicate(world.referenceTo(100));
    world.clock.now += 60_000;
    const reference = { ...world.referenceTo(100), listedDigest: contentDigest(parseOrder(after))! };
    return { world, reference };
  }

  it('an order that a list showed with other content is stored as read, and the row records what the list showed', async () => {
    const { world, reference } = await aListedChange();
    world.shop.editSilently(100, after, [aWholeLine({ quantity_refunded: 1 })]);
    expect(await world.replicate(reference)).toBe('acknowledged');
    expect(world.snapshots.get(100)).toMatchObject({ products: [{ quantity_refunded: 1 }] });
    const { listedDigest } = reference;
    expect(world.rows.get(100)).toMatchObject({ content_digest: listedDigest, listed_digest: listedDigest });
  });

  it('an order returns to the queue while its read lags behind the list, and the read is believed at the third receive', async () => {
    const { world, reference } = await aListedChange();
    const { content_digest: stored } = world.rows.get(100)!;
    for (const receiveCount of [1, 2]) {
      expect(await world.replicate(reference, { receiveCount })).not.toBe('acknowledged');
      expect(world.rows.get(100)).not.toHaveProperty('listed_digest');
    }
    expect(await world.replicate(reference, { receiveCount: 3 })).toBe('acknowledged');
    const { listedDigest } = reference;
    expect(world.rows.get(100)).toMatchObject({ content_digest: stored, listed_digest: listedDigest });
  });

  it('a reference is acknowledged at the first receive where the list shows what was read before', async () => {
    const { world, reference } = await aListedChange();
    await world.replicate(reference, { receiveCount: 3 });
    world.clock.now += 60_000;
    const again = { ...reference, seenAt: iso(world.clock.now) };
    expect(await world.replicate(again)).toBe('acknowledged');
  });
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

it('a version whose date cannot be read may still change', async () => {
  const world = aWorld();
  world.shop.add(anOrder({ status_id: 7, date_modified: null }));
  await world.replicate(aReference({ statusId: 7, dateModified: '' }));
  expect(world.rows.get(100)).toMatchObject({ state: 'copied', date_modified: '' });
  expect(world.rows.get(100)).not.toHaveProperty('modified_at');
  expect(await world.poll()).toHaveLength(1);
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
