// How many tries an answer gets before it holds an order: failures of another class before it do not count.
import type { ErpFailure } from '../../../lambda/shared/runtime/errors';
import { deliveryWorld } from '../../support/delivery-world';
import { refused } from '../../support/simulated-erp/requests';

const HOUR = 3_600_000;

async function afterAnOutage(runs: number) {
  const world = deliveryWorld();
  const { id } = await world.tell();
  const fail = async (times: number, before: () => void = () => undefined) => {
    for (let nth = 0; nth < times; nth += 1) {
      before();
      await world.run(id);
      await world.time.advance(2 * HOUR);
    }
  };
  world.erp.habits.isDown = true;
  await fail(runs);
  world.erp.habits.isDown = false;
  return { world, id, fail };
}

it.each<[ErpFailure, 'findOrders' | 'createDraft', number, string]>([
  ['unknown', 'findOrders', 3, 'erp-answer-unknown'],
  ['duplicate', 'createDraft', 6, 'duplicate-not-found'],
])(
  'an answer %s to %s holds the order at try %i, however long the ERP was down before',
  async (failure, call, tries, reason) => {
    const { world, id, fail } = await afterAnOutage(8);
    const meet = () => world.erp.requests.meet(call, refused(failure));
    await fail(tries - 1, meet);
    expect(world.row(id)).toMatchObject({ state: 'waiting', due: 'now' });
    await fail(1, meet);
    expect(world.row(id)).toMatchObject({ state: 'held', reason });
  },
);

it('a single answer that is not known after an outage delays the order and does not hold it', async () => {
  const { world, id, fail } = await afterAnOutage(8);
  await fail(1, () => world.erp.requests.meet('findOrders', refused('unknown')));
  await fail(1);
  expect(world.row(id)).toMatchObject({ state: 'delivered' });
});
