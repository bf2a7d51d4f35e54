// Where a poll begins after a long pause.
import { Status } from '../../../lambda/shared/order/status';
import { anOrder, NOON, storeDate } from '../../support/builders';
import { aWorld } from '../../support/world';

const DAY = 86_400_000;

describe('a poll after a pause that outlasted the rows of the Jobs table', () => {
  const short = { settings: { completedOrdersLookbackDays: 1 } };

  it('a poll after a long pause queues the digital orders that were completed and the orders that were edited in it', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ id: 99, date_modified: storeDate(NOON - DAY) }));
    for (const one of await world.poll(short)) await world.replicate(one);
    world.clock.now += 2 * DAY;
    const completed = { status_id: Status.Completed, order_is_digital: true };
    const dates = { date_created: storeDate(world.clock.now), date_modified: storeDate(world.clock.now) };
    world.shop.add(anOrder({ id: 100, ...completed, ...dates }));
    world.shop.edit(99, { status_id: Status.Cancelled });
    world.clock.now += 4 * DAY;
    world.jobs.length = 0;
    expect((await world.poll(short)).map(({ orderId }) => orderId)).toEqual([99, 100]);
  });

  it('a poll after a long pause continues a first poll that ran out of time before it', async () => {
    const world = aWorld();
    const completed = { status_id: Status.Completed, order_is_digital: true };
    world.shop.add(anOrder({ id: 1, status_id: 7 }));
    world.shop.add(anOrder({ id: 2, ...completed, date_modified: storeDate(NOON - DAY / 2) }));
    await world.poll({ ...short, deps: { stopBefore: 0 } });
    expect(world.jobs).toMatchObject([{ outcome: 'poll.sliced' }]);
    world.clock.now += 6 * DAY;
    world.jobs.length = 0;
    expect((await world.poll(short)).map(({ orderId }) => orderId)).toEqual([2]);
  });
});
