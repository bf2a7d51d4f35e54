// The result of an audit.
import { anAuditWorld, DAY } from '../../support/audit-world';
import { NOON } from '../../support/builders';

describe('gaps that remain', () => {
  it('a gap remains when the audit before had it open too', async () => {
    const world = anAuditWorld();
    const { id } = world.list();
    expect(await world.audit()).toMatchObject({ open: 1, staying: 0 });
    world.clock.now += 24 * 3_600_000;
    world.rows.delete(id);
    world.list();
    expect(await world.audit()).toMatchObject({ open: 2, staying: 1 });
  });

  it('a gap remains when it comes after those that the audit before listed by id', async () => {
    const world = anAuditWorld();
    for (let nth = 0; nth < 1_010; nth += 1) world.list();
    expect(await world.audit()).toMatchObject({ open: 1_010, staying: 0, enqueued: 1_000 });
    world.clock.now += 24 * 3_600_000;
    expect(await world.audit()).toMatchObject({ queued: 1_000, open: 10, staying: 10, enqueued: 10 });
    expect(await world.audit()).toMatchObject({ queued: 1_010, open: 0, staying: 0 });
  });
});

describe('the result of an audit', () => {
  it('the result of an audit is one line, is stored and is counted', async () => {
    const world = anAuditWorld();
    world.list();
    for (let nth = 0; nth < 1_203; nth += 1) world.listReplicated();
    const audit = await world.audit();
    expect(audit.summary).toBe(`${DAY}: 1,203 of 1,204, 1 open`);
    expect(world.results).toEqual([audit]);
    expect(world.lines.at(-1)).toMatchObject({
      event: 'audit.finished',
      fields: { summary: audit.summary, auditTimestamp: NOON, copied: 1_203 },
      metrics: { AuditsFinished: 1, OrdersAudited: 1_204, GapsFound: 1, GapsRemaining: 0 },
    });
  });

  it('the result of an audit of a day without orders is complete', async () => {
    expect((await anAuditWorld().audit()).summary).toBe(`${DAY}: 0 of 0, 0 open`);
  });

  it('the result of an audit logs each gap that it queues again in a line of its own', async () => {
    const world = anAuditWorld();
    const { id } = world.list();
    await world.audit();
    expect(world.lines[0]).toMatchObject({
      level: 'WARN',
      event: 'audit.gap_queued',
      fields: { orderId: id },
    });
  });

  it('the result of an audit stays smaller than the limit of an item', async () => {
    const world = anAuditWorld();
    for (let nth = 0; nth < 3_000; nth += 1) world.list({ id: 10_000_000 + nth });
    for (let nth = 0; nth < 300; nth += 1)
      world.note(world.list(), { state: 'dead', reason: 'rejected', last_error: 'x'.repeat(500) });
    const audit = await world.audit();
    expect([audit.gaps.length, audit.dead_orders.length, audit.open, audit.dead]).toEqual([
      100, 100, 3_000, 300,
    ]);
    expect(JSON.stringify(audit).length).toBeLessThan(100_000);
  });

  it('the result of an audit accounts for rows without a usable id', async () => {
    const world = anAuditWorld();
    const [audit] = await world.invoke(
      { day: DAY },
      { store: { listOrders: () => Promise.resolve({ orders: [], unreadable: 2, isLast: true }) } },
    );
    expect(audit).toMatchObject({ listed: 2, excluded: { unreadable: 2 } });
  });
});
