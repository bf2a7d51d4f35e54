// Orders that the store cannot show in any list: the real client and a real poll against the simulator.
import { createBigCommerce } from '../../lambda/shared/bigcommerce/client';
import { startSimulator } from '../../simulator';
import type { Simulator } from '../../simulator';
import { aWorld } from '../support/world';

let simulator: Simulator | undefined;
afterEach(() => simulator?.stop());

/** A store of so many orders in Awaiting Fulfillment, and the client of an invocation that waits for nothing. */
async function aStage(orders: number, idBounds: 'inclusive' | 'exclusive' = 'inclusive') {
  const world = aWorld();
  const shop = await startSimulator({ seed: 7, switches: { idBounds }, now: () => world.clock.now });
  simulator = shop;
  const ids = Array.from({ length: orders }, () => shop.orders.add({ status_id: 11 }).id);
  const { accessToken, storeHash } = shop.credentials;
  const bigCommerce = createBigCommerce({
    apiUrl: shop.url,
    storeHash,
    quotaReservePercent: 10,
    accessToken: () => Promise.resolve(accessToken),
    sleep: () => Promise.resolve(),
  });
  const store = bigCommerce.until(Date.now() + 3_600_000);
  return { world, shop, ids, poll: () => world.poll({ deps: { store } }) };
}

it.each(['inclusive', 'exclusive'] as const)(
  'six of seven orders are queued with their versions, and the seventh by its id (bounds: %s)',
  async (idBounds) => {
    const { world, shop, ids, poll } = await aStage(7, idBounds);
    const [bad = 0] = ids.slice(3);
    shop.faults.add({ holding: bad, kind: 'status', status: 500 });
    const references = await poll();
    expect(references.map(({ orderId }) => orderId).sort()).toEqual(ids);
    expect(references.filter(({ dateModified }) => dateModified === undefined)).toMatchObject([
      { orderId: bad },
    ]);
    expect(world.jobs).toMatchObject([{ outcome: 'poll.finished', found: 6, unreadable_ids: [bad] }]);
  },
);

it('a store whose lists all fail makes the poll fail, and the poll names no order', async () => {
  const { world, shop, poll } = await aStage(7);
  shop.faults.add({ endpoint: 'GET /orders', kind: 'status', status: 500 });
  await expect(poll()).rejects.toThrow('answered 500');
  expect(world.jobs).toMatchObject([{ outcome: 'poll.failed', found: 0 }]);
  expect(world.jobs[0]).not.toHaveProperty('unreadable_ids');
});

it('a store that fails on 150 rows and more is read in smaller pages, with whole orders', async () => {
  const { world, shop, ids, poll } = await aStage(60);
  shop.faults.add({ limitFrom: 150, kind: 'status', status: 504 });
  expect((await poll()).map(({ orderId }) => orderId)).toEqual(ids);
  expect(world.jobs).toMatchObject([{ outcome: 'poll.finished', found: 60 }]);
});

it('a list that answers 200 with a page of HTML makes the poll fail', async () => {
  const { world, shop, poll } = await aStage(1);
  shop.faults.add({ endpoint: 'GET /orders', kind: 'html' });
  await expect(poll()).rejects.toThrow('unexpected body');
  expect(world.jobs).toMatchObject([{ outcome: 'poll.failed' }]);
});
