// The Webhooks table: each genuine delivery, and what is remembered to recognize a replay.
import { MAX_DIGITS, bigintsAsTexts } from '../runtime/json';
import type { Row } from '../runtime/json';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { expiry } from './job-rows';

/** One genuine delivery that named an order. */
export interface Delivery {
  readonly orderId: number;
  /** ISO time of arrival. */
  readonly receivedAt: string;
  /** Tells deliveries of one millisecond apart. */
  readonly requestId: string;
  readonly outcome: 'accepted' | 'ignored' | 'not-queued';
  readonly messageId?: string;
  readonly authenticatedBy: 'signature' | 'secret-header';
  /** Of a true signature that came late. */
  readonly ageSeconds?: number;
  readonly webhook: unknown;
}

/** A delivery that its signature authenticated, as it is known again. */
export interface SignedDelivery {
  readonly orderId: number;
  /** Of its message id and its body, in letters and digits. */
  readonly digest: string;
  /** Until when its signature is accepted: epoch milliseconds. */
  readonly acceptedUntil: number;
}

export interface WebhooksTable {
  record(delivery: Delivery): Promise<void>;
  /** Whether it was remembered, and its time is not over at `now` (epoch milliseconds). Throws after a second. */
  isRemembered(delivery: SignedDelivery, now: number): Promise<boolean>;
  remember(delivery: SignedDelivery): Promise<void>;
}

/** BigCommerce waits for the answer, the writes still come, and a replay that is taken for new does no harm. */
const LOOK_MS = 1_000;

/** Begins the sort key of what is remembered; that of a delivery begins with its time. */
const REMEMBERED = 'remembered#';

/** Whether a row of the Webhooks table is a delivery, by its sort key; the others only remember one for a while. */
export function isDelivery({ delivery }: Row): boolean {
  return !String(delivery).startsWith(REMEMBERED);
}

/** Creates the access to the Webhooks table; deliveries expire after `retentionDays`. */
export function createWebhooksTable(
  client: DynamoDBDocumentClient,
  tableName: string,
  retentionDays: number,
): WebhooksTable {
  const keyOf = ({ orderId, digest }: SignedDelivery) => ({ orderId, delivery: `${REMEMBERED}${digest}` });
  return {
    async isRemembered(delivery, now) {
      const Key = keyOf(delivery);
      const look = new GetCommand({ TableName: tableName, Key, ConsistentRead: true });
      const { Item } = await client.send(look, { abortSignal: AbortSignal.timeout(LOOK_MS) });
      // DynamoDB deletes up to days after the date.
      return Number(Item?.['expires_at']) * 1000 >= now;
    },

    async remember(delivery) {
      const Item = { ...keyOf(delivery), expires_at: expiry(delivery.acceptedUntil, 0) };
      await client.send(new PutCommand({ TableName: tableName, Item }));
    },

    async record({ receivedAt, requestId, webhook, ...delivery }) {
      const expires_at = expiry(Date.parse(receivedAt), retentionDays);
      // A longer integer would be refused, and the row with it.
      const recorded = bigintsAsTexts(webhook, MAX_DIGITS);
      const Item = { ...delivery, webhook: recorded, delivery: `${receivedAt}#${requestId}`, expires_at };
      await client.send(new PutCommand({ TableName: tableName, Item }));
    },
  };
}
