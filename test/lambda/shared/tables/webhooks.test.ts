// The Webhooks table on MiniStack: deliveries are all kept, and signed ones remembered for a while.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { parseJson } from '../../../../lambda/shared/runtime/json';
import { createWebhooksTable, isDelivery } from '../../../../lambda/shared/tables/webhooks';
import type { MiniStack } from '../../../../scripts/local/ministack';
import { iso, NOON } from '../../../support/builders';
import { connect, createTables } from '../../../support/real-tables';
import { sharedMiniStack } from '../../../support/shared-ministack';

let miniStack: MiniStack;
let client: DynamoDBDocumentClient;
beforeAll(async () => {
  miniStack = await sharedMiniStack();
  client = connect(miniStack);
  await createTables(client);
}, 60_000);
afterAll(() => miniStack.stop());

it('every delivery of an order is stored', async () => {
  const webhooks = createWebhooksTable(client, 'WebhooksTable', 90);
  const delivery = {
    orderId: 7,
    receivedAt: iso(NOON),
    outcome: 'accepted',
    messageId: 'm',
    authenticatedBy: 'signature',
    webhook: { hash: 'x' },
  } as const;
  await webhooks.record({ ...delivery, requestId: 'one' });
  await webhooks.record({ ...delivery, requestId: 'two' });
  const { Items } = await client.send(
    new QueryCommand({
      TableName: 'WebhooksTable',
      KeyConditionExpression: 'orderId = :id',
      ExpressionAttributeValues: { ':id': 7 },
    }),
  );
  expect(Items).toMatchObject([
    { delivery: `${iso(NOON)}#one`, webhook: { hash: 'x' }, outcome: 'accepted', messageId: 'm' },
    { delivery: `${iso(NOON)}#two` },
  ]);
});

describe('a signed delivery', () => {
  const delivery = { orderId: 8, digest: 'd'.repeat(64), acceptedUntil: NOON };
  const rowsOf = async (orderId: number) => {
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: 'WebhooksTable',
        KeyConditionExpression: 'orderId = :id',
        ExpressionAttributeValues: { ':id': orderId },
      }),
    );
    return Items;
  };

  it('a signed delivery is remembered by order and digest until it expires, whatever DynamoDB has not deleted yet', async () => {
    const webhooks = createWebhooksTable(client, 'WebhooksTable', 90);
    expect(await webhooks.isRemembered(delivery, NOON)).toBe(false);
    await webhooks.remember(delivery);
    expect(await webhooks.isRemembered(delivery, NOON)).toBe(true);
    expect(await webhooks.isRemembered(delivery, NOON + 1_000)).toBe(false);
    expect(await webhooks.isRemembered({ ...delivery, digest: 'other' }, NOON)).toBe(false);
    expect(await webhooks.isRemembered({ ...delivery, orderId: 9 }, NOON)).toBe(false);
  });

  it('a signed delivery is looked up for at most a second, however long the table takes', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const waiting = connect({ ...miniStack, endpoint: `http://127.0.0.1:${port}` });
    const webhooks = createWebhooksTable(waiting, 'WebhooksTable', 90);
    await expect(webhooks.isRemembered(delivery, NOON)).rejects.toThrow('aborted');
    waiting.destroy();
    silent.closeAllConnections();
    silent.close();
  });

  it('a signed delivery is remembered in a row with its own expiry that does not count as a delivery', async () => {
    const webhooks = createWebhooksTable(client, 'WebhooksTable', 90);
    await webhooks.remember({ ...delivery, orderId: 10, acceptedUntil: NOON + 1 });
    const recorded = { orderId: 10, outcome: 'accepted', authenticatedBy: 'signature', webhook: {} } as const;
    await webhooks.record({ ...recorded, receivedAt: iso(NOON), requestId: 'one' });
    const rows = await rowsOf(10);
    const remembered = {
      orderId: 10,
      delivery: `remembered#${delivery.digest}`,
      expires_at: NOON / 1000 + 1,
    };
    expect(rows.filter((row) => !isDelivery(row))).toEqual([remembered]);
    expect(rows.filter(isDelivery)).toMatchObject([recorded]);
  });
});

it("a webhook is stored with every digit, as a text where DynamoDB's numbers cannot hold it", async () => {
  const webhooks = createWebhooksTable(client, 'WebhooksTable', 90);
  const digits = '1'.repeat(39);
  const webhook = parseJson(`{"data":{"external_id":820982911946154508},"odd":[${digits}]}`);
  await webhooks.record({
    orderId: 18,
    receivedAt: iso(NOON),
    requestId: 'one',
    outcome: 'accepted',
    authenticatedBy: 'signature',
    webhook,
  } as never);
  const { Items } = await client.send(
    new QueryCommand({
      TableName: 'WebhooksTable',
      KeyConditionExpression: 'orderId = :id',
      ExpressionAttributeValues: { ':id': 18 },
    }),
  );
  expect(Items).toMatchObject([
    { webhook: { data: { external_id: 820_982_911_946_154_508n }, odd: [digits] } },
  ]);
});
