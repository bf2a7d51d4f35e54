// The audit: every order that the store lists for a day is accounted for once; gaps are named and queued again.
import fc from 'fast-check';
import { BigCommerceError, EnqueueError } from '../../../lambda/shared/runtime/errors';
import { anAuditWorld, DAY, THEN } from '../../support/audit-world';
import { aSnapshot, iso, NOON, storeDate } from '../../support/builders';

const HOUR = 3_600_000;

const DAY_MS = 24 * HOUR;

const GONE = 'not-found';

describe('the run of an audit', () => {
  it("an audit reads the orders created on its day, whether the store's bounds are inclusive or not", async () => {
    const world = anAuditWorld();
    const start = Date.UTC(2026, 0, 9);
    for (const created of [start - 1_000, start, start + DAY_MS - 1_000, start + DAY_MS]) {
      world.listReplicated({ date_created: storeDate(created) });
    }
    expect(await world.audit()).toMatchObject({ listed: 2 });
    expect(world.queries).toEqual([
      { minId: 0, createdSince: start - 1_000, createdBefore: start + DAY_MS + 1_000, withLines: true },
    ]);
  });

  it('an audit counts an order as one of its day if its date cannot be read', async () => {
    const world = anAuditWorld();
    world.listReplicated({ date_created: '' });
    expect(await world.audit()).toMatchObject({ listed: 1 });
  });

  it('an audit reads page after page and counts no order twice', async () => {
    const world = anAuditWorld({ pageSize: 3 });
    for (let nth = 0; nth < 10; nth += 1) world.listReplicated();
    expect(await world.audit()).toMatchObject({ listed: 10, copied: 10 });
    expect(world.queries.length).toBeGreaterThan(3);
  });

  it('a dry run of an audit queues, records, stores and counts nothing', async () => {
    const world = anAuditWorld();
    const { id } = world.list();
    expect(await world.audit({ dryRun: true })).toMatchObject({ open: 1, enqueued: 1 });
    expect([world.queued, world.results, world.lines, world.rows.get(id)]).toEqual([[], [], [], undefined]);
  });

  it('an audit queues at most a thousand orders, and counts what a poll would have queued as open after that', async () => {
    const world = anAuditWorld();
    for (let nth = 0; nth < 1_001; nth += 1) world.list({ date_modified: storeDate(NOON) });
    expect(await world.audit()).toMatchObject({ queued: 1_000, open: 1, enqueued: 1_000 });
    expect(world.queued).toHaveLength(1_000);
  });

  it('an audit records what it queued only after it is queued', async () => {
    const world = anAuditWorld();
    const { id } = world.list();
    const refusing = { enqueue: () => Promise.reject(new EnqueueError('SQS refused.')) };
    await expect(world.invoke({ day: DAY }, { queue: refusing })).rejects.toThrow('SQS refused.');
    expect([world.rows.get(id), world.results]).toEqual([undefined, []]);
  });

  it('an audit that failed or was killed half way can simply run again', async () => {
    const world = anAuditWorld({ pageSize: 2 });
    for (let nth = 0; nth < 4; nth += 1) world.list();
    let pages = 0;
    const dying = {
      listOrders: (query: Parameters<typeof world.deps.store.listOrders>[0]) =>
        (pages += 1) > 1 ? Promise.reject(new Error('killed')) : world.deps.store.listOrders(query),
    };
    await expect(world.invoke({ day: DAY }, { store: dying })).rejects.toThrow('killed');
    expect([world.queued.length, world.results]).toEqual([2, []]);
    expect(await world.audit()).toMatchObject({ listed: 4, queued: 2, open: 2, staying: 0, enqueued: 2 });
  });

  it('an audit that fails logs it, sends an alert and throws the cause', async () => {
    const world = anAuditWorld();
    const refused = new BigCommerceError('GET /v2/orders answered 401.', 'configuration', 401);
    const store = { listOrders: () => Promise.reject(refused) };
    await expect(world.invoke({ day: DAY }, { store })).rejects.toBe(refused);
    expect(world.alerts).toMatchObject([
      { subject: 'audits fail: BigCommerce refuses our credentials or settings' },
    ]);
    expect(world.lines).toMatchObject([{ level: 'ERROR', event: 'audit.failed' }]);
  });
});

it('an audit accounts for each listed order once, and each gap is queued or over the limit', async () => {
  const aTime = fc.integer({ min: NOON - 10 * DAY_MS, max: NOON }).map(iso);
  const aRow = fc.option(
    fc.record(
      {
        state: fc.constantFrom('queued', 'copied', 'replicated', 'skipped', 'dead'),
        reason: fc.constantFrom(GONE, 'void-status', 'archived'),
        seen_at: aTime,
        read_at: aTime,
        reached_at: aTime,
        kept_until: aTime,
        modified_at: aTime,
        status_before: fc.constantFrom(7, 11),
        status_id: fc.integer({ min: 0, max: 14 }),
      },
      { requiredKeys: [] },
    ),
  );
  const anyOrder = fc.record({
    row: aRow,
    isStored: fc.boolean(),
    status_id: fc.integer({ min: 0, max: 15 }),
    is_deleted: fc.boolean(),
    modified: fc.integer({ min: THEN, max: NOON }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyOrder),
      fc.constantFrom(NOON - HOUR, 'never' as const),
      async (orders, lastPoll) => {
        const world = anAuditWorld({ lastPoll, pageSize: 5 });
        for (const { row, isStored, modified, ...order } of orders) {
          const { id } = world.list({ ...order, date_modified: storeDate(modified) });
          if (row !== null) world.rows.set(id, { order_id: id, ...row });
          if (isStored) world.snapshots.set(id, aSnapshot({ id }));
        }
        const audit = await world.audit();
        const excluded = Object.values(audit.excluded).reduce((sum, one) => sum + one, 0);
        expect(audit.listed).toBe(orders.length);
        expect(audit.copied + audit.queued + audit.dead + excluded + audit.open).toBe(orders.length);
        const sent = world.queued.map(({ orderId }) => orderId);
        expect(new Set(sent).size).toBe(sent.length);
        expect(sent).toEqual(expect.arrayContaining(audit.gaps.map(({ id }) => id)));
        expect(sent).toHaveLength(audit.enqueued);
      },
    ),
  );
});
