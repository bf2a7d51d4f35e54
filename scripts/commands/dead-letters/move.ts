// Takes letters out of the dead letter queue: back to the Orders queue, or for good. By hand, since SQS's own redrive
// (StartMessageMoveTask) can only move all of them, and is missing on the local stand-in for AWS.
import { DeleteMessageBatchCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';

import { BATCH_SIZE, entriesFor, type DeadLetter, type Pass, type Queues } from './queue';

/** The least that SQS has ever taken in one batch, all bodies together. */
const BATCH_BYTES = 262_144;

/** What became of a letter: `doubled` was sent back, but could not be deleted. */
export interface Moved {
  readonly letter: DeadLetter;
  readonly fate: 'gone' | 'refused' | 'doubled';
  /** SQS's own word for why. */
  readonly refusal?: string;
}

export type Move = (
  queues: Queues,
  pass: Pass,
  letters: readonly DeadLetter[],
) => AsyncIterable<readonly Moved[]>;

/** Moves letters back to the Orders queue, some at a time. Throws the reason of `stop`. */
export const sendBack: Move = async function* (queues, pass, letters) {
  for (const some of batches(letters)) {
    queues.stop.throwIfAborted();
    yield await sendSome(queues, pass, some);
  }
};

/** Deletes letters for good, some at a time. Throws the reason of `stop`. */
export const remove: Move = async function* (queues, pass, letters) {
  for (const some of batches(letters)) {
    queues.stop.throwIfAborted();
    yield await deleteSome(queues, pass, some);
  }
};

/** Tens, or fewer where bodies are large. */
function batches(letters: readonly DeadLetter[]): readonly (readonly DeadLetter[])[] {
  const all: DeadLetter[][] = [];
  let bytes = 0;
  for (const letter of letters) {
    const size = Buffer.byteLength(letter.body);
    const last = all.at(-1);
    if (last === undefined || last.length === BATCH_SIZE || bytes + size > BATCH_BYTES) {
      all.push([letter]);
      bytes = size;
    } else {
      last.push(letter);
      bytes += size;
    }
  }
  return all;
}

/** Sent first, deleted after: dying in between costs a duplicate, which is harmless; the other way round, an order. */
async function sendSome(
  queues: Queues,
  pass: Pass,
  letters: readonly DeadLetter[],
): Promise<readonly Moved[]> {
  const Entries = letters.map(({ body }, index) => ({ Id: String(index), MessageBody: body }));
  const answer = await queues.sqs.send(
    new SendMessageBatchCommand({ QueueUrl: queues.ordersQueueUrl, Entries }),
  );
  const sent = judge(letters, answer);
  const refused = sent.filter(({ fate }) => fate === 'refused');
  const taken = sent.filter(({ fate }) => fate === 'gone').map(({ letter }) => letter);
  if (taken.length === 0) return refused;
  const deleted = await deleteSome(queues, pass, taken);
  return [
    ...refused,
    ...deleted.map((one): Moved => (one.fate === 'gone' ? one : { ...one, fate: 'doubled' })),
  ];
}

async function deleteSome(
  { sqs, deadLetterQueueUrl }: Queues,
  pass: Pass,
  letters: readonly DeadLetter[],
): Promise<readonly Moved[]> {
  const Entries = entriesFor(letters);
  const answer = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: deadLetterQueueUrl, Entries }));
  const deleted = judge(letters, answer);
  for (const { letter, fate } of deleted) if (fate === 'gone') pass.noteGone(letter);
  return deleted;
}

interface BatchAnswer {
  readonly Successful?: readonly { readonly Id: string | undefined }[] | undefined;
  readonly Failed?:
    readonly { readonly Id: string | undefined; readonly Code: string | undefined }[] | undefined;
}

/** An entry that is in neither list was not done, as far as anybody knows. */
function judge(
  letters: readonly DeadLetter[],
  { Successful = [], Failed = [] }: BatchAnswer,
): readonly Moved[] {
  return letters.map((letter, index) => {
    if (Successful.some(({ Id }) => Id === String(index))) return { letter, fate: 'gone' };
    const refusal = Failed.find(({ Id }) => Id === String(index))?.Code ?? 'no answer for it';
    return { letter, fate: 'refused', refusal };
  });
}
