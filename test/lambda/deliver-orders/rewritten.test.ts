// A draft that is rewritten with the same lines: the ERP's order looks as before, and yet is of the newer version.
import { deliveryWorld } from '../../support/delivery-world';
import { unanswered } from '../../support/simulated-erp/requests';

const MINUTE = 60_000;

it('an order whose note changed, and whose confirm landed without an answer, is delivered', async () => {
  const world = deliveryWorld();
  world.erp.requests.meet('confirm', unanswered('never'));
  const { id } = await world.tell();
  await world.run(id);
  await world.time.advance(10 * MINUTE);
  await world.tell({ customer_message: 'Leave it outside' });
  world.erp.requests.meet('confirm', unanswered('now'));
  await world.run(id);
  expect(world.row(id)).toMatchObject({ state: 'waiting', intent: { step: 'confirm' } });
  await world.time.advance(10 * MINUTE);
  await world.run(id);
  expect(world.row(id)).toMatchObject({ state: 'delivered' });
  expect(world.row(id).reason).toBeUndefined();
});
