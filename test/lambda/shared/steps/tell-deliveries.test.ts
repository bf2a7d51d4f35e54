// The one step by which snapshots are reported to the delivery stage: what it has done whenever it dies.
import { tellDeliveries } from '../../../../lambda/shared/steps/tell-deliveries';
import { iso, NOON } from '../../../support/builders';
import { queueDeliveriesWorld } from '../../../support/queue-deliveries-world';

const telling = (orderId: number) => ({ orderId, readAt: iso(NOON - 1) });

it('no reference is queued before every row is written: a reference without a row would be lost', async () => {
  const { deps, deliveries, queue } = queueDeliveriesWorld();
  const rowsWhenQueued: number[] = [];
  const enqueue: typeof queue.enqueue = (references) => {
    rowsWhenQueued.push(deliveries.rows.size);
    return queue.enqueue(references);
  };
  const adapters = { ...deps.adapters, queue: { enqueue } };
  const tellings = Array.from({ length: 60 }, (_, nth) => telling(nth + 1));
  await tellDeliveries(tellings, { ...deps, adapters });
  expect(rowsWhenQueued).toEqual([60]);
});

it('the answer names the snapshots that were news and those whose row could not be written', async () => {
  const { deps, deliveries, references } = queueDeliveriesWorld();
  await deliveries.tell(2, iso(NOON), NOON);
  const tell: typeof deliveries.tell = (orderId, ...rest) =>
    orderId === 3 ? Promise.reject(new Error('down')) : deliveries.tell(orderId, ...rest);
  const adapters = { ...deps.adapters, deliveries: { tell } };
  expect(await tellDeliveries([1, 2, 3].map(telling), { ...deps, adapters })).toEqual({
    noted: [telling(1)],
    failed: [telling(3)],
  });
  expect(references.map(({ orderId }) => orderId)).toEqual([1]);
});

it('rows are written side by side, but no more than 25 at a time', async () => {
  const { deps, deliveries } = queueDeliveriesWorld();
  let running = 0;
  let most = 0;
  const tell: typeof deliveries.tell = async (...one) => {
    most = Math.max(most, (running += 1));
    await new Promise(setImmediate);
    running -= 1;
    return deliveries.tell(...one);
  };
  const adapters = { ...deps.adapters, deliveries: { tell } };
  await tellDeliveries(
    Array.from({ length: 110 }, (_, nth) => telling(nth + 1)),
    { ...deps, adapters },
  );
  expect(most).toBe(25);
  expect(deliveries.rows.size).toBe(110);
});

it('with a limit of references, the other rows are due for the sweep', async () => {
  const { deps, deliveries, references } = queueDeliveriesWorld();
  await tellDeliveries([1, 2, 3].map(telling), deps, 2);
  expect(references.map(({ orderId }) => orderId)).toEqual([1, 2]);
  await tellDeliveries([telling(4)], deps, 0);
  expect(references).toHaveLength(2);
  expect(await deliveries.dueNow(10, NOON)).toHaveLength(4);
});

it('without snapshots nothing is written and nothing queued', async () => {
  const { deps, lines, references } = queueDeliveriesWorld();
  expect(await tellDeliveries([], deps)).toEqual({ noted: [], failed: [] });
  expect(lines.length + references.length).toBe(0);
});
