// An ERP that is down for a week: the rows wait, and nothing else does.
import { deliveryWorld } from '../../support/delivery-world';

const MINUTE = 60_000;
const WEEK = 7 * 24 * 60 * MINUTE;

it('an ERP that is down for seven days makes no dead letter, and its orders are delivered within the back-off after it', async () => {
  const world = deliveryWorld();
  const ids = [100, 101, 102];
  for (const id of ids) await world.tell({ id });
  world.erp.habits.isDown = true;
  const end = world.time.now() + WEEK;
  const waits: number[] = [];
  const due = (id: number) => Date.parse(world.row(id).due_at!);
  while (world.time.now() < end) {
    expect(await world.run(...ids)).toEqual(['acknowledged', 'acknowledged', 'acknowledged']);
    const next = Math.max(...ids.map(due));
    waits.push(next - world.time.now());
    await world.time.advance(Math.max(MINUTE, next - world.time.now()));
  }
  expect(Math.max(...waits)).toBeLessThanOrEqual(66 * MINUTE);
  expect(waits.length).toBeGreaterThan(150);
  expect(world.deadLetters).toEqual([]);
  expect(ids.map((id) => world.row(id).state)).toEqual(['waiting', 'waiting', 'waiting']);

  world.erp.habits.isDown = false;
  await world.run(...ids);
  expect(ids.map((id) => world.row(id).state)).toEqual(['delivered', 'delivered', 'delivered']);
  for (const id of ids) expect(world.erp.staff.recordsFor(id)).toHaveLength(1);
});
