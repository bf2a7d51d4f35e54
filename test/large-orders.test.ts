// Large orders on their whole way, from the simulated store's pages through the worker into the tables.
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { timesUntil } from '../lambda/process-new-orders/batch';
import { createBigCommerce } from '../lambda/shared/bigcommerce';
import { startMiniStack, type MiniStack } from '../scripts/local/ministack';
import { startSimulator, type Simulator } from '../scripts/local/simulator';
import { aReference, iso } from './fakes/builders';
import { noise } from './fakes/noise';
import { connect, createTables, realTables } from './fakes/real-tables';
import { aWorld } from './fakes/world';

let miniStack: MiniStack;
let client: DynamoDBDocumentClient;
let simulator: Simulator;
beforeAll(async () => {
  [miniStack, simulator] = await Promise.all([startMiniStack(), startSimulator({ seed: 3 })]);
  client = connect(miniStack);
  await createTables(client);
}, 60_000);
afterAll(() => Promise.all([miniStack.stop(), simulator.stop()]));

/** What the worker makes of an order, with the real client and the real tables around its flow. */
async function replicate(orderId: number) {
  const { accessToken, storeHash } = simulator.credentials;
  const bigCommerce = createBigCommerce({
    ...{ apiUrl: simulator.url, storeHash, quotaReservePercent: 10 },
    accessToken: () => Promise.resolve(accessToken),
  });
  const times = timesUntil(Date.now() + 60_000);
  const { ledger, orders } = realTables(client);
  const deps = { ledger, orders, ...times, store: bigCommerce.until(times.callsUntil), now: Date.now };
  const reference = aReference({ orderId, seenAt: iso(Date.now()) });
  expect(await aWorld().replicate(reference, { deps })).toBe('acknowledged');
  return orders.find(orderId);
}

it.each([
  [51, 0],
  [250, 0],
  [1_000, 0],
  [1_000, 1_000],
])(
  'an order of %i lines, with %i bytes of noise in each, is stored whole and advanced',
  async (count, bytes) => {
    const { id } = simulator.orders.add({
      status_id: 11,
      date_created: Date.now() - 3_600_000,
      lines: Array.from({ length: count }, (_, index) => ({
        name: `Mug ${index} 😀 ${noise(bytes, index)}`,
      })),
      extra: { staff_notes: '😀'.repeat(65_535) },
    });
    const snapshot = await replicate(id);
    expect(snapshot?.products).toEqual(simulator.orders.lines(id));
    expect(snapshot).toMatchObject({
      ...{ id, status_id: 9, staff_notes: '😀'.repeat(65_535) },
      replication: { state: 'replicated' },
    });
  },
  30_000,
);
