// The results of audits, which share the Jobs table with polls. Their outcome names the day, so that one query of the index
// ByOutcome finds the newest audit of a day.
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { readAudit } from '../order/audit-result';
import type { Audit } from '../order/audit-result';
import { expiry, newestOf } from './job-rows';

/** For 14 days the schedule comes back to a day that is open: until then it must know so. */
const LEAST_DAYS = 15;

export interface Audits {
  record(audit: Audit): Promise<void>;
  newestOf(day: string): Promise<Audit | undefined>;
}

/** Creates the access to the results of audits; they expire after `retentionDays`, but not before 15 days. */
export function createAudits(
  client: DynamoDBDocumentClient,
  tableName: string,
  retentionDays: number,
): Audits {
  return {
    async record(audit) {
      const expires_at = expiry(audit.timestamp, Math.max(retentionDays, LEAST_DAYS));
      const Item = { ...audit, outcome: outcomesOf(audit.day)[0], expires_at };
      await client.send(new PutCommand({ TableName: tableName, Item }));
    },

    async newestOf(day) {
      const [timestamp] = await newestOf(outcomesOf(day), client, tableName);
      if (timestamp === undefined) return undefined;
      const { Item } = await client.send(new GetCommand({ TableName: tableName, Key: { timestamp } }));
      return Item === undefined ? undefined : readAudit(Item);
    },
  };
}

/** The key in the index, and the one that earlier versions wrote. */
const outcomesOf = (day: string) => [`audit.${day}`, `audited ${day}`] as const;
