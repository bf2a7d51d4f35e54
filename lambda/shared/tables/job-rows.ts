// What all rows of the Jobs table share, be they of polls, audits or backfills: how those of one outcome are found, and when
// they expire.
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

const DAY_SECONDS = 24 * 60 * 60;

/**
 * The keys of the newest rows of an outcome, the newest first; `most` of them. Several outcomes are forms of one: rows of
 * earlier versions have others, and are found until they have expired.
 */
export async function newestOf(
  outcomes: readonly string[],
  client: DynamoDBDocumentClient,
  tableName: string,
  most = 1,
): Promise<readonly number[]> {
  const found = await Promise.all(outcomes.map((outcome) => newestOfForm(outcome, client, tableName, most)));
  return found
    .flat()
    .sort((one, other) => other - one)
    .slice(0, most);
}

async function newestOfForm(
  outcome: string,
  client: DynamoDBDocumentClient,
  tableName: string,
  most: number,
): Promise<readonly number[]> {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: tableName,
      IndexName: 'ByOutcome',
      KeyConditionExpression: 'outcome = :outcome',
      ExpressionAttributeValues: { ':outcome': outcome },
      ScanIndexForward: false,
      Limit: most,
    }),
  );
  return Items.map(({ timestamp }) => Number(timestamp));
}

/** As DynamoDB's TTL wants it, in epoch seconds; `from` is epoch milliseconds. */
export function expiry(from: number, retentionDays: number): number {
  return Math.ceil(from / 1000 + retentionDays * DAY_SECONDS);
}
