// The races that the protocol closes, each by its own name, on the real flow code and virtual time.
import { parseOrder } from '../../lambda/shared/bigcommerce/parse-order';
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { BigCommerceError } from '../../lambda/shared/runtime/errors';
import { Status } from '../../lambda/shared/order/status';
import type { RawOrder } from '../../lambda/shared/order/order';
import { aLine, anOrder, aReference, iso, NOON, storeDate } from '../support/builders';
import { aWorld } from '../support/world';
import type { World } from '../support/world';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Polls and works off what they find, until nothing comes any more; returns how many references it took. */
async function workOff(world: World, polls = 5): Promise<number> {
  let references = 0;
  for (let times = 0; times < polls; times += 1) {
    world.clock.now += HOUR;
    references += await world.pollAndReplicate();
  }
  return references;
}

function failPermanently(world: World, name: 'getOrder' | 'putStatus'): void {
  world.shop.before(name, () => {
    throw new BigCommerceError(`${name} answered 400.`, 'permanent', 400);
  });
}

it('an edit between the poll’s list and a worker’s GET is stored when the list shows it already', async () => {
  const world = aWorld();
  world.shop.add(anOrder({ status_id: 7 }));
  const early = world.referenceTo(100);
  let byWorker: Promise<unknown> | undefined;
  world.shop.before('listOrders', async () => {
    // The worker reads everything before the edit, and finishes before the list's answer is in.
    byWorker = world.replicate(early);
    await byWorker;
    world.shop.edit(100, { staff_notes: 'edited' });
  });

  const references = await world.poll();
  await byWorker;
  for (const reference of references) await world.replicate(reference);

  expect(world.snapshots.get(100)?.staff_notes).toBe('edited');
});

it('an order that is read, edited and advanced before the list’s answer arrives is stored with its edit', async () => {
  const world = aWorld();
  world.shop.add(anOrder());
  const early = world.referenceTo(100);
  world.shop.after('listOrders', async () => {
    world.shop.before('putStatus', () => world.shop.edit(100, { staff_notes: 'edited' }));
    await world.replicate(early);
  });
  for (const reference of await world.poll()) await world.replicate(reference);
  expect(world.snapshots.get(100)).toMatchObject({ staff_notes: 'edited', status_id: 9 });
});

it('an order that is edited in the second in which it was queued and read is queued again by the next poll of that second', async () => {
  const world = aWorld({ latencyMs: 0 });
  const second = NOON + 60_000;
  world.shop.add(anOrder({ status_id: 7, date_modified: storeDate(second) }));
  world.clock.now = second + 200;
  const [first] = await world.poll();
  world.clock.now = second + 250;
  await world.replicate(first!);
  world.clock.now = second + 470;
  world.shop.edit(100, { staff_notes: 'edited' });
  world.clock.now = second + 740;

  for (const reference of await world.poll()) await world.replicate(reference);
  await workOff(world);

  expect(world.snapshots.get(100)?.staff_notes).toBe('edited');
});

it('the redelivery finishes the work of a worker that was late with its lease, sent its PUT and died', async () => {
  const world = aWorld();
  world.shop.add(anOrder());
  const early = world.referenceTo(100);
  await world.replicate({ ...early, source: 'webhook' });
  world.clock.now += HOUR;
  world.shop.edit(100, { status_id: 11 });
  const dies = { ...world.ledger, recordAdvance: () => new Promise<never>(() => undefined) };
  const late = world.referenceTo(100);
  void world.replicate(late, { deps: { ledger: dies } });
  await new Promise(setImmediate);
  expect(world.shop.puts).toHaveLength(2);

  world.clock.now += 6 * 60_000;
  expect(await world.replicate(late, { receiveCount: 2 })).toBe('acknowledged');

  expect(world.snapshots.get(100)?.replication.state).toBe('replicated');
  expect(world.rows.get(100)?.state).toBe('replicated');
  expect(world.shop.puts).toHaveLength(2);
});

it('a lease is refused after another worker has finished what the reference asks for', async () => {
  const world = aWorld();
  world.shop.add(anOrder());
  const early = world.referenceTo(100);
  world.clock.now += 5_000;
  const takeLease: typeof world.ledger.takeLease = async (...lease) => {
    await world.replicate({ ...early, source: 'webhook' });
    return world.ledger.takeLease(...lease);
  };
  expect(await world.replicate(early, { deps: { ledger: { ...world.ledger, takeLease } } })).toBe(
    'acknowledged',
  );
  expect(world.shop.puts).toHaveLength(1);
  expect(world.rows.get(100)?.attempts).toBe(1);
});

it('a reference whose PUT is answered 400 becomes a dead letter, and is tried again when it is redriven', async () => {
  const world = aWorld();
  world.shop.add(anOrder());
  const reference = world.referenceTo(100);
  world.clock.now += 5_000;
  failPermanently(world, 'putStatus');
  await world.replicate(reference);
  expect(world.deadLetters).toHaveLength(1);

  world.clock.now += DAY;
  expect(await world.replicate(world.deadLetters[0]!.body)).toBe('acknowledged');

  expect(world.shop.puts).toHaveLength(1);
  expect(world.rows.get(100)?.state).toBe('replicated');
});

it('an order whose GET is always answered 400 makes one dead letter, not one per poll', async () => {
  const world = aWorld();
  world.shop.add(anOrder());
  for (let times = 0; times < 10; times += 1) failPermanently(world, 'getOrder');
  await workOff(world, 10);
  expect(world.deadLetters).toHaveLength(1);

  world.shop.edit(100, { staff_notes: 'fixed' });
  await workOff(world, 2);
  expect(world.deadLetters).toHaveLength(2);
});

it('an order whose GET is always answered 500 is queued once a day at most', async () => {
  const world = aWorld();
  world.shop.add(anOrder());
  for (let hour = 0; hour < 48; hour += 1) {
    world.clock.now += HOUR;
    for (const reference of await world.poll()) {
      world.shop.before('getOrder', () => {
        throw new BigCommerceError('GET answered 500.', 'retryable', 500);
      });
      await world.replicate(reference, { receiveCount: 20 });
    }
  }
  expect(world.deadLetters).toHaveLength(2);
});

it('a ledger row stays finished when its `queued` record arrives after the worker, also after a 404', async () => {
  for (const receiveCount of [1, 3]) {
    const world = aWorld();
    if (receiveCount === 1) world.shop.add(anOrder());
    const reference = aReference();
    world.clock.now += 3_000;
    await world.replicate(reference, { receiveCount });
    const state = receiveCount === 1 ? 'replicated' : 'skipped';
    expect(world.rows.get(100)?.state).toBe(state);

    await world.ledger.recordQueued(reference, world.clock.now);

    expect(world.rows.get(100)?.state).toBe(state);
  }
});

it('a ledger row stays finished when a record of the former status carries the date of our own PUT', async () => {
  // Listed by a poll whose clock is ahead, replicated, and noted, all within one second of the store's clock.
  const world = aWorld({ latencyMs: 20 });
  world.shop.add(anOrder({ date_modified: storeDate(NOON) }));
  world.clock.now += 100;
  const reference = { ...world.referenceTo(100), seenAt: iso(world.clock.now + 350) };
  await world.replicate(reference);
  await world.ledger.recordQueued(reference, world.clock.now);
  expect(world.rows.get(100)).toMatchObject({ state: 'replicated', status_id: 9 });
});

it('a Completed mixed order is copied once and not queued by every poll', async () => {
  const world = aWorld();
  world.shop.add(anOrder({ status_id: 10, order_is_digital: true, date_modified: storeDate(NOON - HOUR) }), {
    lines: [aLine({ type: 'digital' }), aLine({ id: 2 })],
  });
  expect(await workOff(world, 10)).toBe(1);
  expect(world.rows.get(100)?.state).toBe('copied');
});

it('an order whose lines become physical between GET and PUT gets no PUT', async () => {
  const world = aWorld();
  world.shop.add(anOrder({ status_id: 10, order_is_digital: true, shipping_address_count: 0 }), {
    lines: [aLine({ type: 'digital' })],
    addresses: [],
  });
  world.shop.after('getLines', () => {
    world.clock.now += 5_000;
    world.shop.editLines(100, [aLine({ type: 'physical' })]);
  });

  await world.replicate(aReference({ statusId: 10 }));

  expect(world.shop.puts).toEqual([]);
  expect(world.rows.get(100)?.state).toBe('copied');
  expect(world.snapshots.get(100)?.products).toMatchObject([{ type: 'physical' }]);
});

it('an order that is deleted in the store after it was stored is marked as gone after a day of 404s', async () => {
  const world = aWorld();
  world.shop.add(anOrder());
  await world.replicate(aReference());
  world.clock.now += HOUR;
  const late = world.referenceTo(100);
  world.shop.remove(100);

  expect(await world.replicate(late, { receiveCount: 3 })).toBe('returned');
  expect(world.snapshots.get(100)?.replication).not.toHaveProperty('gone');
  world.clock.now += DAY;
  expect(await world.replicate(late, { receiveCount: 16 })).toBe('acknowledged');

  expect(world.snapshots.get(100)).toMatchObject({
    status_id: 9,
    replication: { state: 'copied', gone: true, advanced_at: expect.any(String) as string },
  });
  expect(world.snapshots.get(100)?.replication).not.toHaveProperty('target_status_id');
  expect(world.rows.get(100)).toMatchObject({ state: 'copied', reason: 'not-found' });
});

it('an order that a list shows while its GET answers 404 once is replicated in the end', async () => {
  const world = aWorld();
  world.shop.add(anOrder());
  const reference = world.referenceTo(100);
  const order = world.shop.order(100)!;
  world.shop.remove(100);
  expect(await world.replicate(reference)).toBe('returned');
  world.shop.add(order);
  expect(await world.replicate(reference, { receiveCount: 2 })).toBe('acknowledged');
  expect(world.rows.get(100)?.state).toBe('replicated');
});

it('a line that is edited in the second of a read is stored by the next read, although the dates are equal', async () => {
  const world = aWorld({ latencyMs: 10 });
  const second = NOON + 60_000;
  world.clock.now = second + 880;
  world.shop.add(anOrder({ date_modified: storeDate(second) }));
  world.shop.after('getLines', () => {
    world.clock.now = second + 940;
    world.shop.editLines(100, [aLine({ name: 'edited' })]);
    world.clock.now = second + 3_400;
  });

  await world.replicate(aReference({ seenAt: iso(second + 500) }));

  expect(world.snapshots.get(100)?.products).toMatchObject([{ name: 'edited' }]);
  expect(world.snapshots.get(100)?.status_id).toBe(9);
});

it('10: a worker killed after its PUT: replicated in the end, one advance', async () => {
  const world = aWorld();
  world.shop.add(anOrder());
  world.shop.after('putStatus', () => new Promise(() => undefined));
  void world.replicate(aReference());
  await new Promise(setImmediate);

  expect(await world.replicate(aReference(), { receiveCount: 2 })).toBe('returned');
  world.clock.now += 6 * 60_000;
  expect(await world.replicate(aReference(), { receiveCount: 3 })).toBe('acknowledged');

  expect(world.rows.get(100)?.state).toBe('replicated');
  expect(world.shop.puts).toHaveLength(1);
});

it('10b: a worker killed with its PUT in flight, which lands 9 s later: one advance', async () => {
  const world = aWorld();
  world.shop.add(anOrder());
  let land: (() => void) | undefined;
  world.shop.before('putStatus', () => new Promise<void>((resolve) => (land = resolve)));
  void world.replicate(aReference());
  await new Promise(setImmediate);
  world.clock.now += 9_000;
  land!();
  await new Promise(setImmediate);
  world.clock.now += 6 * 60_000;

  await world.replicate(aReference(), { receiveCount: 2 });

  expect(world.rows.get(100)?.state).toBe('replicated');
  expect(world.shop.puts).toHaveLength(1);
});

it('content that is edited while the answer to a PUT is lost is stored', async () => {
  const world = aWorld();
  world.shop.add(anOrder());
  world.shop.after('putStatus', () => {
    world.shop.edit(100, { staff_notes: 'edited' });
    throw new BigCommerceError('PUT got no answer.', 'retryable');
  });

  await world.replicate(aReference());

  expect(world.snapshots.get(100)).toMatchObject({
    staff_notes: 'edited',
    status_id: 9,
    replication: { state: 'replicated' },
  });
  expect(world.shop.puts).toHaveLength(1);
});

it('an order that is cancelled between its snapshot and its PUT is stored as cancelled and not advanced', async () => {
  const world = aWorld();
  world.shop.add(anOrder());
  const store: typeof world.orders.save = async (snapshot) => {
    await world.orders.save(snapshot);
    world.clock.now += 5_000;
    if (snapshot.status_id === 11) world.shop.edit(100, { status_id: Status.Cancelled });
  };

  await world.replicate(aReference(), { deps: { orders: { ...world.orders, save: store } } });

  expect(world.shop.puts).toEqual([]);
  expect(world.snapshots.get(100)).toMatchObject({ status_id: 5, replication: { state: 'copied' } });
  expect(world.rows.get(100)).toMatchObject({ state: 'copied', reason: 'void-status' });
});

it('an order that is edited before our PUT, and again while its lists are read again, is stored whole', async () => {
  const world = aWorld();
  world.shop.add(anOrder());
  const edit = (note: string) => () => {
    world.shop.edit(100, { staff_notes: note });
    world.shop.editLines(100, [aLine({ name: note })]);
  };
  world.shop.before('putStatus', edit('first'));
  world.shop.after('putStatus', () => world.shop.after('getOrder', edit('second')));

  await world.replicate(aReference());

  expect(world.shop.puts).toHaveLength(1);
  expect(world.snapshots.get(100)).toMatchObject({
    staff_notes: 'second',
    products: [{ name: 'second' }],
    replication: { state: 'replicated' },
  });
});

it('orders that wait while AdvanceOrders is off are advanced by the next poll after it is on', async () => {
  const off = aWorld({ rules: { advanceOrders: false } });
  off.shop.add(anOrder());
  expect(await workOff(off)).toBe(1);

  const rules = { ...aWorld().rules, advanceOrders: true };
  const [reference] = await off.poll({ settings: { rules } });
  await off.replicate(reference!, { deps: { rules } });

  expect(off.shop.puts).toMatchObject([{ from: 11, to: 9 }]);
});

it('an order whose status is its own target is not queued indefinitely', async () => {
  const world = aWorld({ rules: { allowedStatusIds: [9, 11], advanceStatusIds: [9, 11] } });
  world.shop.add(anOrder({ status_id: 9 }));
  expect(await workOff(world, 10)).toBe(1);
  expect(world.shop.puts).toEqual([]);
});

it('two hundred further polls of an unchanged store queue no reference and cause no call by a worker', async () => {
  const world = aWorld({ rules: { allowedStatusIds: [7, 9, 10, 11] } });
  world.shop.add(anOrder({ id: 1 }));
  world.shop.add(anOrder({ id: 2, status_id: 7 }));
  world.shop.add(anOrder({ id: 3, status_id: 10, order_is_digital: true }), {
    lines: [aLine({ type: 'digital' })],
  });
  world.shop.add(anOrder({ id: 4, status_id: 10, order_is_digital: true }));
  world.shop.add(anOrder({ id: 5, status_id: Status.Cancelled }));
  await workOff(world, 3);
  world.shop.calls.length = 0;

  let references = 0;
  for (let times = 0; times < 200; times += 1) {
    world.clock.now += 15 * 60_000;
    references += await world.pollAndReplicate();
  }

  expect(references).toBe(0);
  expect(world.shop.calls.filter((call) => !/^(countOrders|listOrders)/.test(call))).toEqual([]);
});

/** Reads answer as the order was, until a time that the test sets. */
function lagging(world: World, old: RawOrder) {
  const lag = { until: -Infinity };
  const getOrder: typeof world.shop.store.getOrder = async (id) => {
    const read = await world.shop.store.getOrder(id);
    if (read.order === undefined || read.readAt >= lag.until) return read;
    return { ...read, order: parseOrder(structuredClone(old)) };
  };
  return { lag, deps: { store: { ...world.shop.store, getOrder } } };
}

/** The transaction that ends an advance meets another write each time. */
function conflicting(world: World) {
  const CancellationReasons = [{ Code: 'None' }, { Code: 'TransactionConflict' }];
  const message = 'Transaction cancelled [None, TransactionConflict]';
  const error = new TransactionCanceledException({ $metadata: {}, message, CancellationReasons });
  return { ledger: { ...world.ledger, recordAdvance: () => Promise.reject(error) } };
}

/** A store with one Completed order of downloads alone. */
function aDigitalSale(): World {
  const world = aWorld();
  world.shop.add(
    anOrder({ status_id: Status.Completed, order_is_digital: true, shipping_address_count: 0 }),
    {
      lines: [aLine({ type: 'digital' })],
      addresses: [],
    },
  );
  return world;
}

const moves = ({ shop }: World) => shop.puts.map(({ from, to }) => `${from} → ${to}`);

it('an order whose advance was answered and not written stays Completed when staff complete it', async () => {
  const world = aDigitalSale();
  const reference = world.referenceTo(100);
  expect(await world.replicate(reference, { deps: conflicting(world) })).toBe('returned');
  expect(world.rows.get(100)).toMatchObject({
    advanced_at: expect.any(String) as string,
    status_after: Status.AwaitingPickup,
  });
  world.clock.now += 30_000;
  world.shop.edit(100, { status_id: Status.Completed });
  world.clock.now += 30_000;

  expect(await world.replicate(reference, { receiveCount: 2 })).toBe('acknowledged');

  expect(moves(world)).toEqual(['10 → 8']);
  expect(world.snapshots.get(100)).toMatchObject({
    status_id: Status.Completed,
    replication: { state: 'copied', advanced_at: expect.any(String) as string },
  });
  expect(world.rows.get(100)).not.toHaveProperty('put_modified_at');
});

it('an order is not put back when the attempt whose PUT was answered then reads it as Completed', async () => {
  const world = aDigitalSale();
  // The answer shows content that was edited meanwhile, so that the order is read once more; by then it is completed.
  world.shop.before('putStatus', () => world.shop.edit(100, { staff_notes: 'edited' }));
  world.shop.after('putStatus', () => {
    world.clock.now += 2_000;
    world.shop.edit(100, { status_id: Status.Completed });
  });

  await world.replicate(world.referenceTo(100));

  expect(moves(world)).toEqual(['10 → 8']);
  expect(world.rows.get(100)).toMatchObject({
    state: 'copied',
    reason: 'completed-after-advance',
    advanced_at: expect.any(String) as string,
  });
  expect(world.snapshots.get(100)?.replication.advanced_at).toBe(world.rows.get(100)?.advanced_at);
});

it('an order is not put back when the read after its answered PUT fails and its reference becomes a dead letter', async () => {
  const world = aDigitalSale();
  world.shop.before('putStatus', () => world.shop.edit(100, { staff_notes: 'edited' }));
  world.shop.after('putStatus', () => failPermanently(world, 'getOrder'));
  await world.replicate(world.referenceTo(100));
  expect(world.deadLetters).toHaveLength(1);
  world.clock.now += HOUR;
  world.shop.edit(100, { status_id: Status.Completed });

  expect(await world.replicate(world.deadLetters[0]!.body)).toBe('acknowledged');

  expect(moves(world)).toEqual(['10 → 8']);
});

it('an advance that was recorded with the lease counts once when the next receive confirms it', async () => {
  const world = aWorld();
  world.shop.add(anOrder());
  const reference = world.referenceTo(100);
  await world.replicate(reference, { deps: conflicting(world) });
  const { advances } = world.rows.get(100)!;
  expect(advances).toHaveLength(1);
  world.clock.now += 60_000;

  expect(await world.replicate(reference, { receiveCount: 2 })).toBe('acknowledged');

  expect(world.rows.get(100)).toMatchObject({ state: 'replicated', advances });
});

it.each([
  ['shows an older date', NOON - HOUR],
  ['shows the same date, of one second', NOON],
])(
  'an advance that was recorded with the lease stops a read that lags behind its PUT and %s',
  async (_, date) => {
    const world = aWorld({ latencyMs: 20 });
    world.shop.add(anOrder({ date_modified: storeDate(date) }));
    const { lag, deps } = lagging(world, world.shop.order(100)!);
    await world.replicate(world.referenceTo(100), { deps: conflicting(world) });
    expect(world.shop.order(100)?.date_modified).toBe(storeDate(NOON));
    world.clock.now += 2_000;
    lag.until = world.clock.now + 5_000;
    const webhook = { orderId: 100, source: 'webhook', seenAt: iso(world.clock.now) };

    expect(await world.replicate(webhook, { deps })).toBe('returned');
    world.clock.now += 60_000;
    expect(await world.replicate(webhook, { deps, receiveCount: 2 })).toBe('acknowledged');

    expect(moves(world)).toEqual(['11 → 9']);
  },
);

it('a read from before our own PUT causes no second PUT over a later change by a warehouse', async () => {
  const world = aWorld();
  world.shop.add(anOrder());
  const { lag, deps } = lagging(world, world.shop.order(100)!);
  await world.replicate(world.referenceTo(100), { deps });
  world.clock.now += 2_000;
  world.shop.edit(100, { status_id: Status.Shipped });
  lag.until = world.clock.now + 5_000;
  const webhook = { orderId: 100, source: 'webhook', seenAt: iso(world.clock.now) };

  expect(await world.replicate(webhook, { deps })).toBe('returned');
  expect(world.snapshots.get(100)?.status_id).toBe(9);
  world.clock.now += 60_000;
  expect(await world.replicate(webhook, { deps, receiveCount: 2 })).toBe('acknowledged');

  expect(moves(world)).toEqual(['11 → 9']);
  expect(world.shop.order(100)?.status_id).toBe(Status.Shipped);
  expect(world.stream.map(({ status_id }) => status_id)).toEqual([11, 9, Status.Shipped]);
});

it('an order edited between GET and PUT gets one PUT, though reads lag behind that PUT', async () => {
  const world = aWorld();
  world.shop.add(anOrder());
  const { lag, deps } = lagging(world, world.shop.order(100)!);
  world.shop.before('putStatus', () => world.shop.edit(100, { staff_notes: 'edited' }));
  lag.until = world.clock.now + 5_000;
  const reference = world.referenceTo(100);

  expect(await world.replicate(reference, { deps })).toBe('returned');
  expect(moves(world)).toEqual(['11 → 9']);
  world.clock.now += 60_000;
  expect(await world.replicate(reference, { deps, receiveCount: 2 })).toBe('acknowledged');

  expect(moves(world)).toEqual(['11 → 9']);
  expect(world.snapshots.get(100)).toMatchObject({
    staff_notes: 'edited',
    replication: { state: 'replicated' },
  });
});

it('a list that shows an order as cancelled is believed against a GET that still shows it as new', async () => {
  const world = aWorld();
  world.shop.add(anOrder());
  const { lag, deps } = lagging(world, world.shop.order(100)!);
  world.shop.edit(100, { status_id: Status.Cancelled });
  lag.until = world.clock.now + 5_000;
  const reference = world.referenceTo(100);

  expect(await world.replicate(reference, { deps })).toBe('returned');
  expect(world.snapshots.has(100)).toBe(false);
  world.clock.now += 60_000;
  await world.replicate(reference, { deps, receiveCount: 2 });

  expect(moves(world)).toEqual([]);
  expect(world.rows.get(100)).toMatchObject({ state: 'skipped', status_id: Status.Cancelled });
});

it('a worker goes by the ledger row when a newer reference is on its way or the snapshot is lost', async () => {
  for (const isLost of [true, false]) {
    const world = aWorld();
    world.shop.add(anOrder());
    const { lag, deps } = lagging(world, world.shop.order(100)!);
    const early = world.referenceTo(100);
    world.clock.now += 60_000;
    if (isLost) {
      await world.replicate(early);
      world.snapshots.delete(100);
    } else {
      world.shop.edit(100, { status_id: Status.Cancelled });
      await world.ledger.recordQueued(world.referenceTo(100), world.clock.now);
    }
    const puts = world.shop.puts.length;
    lag.until = world.clock.now + 5_000;
    const late = { ...early, seenAt: iso(world.clock.now) };
    expect(await world.replicate(late, { deps })).toBe('returned');
    expect(world.shop.puts).toHaveLength(puts);
    expect(world.snapshots.has(100)).toBe(false);
  }
});

it('an order that is placed, advanced and read again within one second of the store gets one PUT', async () => {
  const world = aWorld({ latencyMs: 20 });
  world.shop.add(anOrder({ date_modified: storeDate(NOON) }));
  const { lag, deps } = lagging(world, world.shop.order(100)!);
  await world.replicate(world.referenceTo(100), { deps });
  expect(world.shop.order(100)?.date_modified).toBe(storeDate(NOON));
  lag.until = world.clock.now + 5_000;
  const webhook = { orderId: 100, source: 'webhook', seenAt: iso(world.clock.now) };

  expect(await world.replicate(webhook, { deps })).toBe('returned');
  world.clock.now += 60_000;
  await world.replicate(webhook, { deps, receiveCount: 2 });

  expect(moves(world)).toEqual(['11 → 9']);
});

it('an order gets no second PUT when a list that lags too is recorded in between', async () => {
  const world = aWorld({ latencyMs: 20 });
  world.shop.add(anOrder({ date_modified: storeDate(NOON) }));
  const { lag, deps } = lagging(world, world.shop.order(100)!);
  const early = world.referenceTo(100);
  await world.replicate(early, { deps });
  expect(world.shop.order(100)?.date_modified).toBe(storeDate(NOON));
  world.clock.now += 2_500;
  lag.until = world.clock.now + 5_000;
  const listed = { ...early, seenAt: iso(world.clock.now) };
  expect(await world.ledger.recordQueued(listed, world.clock.now)).toBe(true);

  expect(await world.replicate(listed, { deps })).toBe('returned');
  world.clock.now += 60_000;
  await world.replicate(listed, { deps, receiveCount: 2 });

  expect(moves(world)).toEqual(['11 → 9']);
  expect(world.rows.get(100)?.state).toBe('replicated');
});

it('a failed PUT does not count as successful when a read lags behind a change back from the target', async () => {
  const world = aWorld();
  world.shop.add(anOrder({ status_id: Status.AwaitingShipment }));
  const { lag, deps } = lagging(world, world.shop.order(100)!);
  world.shop.edit(100, { status_id: Status.AwaitingFulfillment });
  world.clock.now += 60_000;
  world.shop.before('putStatus', () => {
    lag.until = world.clock.now + 5_000;
    throw new BigCommerceError('PUT answered 500.', 'retryable', 500);
  });
  const reference = world.referenceTo(100);

  expect(await world.replicate(reference, { deps })).toBe('returned');
  expect(world.rows.get(100)).not.toHaveProperty('advanced_at');
  world.clock.now += 60_000;
  expect(await world.replicate(reference, { deps, receiveCount: 2 })).toBe('acknowledged');

  expect(moves(world)).toEqual(['11 → 9']);
  expect(world.rows.get(100)).toMatchObject({ state: 'replicated', advances: [expect.any(String)] });
});

it('a version that stays older for ten receives is believed, with a warning, because the clock was set back', async () => {
  const world = aWorld();
  world.shop.add(anOrder());
  await world.replicate(world.referenceTo(100));
  world.clock.now -= 2 * HOUR;
  world.shop.edit(100, { status_id: Status.Cancelled });
  world.clock.now += 2 * HOUR + 60_000;
  const webhook = { orderId: 100, source: 'webhook', seenAt: iso(world.clock.now) };

  expect(await world.replicate(webhook, { receiveCount: 9 })).toBe('returned');
  world.clock.now += HOUR;
  expect(await world.replicate(webhook, { receiveCount: 10 })).toBe('acknowledged');

  expect(world.snapshots.get(100)?.status_id).toBe(Status.Cancelled);
  expect(world.lines.map(({ event }) => event)).toContain('order.stale_read_accepted');
});
