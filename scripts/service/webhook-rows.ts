// What leads to a shopper in rows of the Webhooks table: the ids of carts and customers, which older versions recorded
// beside the order's id.
import { isDeepStrictEqual } from 'node:util';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { paginateQuery, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

import { isRow } from '../../lambda/shared/runtime/json';
import type { Row } from '../../lambda/shared/runtime/json';
import { withoutShopper } from '../../lambda/shared/order/personal-data';

type StoredRow = Readonly<Record<string, AttributeValue>>;

/** The row of a copy as it may be put back: without what is no longer recorded. */
export function recordable(row: StoredRow): Record<string, AttributeValue> {
  const { webhook, ...rest } = row;
  if (webhook?.M === undefined) return { ...row };
  return { ...rest, webhook: pruned(webhook, withoutShopper(plain(webhook) as Row)) };
}

/** Maps and lists as they are; numbers and bytes stay as DynamoDB has them. */
function plain(value: AttributeValue): unknown {
  if (value.M !== undefined) {
    return Object.fromEntries(Object.entries(value.M).map(([name, inner]) => [name, plain(inner)]));
  }
  return value.L?.map(plain) ?? value.S ?? value;
}

/** The value with those names only that are in `kept`, of which nothing but names was dropped. */
function pruned(value: AttributeValue, kept: unknown): AttributeValue {
  if (value.M !== undefined && isRow(kept)) {
    const names = Object.entries(value.M).filter(([name]) => name in kept);
    return { M: Object.fromEntries(names.map(([name, inner]) => [name, pruned(inner, kept[name])])) };
  }
  if (value.L === undefined || !Array.isArray(kept)) return value;
  return { L: value.L.map((inner, index) => pruned(inner, kept[index])) };
}

/** Removes it from all rows of an order. */
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
    ...{ TableName, Key },
    UpdateExpression: 'SET webhook = :webhook',
    // Else a row that expires at this moment would come back.
    ConditionExpression: 'attribute_exists(webhook)',
    ExpressionAttributeValues: { ':webhook': webhook },
  });
