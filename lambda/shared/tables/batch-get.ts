// Reads many items of one table of DynamoDB by their keys.
import { setTimeout as wait } from 'node:timers/promises';
import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** DynamoDB's own limit of keys in one BatchGetItem. */
const MOST_KEYS = 100;
const RETRY_MS = 100;

type Item = Record<string, unknown>;

export interface BatchGetOptions {
  /** The attributes to read; by default all. */
  readonly ProjectionExpression?: string;
  readonly sleep?: ((ms: number) => Promise<unknown>) | undefined;
}

/** The items that are there, strongly consistent. DynamoDB may leave keys out of an answer; they are asked for until they come. */
export async function batchGet(
  client: DynamoDBDocumentClient,
  tableName: string,
  keys: readonly Item[],
  { sleep = wait, ...options }: BatchGetOptions = {},
): Promise<readonly unknown[]> {
  const items: unknown[] = [];
  for (let start = 0; start < keys.length; start += MOST_KEYS) {
    let Keys: Item[] = keys.slice(start, start + MOST_KEYS);
    for (let tries = 1; Keys.length > 0; tries += 1) {
      if (tries > 1) await sleep(RETRY_MS * tries);
      const RequestItems = { [tableName]: { ...options, Keys, ConsistentRead: true } };
      const answer = await client.send(new BatchGetCommand({ RequestItems }));
      items.push(...(answer.Responses?.[tableName] ?? []));
      Keys = answer.UnprocessedKeys?.[tableName]?.Keys ?? [];
    }
  }
  return items;
}
