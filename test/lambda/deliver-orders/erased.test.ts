// An order whose personal data was erased after it was delivered.
import { retryDelivery } from '../../../lambda/shared/delivery/commands';
import { erasePersonal } from '../../../lambda/shared/order/personal-data';
import { aSnapshotToDeliver } from '../../support/sales-order';
import { deliveryWorld } from '../../support/delivery-world';
import { unanswered } from '../../support/simulated-erp/requests';

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

async function erasedInTheErp(wasConfirmed: boolean) {
  const world = deliveryWorld();
  if (!wasConfirmed) world.erp.requests.meet('confirm', unanswered('never'));
  const { id } = await world.tell();
  await world.run(id);
  const { replication: _, ...erased } = erasePersonal(aSnapshotToDeliver({ id }));
  const tell = async (overrides: Record<string, unknown>) => {
    await world.time.advance(10 * 60_000);
    const erased_at = new Date(world.time.now()).toISOString();
    await world.tell({ ...erased, ...overrides, replication: { erased_at } });
    await world.run(id);
    return world.row(id);
  };
  return { world, tell, erpId: world.erp.staff.recordsFor(id)[0]!.id };
}

it('is not called edited when it was archived meanwhile and is unpaid again', async () => {
  const { tell } = await erasedInTheErp(true);
  expect(await tell({ is_deleted: true })).toMatchObject({ state: 'held', reason: 'archived' });
  expect(await tell({ status_id: 7 })).toMatchObject({ state: 'delivered' });
});

it('is never rewritten without its people, although it was made before the start', async () => {
  const { world, tell, erpId } = await erasedInTheErp(false);
  world.setPolicy({ createdFrom: Date.UTC(2030, 0) });
  expect(await tell({})).toMatchObject({ state: 'held', reason: 'erased' });
  expect(world.calls('rewriteDraft')).toBe(0);
  expect(world.erp.records.all.get(erpId)).toMatchObject({ state: 'draft' });
});
