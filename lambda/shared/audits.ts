// The results of audits, beside the polls' in the Jobs table. Their outcome names the day, so that the index ByOutcome
// finds the newest audit of a day in one query, however many there were of others.
import { GetCommand, PutCommand, QueryCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Audit } from './audit';

const DAY_SECONDS = 24 * 60 * 60;

export interface Audits {
  record(audit: Audit): Promise<void>;
  newestOf(day: string): Promise<Audit | undefined>;
}

export function createAudits(
  client: DynamoDBDocumentClient,
  tableName: string,
  retentionDays: number,
): Audits {
  return {
    async record(audit) {
      const expires_at = Math.ceil(audit.timestamp / 1000 + retentionDays * DAY_SECONDS);
      const Item = { ...audit, outcome: outcomeOf(audit.day), expires_at };
      await client.send(new PutCommand({ TableName: tableName, Item }));
    },

    async newestOf(day) {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: tableName,
          IndexName: 'ByOutcome',
          KeyConditionExpression: 'outcome = :outcome',
          ExpressionAttributeValues: { ':outcome': outcomeOf(day) },
          ScanIndexForward: false,
          Limit: 1,
        }),
      );
      const timestamp: unknown = Items[0]?.timestamp;
      if (timestamp === undefined) return undefined;
      const { Item } = await client.send(new GetCommand({ TableName: tableName, Key: { timestamp } }));
      return Item as Audit | undefined;
    },
  };
}

const outcomeOf = (day: string) => `audited ${day}`;
