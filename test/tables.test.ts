// The Webhooks table on MiniStack: deliveries are all kept.
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createWebhooksTable } from '../lambda/shared/tables';
import { startMiniStack, type MiniStack } from '../scripts/local/ministack';
import { iso, NOON } from './fakes/builders';
import { connect, createTables } from './fakes/real-tables';

let miniStack: MiniStack;
let client: DynamoDBDocumentClient;
beforeAll(async () => {
  miniStack = await startMiniStack();
  client = connect(miniStack);
  await createTables(client);
}, 60_000);
afterAll(() => miniStack.stop());

it('keeps every delivery of an order', async () => {
  const webhooks = createWebhooksTable(client, 'WebhooksTable', 90);
  const delivery = {
    orderId: 7,
    receivedAt: iso(NOON),
    outcome: 'accepted',
    messageId: 'm',
    proof: 'signature',
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
