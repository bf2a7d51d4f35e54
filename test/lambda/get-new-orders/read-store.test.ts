// The lists that a poll reads, by the count of orders.
import { BigCommerceError } from '../../../lambda/shared/runtime/errors';
import { Status } from '../../../lambda/shared/order/status';
import { anOrder } from '../../support/builders';
import { aWorld } from '../../support/world';
import type { World } from '../../support/world';

describe('a count of orders that fails', () => {
  const failing = (error: Error) => (world: World) =>
    world.shop.before('countOrders', () => {
      throw error;
    });

  it('a poll reads every list when the count fails, and its job records why nothing was counted', async () => {
    const world = aWorld();
    for (const id of [1, 2, 3]) world.shop.add(anOrder({ id }));
    failing(new BigCommerceError('GET /v2/orders/count answered 504.', 'retryable', 504))(world);
    expect(await world.poll()).toHaveLength(3);
    expect(world.shop.calls.map((call) => call.split(' from')[0])).toEqual([
      'countOrders',
      'listOrders 7',
      'listOrders 10',
      'listOrders 11',
    ]);
    expect(world.jobs).toMatchObject([
      {
        outcome: 'poll.finished',
        counted: {},
        enqueued: 3,
        not_counted: 'BigCommerceError: GET /v2/orders/count answered 504.',
      },
    ]);
    expect(world.alerts).toEqual([]);
  });

  it('a poll fails when the count fails for a wrong token', async () => {
    const world = aWorld();
    failing(new BigCommerceError('GET /v2/orders/count answered 401.', 'configuration', 401))(world);
    await expect(world.poll()).rejects.toThrow('401');
  });
});

it('a poll lists a status that the count omits', async () => {
  const world = aWorld();
  world.shop.add(anOrder());
  const store = { ...world.shop.store, countOrders: () => Promise.resolve(new Map<number, number>()) };
  expect(await world.poll({ deps: { store } })).toHaveLength(1);
  expect(Status.AwaitingFulfillment).toBe(11);
});
