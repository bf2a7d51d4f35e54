// The tables of the delivery stage on MiniStack, with keys and indexes as the template has them, and their real adapters.
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import delivery from '../../cloudformation/delivery.json';
import { createDeliveries } from '../../lambda/shared/tables/deliveries';
import { createDeliveryKeys } from '../../lambda/shared/tables/delivery-keys';

/** Their names on MiniStack are their logical ids. */
export const deliveryTableNames = {
  deliveriesTable: 'DeliveriesTable',
  deliveryKeysTable: 'DeliveryKeysTable',
} as const;

export async function createDeliveryTables(client: DynamoDBDocumentClient): Promise<void> {
  for (const TableName of Object.values(deliveryTableNames)) {
    const { Properties } = delivery.Resources[TableName];
    const { KeySchema, AttributeDefinitions, BillingMode } = Properties;
    const indexes = 'GlobalSecondaryIndexes' in Properties ? Properties.GlobalSecondaryIndexes : undefined;
    const input = {
      TableName,
      KeySchema,
      AttributeDefinitions,
      BillingMode,
      GlobalSecondaryIndexes: indexes,
    };
    await client.send(new CreateTableCommand(input as CreateTableCommandInput));
  }
}

export function realDeliveryTables(client: DynamoDBDocumentClient) {
  return {
    deliveries: createDeliveries(client, deliveryTableNames.deliveriesTable),
    deliveryKeys: createDeliveryKeys(client, deliveryTableNames.deliveryKeysTable),
  };
}
