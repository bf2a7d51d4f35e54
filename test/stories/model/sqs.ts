// The two queues as SQS keeps them: at least once, in no order, with visibility, receive counts and redrive.
import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Random } from '../../../simulator/random';
import type { VirtualTime } from '../../support/virtual-time';

export const ORDERS = 'https://sqs.example/orders';
export const DEAD_LETTERS = 'https://sqs.example/dead-letters';

/** As the templates have them. */
const VISIBILITY_MS = 360_000;
export const DELIVERIES_VISIBILITY_MS = 1_800_000;
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

/** Both queues. Only `client` is what the service sees. */
export class Sqs {
  readonly deadLetters: DeadLetter[] = [];
  /** What SQS accepted, in order. */
  readonly accepted: { readonly body: string; readonly at: number }[] = [];
  readonly struck = { failed: 0, refused: 0, doubled: 0 };
  readonly client = { send: (command: unknown) => this.answer(command) } as unknown as SQSClient;
  private readonly orders = new Map<string, Kept>();
  private made = 0;

  constructor(
    private readonly time: VirtualTime,
    private readonly random: Random,
    private readonly habits: QueueHabits,
    private readonly changed: () => void,
    private readonly visibilityMs = VISIBILITY_MS,
  ) {}

  receive(most: number): Received[] {
    this.tidy();
    const visible = [...this.orders.values()].filter(({ visibleAt }) => visibleAt <= this.time.now());
    const chosen: Kept[] = [];
    while (chosen.length < most && visible.length > 0) {
      chosen.push(...visible.splice(Math.floor(this.random() * visible.length), 1));
    }
    return chosen.map((kept) => {
      kept.receives += 1;
      kept.visibleAt = this.time.now() + this.visibilityMs;
      kept.receiptHandle = `${kept.messageId}/${kept.receives}/${this.random()}`;
      const { messageId, receiptHandle, body, receives } = kept;
      return { messageId, receiptHandle, body, receiveCount: receives };
    });
  }

  delete(receiptHandle: string): void {
    for (const [key, kept] of this.orders) if (kept.receiptHandle === receiptHandle) this.orders.delete(key);
  }

  /** When the next message can be received; undefined when there is none. */
  nextAt(): number | undefined {
    const times = [...this.orders.values()].map(({ visibleAt }) => visibleAt);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  /** The operator's redrive: all dead letters back to the Orders queue, as they are. */
  redrive(): void {
    for (const { body } of this.deadLetters.splice(0)) this.keep(body);
  }

  /** One call of the service, late and failing as calls of SQS do. */
  private async answer(command: unknown): Promise<unknown> {
    const { time, random } = this;
    await time.sleep(2 + random() * 10);
    const fails = random() < this.habits.failures;
    if (fails) this.struck.failed += 1;
    if (fails && random() < 0.5) throw new Error('The request timed out.');
    const answer = this.effect(command);
    await time.sleep(2 + random() * 10);
    if (fails) throw new Error('The answer was lost.');
    return answer;
  }

  private effect(command: unknown): unknown {
    if (command instanceof SendMessageBatchCommand) return this.sendBatch(command);
    if (command instanceof SendMessageCommand) return this.sendOne(command);
    if (command instanceof GetQueueAttributesCommand) return this.count();
    if (!(command instanceof ChangeMessageVisibilityCommand)) throw new Error('No such command here.');
    const { ReceiptHandle, VisibilityTimeout = 0 } = command.input;
    const kept = [...this.orders.values()].find(({ receiptHandle }) => receiptHandle === ReceiptHandle);
    if (kept) kept.visibleAt = this.time.now() + VisibilityTimeout * 1000;
    this.changed();
    return {};
  }

  /** As SQS counts: messages that are visible, received or delayed. */
  private count() {
    const all = [...this.orders.values()];
    const visible = all.filter(({ visibleAt }) => visibleAt <= this.time.now()).length;
    const received = all.filter(
      ({ receives, visibleAt }) => receives > 0 && visibleAt > this.time.now(),
    ).length;
    return {
      Attributes: {
        ApproximateNumberOfMessages: String(visible),
        ApproximateNumberOfMessagesNotVisible: String(received),
        ApproximateNumberOfMessagesDelayed: String(all.length - visible - received),
      },
    };
  }

  private sendBatch({ input }: SendMessageBatchCommand) {
    const Successful: { Id: string; MessageId: string }[] = [];
    const Failed: { Id: string; Code: string }[] = [];
    for (const { Id = '', MessageBody = '' } of input.Entries ?? []) {
      if (this.random() < this.habits.refusals) {
        this.struck.refused += 1;
        Failed.push({ Id, Code: 'ThrottlingException' });
      } else Successful.push({ Id, MessageId: this.keep(MessageBody) });
    }
    return { Successful, Failed };
  }

  private sendOne({ input }: SendMessageCommand) {
    const attributes = Object.entries(input.MessageAttributes ?? {});
    if (input.QueueUrl !== DEAD_LETTERS) return { MessageId: this.keep(input.MessageBody ?? '') };
    this.deadLetters.push({
      body: input.MessageBody ?? '',
      attributes: Object.fromEntries(attributes.map(([name, { StringValue = '' }]) => [name, StringValue])),
      bySqs: false,
    });
    return { MessageId: 'dead' };
  }

  private keep(body: string): string {
    this.made += 1;
    const messageId = `message-${this.made}`;
    const copies = this.random() < this.habits.duplicates ? 2 : 1;
    const sentAt = this.time.now();
    this.struck.doubled += copies - 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const visibleAt = sentAt + this.random() * this.habits.lateMs;
      const receiptHandle = `${messageId}/${copy}`;
      this.orders.set(receiptHandle, { messageId, body, sentAt, visibleAt, receives: 0, receiptHandle });
    }
    this.accepted.push({ body, at: sentAt });
    this.changed();
    return messageId;
  }

  /** What SQS does before it hands out a message: too old ones expire, worn-out ones are moved. */
  private tidy(): void {
    for (const [key, kept] of this.orders) {
      const isVisible = kept.visibleAt <= this.time.now();
      if (this.time.now() - kept.sentAt > RETENTION_MS) this.orders.delete(key);
      else if (isVisible && kept.receives >= MAX_RECEIVES) {
        this.orders.delete(key);
        this.deadLetters.push({ body: kept.body, attributes: {}, bySqs: true });
      }
    }
  }
}
