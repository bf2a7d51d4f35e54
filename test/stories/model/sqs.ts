// The two queues as SQS keeps them: at least once, in no order, with visibility, receive counts and redrive.
import {
  ChangeMessageVisibilityCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Random } from '../../../simulator/random';
import type { VirtualTime } from '../../support/virtual-time';

export const ORDERS = 'https://sqs.example/orders';
export const DEAD_LETTERS = 'https://sqs.example/dead-letters';

/** As the template has them. */
const VISIBILITY_MS = 360_000;
export const MAX_RECEIVES = 20;
const RETENTION_MS = 4 * 24 * 3_600_000;

interface Kept {
  readonly messageId: string;
  readonly body: string;
  readonly sentAt: number;
  visibleAt: number;
  receives: number;
  receiptHandle: string;
}

export interface Received {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly receiveCount: number;
}

export interface DeadLetter {
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Moved by SQS itself, after its last receive. */
  readonly bySqs: boolean;
}

/** How untidy the queue is; all of it is live, shares are from 0 to 1. */
export interface QueueHabits {
  /** Messages that are there twice. */
  duplicates: number;
  /** Messages are late by up to so much. */
  lateMs: number;
  /** Calls that fail before they took effect, and such whose answer is lost. */
  failures: number;
  /** Entries of a batch that are refused. */
  refusals: number;
}

export function createSqs(time: VirtualTime, random: Random, habits: QueueHabits, changed: () => void) {
  const orders = new Map<string, Kept>();
  const deadLetters: DeadLetter[] = [];
  const accepted: { readonly body: string; readonly at: number }[] = [];
  const struck = { failed: 0, refused: 0, doubled: 0 };
  let made = 0;

  const { sleep } = time;

  function keep(body: string): string {
    made += 1;
    const messageId = `message-${made}`;
    const copies = random() < habits.duplicates ? 2 : 1;
    struck.doubled += copies - 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const visibleAt = time.now() + random() * habits.lateMs;
      const receiptHandle = `${messageId}/${copy}`;
      orders.set(receiptHandle, {
        messageId,
        body,
        sentAt: time.now(),
        visibleAt,
        receives: 0,
        receiptHandle,
      });
    }
    accepted.push({ body, at: time.now() });
    changed();
    return messageId;
  }

  function sendBatch({ input }: SendMessageBatchCommand) {
    const Successful: { Id: string; MessageId: string }[] = [];
    const Failed: { Id: string; Code: string }[] = [];
    for (const { Id = '', MessageBody = '' } of input.Entries ?? []) {
      if (random() < habits.refusals) {
        struck.refused += 1;
        Failed.push({ Id, Code: 'ThrottlingException' });
      } else Successful.push({ Id, MessageId: keep(MessageBody) });
    }
    return { Successful, Failed };
  }

  function sendOne({ input }: SendMessageCommand) {
    const attributes = Object.entries(input.MessageAttributes ?? {});
    if (input.QueueUrl !== DEAD_LETTERS) return { MessageId: keep(input.MessageBody ?? '') };
    deadLetters.push({
      body: input.MessageBody ?? '',
      attributes: Object.fromEntries(attributes.map(([name, { StringValue = '' }]) => [name, StringValue])),
      bySqs: false,
    });
    return { MessageId: 'dead' };
  }

  function effect(command: unknown): unknown {
    if (command instanceof SendMessageBatchCommand) return sendBatch(command);
    if (command instanceof SendMessageCommand) return sendOne(command);
    if (!(command instanceof ChangeMessageVisibilityCommand)) throw new Error('No such command here.');
    const kept = byHandle(command.input.ReceiptHandle);
    if (kept) kept.visibleAt = time.now() + (command.input.VisibilityTimeout ?? 0) * 1000;
    changed();
    return {};
  }

  function byHandle(receiptHandle: string | undefined): Kept | undefined {
    return [...orders.values()].find((kept) => kept.receiptHandle === receiptHandle);
  }

  /** What SQS does before it hands out a message: too old ones go, worn-out ones are moved. */
  function tidy(): void {
    for (const [key, kept] of orders) {
      const isVisible = kept.visibleAt <= time.now();
      if (time.now() - kept.sentAt > RETENTION_MS) orders.delete(key);
      else if (isVisible && kept.receives >= MAX_RECEIVES) {
        orders.delete(key);
        deadLetters.push({ body: kept.body, attributes: {}, bySqs: true });
      }
    }
  }

  return {
    deadLetters,
    /** What SQS took, in order. */
    accepted,
    struck,
    client: {
      async send(command: unknown) {
        await sleep(2 + random() * 10);
        const fails = random() < habits.failures;
        if (fails) struck.failed += 1;
        if (fails && random() < 0.5) throw new Error('The request timed out.');
        const answer = effect(command);
        await sleep(2 + random() * 10);
        if (fails) throw new Error('The answer was lost.');
        return answer;
      },
    } as unknown as SQSClient,

    receive(most: number): Received[] {
      tidy();
      const visible = [...orders.values()].filter(({ visibleAt }) => visibleAt <= time.now());
      const chosen: Kept[] = [];
      while (chosen.length < most && visible.length > 0) {
        chosen.push(...visible.splice(Math.floor(random() * visible.length), 1));
      }
      return chosen.map((kept) => {
        kept.receives += 1;
        kept.visibleAt = time.now() + VISIBILITY_MS;
        kept.receiptHandle = `${kept.messageId}/${kept.receives}/${random()}`;
        const { messageId, receiptHandle, body, receives } = kept;
        return { messageId, receiptHandle, body, receiveCount: receives };
      });
    },

    delete(receiptHandle: string): void {
      for (const [key, kept] of orders) if (kept.receiptHandle === receiptHandle) orders.delete(key);
    },

    /** When the next message can be received; undefined when there is none. */
    nextAt(): number | undefined {
      const times = [...orders.values()].map(({ visibleAt }) => visibleAt);
      return times.length > 0 ? Math.min(...times) : undefined;
    },

    /** The operator's redrive: all dead letters back to the Orders queue, as they are. */
    redrive(): void {
      for (const { body } of deadLetters.splice(0)) keep(body);
    },
  };
}

export type Sqs = ReturnType<typeof createSqs>;
