// A person's word for the version of the ERP, from the command to what the worker makes of it.
import { release } from '../../../../scripts/commands/deliveries/change';
import { deliveryCommands } from '../../../support/delivery-commands';
import { deliveryWorld } from '../../../support/delivery-world';
import type { DeliveryWorld } from '../../../support/delivery-world';
import { aLineToDeliver } from '../../../support/sales-order';

const saleOf = (world: DeliveryWorld) => world.row(100).erp!.id;

const HOLDS: readonly (readonly [string, (world: DeliveryWorld) => Promise<unknown>])[] = [
  [
    'changed-in-erp',
    (world) => {
      world.erp.staff.editLines(saleOf(world));
      return world.tell({ id: 100, customer_message: 'Ring twice' });
    },
  ],
  ['edited-after-confirm', (world) => world.tell({ id: 100, products: [aLineToDeliver({ sku: 'MUG-08' })] })],
  [
    'edited-after-shipping',
    (world) => {
      world.erp.staff.ship(saleOf(world));
      return world.tell({ id: 100, products: [aLineToDeliver({ sku: 'MUG-08' })] });
    },
  ],
  [
    'cancelled-after-shipping',
    (world) => {
      world.erp.staff.ship(saleOf(world));
      return world.tell({ id: 100, status_id: 5 });
    },
  ],
  ['refunded', (world) => world.tell({ id: 100, status_id: 4 })],
  ['in-question', (world) => world.tell({ id: 100, status_id: 13 })],
  ['archived', (world) => world.tell({ id: 100, is_deleted: true })],
];

it.each(HOLDS)(
  'an order that is held as %s is delivered once a person keeps the version of the ERP',
  async (reason, change) => {
    const world = deliveryWorld();
    await world.tell({ id: 100 });
    await world.run(100);
    await world.time.advance(3_600_000);
    await change(world);
    await world.run(100);
    expect(world.row(100)).toMatchObject({ state: 'held', reason });
    const { deps } = deliveryCommands([], world.deliveries);
    const report = await release(
      { orderId: 100, why: 'agreed', keepErp: true },
      { ...deps, now: world.time.now },
    );
    expect(report.problem).toBeUndefined();
    const before = world.erp.history.length;
    await world.run(100);
    expect(world.row(100)).toMatchObject({ state: 'delivered', reason: 'kept', kept: true });
    expect(world.erp.history).toHaveLength(before);
  },
);

async function keptWorld() {
  const world = deliveryWorld();
  await world.tell({ id: 100 });
  await world.run(100);
  await world.time.advance(3_600_000);
  const edited = { id: 100, products: [aLineToDeliver({ sku: 'MUG-08' })] };
  await world.tell(edited);
  await world.run(100);
  const keep = () => {
    const { deps } = deliveryCommands([], world.deliveries);
    return release({ orderId: 100, why: 'agreed', keepErp: true }, { ...deps, now: world.time.now });
  };
  await keep();
  await world.run(100);
  expect(world.row(100)).toMatchObject({ state: 'delivered', reason: 'kept' });
  await world.time.advance(60_000);
  return { world, edited, keep };
}

it('a word for an edit does not cover the cancellation that follows, and a second word does', async () => {
  const { world, edited, keep } = await keptWorld();
  await world.tell({ ...edited, status_id: 5 });
  await world.run(100);
  expect(world.row(100)).toMatchObject({ state: 'held', reason: 'edited-after-keep' });
  await keep();
  await world.run(100);
  expect(world.row(100)).toMatchObject({ state: 'delivered', reason: 'kept' });
});

it('a word for a cancelled order does not cover the order once it lives again', async () => {
  const world = deliveryWorld();
  await world.tell({ id: 100 });
  await world.run(100);
  world.erp.staff.ship(saleOf(world));
  const edited = { id: 100, products: [aLineToDeliver({ sku: 'MUG-08' })] };
  await world.time.advance(60_000);
  await world.tell({ ...edited, status_id: 5 });
  await world.run(100);
  const { deps } = deliveryCommands([], world.deliveries);
  await release({ orderId: 100, why: 'agreed', keepErp: true }, { ...deps, now: world.time.now });
  await world.run(100);
  expect(world.row(100)).toMatchObject({ state: 'delivered', reason: 'kept' });
  await world.time.advance(60_000);
  await world.tell(edited);
  await world.run(100);
  expect(world.row(100)).toMatchObject({ state: 'held', reason: 'edited-after-keep' });
});

it('a kept order that is cancelled on both sides ends as cancelled', async () => {
  const { world, edited } = await keptWorld();
  world.erp.staff.cancel(saleOf(world));
  await world.tell({ ...edited, status_id: 5 });
  await world.run(100);
  expect(world.row(100)).toMatchObject({ state: 'cancelled' });
});
