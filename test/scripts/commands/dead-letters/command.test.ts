// dead-letters: each command against real queues and a real ledger on MiniStack, which cannot refuse entries.
import {
  ChangeMessageVisibilityBatchCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Message } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { createLedger } from '../../../../lambda/shared/tables/ledger';
import { createQueue } from '../../../../lambda/shared/aws/queue';
import type { DeadLetterAttributes } from '../../../../lambda/shared/aws/queue';
import { localClients } from '../../../../scripts/service/clients';
import type { Clients } from '../../../../scripts/service/clients';
import { CommandError } from '../../../../scripts/terminal/command-error';
import type {
  DeadLetterChoice,
  DeadLetterDeps,
  DeadLetterFlow,
} from '../../../../scripts/commands/dead-letters/deps';
import { drop } from '../../../../scripts/commands/dead-letters/drop';
import { list, show } from '../../../../scripts/commands/dead-letters/inspect';
import { redrive } from '../../../../scripts/commands/dead-letters/redrive';
import { deadLetters } from '../../../../scripts/commands/dead-letters/command';
import type { MiniStack } from '../../../../scripts/local/ministack';
import { aReference, iso, NOON } from '../../../support/builders';
import { connect, createTables } from '../../../support/real-tables';
import { sharedMiniStack } from '../../../support/shared-ministack';
import type { Ask } from '../../../../scripts/terminal/ask';
import { runLine } from '../../../support/run-noun';
import type { Report } from '../../../../scripts/terminal/command';

let miniStack: MiniStack;
let clients: Clients;
beforeAll(async () => {
  miniStack = await sharedMiniStack();
  clients = localClients(miniStack.endpoint);
  await createTables(connect(miniStack));
  // MiniStack is one server: its first empty answer is as good as one that it gives a second later.
  clients.sqs.middlewareStack.add(
    (next) => (args) =>
      next(
        'WaitTimeSeconds' in args.input ? { ...args, input: { ...args.input, WaitTimeSeconds: 0 } } : args,
      ),
    { step: 'initialize' },
  );
}, 60_000);
afterAll(async () => {
  clients.destroy();
  await miniStack.stop();
});

jest.setTimeout(30_000);

const DAY = 86_400_000;
type DeadLetterService = DeadLetterDeps['service'];
let service: DeadLetterService;
let nextId = 1_000;
beforeEach(async () => {
  const suffix = String((nextId += 1));
  const deadLetterQueueUrl = await make(`dead-${suffix}`);
  const QueueUrl = deadLetterQueueUrl;
  const AttributeNames = ['QueueArn' as const];
  const { Attributes } = await clients.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: 1 });
  const ordersQueueUrl = await make(`orders-${suffix}`, { RedrivePolicy });
  service = {
    stackName: 'OrderReplication-prod',
    outputs: {
      OrdersQueueUrl: ordersQueueUrl,
      OrdersDeadLetterQueueUrl: deadLetterQueueUrl,
      LedgerTableName: 'LedgerTable',
    },
    clients,
  };
});

async function make(QueueName: string, Attributes = {}): Promise<string> {
  return (await clients.sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl!;
}

const url = (name: string) => service.outputs[name]!;

const hopeless = { reason: 'rejected', error: 'It cannot be helped.' } as const;

/** As the worker dead-letters it. */
async function deadLetter(body: string, note: DeadLetterAttributes = hopeless): Promise<void> {
  const names = { queueUrl: '', deadLetterQueueUrl: url('OrdersDeadLetterQueueUrl') };
  await createQueue(clients.sqs, names).deadLetter(body, note);
}

async function deadLetterOrder(orderId: number, fields: object = {}): Promise<string> {
  const reference = aReference({ orderId, ...fields });
  const body = JSON.stringify(reference);
  await deadLetter(body, {
    reason: 'rejected',
    error: `Order ${orderId} is odd.`,
    orderId,
    firstSeenAt: reference.seenAt,
  });
  return body;
}

async function deadLetterMany(count: number): Promise<void> {
  const QueueUrl = url('OrdersDeadLetterQueueUrl');
  for (let start = 0; start < count; start += 10) {
    const Entries = Array.from({ length: Math.min(10, count - start) }, (_, index) => ({
      Id: String(index),
      MessageBody: JSON.stringify(aReference({ orderId: start + index + 1 })),
    }));
    await clients.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  }
}

/** What waits in the Orders queue, taken out of it. */
async function ordered(): Promise<string[]> {
  const bodies: string[] = [];
  for (;;) {
    const { Messages = [] } = await clients.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: url('OrdersQueueUrl'), MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) return bodies;
    bodies.push(...Messages.map(({ Body = '' }) => Body));
  }
}

const note = (orderId: number) =>
  createLedger(clients.documents, { ledgerTable: 'LedgerTable' }).recordDead(
    aReference({ orderId }),
    { reason: 'rejected', error: `Order ${orderId} is odd.` },
    NOON,
  );

const never = new AbortController().signal;

interface Request extends DeadLetterChoice {
  readonly dryRun: boolean;
  readonly yes: boolean;
}

interface Ran {
  readonly report: Report;
  /** The notes, and then the lines of the report. */
  readonly said: readonly string[];
}

const noOneAsks: Ask = (question) => Promise.reject(new Error(`No question was expected: ${question}`));

/** Runs a command on the service; `notes` has what it notes also where it throws. */
async function runFlow(
  flow: DeadLetterFlow<Request>,
  request: Partial<Request>,
  deps: Partial<DeadLetterDeps> = {},
  notes: string[] = [],
): Promise<Ran> {
  const recommend = (command: string) => `npx order-replication ${command} --stage prod`;
  const note = (line: string) => void notes.push(line);
  const all = { service, stop: never, ask: noOneAsks, recommend, note, ...deps };
  const report = await flow({ dryRun: false, yes: true, ...request }, all);
  return { report, said: [...notes, ...report.lines] };
}

/** What a command that succeeds says. */
async function lines(
  flow: DeadLetterFlow<Request>,
  request: Partial<Request> = {},
  at = service,
): Promise<readonly string[]> {
  const { report, said } = await runFlow(flow, request, { service: at });
  expect(report.problem).toBeUndefined();
  return said;
}

const run = async (flow: DeadLetterFlow<Request>, request: Partial<Request> = {}, at = service) =>
  (await lines(flow, request, at)).join('\n');

/** What it said, and the sentence that it ended with. */
async function refusal(
  flow: DeadLetterFlow<Request>,
  request: Partial<Request> = {},
  deps: Partial<DeadLetterDeps> = {},
) {
  const notes: string[] = [];
  try {
    const { report, said } = await runFlow(flow, request, deps, notes);
    if (report.problem !== undefined) return { said: said.join('\n'), sentence: report.problem };
  } catch (error) {
    if (error instanceof CommandError) return { said: notes.join('\n'), sentence: error.message };
    throw error;
  }
  throw new Error(`It was not refused: ${notes.join('\n')}`);
}

/** The data of a command, as `--output json` prints it. */
const dataOf = async (flow: DeadLetterFlow<Request>, request: Partial<Request> = {}): Promise<unknown> =>
  JSON.parse(JSON.stringify((await runFlow(flow, request)).report.data));

const idIn = (line = '') => /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(line)![0];
const listed = async () => (await lines(list)).slice(1, -1);

describe('list', () => {
  it('dead-letters list reports an empty queue', async () => {
    expect(await run(list)).toContain('There are no dead letters.');
  });

  it('dead-letters list shows order, age, time, message and reason of each, the oldest first', async () => {
    await deadLetterOrder(100, { seenAt: iso(Date.now() - 3 * DAY) });
    await deadLetterOrder(101, { seenAt: iso(Date.now() - 3 * 3_600_000) });
    const [heading, first, second, end] = await lines(list);
    expect(heading).toMatch(/^Order +First seen +Dead-lettered +Message +Reason/);
    expect(first).toMatch(
      /^100 +3 d ago +\d+ s ago +[0-9a-f-]{36} {2}refused permanently: Order 100 is odd\.$/,
    );
    expect(second).toMatch(
      /^101 +3 h ago +\d+ s ago +[0-9a-f-]{36} {2}refused permanently: Order 101 is odd\.$/,
    );
    expect(end).toMatch(
      /^2 dead letters\. .*npx order-replication dead-letters redrive --stage prod --all.*14 days/,
    );
  });

  it('dead-letters list --output json has each dead letter with ISO times', async () => {
    await deadLetterOrder(100, { seenAt: iso(NOON) });
    expect(await dataOf(list)).toEqual({
      deadLetters: [
        {
          messageId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
          orderId: 100,
          firstSeenAt: iso(NOON),
          sentAt: expect.stringMatching(/^20.*Z$/) as string,
          isMovedBySqs: false,
          reason: 'rejected',
          error: 'Order 100 is odd.',
          lastError: null,
        },
      ],
      isComplete: true,
    });
  });

  it('dead-letters list shows the same again immediately, because nothing stays hidden', async () => {
    await deadLetterMany(25);
    const first = (await listed()).map(idIn);
    expect(first).toHaveLength(25);
    expect((await listed()).map(idIn)).toEqual(first);
  });

  it('dead-letters list shows each of 250 once', async () => {
    await deadLetterMany(250);
    const found = await listed();
    expect(new Set(found.map(idIn)).size).toBe(250);
    expect(found).toHaveLength(250);
  });

  it('dead-letters list shows the reason of a dead letter of an earlier version: only the text of its error', async () => {
    const reason = { DataType: 'String', StringValue: 'BigCommerceError: PUT answered 400.' };
    const MessageBody = JSON.stringify(aReference({ orderId: 78 }));
    const QueueUrl = url('OrdersDeadLetterQueueUrl');
    await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageAttributes: { reason } }));
    expect((await listed())[0]).toMatch(/^78 .* BigCommerceError: PUT answered 400\.$/);
  });

  it('dead-letters list --output json gives the text of a dead letter of an earlier version as its error, never as its reason', async () => {
    const reason = { DataType: 'String', StringValue: 'BigCommerceError: PUT answered 400.' };
    const MessageBody = JSON.stringify(aReference({ orderId: 78 }));
    const QueueUrl = url('OrdersDeadLetterQueueUrl');
    await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageAttributes: { reason } }));
    expect(await dataOf(list)).toMatchObject({
      deadLetters: [{ orderId: 78, reason: null, error: 'BigCommerceError: PUT answered 400.' }],
    });
  });

  it('dead-letters list reads order and time from the body of a dead letter without attributes', async () => {
    const MessageBody = JSON.stringify(aReference({ orderId: 77, seenAt: iso(Date.now() - 5 * DAY) }));
    const QueueUrl = url('OrdersDeadLetterQueueUrl');
    await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    expect((await listed())[0]).toMatch(/^77 +5 d ago .* no reason was recorded$/);
  });

  it.each([
    ['is not JSON', 'no json', /^unknown +unknown .*It cannot be helped/],
    ['is a list', '[1]', /^unknown +unknown/],
    ['has its order id as text', `{"orderId":"4711","seenAt":"${iso(NOON)}"}`, /^4711 +\d+ d ago/],
    ['has no usable id', '{"orderId":-1,"source":"poll","seenAt":"soon"}', /^unknown +unknown/],
  ])('dead-letters list shows a dead letter whose body %s', async (_, body, expected) => {
    await deadLetter(body);
    expect((await listed())[0]).toMatch(expected);
  });

  it('dead-letters list ignores an attribute that is neither an order id nor a date', async () => {
    await deadLetter('no json', { ...hopeless, orderId: Number.NaN, firstSeenAt: 'yesterday' });
    expect((await listed())[0]).toMatch(/^unknown +unknown/);
  });

  it('dead-letters list reads the reason of a message that SQS moved from the ledger, and reports that', async () => {
    await note(88);
    for (const orderId of [88, 89]) {
      const MessageBody = JSON.stringify(aReference({ orderId }));
      await clients.sqs.send(new SendMessageCommand({ QueueUrl: url('OrdersQueueUrl'), MessageBody }));
    }
    // Received once without being deleted, which is as often as this queue allows; the next look moves them.
    for (let looks = 0; looks < 3; looks += 1) {
      await clients.sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: url('OrdersQueueUrl'),
          MaxNumberOfMessages: 10,
          VisibilityTimeout: 0,
        }),
      );
    }
    const found = await run(list);
    expect(found).toMatch(
      /^88 .* unknown .*SQS moved it after its last receive; last error: Order 88 is odd\.$/m,
    );
    expect(found).toMatch(/^89 .* unknown .*SQS moved it after its last receive; no error was recorded$/m);
    expect(await run(show, { orderId: 88 })).toMatch(/Queued .*SQS does not say when it moved it/);
  });

  it('dead-letters list prints no control character of a dead letter', async () => {
    const evil = 'a\tb\nc\u009b31m\u202ed\u200b';
    await deadLetter(evil, { reason: 'rejected', error: evil });
    for (const said of [await run(list), await run(show), await run(drop, { dryRun: true })]) {
      expect(said.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(said).toContain('a\\tb\\nc\\u{9b}31m\\u{202e}d\\u{200b}');
    }
  });

  it('dead-letters list shows fewer while another command reads, and loses none', async () => {
    await deadLetterMany(120);
    const [one, other] = await Promise.all([listed(), listed()]);
    const ids = [...one, ...other].map(idIn);
    expect(new Set(ids).size).toBe(120);
    expect(await listed()).toHaveLength(120);
  });
});

describe('show', () => {
  it("dead-letters show prints all details of a dead letter and the ledger's row", async () => {
    await note(60);
    const body = await deadLetterOrder(60);
    const said = await run(show);
    expect(said).toMatch(/^Dead letter +[0-9a-f-]{36}$/m);
    expect(said).toMatch(/^Order +60$/m);
    expect(said).toMatch(/^Reason +refused permanently: Order 60 is odd\.$/m);
    expect(said).toContain(`${iso(NOON)}, `);
    expect(said).toMatch(/^Dead-lettered +20.* s ago$/m);
    expect(said).toContain(body);
    expect(said).toMatch(/^Ledger row +dead$/m);
    expect(said).toMatch(/^ {2}reason +rejected$/m);
    expect(said).toMatch(new RegExp(`^ {2}reached_at +${iso(NOON)}$`, 'm'));
    expect(said).toMatch(/^ {2}last_error +Order 60 is odd\.$/m);
  });

  it('dead-letters show prints the dead letters of one order, whatever their source', async () => {
    await deadLetterOrder(61, { source: 'poll' });
    await deadLetterOrder(61, { source: 'webhook', webhookHash: 'f00' });
    await deadLetterOrder(62);
    const said = await run(show, { orderId: 61 });
    expect(said.match(/^Dead letter/gm)).toHaveLength(2);
    expect(said).toContain('"source":"poll"');
    expect(said).toContain('"source":"webhook"');
    expect(said).toMatch(/^Ledger row +none$/m);
  });

  it('dead-letters show --output json has everything, with codes and ISO times', async () => {
    await note(65);
    const body = await deadLetterOrder(65);
    expect(await dataOf(show, { orderId: 65 })).toMatchObject({
      deadLetters: [{ orderId: 65, receives: 1, attributes: {}, body, ledgerRow: { order_id: 65 } }],
      isComplete: true,
    });
  });

  it('dead-letters show prints the one with a message id', async () => {
    await deadLetterOrder(63);
    await deadLetterOrder(64);
    const messageId = idIn((await listed())[1]);
    expect(await run(show, { messageId })).toMatch(new RegExp(`^Dead letter +${messageId}\nOrder +64\n`));
  });

  it('dead-letters show reports an empty queue', async () => {
    expect(await run(show)).toContain('There are no dead letters.');
  });
});

describe('redrive', () => {
  it('dead-letters redrive moves the dead letters of one order back, each with its unchanged body, and keeps the others', async () => {
    const bodies = [
      await deadLetterOrder(70, { source: 'poll' }),
      await deadLetterOrder(70, { source: 'webhook' }),
    ];
    await deadLetterOrder(71);
    expect(await run(redrive, { orderId: 70 })).toBe(
      `Moved 2 of 2 dead letters back to ${url('OrdersQueueUrl')}.`,
    );
    expect((await ordered()).sort()).toEqual(bodies.sort());
    expect((await listed()).map((line) => line.slice(0, 2))).toEqual(['71']);
  });

  it('dead-letters redrive moves 250, and reports its progress', async () => {
    await deadLetterMany(250);
    const said = await lines(redrive);
    expect(said.slice(0, 2)).toEqual(['100 of 250 …', '200 of 250 …']);
    expect(said[2]).toContain('Moved 250 of 250 dead letters');
    expect(new Set(await ordered()).size).toBe(250);
    expect(await run(list)).toContain('There are no dead letters.');
  });

  it('dead-letters redrive moves malformed bodies unchanged', async () => {
    await deadLetter('no json \u009b');
    await run(redrive);
    expect(await ordered()).toEqual(['no json \u009b']);
  });

  it('dead-letters redrive changes nothing in a dry run, and reports its plan', async () => {
    await deadLetterOrder(72);
    await deadLetterOrder(73);
    const [line, end] = await lines(redrive, { orderId: 72, dryRun: true });
    expect(line).toMatch(
      /^Would move back: order 72, first seen .*, message [0-9a-f-]{36}: refused permanently: Order 72 is odd\.$/,
    );
    expect(end).toBe('Dry run: it would move back 1 dead letter. Nothing was changed.');
    expect(await ordered()).toEqual([]);
    expect(await listed()).toHaveLength(2);
  });

  it('dead-letters redrive reports that no dead letter has the order or the id', async () => {
    await deadLetterOrder(74);
    expect((await refusal(redrive, { orderId: 75 })).sentence).toBe(
      'None of 1 dead letter is about order 75. To see all: npx order-replication dead-letters list --stage prod. Dead letters that another command is reading are hidden for up to 2 min.',
    );
    expect((await refusal(redrive, { messageId: 'x' })).sentence).toContain('has the message id x');
    expect(await listed()).toHaveLength(1);
  });

  it('dead-letters redrive makes every dead letter visible again when it fails', async () => {
    await deadLetterMany(30);
    const outputs = { ...service.outputs, OrdersQueueUrl: `${url('OrdersQueueUrl')}-that-is-gone` };
    await expect(lines(redrive, {}, { ...service, outputs })).rejects.toThrow(/queue does not exist/);
    expect(await listed()).toHaveLength(30);
  });

  it('dead-letters redrive makes the rest visible when it is interrupted, and has lost none', async () => {
    await deadLetterMany(250);
    const stop = new AbortController();
    const said: string[] = [];
    const note = (line: string) => {
      said.push(line);
      if (line.startsWith('100 of')) stop.abort(new CommandError('Interrupted.'));
    };
    await expect(runFlow(redrive, {}, { stop: stop.signal, note })).rejects.toThrow('Interrupted.');
    expect(said.at(-1)).toContain('Moved 100 of 250');
    expect(await listed()).toHaveLength(150);
    expect(await ordered()).toHaveLength(100);
  });

  it('dead-letters redrive makes all visible when it is interrupted while it reads', async () => {
    await deadLetterMany(30);
    const stop = AbortSignal.abort(new CommandError('Interrupted.'));
    expect((await refusal(redrive, {}, { stop })).sentence).toBe('Interrupted.');
    expect(await listed()).toHaveLength(30);
    expect(await ordered()).toEqual([]);
  });

  it('dead-letters redrive sends large bodies in smaller batches', async () => {
    const send = jest.spyOn(clients.sqs, 'send');
    for (let sent = 0; sent < 5; sent += 1) await deadLetter('x'.repeat(100_000));
    await run(redrive);
    const sent = send.mock.calls
      .map(([command]) => command)
      .filter((one) => one instanceof SendMessageBatchCommand);
    expect(sent.map(({ input }) => input.Entries?.length)).toEqual([2, 2, 1]);
    expect(await ordered()).toHaveLength(5);
  });
});

describe('drop', () => {
  it('dead-letters drop deletes permanently and prints each with its reason, as the last record', async () => {
    await deadLetterOrder(80);
    await deadLetter('no json');
    await deadLetterOrder(81);
    expect(await lines(drop, { orderId: 80 })).toEqual([
      expect.stringMatching(
        /^Dropped: order 80, first seen .* ago, message [0-9a-f-]{36}: refused permanently: Order 80 is odd\.$/,
      ),
      expect.stringMatching(
        /^Dropped 1 of 1 dead letter\. The ledger keeps its rows\. .*A poll queues .* again if the order changes in the store/,
      ),
    ]);
    expect(await lines(drop)).toEqual([
      expect.stringMatching(/^Dropped: order unknown, first seen unknown, .*: It cannot be helped\.$/),
      expect.stringMatching(/^Dropped: order 81,/),
      expect.stringContaining('Dropped 2 of 2'),
    ]);
    expect(await run(drop)).toContain('There are no dead letters.');
    expect(await ordered()).toEqual([]);
  });

  it('dead-letters drop changes nothing in a dry run', async () => {
    await deadLetterOrder(82);
    expect(await run(drop, { dryRun: true })).toMatch(
      /^Would drop: order 82, .*\nDry run: it would drop 1 dead/,
    );
    expect(await listed()).toHaveLength(1);
  });

  it('dead-letters drop without --yes shows a preview, and drops those after the name of the stack is typed', async () => {
    await deadLetterOrder(83);
    const asked: string[] = [];
    const ask: Ask = async (question) => {
      asked.push(question);
      // Comes while the user reads, who has not seen it.
      await deadLetterOrder(84);
      return 'OrderReplication-prod';
    };
    const { said, report } = await runFlow(drop, { yes: false }, { ask });
    expect(asked).toEqual(['To delete 1 dead letter permanently, type OrderReplication-prod: ']);
    expect(said).toEqual([
      expect.stringMatching(/^Would drop: order 83,/),
      expect.stringMatching(/^Dropped: order 83,/),
      expect.stringContaining('Dropped 1 of 1 dead letter.'),
    ]);
    expect(report.data).toMatchObject({ isDryRun: false, deadLetters: [{ orderId: 83 }], left: [] });
    expect((await listed()).map((line) => line.slice(0, 2))).toEqual(['84']);
  });

  it('dead-letters drop without --yes drops nothing after another answer', async () => {
    await deadLetterOrder(85);
    const ask = () => Promise.resolve('OrderReplication-dev');
    expect((await refusal(drop, { yes: false }, { ask })).sentence).toContain('Nothing was changed');
    expect(await listed()).toHaveLength(1);
  });
});

describe('what SQS refuses', () => {
  const refusing = new SQSClient({ region: 'us-east-1' });
  const sqs = mockClient(refusing);
  beforeEach(() => {
    sqs.reset();
    const messages: Message[] = [1, 2, 3].map((orderId) => ({
      MessageId: `m${orderId}`,
      ReceiptHandle: `r${orderId}`,
      Body: JSON.stringify(aReference({ orderId })),
      Attributes: { SentTimestamp: String(NOON + orderId) },
    }));
    sqs.on(ReceiveMessageCommand).resolvesOnce({ Messages: messages }).resolves({});
    sqs.on(ChangeMessageVisibilityBatchCommand).resolves({});
    const done = ({ Entries }: { Entries: { Id: string }[] }) => ({ Successful: Entries });
    sqs.on(SendMessageBatchCommand).callsFake(done);
    sqs.on(DeleteMessageBatchCommand).callsFake(done);
  });
  const here = (): DeadLetterService => ({ ...service, clients: { ...clients, sqs: refusing } });
  const handlesOf = (
    command: typeof DeleteMessageBatchCommand | typeof ChangeMessageVisibilityBatchCommand,
  ) =>
    sqs
      .commandCalls(command as typeof DeleteMessageBatchCommand)
      .flatMap((call) => call.args[0].input.Entries?.map(({ ReceiptHandle }) => ReceiptHandle));

  it('a dead letter that SQS refuses to move stays in the dead letter queue and is visible again', async () => {
    sqs.on(SendMessageBatchCommand).resolves({
      Successful: [
        { Id: '0', MessageId: 'a', MD5OfMessageBody: '' },
        { Id: '2', MessageId: 'c', MD5OfMessageBody: '' },
      ],
      Failed: [{ Id: '1', Code: 'ThrottlingException', SenderFault: false }],
    });
    const { said, sentence } = await refusal(redrive, {}, { service: here() });
    expect(said).toMatch(/^Moved 2 of 3 .*\nLeft: message m2, refused \(ThrottlingException\)$/);
    expect(sentence).toContain('1 dead letter stayed in the dead letter queue. Run the command again');
    expect(handlesOf(DeleteMessageBatchCommand)).toEqual(['r1', 'r3']);
    expect(handlesOf(ChangeMessageVisibilityBatchCommand)).toEqual(['r2']);
  });

  it("a dead letter without a result in SQS's answer does not count as sent", async () => {
    sqs.on(SendMessageBatchCommand).resolves({ Successful: [], Failed: [] });
    const { said } = await refusal(redrive, {}, { service: here() });
    expect(said).toContain('Moved 0 of 3');
    expect(handlesOf(DeleteMessageBatchCommand)).toEqual([]);
    expect(handlesOf(ChangeMessageVisibilityBatchCommand)).toEqual(['r1', 'r2', 'r3']);
  });

  it('a dead letter that was sent and not deleted is reported as in both queues', async () => {
    sqs.on(DeleteMessageBatchCommand).resolves({
      Successful: [{ Id: '1' }, { Id: '2' }],
      Failed: [{ Id: '0', Code: 'InternalError', SenderFault: false }],
    });
    const { said, sentence } = await refusal(redrive, {}, { service: here() });
    expect(said).toMatch(/^Moved 2 of 3 .*\nLeft: message m1, sent back, but not deleted \(InternalError\)$/);
    expect(sentence).toContain('sent twice is harmless');
  });

  it('a dead letter that SQS refuses to delete is not reported as dropped', async () => {
    sqs.on(DeleteMessageBatchCommand).resolves({
      Successful: [{ Id: '0' }, { Id: '2' }],
      Failed: [{ Id: '1', Code: 'InternalError', SenderFault: false }],
    });
    const { said } = await refusal(drop, {}, { service: here() });
    expect(said).not.toMatch(/Dropped: order 2,/);
    expect(said).toMatch(/Dropped 2 of 3[^]*Left: message m2, refused \(InternalError\)$/);
  });

  it('an error while dead letters are made visible again hides no other error', async () => {
    sqs.on(SendMessageBatchCommand).rejects(new Error('the first error'));
    sqs.on(ChangeMessageVisibilityBatchCommand).rejects(new Error('another one'));
    await expect(lines(redrive, {}, here())).rejects.toThrow('the first error');
  });

  it('a dead letter that SQS delivers twice counts once, with the last handle', async () => {
    const again = { MessageId: 'm1', Attributes: { SentTimestamp: String(NOON) }, Body: 'x' };
    sqs
      .on(ReceiveMessageCommand)
      .resolvesOnce({ Messages: [{ ...again, ReceiptHandle: 'old' }] })
      .resolves({ Messages: [{ ...again, ReceiptHandle: 'new' }] });
    expect(await run(drop, {}, here())).toContain('Dropped 1 of 1');
    expect(handlesOf(DeleteMessageBatchCommand)).toEqual(['new']);
  });
});

describe('the command line', () => {
  it.each([
    ['', /^Usage: order-replication dead-letters \[options\] \[command\]/],
    ['frob', /error: unknown command 'frob'/],
    ['toString', /error: unknown command 'toString'/],
    ['list 5', /error: unexpected argument '5'/],
    ['list --order 5', /error: unknown option '--order'/],
    ['list --dry-run', /error: unknown option '--dry-run'/],
    ['show --all --dry-run', /error: unknown option '--dry-run'/],
    ['redrive', /error: missing option: --order, --message or --all/],
    ['drop --dry-run', /error: missing option: --order/],
    ['redrive --order 5 --all', /'--order <id>' cannot be used with option '--all'/],
    ['show --order 5 --message x', /'--order <id>' cannot be used with option '--message <id>'/],
    ['drop --order five', /argument 'five' is invalid. It must be a whole number/],
    ['drop --order 0', /argument '0' is invalid. It must be a whole number/],
    ['redrive --frob', /error: unknown option '--frob'/],
    ['list --stage nowhere', /argument 'nowhere' is invalid. Allowed choices are dev, staging, prod/],
  ])(
    'the dead-letters command line %j is wrong usage, which is found before any call',
    async (line, expected) => {
      const { code, said } = await runLine(deadLetters, line);
      expect(said).toMatch(expected);
      expect(code).toBe(2);
    },
  );

  it('the dead-letters commands report that a stage is not deployed', async () => {
    const { code, said } = await runLine(deadLetters, `list --stage prod --aws-port ${miniStack.port}`);
    expect(said).toContain('There is no stack OrderReplication-prod');
    expect(code).toBe(1);
  });
});
