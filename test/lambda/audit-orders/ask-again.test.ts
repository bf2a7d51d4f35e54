// Orders that are marked as gone are read again each night.
import type { LedgerRow } from '../../../lambda/shared/order/ledger-row';
import { anAuditWorld } from '../../support/audit-world';
import { iso, NOON } from '../../support/builders';

const DAY_MS = 86_400_000;

describe('a scheduled audit of orders that are marked as gone', () => {
  const GONE = 'not-found';

  async function aNight(row: Partial<LedgerRow>, event: object = {}) {
    const world = anAuditWorld();
    for (const id of [100, 105]) world.listReplicated({ id });
    await world.invoke({});
    const reached_at = iso(NOON - DAY_MS);
    world.rows.set(103, { order_id: 103, state: 'copied', reason: GONE, reached_at, ...row });
    world.clock.now += DAY_MS;
    await world.invoke(event);
    return world.queued;
  }

  it('a scheduled audit queues an order that is marked as gone and in no list, and leaves its status unchanged', async () => {
    const seenAt = iso(NOON + DAY_MS);
    expect(await aNight({})).toMatchObject([{ orderId: 103, source: 'audit', advance: false }]);
    expect((await aNight({}))[0]!.seenAt >= seenAt).toBe(true);
  });

  it.each<[string, Partial<LedgerRow>]>([
    ['one that was marked just now', { reached_at: iso(NOON + DAY_MS) }],
    ['one that was never stored', { state: 'skipped' }],
    ['one that was copied for another reason', { reason: 'archived' }],
  ])('a scheduled audit does not queue %s', async (_, row) => {
    expect(await aNight(row)).toEqual([]);
  });

  it('neither the audit of a named day nor a dry run queues orders that are marked as gone', async () => {
    expect(await aNight({}, { day: '2026-01-08' })).toEqual([]);
    expect(await aNight({}, { dryRun: true })).toEqual([]);
  });

  it('a scheduled audit queues orders that are marked as gone for fourteen days', async () => {
    const world = anAuditWorld();
    for (const id of [100, 105]) world.listReplicated({ id });
    await world.invoke({});
    for (let night = 1; night <= 20; night += 1) {
      world.rows.set(103, { order_id: 103, state: 'copied', reason: GONE, reached_at: iso(NOON) });
      world.clock.now += DAY_MS;
      await world.invoke({});
    }
    expect(world.queued).toHaveLength(13);
  });
});
