// An order that another app or staff put back each time it was advanced.
import { Status } from '../../../lambda/shared/order/status';
import { anOrder, iso } from '../../support/builders';
import { aWorld } from '../../support/world';
import type { World } from '../../support/world';

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
