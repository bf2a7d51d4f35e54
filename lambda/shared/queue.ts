// The Orders queue and its dead letter queue: order references go in, come back later, or are parked.
import { setTimeout as wait } from 'node:timers/promises';
import {
  ChangeMessageVisibilityCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { EnqueueError } from './errors';
import type { OrderReference } from './order';

/** SQS's own limit of entries in a batch. */
const BATCH_SIZE = 10;

/** SQS refuses single entries of a batch when it is throttled; it is asked this many times in all. */
const MAX_SENDS = 4;
const RESEND_AFTER_MS = 200;

/** Why a reference is parked, as the dead letter's attributes say it. */
export interface Parking {
  readonly reason: string;
  readonly orderId?: number | undefined;
  readonly firstSeenAt?: string | undefined;
}

export interface QueueNames {
  readonly queueUrl: string;
  readonly deadLetterQueueUrl?: string;
  readonly sleep?: (ms: number) => Promise<unknown>;
}

export interface Queue {
  /** Queues every reference, in tens, and returns their message ids in order; throws EnqueueError if any is refused. */
  enqueue(references: readonly OrderReference[]): Promise<readonly string[]>;
  /** Hides a received message for this many seconds from now. */
  giveBack(receiptHandle: string, seconds: number): Promise<void>;
  /** Puts a body, as it was, into the dead letter queue with its reason. */
  park(body: string, parking: Parking): Promise<void>;
}

export function createQueue(
  client: SQSClient,
  { queueUrl, deadLetterQueueUrl, sleep = wait }: QueueNames,
): Queue {
  async function sendTen(bodies: readonly string[]): Promise<readonly string[]> {
    const messageIds = new Map<number, string>();
    let refusal = 'no answer for it';
    for (let sends = 1; messageIds.size < bodies.length; sends += 1) {
      if (sends > MAX_SENDS)
        throw new EnqueueError(
          `SQS refused ${bodies.length - messageIds.size} of ${bodies.length} references: ${refusal}.`,
        );
      if (sends > 1) await sleep(RESEND_AFTER_MS * 2 ** (sends - 2));
      const entries = bodies
        .map((MessageBody, index) => ({ Id: String(index), MessageBody }))
        .filter(({ Id }) => !messageIds.has(Number(Id)));
      const answer = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }));
      for (const sent of answer.Successful ?? []) messageIds.set(Number(sent.Id), sent.MessageId ?? '');
      refusal = answer.Failed?.[0]?.Code ?? refusal;
    }
    return bodies.map((_, index) => messageIds.get(index) ?? '');
  }

  return {
    async enqueue(references) {
      const messageIds: string[] = [];
      for (let start = 0; start < references.length; start += BATCH_SIZE) {
        const ten = references.slice(start, start + BATCH_SIZE);
        messageIds.push(...(await sendTen(ten.map((reference) => JSON.stringify(reference)))));
      }
      return messageIds;
    },

    async giveBack(receiptHandle, seconds) {
      await client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: queueUrl,
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: seconds,
        }),
      );
    },

    async park(body, parking) {
      await client.send(
        new SendMessageCommand({
          QueueUrl: deadLetterQueueUrl,
          MessageBody: body,
          MessageAttributes: Object.fromEntries(
            Object.entries(parking)
              .filter(([, value]) => value !== undefined)
              .map(([name, value]) => [
                name,
                { DataType: 'String', StringValue: attributeText(String(value)) },
              ]),
          ),
        }),
      );
    },
  };
}

/** SQS takes the characters of XML only, and no empty text. */
function attributeText(text: string): string {
  return text.replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD') || '-';
}
