// The tables of the delivery stage on MiniStack, with the real adapters.
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createDeliveries } from '../../lambda/shared/tables/deliveries';
import { createDeliveryKeys } from '../../lambda/shared/tables/delivery-keys';

/** Keys and indexes of the two tables, as the template has them. */
export const DELIVERY_TABLES = {
  DeliveriesTable: {
    AttributeDefinitions: [
      { AttributeName: 'order_id', AttributeType: 'N' },
      { AttributeName: 'due', AttributeType: 'S' },
      { AttributeName: 'due_at', AttributeType: 'S' },
      { AttributeName: 'state', AttributeType: 'S' },
      { AttributeName: 'state_at', AttributeType: 'S' },
    ],
    KeySchema: [{ AttributeName: 'order_id', KeyType: 'HASH' }],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'Due',
        KeySchema: [
          { AttributeName: 'due', KeyType: 'HASH' },
          { AttributeName: 'due_at', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['lease_until', 'mapping'] },
      },
      {
        IndexName: 'ByState',
        KeySchema: [
          { AttributeName: 'state', KeyType: 'HASH' },
          { AttributeName: 'state_at', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  },
  DeliveryKeysTable: {
    AttributeDefinitions: [{ AttributeName: 'name', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'name', KeyType: 'HASH' }],
  },
} as const satisfies Record<string, Partial<CreateTableCommandInput>>;

export async function createDeliveryTables(client: DynamoDBDocumentClient): Promise<void> {
  for (const [TableName, definition] of Object.entries(DELIVERY_TABLES)) {
    const input = { TableName, BillingMode: 'PAY_PER_REQUEST', ...definition } as const;
    await client.send(new CreateTableCommand(structuredClone(input) as unknown as CreateTableCommandInput));
  }
}

export function realDeliveryTables(client: DynamoDBDocumentClient) {
  return {
    deliveries: createDeliveries(client, 'DeliveriesTable'),
    deliveryKeys: createDeliveryKeys(client, 'DeliveryKeysTable'),
  };
}
