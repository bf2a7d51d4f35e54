// How an audit accounts for each listed order.
import { parseOrder } from '../../../lambda/shared/bigcommerce/parse-order';
import { contentDigest } from '../../../lambda/shared/order/content';
import type { LedgerRow } from '../../../lambda/shared/order/ledger-row';
import { Status } from '../../../lambda/shared/order/status';
import type { RawOrder } from '../../../lambda/shared/order/order';
import { anAuditWorld, DAY, THEN } from '../../support/audit-world';
import {
  anOrder,
  anOrderWithLines,
  aSnapshot,
  aWholeLine,
  iso,
  NOON,
  storeDate,
} from '../../support/builders';

const HOUR = 3_600_000;

const DAY_MS = 24 * HOUR;

const GONE = 'not-found';

describe('how an audit accounts for an order', () => {
  it('an audit counts an order as copied when the ledger and the Orders table have it, advanced or not', async () => {
    const world = anAuditWorld();
    world.listReplicated();
    world.listReplicated({ status_id: 7 }, { state: 'copied' });
    expect(await world.audit()).toMatchObject({ listed: 2, copied: 2, open: 0, enqueued: 0 });
    expect(world.queued).toEqual([]);
  });

  it('an audit counts an order as queued while its reference can be on its way', async () => {
    const world = anAuditWorld();
    world.note(world.list(), { state: 'queued', seen_at: iso(NOON - 4 * DAY_MS + 200) });
    expect(await world.audit()).toMatchObject({ listed: 1, queued: 1, open: 0, enqueued: 0 });
  });

  describe('an order that is stored without all of its lists', () => {
    const incomplete = ['coupons'] as const;
    const listIncomplete = (row: Partial<LedgerRow>) => {
      const world = anAuditWorld();
      const order = world.listReplicated({}, row);
      const replication = { state: 'stored', incomplete } as const;
      world.snapshots.set(order.id, aSnapshot({ ...order, replication }));
      return { world, id: order.id };
    };

    it('an audit counts an order that is stored without all of its lists as dead while its dead letter is kept', async () => {
      const { world } = listIncomplete({ state: 'dead', reason: 'attempts-exhausted' });
      expect(await world.audit()).toMatchObject({ dead: 1, copied: 0, open: 0, enqueued: 0 });
    });

    it('an audit queues an order that is stored without all of its lists once its dead letter has expired', async () => {
      const reached_at = iso(NOON - 15 * DAY_MS);
      const { world, id } = listIncomplete({ state: 'dead', reason: 'attempts-exhausted', reached_at });
      expect(await world.audit()).toMatchObject({ dead: 0, copied: 0, open: 1, enqueued: 1 });
      expect(world.queued).toMatchObject([{ orderId: id }]);
    });

    it('an audit queues an order that is stored without all of its lists when the ledger could not record the dead letter', async () => {
      const { world, id } = listIncomplete({ state: 'replicated' });
      expect(await world.audit()).toMatchObject({ dead: 0, copied: 0, open: 1, enqueued: 1 });
      expect(world.queued).toMatchObject([{ orderId: id }]);
    });
  });

  it('an audit counts a dead order as dead, with its reason', async () => {
    const world = anAuditWorld();
    const order = world.list();
    const { id } = order;
    world.note(order, { state: 'dead', reason: 'rejected', last_error: 'GET answered 400.' });
    expect(await world.audit()).toMatchObject({
      dead: 1,
      dead_orders: [{ id, reason: 'rejected', error: 'GET answered 400.' }],
    });
  });

  it('an audit excludes an order that is never stored, with the reason', async () => {
    const world = anAuditWorld({ ignoreOrdersCreatedBefore: THEN - 6 * HOUR });
    world.list({ status_id: Status.Cancelled });
    world.list({ status_id: Status.Declined });
    world.list({ is_deleted: true });
    world.list({ status_id: Status.Shipped, date_created: storeDate(THEN - 7 * HOUR) });
    expect(await world.audit()).toMatchObject({
      listed: 4,
      open: 0,
      excluded: {
        'void-status:5': 1,
        'void-status:6': 1,
        archived: 1,
        'created-before-limit': 1,
      },
    });
  });

  it('an audit excludes an order whose status is not one that is stored', async () => {
    const world = anAuditWorld({ rules: { allowedStatusIds: [11] } });
    world.list({ status_id: 7 });
    expect(await world.audit()).toMatchObject({
      excluded: { 'status-not-allowed:7': 1 },
    });
  });

  it('an audit excludes an order that the worker skipped and would skip again', async () => {
    const world = anAuditWorld();
    const order = world.list({ status_id: Status.Cancelled });
    world.note(order, { state: 'skipped', reason: 'void-status' });
    expect(await world.audit()).toMatchObject({ excluded: { 'void-status:5': 1 }, open: 0 });
  });

  it('an audit excludes a listed order for half a day after a GET did not find it', async () => {
    const world = anAuditWorld();
    world.note(world.list(), { state: 'skipped', reason: GONE, reached_at: iso(NOON - 11 * HOUR) });
    expect(await world.audit()).toMatchObject({ excluded: { [GONE]: 1 }, open: 0 });
  });

  it('an audit excludes an order whose snapshot has expired', async () => {
    const world = anAuditWorld();
    const { id } = world.listReplicated({}, { kept_until: iso(NOON) });
    world.snapshots.delete(id);
    expect(await world.audit()).toMatchObject({ excluded: { 'retention-expired': 1 }, open: 0 });
    expect(world.queued).toEqual([]);
  });

  it('an audit queues an order that arrived or changed since the last poll began, and counts it as queued', async () => {
    const world = anAuditWorld();
    const { id } = world.list({ date_modified: storeDate(NOON - HOUR) });
    expect(await world.audit()).toMatchObject({ queued: 1, open: 0, enqueued: 1 });
    expect(world.queued).toMatchObject([{ orderId: id, source: 'audit' }]);
  });

  it('an audit counts an order as copied when a newer version of it is listed, and queues that version', async () => {
    const world = anAuditWorld();
    const { id } = world.listReplicated({}, { modified_at: iso(THEN - HOUR) });
    expect(await world.audit()).toMatchObject({ copied: 1, open: 0, enqueued: 1 });
    expect(world.queued).toMatchObject([{ orderId: id, dateModified: storeDate(THEN) }]);
    expect(world.queued[0]).not.toHaveProperty('wasStored');
  });
});

it('an order is not missing while a worker stores it', async () => {
  const world = anAuditWorld();
  const order = world.list();
  world.note(order, { state: 'queued', seen_at: iso(NOON) });
  const workerEnds = () => {
    world.snapshots.set(order.id, aSnapshot({ id: order.id }));
    world.note(order, { state: 'replicated' });
  };
  const thenEnd = async <T>(look: Promise<T>) => {
    const seen = await look;
    workerEnds();
    return seen;
  };
  const [audit] = await world.invoke(
    { day: DAY },
    {
      ledger: { ...world.ledger, find: (ids) => thenEnd(world.deps.ledger.find(ids)) },
      orders: { among: (ids) => thenEnd(world.deps.orders.among(ids)) },
    },
  );
  expect(audit).toMatchObject({ queued: 1, open: 0 });
});

describe('what counts as a gap', () => {
  it('an order that the ledger does not know is a gap once a poll has ended since', async () => {
    const world = anAuditWorld();
    const { id } = world.list();
    const audit = await world.audit();
    expect(audit).toMatchObject({ open: 1, gaps: [{ id, reason: 'not-in-ledger' }], enqueued: 1 });
    expect(world.queued).toEqual([
      {
        orderId: id,
        source: 'audit',
        statusId: 11,
        dateModified: storeDate(THEN),
        seenAt: iso(NOON + 100),
        jobTimestamp: NOON,
      },
    ]);
    expect(world.rows.get(id)).toMatchObject({ state: 'queued', seen_at: iso(NOON + 100) });
  });

  it('every order without a row is a gap when no poll ever succeeded', async () => {
    const world = anAuditWorld({ lastPoll: 'never' });
    world.list({ date_modified: storeDate(NOON - HOUR) });
    expect(await world.audit()).toMatchObject({ open: 1, queued: 0 });
  });

  it('an order whose row only has a lease is a gap', async () => {
    const world = anAuditWorld();
    const { id } = world.list();
    world.rows.set(id, { order_id: id, lease_owner: 'worker', lease_until: iso(NOON) });
    expect(await world.audit()).toMatchObject({ open: 1 });
  });

  it('a missing snapshot is a gap, and is stored again even if the order is void now', async () => {
    const world = anAuditWorld();
    const { id } = world.listReplicated();
    const cancelled = world.listReplicated({ status_id: Status.Cancelled }, { state: 'copied' });
    world.snapshots.clear();
    const reason = 'snapshot-missing';
    expect(await world.audit()).toMatchObject({
      open: 2,
      gaps: [id, cancelled.id].map((one) => ({ id: one, reason })),
    });
    expect(world.queued).toMatchObject([id, cancelled.id].map((orderId) => ({ orderId, wasStored: true })));
  });

  it('a missing snapshot is a gap when the retention has been extended', async () => {
    const world = anAuditWorld();
    const { id } = world.listReplicated({}, { kept_until: iso(NOON + HOUR) });
    world.snapshots.delete(id);
    expect(await world.audit()).toMatchObject({ open: 1 });
  });

  it('a reference without any effect for four days is a gap', async () => {
    const world = anAuditWorld();
    const order = world.list();
    world.note(order, { state: 'queued', seen_at: iso(NOON - 4 * DAY_MS) });
    const reason = 'reference-lost';
    expect(await world.audit()).toMatchObject({ gaps: [{ id: order.id, reason }] });
    expect(world.queued[0]).not.toHaveProperty('wasStored');
  });

  it('the reference to an order that was stored before and is missing carries that fact', async () => {
    const world = anAuditWorld();
    world.note(world.list(), { state: 'queued', seen_at: iso(NOON - 5 * DAY_MS), status_before: 11 });
    await world.audit();
    expect(world.queued).toMatchObject([{ wasStored: true }]);
  });

  it('an order that is still listed half a day after a GET did not find it is a gap', async () => {
    const world = anAuditWorld();
    const skipped = world.list();
    world.note(skipped, { state: 'skipped', reason: GONE, reached_at: iso(NOON - 12 * HOUR) });
    const marked = world.listReplicated(
      {},
      { state: 'copied', reason: GONE, reached_at: iso(NOON - 12 * HOUR) },
    );
    const reason = 'listed-but-not-found';
    expect(await world.audit()).toMatchObject({
      gaps: [skipped, marked].map(({ id }) => ({ id, reason })),
    });
  });

  it('an order that was skipped and must be stored by the current rules is a gap', async () => {
    const world = anAuditWorld({ rules: { allowedStatusIds: [11, 12] } });
    const order = world.list({ status_id: 12 });
    const was = 'void-status';
    world.note(order, { state: 'skipped', reason: was });
    expect(await world.audit()).toMatchObject({ gaps: [{ id: order.id, reason: 'skipped-but-due' }] });
  });

  it('a snapshot that the ledger does not know is a gap, and its status stays unchanged where the rules forbid more', async () => {
    const world = anAuditWorld();
    const [waits, cancelled] = [world.list(), world.list({ status_id: Status.Cancelled })];
    for (const { id } of [waits, cancelled]) world.snapshots.set(id, aSnapshot({ id }));
    expect(await world.audit()).toMatchObject({ open: 2 });
    expect(world.queued[0]).not.toHaveProperty('advance');
    expect(world.queued[1]).toMatchObject({ orderId: cancelled.id, advance: false });
  });
});

describe('references of an audit that leave the status unchanged', () => {
  const reasons: [string, Partial<LedgerRow>, boolean][] = [
    ['its snapshot is missing', { state: 'copied', reason: 'copy-only', status_before: 11 }, false],
    ['its reference was forgotten', { state: 'queued', seen_at: iso(NOON - 5 * DAY_MS) }, false],
    [
      'its dead letter is gone',
      { state: 'dead', reason: 'attempts-exhausted', reached_at: iso(NOON - 15 * DAY_MS) },
      false,
    ],
    ['it is noted as gone', { state: 'copied', reason: GONE, reached_at: iso(NOON - 2 * DAY_MS) }, true],
    ['it was changed', { state: 'copied', modified_at: iso(THEN - HOUR) }, true],
    ['it is stored, and the ledger knows nothing of it', { state: 'skipped', reason: 'archived' }, true],
  ];

  it.each(reasons)(
    "an audit's reference leaves the status unchanged for an order from before IgnoreOrdersCreatedBefore and for no other: %s",
    async (_, row, isStored) => {
      for (const isOld of [true, false]) {
        const world = anAuditWorld(isOld ? { ignoreOrdersCreatedBefore: NOON } : {});
        const order = world.list();
        world.note(order, row);
        if (isStored) world.snapshots.set(order.id, aSnapshot({ ...order }));
        await world.audit();
        expect(world.queued.map(({ advance }) => advance)).toEqual([isOld ? false : undefined]);
      }
    },
  );

  it("an audit's reference leaves the status unchanged for a Completed order that changed before the lookback of the polls, and for no other", async () => {
    const world = anAuditWorld();
    const long = { date_modified: storeDate(NOON - 8 * DAY_MS) };
    const completed = { status_id: Status.Completed, order_is_digital: true };
    world.list({ ...completed, ...long });
    world.list({ ...completed, date_modified: storeDate(NOON - 6 * DAY_MS) });
    world.list(long);
    await world.audit();
    expect(world.queued.map(({ advance }) => advance)).toEqual([false, undefined, undefined]);
  });

  it("an audit's reference may advance an order that the first poll after a pause still queues", async () => {
    const world = anAuditWorld({ lastPoll: NOON - 20 * DAY_MS });
    const completed = { status_id: Status.Completed, order_is_digital: true };
    world.list({ ...completed, date_modified: storeDate(NOON - 15 * DAY_MS) });
    await world.audit();
    expect(world.queued).toHaveLength(1);
    expect(world.queued[0]).not.toHaveProperty('advance');
  });
});

describe('a stored order that is listed under the date that the ledger knows', () => {
  const shown = (changes: Readonly<Record<string, unknown>> = {}) =>
    anOrderWithLines([aWholeLine(changes)], { date_created: storeDate(THEN - HOUR) });
  const listing = async (order: RawOrder, row: Partial<LedgerRow>) => {
    const world = anAuditWorld();
    const listed = world.listReplicated({ ...order, id: 100, date_modified: storeDate(THEN) }, row);
    const audit = await world.audit();
    expect(audit).toMatchObject({ copied: 1, open: 0 });
    return { world, listed };
  };

  it('an audit queues a stored order whose status changed under the same date', async () => {
    const world = anAuditWorld();
    const order = world.listReplicated({ status_id: 2 }, { status_id: 9 });
    world.snapshots.set(order.id, aSnapshot({ ...order, status_id: 9 }));
    expect(await world.audit()).toMatchObject({ copied: 1, enqueued: 1 });
  });

  it('an audit queues a stored order whose content changed under the same date, with the fingerprint in the reference', async () => {
    const before = shown();
    const { world, listed } = await listing(shown({ quantity_refunded: 1 }), {
      content_digest: contentDigest(parseOrder(before))!,
    });
    expect(world.queued).toMatchObject([{ orderId: 100, listedDigest: contentDigest(parseOrder(listed)) }]);
  });

  it.each<[string, Partial<LedgerRow>]>([
    ['the content as it was stored', { content_digest: contentDigest(parseOrder({ ...shown(), id: 100 }))! }],
    ['no fingerprint', {}],
    ['a fingerprint of another form', { content_digest: 'x' }],
    [
      'content that was looked at already',
      { content_digest: '2:x', listed_digest: contentDigest(parseOrder({ ...shown(), id: 100 }))! },
    ],
  ])('an audit sees no change in %s', async (_, row) => {
    const { world } = await listing(shown(), row);
    expect(world.queued).toEqual([]);
  });

  it('an audit queues a stored order that is no longer archived', async () => {
    const order = anOrder({ status_id: 9, date_created: storeDate(THEN - HOUR) });
    const reason = 'archived';
    expect((await listing(order, { state: 'copied', reason })).world.queued).toHaveLength(1);
    expect((await listing({ ...order, is_deleted: true }, { state: 'copied', reason })).world.queued).toEqual(
      [],
    );
  });
});

it('an order that changed less than 10 s before the last poll began is no gap, because that poll may have missed it', async () => {
  for (const [before, counts] of [
    [10_000, { queued: 1, open: 0 }],
    [11_000, { queued: 0, open: 1 }],
  ] as const) {
    const world = anAuditWorld({ lastPoll: NOON - HOUR });
    world.list({ date_modified: storeDate(NOON - HOUR - before) });
    expect(await world.audit()).toMatchObject(counts);
  }
});
