// Large orders on their whole way, from the simulated store's pages through the worker into the tables.
import { createServer } from 'node:http';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { deadlinesBefore } from '../../../lambda/process-new-orders/batch';
import { createBigCommerce } from '../../../lambda/shared/bigcommerce/client';
import { localClients } from '../../../scripts/service/clients';
import type { MiniStack } from '../../../scripts/local/ministack';
import { listen } from '../../../simulator/listen';
import { startSimulator } from '../../../simulator';
import type { Simulator } from '../../../simulator';
import { aReference, iso } from '../../support/builders';
import { noise } from '../../support/noise';
import { connect, createTables, realTables } from '../../support/real-tables';
import { sharedMiniStack } from '../../support/shared-ministack';
import { aWorld } from '../../support/world';

let miniStack: MiniStack;
let client: DynamoDBDocumentClient;
let simulator: Simulator;
beforeAll(async () => {
  [miniStack, simulator] = await Promise.all([sharedMiniStack(), startSimulator({ seed: 3 })]);
  client = connect(miniStack);
  await createTables(client);
}, 60_000);
afterAll(() => Promise.all([miniStack.stop(), simulator.stop()]));

/** What the worker makes of an order of the simulated store, with the real client and the real tables around its flow. */
async function replicate(orderId: number, apiUrl = simulator.url) {
  const { accessToken, storeHash } = simulator.credentials;
  const bigCommerce = createBigCommerce({
    apiUrl,
    storeHash,
    quotaReservePercent: 10,
    accessToken: () => Promise.resolve(accessToken),
  });
  const times = deadlinesBefore(Date.now() + 60_000);
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
      id,
      status_id: 9,
      staff_notes: '😀'.repeat(65_535),
      replication: { state: 'replicated' },
    });
  },
  30_000,
);

it('an order of 200 ordinary lines stays plain', async () => {
  const lines = Array.from({ length: 200 }, (_, index) => ({ name: `Mug ${index}` }));
  const { id } = simulator.orders.add({ status_id: 11, date_created: Date.now() - 3_600_000, lines });
  await replicate(id);
  const { Item } = await client.send(new GetCommand({ TableName: 'OrdersTable', Key: { id } }));
  expect(Item).toMatchObject({ products: simulator.orders.lines(id), replication: { state: 'replicated' } });
  expect(Item).not.toHaveProperty('compressed');
});

it('an order and its line keep every digit of an integer beyond 2^53, from the store’s answer to the item', async () => {
  const long = '820982911946154508';
  const line = '{"id":1,"type":"physical","quantity":1,"external_id":9007199254740993}';
  const order = (statusId: number) =>
    `{"id":7001,"status_id":${statusId},"date_modified":"Sat, 10 Jan 2026 11:00:00 +0000","items_total":1,"external_id":${long}}`;
  const lists = new Map([
    ['/products', `[${line}]`],
    ['/shipping_addresses', '[{"id":5}]'],
  ]);
  const server = await listen(
    createServer(({ method, url = '' }, response) => {
      const path = url.split('?')[0]!;
      const list = [...lists].find(([end]) => path.endsWith(end))?.[1] ?? '[]';
      response.end(path.endsWith('/7001') ? order(method === 'PUT' ? 9 : 11) : list);
    }),
  );
  await replicate(7001, server.url);
  await server.stop();
  const key = { TableName: 'OrdersTable', Key: { id: { N: '7001' } } };
  const { Item } = await localClients(miniStack.endpoint).dynamoDb.send(new GetItemCommand(key));
  expect(Item).toMatchObject({
    status_id: { N: '9' },
    external_id: { N: long },
    products: { L: [{ M: { external_id: { N: '9007199254740993' } } }] },
  });
});
