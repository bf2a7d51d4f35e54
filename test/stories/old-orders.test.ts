// Orders that are old, forgotten or restored, as polls, audits and backfills find them.
import { parseOrder } from '../../lambda/shared/bigcommerce/parse-order';
import { Status } from '../../lambda/shared/order/status';
import type { OrderReference } from '../../lambda/shared/order/reference';
import { classifyPage } from '../../scripts/commands/backfill/classify';
import { anAuditWorld } from '../support/audit-world';
import { anOrder, aRuleSet, iso, NOON, storeDate } from '../support/builders';
import { aWorld } from '../support/world';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

it('a change whose reference the queue forgot in a long pause is queued again after it', async () => {
  const world = aWorld();
  world.shop.add(anOrder());
  await world.pollAndReplicate();
  world.clock.now += HOUR;
  world.shop.edit(100, { status_id: Status.Cancelled });
  world.clock.now += HOUR;
  expect(await world.poll()).toHaveLength(1);
  world.clock.now += HOUR;
  await world.poll();
  world.clock.now += 2 * HOUR;
  await world.poll();
  // Worker and polls rest; after four days SQS forgets the reference. Then the service continues.
  world.clock.now += 5 * DAY;
  await world.pollAndReplicate();
  expect(world.snapshots.get(100)?.status_id).toBe(Status.Cancelled);
});

it('neither a backfill nor an audit stores again what has expired by OrderRetentionDays', async () => {
  const world = aWorld();
  world.shop.add(anOrder());
  const retention = { dropFields: [], orderRetentionDays: 1 };
  for (const one of await world.poll()) await world.replicate(one, { deps: { retention } });
  world.clock.now += 3 * DAY;
  world.snapshots.delete(100); // by the table's TTL
  expect(Date.parse(world.rows.get(100)!.kept_until!)).toBeLessThan(world.clock.now);
  const page = {
    cursor: { order_id: 100 },
    orders: [parseOrder(world.shop.order(100)!)],
    seenAt: world.clock.now,
    missing: [],
    unreadable: 0,
    unreadableIds: [],
    calls: 1,
  };
  const rules = aRuleSet({ advanceOrders: false });
  const task = {
    began: world.clock.now,
    countsFrom: world.clock.now,
    advance: false,
    rules,
    completedSince: NOON - 7 * DAY,
  };
  expect(classifyPage(page, world.rows, task, world.clock.now).fresh).toEqual([]);
});

it('a second audit right after the first counts no gap as one that stays', async () => {
  const world = anAuditWorld();
  for (let orders = 0; orders < 1_001; orders += 1) world.list();
  await world.audit();
  const { staying } = await world.audit();
  expect(staying).toBe(0);
});

it('an audit finds an order whose snapshot is missing and whose last reference failed', async () => {
  const world = anAuditWorld();
  const order = world.listReplicated();
  world.snapshots.delete(order.id);
  const reached_at = iso(NOON - 15 * DAY);
  // Its dead letter has expired after 14 days.
  world.note(order, { state: 'dead', reason: 'attempts-exhausted', status_before: 11, reached_at });
  const result = await world.audit();
  expect(result.summary).toBe('2026-01-09: 0 of 1, 1 open');
});

it('the status of an order from before IgnoreOrdersCreatedBefore stays unchanged after a backfill has copied it', async () => {
  const world = aWorld();
  world.shop.add(anOrder({ date_created: storeDate(NOON - 20 * DAY) }));
  const settings = { ignoreOrdersCreatedBefore: NOON - 10 * DAY };
  await world.poll({ settings });
  await world.replicate({ ...world.referenceTo(100), source: 'backfill', advance: false });
  world.clock.now += HOUR;
  world.shop.edit(100, { staff_notes: 'Called the customer.' });
  world.clock.now += HOUR;
  const references: OrderReference[] = await world.poll({ settings });
  for (const reference of references) await world.replicate(reference);
  expect(world.snapshots.get(100)?.staff_notes).toBe('Called the customer.');
  expect(world.shop.puts).toEqual([]);
});

it('an audit queues an order whose snapshot is older than the ledger records, as after a restore', async () => {
  const world = anAuditWorld();
  const order = world.listReplicated({ status_id: Status.Cancelled });
  const stored = world.snapshots.get(order.id)!;
  world.snapshots.set(order.id, {
    ...stored,
    status_id: 11,
    date_modified: storeDate(NOON - 2 * DAY),
    replication: { ...stored.replication, state: 'stored', read_at: iso(NOON - 2 * DAY) },
  });
  expect(await world.audit()).toMatchObject({ enqueued: 1 });
});

it('an audit does not advance an order from before the bound that a backfill copied and whose snapshot is lost', async () => {
  const bound = { ignoreOrdersCreatedBefore: NOON };
  const world = aWorld({ rules: bound });
  const then = { date_created: storeDate(NOON - DAY), date_modified: storeDate(NOON - DAY) };
  world.shop.add(anOrder(then));
  await world.replicate({ ...world.referenceTo(100), source: 'backfill', advance: false });
  world.snapshots.delete(100);
  const audits = anAuditWorld(bound);
  audits.list({ id: 100, ...then });
  audits.clock.now = NOON + HOUR;
  audits.rows.set(100, world.rows.get(100)!);
  expect(await audits.audit()).toMatchObject({ open: 1 });
  world.clock.now = NOON + HOUR + 60_000;
  for (const one of audits.queued) await world.replicate(one);
  expect(world.snapshots.has(100)).toBe(true);
  expect(world.shop.puts).toEqual([]);
});

it('a poll leaves a copied order from before the bound unchanged, and advances it after the bound is moved back', async () => {
  const world = aWorld();
  const created = { date_created: storeDate(NOON - 20 * DAY), date_modified: storeDate(NOON - DAY) };
  world.shop.add(anOrder(created));
  const rules = { ...world.rules, ignoreOrdersCreatedBefore: NOON - 10 * DAY };
  const settings = { rules, ignoreOrdersCreatedBefore: NOON - 10 * DAY };
  await world.replicate({ ...world.referenceTo(100), source: 'webhook' }, { deps: { rules } });
  expect(world.rows.get(100)?.reason).toBe('created-before-limit');
  for (let poll = 0; poll < 200; poll += 1) {
    world.clock.now += HOUR;
    expect(await world.poll({ settings })).toEqual([]);
  }
  world.clock.now += HOUR;
  for (const one of await world.poll()) await world.replicate(one);
  expect(world.shop.puts).toMatchObject([{ orderId: 100, to: 9 }]);
});
