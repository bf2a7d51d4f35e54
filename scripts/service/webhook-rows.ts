// The data of a shopper in rows of the Webhooks table: ids of carts and customers, which earlier versions recorded in
// addition to the order's id.
import { isDeepStrictEqual } from 'node:util';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { paginateQuery, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

import { isRow } from '../../lambda/shared/runtime/json';
import type { Row } from '../../lambda/shared/runtime/json';
import { withoutShopper } from '../../lambda/shared/order/personal-data';

/** A row as DynamoDB stores it: numbers and bytes are not converted. */
export type StoredRow = Record<string, AttributeValue>;

/** The row of a copy without the data that is no longer recorded, so that it can be restored. */
export function recordable(row: Readonly<StoredRow>): StoredRow {
  const { webhook, ...rest } = row;
  if (webhook?.M === undefined) return { ...row };
  return { ...rest, webhook: pruned(webhook, withoutShopper(plain(webhook) as Row)) };
}

/** Maps and lists as plain values; numbers and bytes stay as DynamoDB has them. */
function plain(value: AttributeValue): unknown {
  if (value.M !== undefined) {
    return Object.fromEntries(Object.entries(value.M).map(([name, inner]) => [name, plain(inner)]));
  }
  return value.L?.map(plain) ?? value.S ?? value;
}

/** The value with only the names in `kept`, which is the plain value without some of its names. */
function pruned(value: AttributeValue, kept: unknown): AttributeValue {
  if (value.M !== undefined && isRow(kept)) {
    const names = Object.entries(value.M).filter(([name]) => name in kept);
    return { M: Object.fromEntries(names.map(([name, inner]) => [name, pruned(inner, kept[name])])) };
  }
  if (value.L === undefined || !Array.isArray(kept)) return value;
  return { L: value.L.map((inner, index) => pruned(inner, kept[index])) };
}

/** Removes the shopper's data from all rows of an order. */
export async function eraseShopper(
  orderId: number,
  client: DynamoDBDocumentClient,
  TableName: string,
): Promise<void> {
  const ofOrder = {
    TableName,
    KeyConditionExpression: 'orderId = :id',
    ExpressionAttributeValues: { ':id': orderId },
    ConsistentRead: true,
  };
  for await (const { Items = [] } of paginateQuery({ client }, ofOrder)) {
    for (const { delivery, webhook } of Items) {
      if (!isRow(webhook)) continue;
      const kept = withoutShopper(webhook);
      if (isDeepStrictEqual(kept, webhook)) continue;
      await client.send(replacing(TableName, { orderId, delivery }, kept)).catch((error: unknown) => {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      });
    }
  }
}

const replacing = (TableName: string, Key: Record<string, unknown>, webhook: Row) =>
  new UpdateCommand({
    TableName,
    Key,
    UpdateExpression: 'SET webhook = :webhook',
    // Without it, a row that expires at this moment would be created again.
    ConditionExpression: 'attribute_exists(webhook)',
    ExpressionAttributeValues: { ':webhook': webhook },
  });
