// The dead letter queue. A message that SQS delivers is hidden from all other readers for a while: messages that are not
// deleted are made visible again at the end, also after an error. Messages are moved one by one, because SQS's own
// redrive (StartMessageMoveTask) can only move all of them, and MiniStack lacks it.
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import type { Message, SQSClient } from '@aws-sdk/client-sqs';

/** How long a message that was read is hidden if this process dies: the time to read and to move it. */
const HIDDEN_SECONDS = 120;

/** Reading ends long before the first messages are visible again. */
const READ_FOR_MS = 60_000;

/** SQS's own limit of messages in a receive, and of entries in a batch. */
const BATCH_SIZE = 10;

/** The lowest limit of SQS for all bodies of a batch together. */
const BATCH_BYTES = 262_144;

export interface DeadLetter {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  /** Message attributes, without those in bytes. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Epoch milliseconds. A message that SQS moved keeps the time at which it was queued. */
  readonly sentAt: number;
  readonly receives: number;
  /** Moved by SQS after its last receive, without attributes; the worker moves the others, with a reason. */
  readonly isMovedBySqs: boolean;
}

export interface Queues {
  readonly sqs: SQSClient;
  readonly ordersQueueUrl: string;
  readonly deadLetterQueueUrl: string;
  /** Ends the work between two calls, with its reason: an interrupted call could leave messages hidden. */
  readonly stop: AbortSignal;
}

/** The dead letters that were read, while they are hidden from other readers. */
export interface HeldDeadLetters {
  /** The oldest first. */
  readonly deadLetters: readonly DeadLetter[];
  /** Whether the queue was read completely. */
  readonly isComplete: boolean;
  /** Records that one was deleted, so that it need not be made visible again. */
  readonly forget: (deadLetter: DeadLetter) => void;
}

/**
 * Reads all dead letters, passes them to `use`, and makes the remaining ones visible again. All are read before one is
 * moved: the worker may immediately dead-letter a reference again, and it would be read repeatedly.
 */
export async function withDeadLetters<T>(
  queues: Queues,
  use: (held: HeldDeadLetters) => Promise<T>,
): Promise<T> {
  const held = new Map<string, DeadLetter>();
  try {
    const isComplete = await readAll(queues, held);
    const deadLetters = [...held.values()].sort((one, other) => one.sentAt - other.sentAt);
    const forget = ({ messageId }: DeadLetter) => void held.delete(messageId);
    return await use({ deadLetters, isComplete, forget });
  } finally {
    await showAgain(queues, [...held.values()]);
  }
}

/** Receives until there is no new message; false if the time ended before. A repeated message has a new handle. */
async function readAll(queues: Queues, held: Map<string, DeadLetter>): Promise<boolean> {
  const endAt = Date.now() + READ_FOR_MS;
  for (;;) {
    const received = await receiveTen(queues);
    const isNew = received.some(({ messageId }) => !held.has(messageId));
    for (const one of received) held.set(one.messageId, one);
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

/** Never throws: a hidden message is visible after HIDDEN_SECONDS anyway, and an earlier error is more important. */
async function showAgain(
  { sqs, deadLetterQueueUrl }: Queues,
  deadLetters: readonly DeadLetter[],
): Promise<void> {
  const entries = entriesFor(deadLetters).map((entry) => ({ ...entry, VisibilityTimeout: 0 }));
  for (let start = 0; start < entries.length; start += BATCH_SIZE) {
    const Entries = entries.slice(start, start + BATCH_SIZE);
    await sqs
      .send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: deadLetterQueueUrl, Entries }))
      .catch(() => undefined);
  }
}

/** The outcome of moving a dead letter. */
export interface Moved {
  readonly deadLetter: DeadLetter;
  readonly outcome: 'taken' | 'refused' | 'sent-not-deleted';
  /** SQS's own code of a refusal. */
  readonly code?: string;
}

export type Move = (
  queues: Queues,
  held: HeldDeadLetters,
  deadLetters: readonly DeadLetter[],
) => AsyncIterable<readonly Moved[]>;

/** Moves dead letters back to the Orders queue, a batch at a time. Throws the reason of `stop`. */
export const sendBack: Move = async function* (queues, held, deadLetters) {
  for (const batch of batches(deadLetters)) {
    queues.stop.throwIfAborted();
    yield await sendSome(queues, held, batch);
  }
};

/** Deletes dead letters permanently, a batch at a time. Throws the reason of `stop`. */
export const remove: Move = async function* (queues, held, deadLetters) {
  for (const batch of batches(deadLetters)) {
    queues.stop.throwIfAborted();
    yield await deleteSome(queues, held, batch);
  }
};

/** Tens, or fewer where bodies are large. */
function batches(deadLetters: readonly DeadLetter[]): readonly (readonly DeadLetter[])[] {
  const all: DeadLetter[][] = [];
  let bytes = 0;
  for (const one of deadLetters) {
    const size = Buffer.byteLength(one.body);
    const last = all.at(-1);
    if (last === undefined || last.length === BATCH_SIZE || bytes + size > BATCH_BYTES) {
      all.push([one]);
      bytes = size;
    } else {
      last.push(one);
      bytes += size;
    }
  }
  return all;
}

/** Sent first, deleted after: a kill in between costs a duplicate, which is harmless; the reverse would lose an order. */
async function sendSome(
  queues: Queues,
  held: HeldDeadLetters,
  deadLetters: readonly DeadLetter[],
): Promise<readonly Moved[]> {
  const Entries = deadLetters.map(({ body }, index) => ({ Id: String(index), MessageBody: body }));
  const answer = await queues.sqs.send(
    new SendMessageBatchCommand({ QueueUrl: queues.ordersQueueUrl, Entries }),
  );
  const sent = outcomesOf(deadLetters, answer);
  const refused = sent.filter(({ outcome }) => outcome === 'refused');
  const taken = sent.filter(({ outcome }) => outcome === 'taken').map(({ deadLetter }) => deadLetter);
  if (taken.length === 0) return refused;
  const deleted = await deleteSome(queues, held, taken);
  return [
    ...refused,
    ...deleted.map((one): Moved => (one.outcome === 'taken' ? one : { ...one, outcome: 'sent-not-deleted' })),
  ];
}

async function deleteSome(
  { sqs, deadLetterQueueUrl }: Queues,
  held: HeldDeadLetters,
  deadLetters: readonly DeadLetter[],
): Promise<readonly Moved[]> {
  const Entries = entriesFor(deadLetters);
  const answer = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: deadLetterQueueUrl, Entries }));
  const deleted = outcomesOf(deadLetters, answer);
  for (const { deadLetter, outcome } of deleted) if (outcome === 'taken') held.forget(deadLetter);
  return deleted;
}

/** Messages as a batch names them. */
const entriesFor = (deadLetters: readonly DeadLetter[]) =>
  deadLetters.map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle }));

interface BatchAnswer {
  readonly Successful?: readonly { readonly Id: string | undefined }[] | undefined;
  readonly Failed?:
    readonly { readonly Id: string | undefined; readonly Code: string | undefined }[] | undefined;
}

/** An entry that is in neither list counts as refused. */
function outcomesOf(
  deadLetters: readonly DeadLetter[],
  { Successful = [], Failed = [] }: BatchAnswer,
): readonly Moved[] {
  return deadLetters.map((deadLetter, index) => {
    if (Successful.some(({ Id }) => Id === String(index))) return { deadLetter, outcome: 'taken' };
    const code = Failed.find(({ Id }) => Id === String(index))?.Code ?? 'no answer for it';
    return { deadLetter, outcome: 'refused', code };
  });
}
