// What is changed in the store after an order was replicated: the next poll of the deployed service stores it.
import { Status } from '../../lambda/shared/order/status';
import { startLocalService } from './local-service';
import type { LocalService } from './local-service';
import { until } from '../support/until';

let service: LocalService;

beforeAll(async () => {
  service = await startLocalService();
}, 60_000);

afterAll(() => service.stop());

jest.setTimeout(30_000);

/** The stored order, once it is so. */
const stored = (id: number, isSo: (snapshot: Record<string, unknown>) => boolean) =>
  until(async () => {
    const snapshot = await service.snapshot(id);
    return snapshot !== undefined && isSo(snapshot) && snapshot;
  });

it('the next poll stores a new address, new lines, a cancellation and a refund, and leaves the statuses unchanged', async () => {
  const { orders, log } = service.simulator;
  const add = () => orders.add({ date_created: Date.now() - 3_600_000, lines: [{ name: 'Mug' }] }).id;
  const [address, lines, cancelled, refunded, untouched] = [add(), add(), add(), add(), add()];
  const all = [address, lines, cancelled, refunded, untouched];
  await service.stack.poll();
  for (const id of all) {
    await until(async () => (await service.ledgerRow(id))?.state === 'replicated');
  }

  // Within the second of our own PUT the order of both is unknown, and the worker would wait a minute.
  const advancedAt = Math.max(...all.map((id) => Date.parse(String(orders.get(id)?.date_modified))));
  await until(() => Date.now() >= advancedAt + 1_000);

  orders.edit(address, { addresses: [{ city: 'Perth' }] });
  orders.edit(lines, { lines: [{ name: 'Mug' }, { name: 'Cup' }] });
  orders.setStatus(cancelled, Status.Cancelled);
  orders.edit(refunded, { status_id: Status.PartiallyRefunded });
  expect(await service.stack.poll()).toMatchObject({ outcome: 'poll.finished' });

  await stored(address, ({ shipping_addresses }) => JSON.stringify(shipping_addresses).includes('"Perth"'));
  await stored(lines, ({ products }) => JSON.stringify(products).includes('"Cup"'));
  await stored(cancelled, ({ status_id }) => status_id === Status.Cancelled);
  await stored(refunded, ({ status_id }) => status_id === Status.PartiallyRefunded);
  expect(all.map((id) => orders.get(id)?.status_id)).toEqual([
    9,
    9,
    Status.Cancelled,
    Status.PartiallyRefunded,
    9,
  ]);
  for (const id of all) expect(log.of('PUT /orders/{id}', id)).toHaveLength(1);
});
