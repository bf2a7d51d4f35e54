// The queue's adapter: tens, refused entries sent again, dead letters with their reason.
import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { EnqueueError } from '../../../../lambda/shared/runtime/errors';
import { createQueue } from '../../../../lambda/shared/aws/queue';
import { aReference, iso, NOON } from '../../../support/builders';

const sqs = mockClient(SQSClient);
beforeEach(() => sqs.reset());

const aQueue = () =>
  createQueue(new SQSClient({ region: 'us-east-1' }), {
    queueUrl: 'https://sqs/orders',
    deadLetterQueueUrl: 'https://sqs/dead',
    sleep: () => Promise.resolve(),
  });
const references = (count: number) =>
  Array.from({ length: count }, (_, index) => aReference({ orderId: index + 1 }));
const batches = () =>
  sqs.commandCalls(SendMessageBatchCommand).map((call) => call.args[0].input.Entries ?? []);

it('the queue sends references in tens, with the reference alone in each body', async () => {
  sqs.on(SendMessageBatchCommand).callsFake(({ Entries }: { Entries: { Id: string }[] }) => ({
    Successful: Entries.map(({ Id }) => ({ Id, MessageId: `m${Id}` })),
  }));
  const messageIds = await aQueue().enqueue(references(23));
  expect(batches().map((entries) => entries.length)).toEqual([10, 10, 3]);
  expect(messageIds.slice(0, 3)).toEqual(['m0', 'm1', 'm2']);
  expect(JSON.parse(batches()[0]![4]!.MessageBody!)).toEqual(aReference({ orderId: 5 }));
});

it('the queue reads Failed[] and sends those entries again, and only those', async () => {
  sqs
    .on(SendMessageBatchCommand)
    .resolvesOnce({
      Successful: [{ Id: '0', MessageId: 'a', MD5OfMessageBody: '' }],
      Failed: [{ Id: '1', Code: 'ThrottlingException', SenderFault: false }],
    })
    .resolvesOnce({ Successful: [{ Id: '1', MessageId: 'b', MD5OfMessageBody: '' }], Failed: [] });
  expect(await aQueue().enqueue(references(2))).toEqual(['a', 'b']);
  expect(batches().map((entries) => entries.map(({ Id }) => Id))).toEqual([['0', '1'], ['1']]);
});

it('the queue reports how many references were refused in the end, and why', async () => {
  sqs
    .on(SendMessageBatchCommand)
    .resolves({ Successful: [], Failed: [{ Id: '0', Code: 'InternalError', SenderFault: false }] });
  await expect(aQueue().enqueue(references(1))).rejects.toThrow(EnqueueError);
  await expect(aQueue().enqueue(references(1))).rejects.toThrow(
    'SQS refused 1 of 1 references: InternalError.',
  );
});

describe('many references', () => {
  /** Answers each batch on demand, the last first. */
  function slowly() {
    const waiting: (() => void)[] = [];
    let most = 0;
    sqs.on(SendMessageBatchCommand).callsFake(async ({ Entries }: { Entries: { MessageBody: string }[] }) => {
      await new Promise<void>((resolve) => (most = Math.max(most, waiting.push(resolve))));
      const idOf = ({ MessageBody }: { MessageBody: string }) =>
        `m${(JSON.parse(MessageBody) as { orderId: number }).orderId}`;
      return { Successful: Entries.map((entry, index) => ({ Id: String(index), MessageId: idOf(entry) })) };
    });
    return {
      most: () => most,
      async answerAll() {
        for (let idle = 0; idle < 5; idle += 1) {
          await new Promise(setImmediate);
          if (waiting.length > 0) idle = 0;
          for (const answer of waiting.splice(0).reverse()) answer();
        }
      },
    };
  }

  it('many references are sent ten batches at a time, and their ids come back in order', async () => {
    const { most, answerAll } = slowly();
    const sending = aQueue().enqueue(references(253));
    await answerAll();
    expect(await sending).toEqual(references(253).map(({ orderId }) => `m${orderId}`));
    expect(most()).toBe(10);
  });

  it('refusals in several batches are counted together, once all batches have ended', async () => {
    const isRefused = ({ MessageBody }: { MessageBody?: string }) =>
      /"orderId":[12]5,/.test(MessageBody ?? '');
    sqs
      .on(SendMessageBatchCommand)
      .callsFake(({ Entries }: { Entries: { Id: string; MessageBody: string }[] }) => ({
        Successful: Entries.filter((entry) => !isRefused(entry)).map(({ Id }) => ({ Id, MessageId: 'm' })),
        Failed: Entries.filter(isRefused).map(({ Id }) => ({ Id, Code: 'InternalError' })),
      }));
    await expect(aQueue().enqueue(references(150))).rejects.toThrow(
      'SQS refused 2 of 100 references: InternalError.',
    );
    const asked = batches()
      .flat()
      .map(({ MessageBody }) => (JSON.parse(MessageBody!) as { orderId: number }).orderId);
    // What comes after is not sent any more: the poll that fails by it is repeated.
    expect(Math.max(...asked)).toBe(100);
  });

  it('an error of one batch is thrown once all batches have ended', async () => {
    const broken = new Error('socket hang up');
    let ended = 0;
    sqs
      .on(SendMessageBatchCommand)
      .callsFake(async ({ Entries }: { Entries: { Id: string; MessageBody: string }[] }) => {
        if (/"orderId":15,/.test(Entries[4]?.MessageBody ?? '')) throw broken;
        await new Promise(setImmediate);
        ended += 1;
        return { Successful: Entries.map(({ Id }) => ({ Id, MessageId: 'm' })) };
      });
    await expect(aQueue().enqueue(references(30))).rejects.toBe(broken);
    expect(ended).toBe(2);
  });
});

it('the queue sends nothing for an empty list', async () => {
  expect(await aQueue().enqueue([])).toEqual([]);
  expect(sqs.calls()).toEqual([]);
});

it('the queue counts its messages, received ones included', async () => {
  const Attributes = { ApproximateNumberOfMessages: '712', ApproximateNumberOfMessagesNotVisible: '10' };
  sqs.on(GetQueueAttributesCommand).resolves({ Attributes });
  expect(await aQueue().countMessages()).toBe(722);
  const asked = sqs.commandCalls(GetQueueAttributesCommand)[0]?.args[0].input;
  expect(asked).toEqual({ QueueUrl: 'https://sqs/orders', AttributeNames: Object.keys(Attributes) });
});

it('a message returns to the queue with a delay', async () => {
  await aQueue().returnToQueue('receipt', 60);
  expect(sqs.commandCalls(ChangeMessageVisibilityCommand)[0]?.args[0].input).toEqual({
    QueueUrl: 'https://sqs/orders',
    ReceiptHandle: 'receipt',
    VisibilityTimeout: 60,
  });
});

it('a dead letter holds the body as received, with string attributes of what is known', async () => {
  await aQueue().deadLetter('{"odd":1}', {
    reason: 'rejected',
    error: 'bad\u0000 answer',
    orderId: undefined,
    firstSeenAt: iso(NOON),
  });
  expect(sqs.commandCalls(SendMessageCommand)[0]?.args[0].input).toEqual({
    QueueUrl: 'https://sqs/dead',
    MessageBody: '{"odd":1}',
    MessageAttributes: {
      reason: { DataType: 'String', StringValue: 'rejected' },
      error: { DataType: 'String', StringValue: 'bad\uFFFD answer' },
      firstSeenAt: { DataType: 'String', StringValue: iso(NOON) },
    },
  });
});
