// The real adapters on MiniStack's DynamoDB, with the tables' keys as the template has them.
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { createLedger } from '../../lambda/shared/tables/ledger';
import type { LedgerRow } from '../../lambda/shared/order/ledger-row';
import { createOrdersTable } from '../../lambda/shared/tables/orders';
import { documentOptions } from '../../lambda/shared/tables/documents';
import stack from '../../cloudformation/stack.json';
import { localClients } from '../../scripts/service/clients';
import type { MiniStack } from '../../scripts/local/ministack';

const LOGICAL_IDS = ['LedgerTable', 'OrdersTable', 'OrderPartsTable', 'JobsTable', 'WebhooksTable'] as const;

/** The names by which the adapters find the tables of `createTables`. */
export const tableNames = {
  ledgerTable: 'LedgerTable',
  ordersTable: 'OrdersTable',
  orderPartsTable: 'OrderPartsTable',
} as const;

/** The same as a stack's outputs name them. */
export const tableOutputs = {
  LedgerTableName: tableNames.ledgerTable,
  OrdersTableName: tableNames.ordersTable,
  OrderPartsTableName: tableNames.orderPartsTable,
  WebhooksTableName: 'WebhooksTable',
} as const;

export function connect(miniStack: MiniStack): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(localClients(miniStack.endpoint).dynamoDb, documentOptions);
}

export async function createTables(client: DynamoDBDocumentClient): Promise<void> {
  for (const logicalId of LOGICAL_IDS) {
    const { Properties } = stack.Resources[logicalId];
    const { KeySchema, AttributeDefinitions, BillingMode } = Properties;
    const indexes = 'GlobalSecondaryIndexes' in Properties ? Properties.GlobalSecondaryIndexes : undefined;
    const input = {
      TableName: logicalId,
      KeySchema,
      AttributeDefinitions,
      BillingMode,
      GlobalSecondaryIndexes: indexes,
    };
    await client.send(new CreateTableCommand(input as ConstructorParameters<typeof CreateTableCommand>[0]));
  }
}

export function realTables(client: DynamoDBDocumentClient) {
  return {
    ledger: createLedger(client, tableNames),
    orders: createOrdersTable(client, tableNames),
    async row(orderId: number): Promise<LedgerRow | undefined> {
      const { Item } = await client.send(
        new GetCommand({ TableName: 'LedgerTable', Key: { order_id: orderId }, ConsistentRead: true }),
      );
      return Item as LedgerRow | undefined;
    },
  };
}
