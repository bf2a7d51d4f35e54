// Looks at the dead letter queue. SQS shows a letter only by hiding it from everybody for a while: all that is not
// taken away meanwhile is shown again at the end, whatever the end.
import {
  ChangeMessageVisibilityBatchCommand,
  ReceiveMessageCommand,
  type Message,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/** How long a letter that was looked at is hidden, should this process die: time to read and to move it. */
const HIDDEN_SECONDS = 120;

/** Reading ends well before what was read first is seen again. */
const READ_FOR_MS = 60_000;

/** SQS's own limit of messages in a receive, and of entries in a batch. */
export const BATCH_SIZE = 10;

export interface DeadLetter {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  /** Message attributes; those in bytes are left out. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Epoch milliseconds. What SQS has moved by itself keeps the time at which it was queued. */
  readonly sentAt: number;
  readonly receives: number;
  /** Moved by SQS after its last receive, without attributes; the worker parks what it can. */
  readonly isMovedBySqs: boolean;
}

export interface Queues {
  readonly sqs: SQSClient;
  readonly ordersQueueUrl: string;
  readonly deadLetterQueueUrl: string;
  /** Ends a pass between two calls, with its reason: a call that is cut off could leave letters hidden. */
  readonly stop: AbortSignal;
}

/** One look at the queue, for as long as its letters are hidden from others. */
export interface Pass {
  /** The oldest first. */
  readonly letters: readonly DeadLetter[];
  /** Whether it read to the end. */
  readonly isWhole: boolean;
  /** To be told of a letter that was deleted. */
  readonly noteGone: (letter: DeadLetter) => void;
}

/**
 * Reads all letters, passes them to `use`, and shows again those that are left. All are read before one is moved: a
 * letter that is sent back may be parked again at once, and would be met again and again.
 */
export async function withDeadLetters<T>(queues: Queues, use: (pass: Pass) => Promise<T>): Promise<T> {
  const held = new Map<string, DeadLetter>();
  try {
    const isWhole = await readAll(queues, held);
    const letters = [...held.values()].sort((one, other) => one.sentAt - other.sentAt);
    const noteGone = ({ messageId }: DeadLetter) => void held.delete(messageId);
    return await use({ letters, isWhole, noteGone });
  } finally {
    await showAgain(queues, [...held.values()]);
  }
}

/** How letters are called in a batch. */
export const entriesFor = (letters: readonly DeadLetter[]) =>
  letters.map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle }));

/** Receives until nothing new comes; false if time was up before. A letter that comes again has a new handle. */
async function readAll(queues: Queues, held: Map<string, DeadLetter>): Promise<boolean> {
  const endAt = Date.now() + READ_FOR_MS;
  for (;;) {
    const letters = await receiveTen(queues);
    const isNew = letters.some(({ messageId }) => !held.has(messageId));
    for (const letter of letters) held.set(letter.messageId, letter);
    queues.stop.throwIfAborted();
    if (!isNew) return true;
    if (Date.now() > endAt) return false;
  }
}

async function receiveTen({ sqs, deadLetterQueueUrl }: Queues): Promise<readonly DeadLetter[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: deadLetterQueueUrl,
      MaxNumberOfMessages: BATCH_SIZE,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['SentTimestamp', 'ApproximateReceiveCount', 'DeadLetterQueueSourceArn'],
      VisibilityTimeout: HIDDEN_SECONDS,
      // Long polling asks all of SQS's servers, so that an empty answer means an empty queue.
      WaitTimeSeconds: 1,
    }),
  );
  return Messages.map(toDeadLetter);
}

function toDeadLetter(message: Message): DeadLetter {
  const { MessageId = '', ReceiptHandle = '', Body = '', Attributes = {}, MessageAttributes = {} } = message;
  const texts = Object.entries(MessageAttributes).flatMap(([name, { StringValue }]) =>
    StringValue === undefined ? [] : [[name, StringValue] as const],
  );
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: Object.fromEntries(texts),
    sentAt: Number(Attributes.SentTimestamp),
    receives: Number(Attributes.ApproximateReceiveCount),
    isMovedBySqs: Attributes.DeadLetterQueueSourceArn !== undefined,
  };
}

/** Never throws: what stays hidden shows itself after HIDDEN_SECONDS, and an error before this one says more. */
async function showAgain({ sqs, deadLetterQueueUrl }: Queues, letters: readonly DeadLetter[]): Promise<void> {
  const entries = entriesFor(letters).map((entry) => ({ ...entry, VisibilityTimeout: 0 }));
  for (let start = 0; start < entries.length; start += BATCH_SIZE) {
    const Entries = entries.slice(start, start + BATCH_SIZE);
    await sqs
      .send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: deadLetterQueueUrl, Entries }))
      .catch(() => undefined);
  }
}
