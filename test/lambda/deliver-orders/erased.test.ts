// An order whose personal data was erased after it was delivered.
import { retryDelivery } from '../../../lambda/shared/delivery/commands';
import { erasePersonal } from '../../../lambda/shared/order/personal-data';
import { aSnapshotToDeliver } from '../../support/sales-order';
import { deliveryWorld } from '../../support/delivery-world';

it('stays delivered when a person lets a worker look at it again', async () => {
  const world = deliveryWorld();
  const { id, replication } = await world.tell();
  await world.run(id);
  const erased = erasePersonal(aSnapshotToDeliver({ id }));
  const erased_at = new Date(world.time.now()).toISOString();
  world.snapshots.set(id, { ...erased, replication: { ...replication, erased_at } });
  const decision = retryDelivery(world.row(id), world.time.now());
  if (decision.kind === 'refusal') throw new Error(decision.refusal);
  await world.deliveries.changeByCommand(world.row(id), decision.change, world.time.now());
  await world.run(id);
  expect(world.row(id)).toMatchObject({ state: 'delivered' });
  expect(world.row(id).due).toBeUndefined();
});
