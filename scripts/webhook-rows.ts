// The cart's id in rows of the Webhooks table: `data.id` of a webhook about a cart. It is personal, as `cart_id` in an
// order is, and stands beside the order's id.
import { ConditionalCheckFailedException, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { paginateQuery, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

import { isRow } from '../lambda/shared/order';

const ABOUT_CARTS = 'store/cart/';

/** The row of a copy, as it may be put back: with no id of a cart. */
export function withoutCartId(row: Readonly<Record<string, AttributeValue>>): Record<string, AttributeValue> {
  const webhook = row['webhook']?.M;
  const data = webhook?.['data']?.M;
  if (data?.['id'] === undefined || !isAboutCart(webhook?.['scope']?.S, data['type']?.S)) return { ...row };
  return { ...row, webhook: { M: { ...webhook, data: { M: { ...data, id: { NULL: true } } } } } };
}

/** Removes the id of the cart from all rows of an order. */
export async function eraseCartIds(
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
    for (const { delivery } of Items.filter(namesCart)) {
      await client.send(withoutId(TableName, { orderId, delivery })).catch((error: unknown) => {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      });
    }
  }
}

const withoutId = (TableName: string, Key: Record<string, unknown>) =>
  new UpdateCommand({
    ...{ TableName, Key },
    UpdateExpression: 'SET webhook.#data.#id = :none',
    // Else a row that expires at this moment would come back as no more than its key.
    ConditionExpression: 'attribute_exists(webhook.#data.#id)',
    ExpressionAttributeNames: { '#data': 'data', '#id': 'id' },
    ExpressionAttributeValues: { ':none': null },
  });

function namesCart({ webhook }: Readonly<Record<string, unknown>>): boolean {
  if (!isRow(webhook) || !isRow(webhook.data)) return false;
  const { id, type } = webhook.data;
  return id !== undefined && id !== null && isAboutCart(webhook.scope, type);
}

const isAboutCart = (scope: unknown, type: unknown) =>
  type === 'cart' || (typeof scope === 'string' && scope.startsWith(ABOUT_CARTS));
