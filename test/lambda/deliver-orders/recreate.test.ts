// `deliveries retry --recreate`, from the command to the new sales order.
import { recreateDelivery } from '../../../lambda/shared/delivery/commands';
import { deliveryWorld } from '../../support/delivery-world';
import type { DeliveryWorld } from '../../support/delivery-world';

const MINUTE = 60_000;

async function recreate(world: DeliveryWorld, id: number): Promise<void> {
  const decision = recreateDelivery(world.row(id), world.time.now());
  if (decision.kind === 'refusal') throw new Error(decision.refusal);
  await world.deliveries.changeByCommand(world.row(id), decision.change, world.time.now());
}

/** A delivered order whose sales order staff then cancel or delete; it is held for that. */
async function heldFor(what: 'cancelled-in-erp' | 'gone-from-erp') {
  const world = deliveryWorld();
  const { id } = await world.tell();
  await world.run(id);
  const [record] = world.erp.staff.recordsFor(id);
  if (what === 'cancelled-in-erp') world.erp.staff.cancel(record!.id);
  else world.erp.records.all.delete(record!.id);
  await world.time.advance(MINUTE);
  await world.tell({ customer_message: 'Edited' });
  await world.run(id);
  expect(world.row(id)).toMatchObject({ state: 'held', reason: what });
  return { world, id, first: record!.id };
}

it.each(['cancelled-in-erp', 'gone-from-erp'] as const)(
  'an order that is held as %s is created again under the next reference, once',
  async (reason) => {
    const { world, id, first } = await heldFor(reason);
    await recreate(world, id);
    await world.run(id);
    expect(world.row(id)).toMatchObject({ state: 'delivered', refs: [`BC-${id}`, `BC-${id}-2`] });
    const made = [...world.erp.records.all.values()].filter((one) => one.id !== first);
    expect(made).toMatchObject([{ reference: `BC-${id}-2`, state: 'confirmed' }]);
    expect(world.row(id).erp?.id).toBe(made[0]!.id);
  },
);

it('a sales order that was created again and then deleted is gone, whatever became of the first one', async () => {
  const { world, id } = await heldFor('cancelled-in-erp');
  await recreate(world, id);
  await world.run(id);
  world.erp.records.all.delete(world.row(id).erp!.id);
  await world.time.advance(MINUTE);
  await world.tell({ customer_message: 'Edited again' });
  await world.run(id);
  expect(world.row(id)).toMatchObject({ state: 'held', reason: 'gone-from-erp' });
});
