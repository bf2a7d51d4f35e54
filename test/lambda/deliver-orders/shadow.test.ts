// The mode shadow: nothing is written to the ERP, and what would be is due once the mode is live.
import type { DeliveryRow } from '../../../lambda/shared/delivery/delivery-row';
import { deliveryWorld } from '../../support/delivery-world';
import type { DeliveryWorld } from '../../support/delivery-world';

const MINUTE = 60_000;
const WAITS = { state: 'waiting', due: 'shadow', shadow: { findings: ['create'] } } as const;

const rowAfter = async (world: DeliveryWorld, id: number): Promise<DeliveryRow> => {
  await world.run(id);
  return world.row(id);
};

it('an order that was held for its mapping waits for live once the mapping is complete', async () => {
  const world = deliveryWorld({
    policy: { mode: 'shadow' },
    mapping: { currencies: [{ currency: 'EUR', use: {} }, { else: 'hold' }] },
  });
  const { id } = await world.tell();
  expect(await rowAfter(world, id)).toMatchObject({ state: 'held', reason: 'unmapped-currency' });
  world.setMapping({}, 'mapping-2');
  const row = await rowAfter(world, id);
  expect(row).toMatchObject(WAITS);
  expect(row.reason).toBeUndefined();
  expect(row.detail).toBeUndefined();
});

it('an order that was excluded until it was paid waits for live once it is', async () => {
  const world = deliveryWorld({ policy: { mode: 'shadow' } });
  const { id } = await world.tell({ status_id: 7 });
  expect(await rowAfter(world, id)).toMatchObject({ state: 'excluded', reason: 'payment-open' });
  await world.time.advance(MINUTE);
  await world.tell({ status_id: 11 });
  const row = await rowAfter(world, id);
  expect(row).toMatchObject(WAITS);
  expect(row.reason).toBeUndefined();
  world.setPolicy({ mode: 'live' });
  expect(await rowAfter(world, id)).toMatchObject({ state: 'delivered' });
});

it('an order that live mode has delivered stays so while an edit of it waits for live', async () => {
  const world = deliveryWorld({ erp: { canAmend: true } });
  const { id } = await world.tell();
  await world.run(id);
  world.setPolicy({ mode: 'shadow' });
  await world.time.advance(MINUTE);
  await world.tell({ customer_message: 'Ring twice' });
  expect(await rowAfter(world, id)).toMatchObject({ state: 'delivered', due: 'shadow' });
  world.setPolicy({ mode: 'live' });
  expect(await rowAfter(world, id)).toMatchObject({ state: 'delivered' });
  expect(world.row(id).due).toBeUndefined();
});
