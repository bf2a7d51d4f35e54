// The audit of a day with orders that no list can show.
import { anAuditWorld, THEN } from '../../support/audit-world';
import { storeDate } from '../../support/builders';

describe('an audit of orders that no list can show', () => {
  const HOUR = 3_600_000;
  const aStore = (unreadable: readonly number[], count = 7) => {
    const world = anAuditWorld();
    for (let order = 0; order < count; order += 1) world.listReplicated();
    for (const id of unreadable) world.unreadable.add(id);
    return world;
  };

  it('orders that no list can show stay open in an audit and are named, even where the tables know them', async () => {
    const world = aStore([103]);
    expect(await world.audit()).toMatchObject({
      listed: 7,
      copied: 6,
      open: 1,
      staying: 0,
      enqueued: 1,
      unreadable: 1,
      unreadable_ids: [103],
      gaps: [{ id: 103, reason: 'unlistable' }],
      open_ids: [103],
    });
    expect(world.queued).toEqual([
      {
        orderId: 103,
        source: 'audit',
        advance: false,
        jobTimestamp: world.results[0]?.timestamp,
        seenAt: expect.any(String) as unknown,
      },
    ]);
  });

  it('orders that no list can show are open in the next audit too, and get no further reference on the same day', async () => {
    const world = aStore([103]);
    await world.audit();
    world.clock.now += 24 * HOUR;
    expect(await world.audit()).toMatchObject({ open: 1, staying: 1, enqueued: 0 });
    world.clock.now += 24 * HOUR;
    expect(await world.audit()).toMatchObject({ open: 1, staying: 1, enqueued: 1 });
  });

  it('an audit leaves the reference to an order that no list can show to the polls, which may advance it', async () => {
    const world = aStore([103]);
    await world.ledger.recordUnlistable(103, world.clock.now - 26 * HOUR);
    expect(await world.audit()).toMatchObject({ open: 1, enqueued: 0 });
  });

  it('a dry run of an audit neither queues nor records orders that no list can show', async () => {
    const world = aStore([103]);
    expect(await world.audit({ dryRun: true })).toMatchObject({ open: 1, unreadable_ids: [103] });
    expect([world.queued, world.rows.get(103)?.unreadable_at]).toEqual([[], undefined]);
  });

  it('orders that no list can show count towards the thousand that an audit queues, and let no further order through', async () => {
    const world = anAuditWorld();
    for (let order = 0; order < 1_600; order += 1) world.list();
    for (const id of [1_250, 1_251]) world.unreadable.add(id);
    expect(await world.audit()).toMatchObject({ listed: 1_600, open: 1_600, enqueued: 1_002 });
    expect(world.queued).toHaveLength(1_002);
  });

  it('an audit fails when no list can show more than ten orders, because no result accounts for them', async () => {
    const world = aStore(
      Array.from({ length: 11 }, (_, index) => 101 + 2 * index),
      30,
    );
    await expect(world.audit()).rejects.toThrow('more than 10 orders');
    expect(world.results).toEqual([]);
    expect(world.alerts).toHaveLength(1);
  });

  it('orders of one day that no list can show do not prevent the audit of other days, and the audit still fails', async () => {
    for (const pageSize of [250, 5]) {
      const world = anAuditWorld({ pageSize });
      world.list({ date_created: storeDate(THEN - 26 * HOUR) });
      await world.audit({ day: '2026-01-08' });
      for (let order = 0; order < 30; order += 1) world.listReplicated();
      for (let index = 0; index < 11; index += 1) world.unreadable.add(108 + 2 * index);
      world.clock.now += 2 * HOUR;
      await expect(world.invoke({})).rejects.toThrow('more than 10 orders');
      expect(world.results.map(({ day }) => day)).toEqual(['2026-01-08', '2026-01-08']);
      expect(world.results.at(-1)).toMatchObject({ listed: 1, queued: 1 });
      expect(world.alerts).toHaveLength(1);
    }
  });
});
