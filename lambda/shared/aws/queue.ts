// A queue of references and its dead letter queue: sends references, returns received ones, and dead-letters them.
import { setTimeout as wait } from 'node:timers/promises';
import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { EnqueueError } from '../runtime/errors';
import type { DeliveryReference } from '../delivery/delivery-reference';
import type { DeadReason } from '../order/reasons';
import type { OrderReference } from '../order/reference';

/** SQS's limit of entries in a batch. */
const BATCH_SIZE = 10;

/** Batches in flight at a time: a poll may send a thousand batches. */
const BATCHES_AT_ONCE = 10;

/** SQS refuses single entries of a batch when it throttles; they are sent at most this many times. */
const MAX_SENDS = 4;
const RESEND_AFTER_MS = 200;

/** The attributes of a dead letter. */
export interface DeadLetterAttributes {
  readonly reason: DeadReason;
  /** The text of the error. */
  readonly error: string;
  readonly orderId?: number | undefined;
  readonly firstSeenAt?: string | undefined;
}

export interface QueueNames {
  readonly queueUrl: string;
  readonly deadLetterQueueUrl?: string;
  readonly sleep?: (ms: number) => Promise<unknown>;
}

/** The Orders queue carries order references, the Deliveries queue carries delivery references. */
export interface Queue<Reference extends OrderReference | DeliveryReference = OrderReference> {
  /** Queues every reference, in tens side by side, and returns their message ids in order; throws EnqueueError if any is refused. */
  enqueue(references: readonly Reference[]): Promise<readonly string[]>;
  /** How many messages it has, received ones included; approximate, by its own count. */
  countMessages(): Promise<number>;
  /** Hides a received message for this many seconds from now. */
  returnToQueue(receiptHandle: string, seconds: number): Promise<void>;
  /** Puts a body, as it was, into the dead letter queue with its reason. */
  deadLetter(body: string, note: DeadLetterAttributes): Promise<void>;
}

/** The result of one batch: a message id for each accepted entry, and the error code of a refused one. */
interface SentBatch {
  readonly messageIds: readonly (string | undefined)[];
  readonly refusal: string;
}

/** Creates the queue; `deadLetterQueueUrl` is needed for deadLetter only. */
export function createQueue<Reference extends OrderReference | DeliveryReference = OrderReference>(
  client: SQSClient,
  names: QueueNames,
): Queue<Reference> {
  const { queueUrl, deadLetterQueueUrl } = names;
  return {
    async enqueue(references) {
      const bodies = references.map((reference) => JSON.stringify(reference));
      const messageIds: string[] = [];
      for (const part of inParts(bodies, BATCH_SIZE * BATCHES_AT_ONCE)) {
        messageIds.push(...(await sendSome(part, client, names)));
      }
      return messageIds;
    },

    countMessages: () => countMessages(client, queueUrl),

    async returnToQueue(receiptHandle, seconds) {
      await client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: queueUrl,
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: seconds,
        }),
      );
    },

    async deadLetter(body, note) {
      await client.send(
        new SendMessageCommand({
          QueueUrl: deadLetterQueueUrl,
          MessageBody: body,
          MessageAttributes: Object.fromEntries(
            Object.entries(note)
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

const COUNTS = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;

async function countMessages(client: SQSClient, QueueUrl: string): Promise<number> {
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...COUNTS] });
  const { Attributes = {} } = await client.send(command);
  return COUNTS.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
}

/** Returns or throws when all batches have ended, so that nothing is sent after an error. */
async function sendSome(bodies: readonly string[], client: SQSClient, names: QueueNames) {
  const tens = inParts(bodies, BATCH_SIZE);
  const ended = await Promise.allSettled(tens.map((ten) => sendTen(ten, client, names)));
  const sent = ended.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const messageIds = sent.flatMap((one) => one.messageIds).filter((id) => id !== undefined);
  if (messageIds.length === bodies.length) return messageIds;
  const failed = ended.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  const refusal = sent.find((one) => one.messageIds.includes(undefined))?.refusal ?? '';
  const refused = bodies.length - messageIds.length;
  throw new EnqueueError(`SQS refused ${refused} of ${bodies.length} references: ${refusal}.`);
}

async function sendTen(
  bodies: readonly string[],
  client: SQSClient,
  { queueUrl, sleep = wait }: QueueNames,
): Promise<SentBatch> {
  const messageIds = new Map<number, string>();
  let refusal = 'no answer for it';
  for (let sends = 1; messageIds.size < bodies.length && sends <= MAX_SENDS; sends += 1) {
    if (sends > 1) await sleep(RESEND_AFTER_MS * 2 ** (sends - 2));
    const entries = bodies
      .map((MessageBody, index) => ({ Id: String(index), MessageBody }))
      .filter(({ Id }) => !messageIds.has(Number(Id)));
    const answer = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }));
    for (const one of answer.Successful ?? []) messageIds.set(Number(one.Id), one.MessageId ?? '');
    refusal = answer.Failed?.[0]?.Code ?? refusal;
  }
  return { messageIds: bodies.map((_, index) => messageIds.get(index)), refusal };
}

function inParts<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  const parts = Math.ceil(all.length / size);
  return Array.from({ length: parts }, (_, index) => all.slice(index * size, (index + 1) * size));
}

/** SQS accepts only characters of XML, and no empty string. */
function attributeText(text: string): string {
  return text.replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD') || '-';
}
