// The worker where something is missing: a snapshot, an answer, a trace of an edit.
import { parseOrder } from '../../../lambda/shared/bigcommerce/parse-order';
import type { OrderReference } from '../../../lambda/shared/order/reference';
import { Status } from '../../../lambda/shared/order/status';
import { BigCommerceError } from '../../../lambda/shared/runtime/errors';
import { aLine, anOrder, iso, NOON, storeDate } from '../../support/builders';
import { withLines } from '../../support/memory-store';
import { aWorld } from '../../support/world';
import type { World, WorldOptions } from '../../support/world';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const digital = { order_is_digital: true, shipping_address_count: 0 };
const digitalLists = { lines: [aLine({ type: 'digital' })], addresses: [] };

/** A digital order that was advanced (11 to 8) at noon. */
async function anAdvancedDigitalOrder(options: WorldOptions = {}): Promise<World> {
  const world = aWorld(options);
  world.shop.add(anOrder(digital), digitalLists);
  await world.pollAndReplicate();
  expect(world.shop.puts).toMatchObject([{ from: 11, to: 8 }]);
  world.clock.now += DAY;
  return world;
}

/** The store as it answers with ReadConsignments. */
function comingWithLines({ shop }: World) {
  const { store } = shop;
  return {
    ...store,
    async getOrder(orderId: number) {
      const read = await store.getOrder(orderId);
      const { order } = read;
      if (order === undefined) return read;
      return { ...read, order: parseOrder(withLines({ order: order.raw, lines: [aLine()] })) };
    },
  };
}

describe('a Completed order that was advanced and whose snapshot is missing', () => {
  it('an advanced order that is Completed and whose snapshot has expired by OrderRetentionDays is not put back', async () => {
    const world = await anAdvancedDigitalOrder();
    const retention = { dropFields: [], orderRetentionDays: 1 };
    world.snapshots.delete(100); // by the table's TTL
    world.clock.now += HOUR;
    world.shop.edit(100, { status_id: Status.Completed });
    world.clock.now += HOUR;
    for (const one of await world.poll()) await world.replicate(one, { deps: { retention } });
    expect(world.rows.get(100)?.advanced_at).toBeDefined();
    expect(world.shop.puts).toHaveLength(1);
    expect(world.shop.order(100)?.status_id).toBe(Status.Completed);
  });

  it('an advanced order that is Completed and whose snapshot an audit found missing is not put back', async () => {
    const world = await anAdvancedDigitalOrder();
    world.snapshots.delete(100); // deleted by hand
    world.shop.edit(100, { status_id: Status.Completed });
    world.clock.now += HOUR;
    await world.replicate({ ...world.referenceTo(100), source: 'audit', wasStored: true });
    expect(world.shop.puts).toHaveLength(1);
    expect(world.shop.order(100)?.status_id).toBe(Status.Completed);
  });
});

describe('a missing snapshot of an order that is void now', () => {
  async function aMissingCancelledOrder() {
    const world = aWorld();
    world.shop.add(anOrder());
    await world.pollAndReplicate();
    world.clock.now += HOUR;
    world.snapshots.delete(100);
    world.shop.edit(100, { status_id: Status.Cancelled });
    world.clock.now += HOUR;
    return world;
  }

  it("a missing snapshot of a void order is stored again when a poll's reference comes before the audit's", async () => {
    const world = await aMissingCancelledOrder();
    expect(await world.pollAndReplicate()).toBe(1);
    // The row keeps no word of what was stored, so that the next audit counts it as "Cancelled is void".
    expect(world.rows.get(100)).not.toMatchObject({ state: 'skipped' });
    expect(world.snapshots.get(100)).toMatchObject({ status_id: Status.Cancelled });
  });

  it("a missing snapshot of a void order is stored again when a webhook's reference is handled between the audit's read and its reference", async () => {
    const world = await aMissingCancelledOrder();
    const audits = { ...world.referenceTo(100), source: 'audit', wasStored: true };
    world.clock.now += 5_000;
    const webhook: OrderReference = { orderId: 100, source: 'webhook', seenAt: iso(world.clock.now) };
    await world.replicate(webhook);
    await world.replicate(audits);
    expect(world.snapshots.get(100)).toMatchObject({ status_id: Status.Cancelled });
  });
});

it.each([
  ['no other reference comes between (holds)', false],
  ['a copy-only reference comes between', true],
])('our own PUT, which lands after its client gave up, is not forgotten where %s', async (_, isCopied) => {
  const world = aWorld();
  world.shop.add(anOrder(digital), digitalLists);
  const reference = world.referenceTo(100);
  // The PUT times out, and the GET after it does not show it: the reference returns to the queue.
  world.shop.before('putStatus', () => {
    throw new BigCommerceError('PUT timed out.', 'retryable');
  });
  expect(await world.replicate(reference)).toBe('returned');
  expect(world.snapshots.get(100)?.replication).toMatchObject({ state: 'stored', target_status_id: 8 });
  // A backfill, or an audit, wants a copy; then the first PUT lands after all.
  world.clock.now += 1_000;
  if (isCopied) await world.replicate({ ...world.referenceTo(100), source: 'backfill', advance: false });
  await world.shop.store.putStatus(100, 8, Infinity);
  const ours = world.shop.puts.length;
  world.clock.now += 60_000;
  await world.replicate(reference, { receiveCount: 2 });
  // Staff complete it.
  world.clock.now += DAY;
  world.shop.edit(100, { status_id: Status.Completed });
  world.clock.now += HOUR;
  await world.pollAndReplicate();
  expect(world.shop.puts).toHaveLength(ours);
  expect(world.shop.order(100)?.status_id).toBe(Status.Completed);
});

describe('coupons that changed without another trace', () => {
  it('coupons edited between enrichment and PUT are stored when the order is referenced again', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    const store = comingWithLines(world);
    const lists = { coupons: [{ id: 3, code: 'SPRING' }] };
    world.shop.before('putStatus', () => world.shop.add(world.shop.order(100)!, lists));
    await world.replicate(world.referenceTo(100), { deps: { store } });
    expect(world.snapshots.get(100)).toMatchObject({ status_id: 9, replication: { state: 'replicated' } });
    world.clock.now += HOUR;
    await world.replicate(
      { orderId: 100, source: 'webhook', seenAt: iso(world.clock.now) },
      { deps: { store } },
    );
    expect(world.snapshots.get(100)?.coupons).toEqual(lists.coupons);
  });

  it('coupons edited within the second in which the order was read are stored when the order is referenced again', async () => {
    const world = aWorld({ latencyMs: 10 });
    world.shop.add(anOrder({ status_id: 7, date_modified: storeDate(NOON) }));
    const store = comingWithLines(world);
    world.clock.now = NOON + 250;
    await world.replicate({ orderId: 100, source: 'webhook', seenAt: iso(NOON + 240) }, { deps: { store } });
    world.clock.now = NOON + 700;
    world.shop.add(world.shop.order(100)!, { coupons: [{ id: 3, code: 'SPRING' }] });
    world.clock.now = NOON + 800;
    await world.replicate({ orderId: 100, source: 'webhook', seenAt: iso(NOON + 790) }, { deps: { store } });
    for (let polls = 0; polls < 5; polls += 1) {
      world.clock.now += HOUR;
      for (const one of await world.poll()) await world.replicate(one, { deps: { store } });
    }
    expect(world.snapshots.get(100)?.coupons).toEqual([{ id: 3, code: 'SPRING' }]);
  });
});

it('a worker that finds an order gone stores no personal data that must be erased', async () => {
  const world = aWorld();
  world.shop.add(anOrder({ billing_address: { first_name: 'Ada', email: 'ada@example.com' } }));
  await world.pollAndReplicate();
  // orders erase recorded it in the ledger, and was killed on the next line.
  const erased_at = iso(world.clock.now + HOUR);
  world.rows.set(100, { ...world.rows.get(100)!, erased_at });
  world.clock.now += 2 * HOUR;
  world.shop.remove(100);
  const reference: OrderReference = { orderId: 100, source: 'webhook', seenAt: iso(world.clock.now) };
  world.stream.length = 0;
  await world.replicate(reference, { receiveCount: 3 });
  expect(JSON.stringify(world.stream)).not.toContain('ada@example.com');
});
