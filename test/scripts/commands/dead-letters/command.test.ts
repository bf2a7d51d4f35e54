// npm run dead-letters: each command against real queues and a real ledger on MiniStack, which cannot refuse entries.
import {
  ChangeMessageVisibilityBatchCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
  type Message,
} from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { createLedger } from '../../../../lambda/shared/tables/ledger';
import { createQueue, type Parking } from '../../../../lambda/shared/aws/queue';
import { type Clients, localClients } from '../../../../scripts/service/clients';
import { CommandError } from '../../../../scripts/terminal/command-error';
import { drop, redrive } from '../../../../scripts/commands/dead-letters/redrive';
import {
  list,
  show,
  type Command,
  type LetterService,
  type Wish,
} from '../../../../scripts/commands/dead-letters/inspect';
import { deadLetters } from '../../../../scripts/commands/dead-letters/command';
import { startMiniStack, type MiniStack } from '../../../../scripts/local/ministack';
import { aReference, iso, NOON } from '../../../support/builders';
import { connect, createTables } from '../../../support/real-tables';

let miniStack: MiniStack;
let clients: Clients;
beforeAll(async () => {
  miniStack = await startMiniStack();
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
let service: LetterService;
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

/** As the worker parks it. */
async function park(body: string, parking: Parking = { reason: 'It cannot be helped.' }): Promise<void> {
  const names = { queueUrl: '', deadLetterQueueUrl: url('OrdersDeadLetterQueueUrl') };
  await createQueue(clients.sqs, names).deadLetter(body, parking);
}

async function parkOrder(orderId: number, fields: object = {}): Promise<string> {
  const reference = aReference({ orderId, ...fields });
  const body = JSON.stringify(reference);
  await park(body, { reason: `Order ${orderId} is odd.`, orderId, firstSeenAt: reference.seenAt });
  return body;
}

async function parkMany(count: number): Promise<void> {
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
    { by: 'permanent', reason: `Order ${orderId} is odd.` },
    NOON,
  );

const never = new AbortController().signal;

async function lines(command: Command, wish: Partial<Wish> = {}, at = service): Promise<string[]> {
  const said: string[] = [];
  await command(at, { stop: never, ...wish }, (line) => said.push(line));
  return said;
}

const run = async (command: Command, wish: Partial<Wish> = {}, at = service) =>
  (await lines(command, wish, at)).join('\n');

/** What it said, and the sentence that it ended with. */
async function refusal(command: Command, wish: Partial<Wish> = {}, at = service) {
  const said: string[] = [];
  try {
    await command(at, { stop: never, ...wish }, (line) => said.push(line));
  } catch (error) {
    if (error instanceof CommandError) return { said: said.join('\n'), sentence: error.message };
    throw error;
  }
  throw new Error(`It was not refused: ${said.join('\n')}`);
}

const idIn = (line = '') => /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(line)![0];
const listed = async () => (await lines(list)).slice(1, -1);

describe('list', () => {
  it('says that there is none', async () => {
    expect(await run(list)).toContain('There is no dead letter.');
  });

  it('shows the order, its age, when it was parked, the message and the reason, the oldest first', async () => {
    await parkOrder(100, { seenAt: iso(Date.now() - 3 * DAY) });
    await parkOrder(101, { seenAt: iso(Date.now() - 3 * 3_600_000) });
    const [heading, first, second, end] = await lines(list);
    expect(heading).toMatch(/^Order +First seen +Parked +Message +Reason/);
    expect(first).toMatch(/^100 +3 d ago +\d+ s ago +[0-9a-f-]{36} {2}Order 100 is odd\.$/);
    expect(second).toMatch(/^101 +3 h ago +\d+ s ago +[0-9a-f-]{36} {2}Order 101 is odd\.$/);
    expect(end).toMatch(/^2 dead letters\. .*redrive.*14 days/);
  });

  it('shows the same again at once: nothing stays hidden', async () => {
    await parkMany(25);
    const first = (await listed()).map(idIn);
    expect(first).toHaveLength(25);
    expect((await listed()).map(idIn)).toEqual(first);
  });

  it('shows each of 250 once', async () => {
    await parkMany(250);
    const found = await listed();
    expect(new Set(found.map(idIn)).size).toBe(250);
    expect(found).toHaveLength(250);
  });

  it('reads order and time from the body of a letter without attributes', async () => {
    const MessageBody = JSON.stringify(aReference({ orderId: 77, seenAt: iso(Date.now() - 5 * DAY) }));
    const QueueUrl = url('OrdersDeadLetterQueueUrl');
    await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    expect((await listed())[0]).toMatch(/^77 +5 d ago .* it carries no reason$/);
  });

  it.each([
    ['is not JSON', 'no json', /^unknown +unknown .*It cannot be helped/],
    ['is a list', '[1]', /^unknown +unknown/],
    ['has its order id as text', `{"orderId":"4711","seenAt":"${iso(NOON)}"}`, /^4711 +\d+ d ago/],
    ['has no usable id', '{"orderId":-1,"source":"poll","seenAt":"soon"}', /^unknown +unknown/],
  ])('shows a letter whose body %s', async (_, body, expected) => {
    await park(body);
    expect((await listed())[0]).toMatch(expected);
  });

  it('believes no attribute that is neither an order id nor a date', async () => {
    await park('no json', { reason: 'odd', orderId: Number.NaN, firstSeenAt: 'yesterday' });
    expect((await listed())[0]).toMatch(/^unknown +unknown/);
  });

  it('takes the reason of what SQS moved from the ledger, and says that SQS moved it', async () => {
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
          ...{ MaxNumberOfMessages: 10, VisibilityTimeout: 0 },
        }),
      );
    }
    const found = await run(list);
    expect(found).toMatch(
      /^88 .* unknown .*SQS moved it after its last receive; last error: Order 88 is odd\.$/m,
    );
    expect(found).toMatch(/^89 .* unknown .*SQS moved it after its last receive; no error was noted$/m);
    expect(await run(show, { orderId: 88 })).toMatch(/Queued .*SQS does not say when it moved it/);
  });

  it('lets no control character of a letter reach the terminal', async () => {
    const evil = 'a\tb\nc\u009b31m\u202ed\u200b';
    await park(evil, { reason: evil });
    for (const said of [await run(list), await run(show), await run(drop, { dryRun: true })]) {
      expect(said.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(said).toContain('a\\tb\\nc\\u{9b}31m\\u{202e}d\\u{200b}');
    }
  });

  it('sees fewer while another command looks, and loses none', async () => {
    await parkMany(120);
    const [one, other] = await Promise.all([listed(), listed()]);
    const ids = [...one, ...other].map(idIn);
    expect(new Set(ids).size).toBe(120);
    expect(await listed()).toHaveLength(120);
  });
});

describe('show', () => {
  it('shows everything about a letter and the ledger’s row', async () => {
    await note(60);
    const body = await parkOrder(60);
    const said = await run(show);
    expect(said).toMatch(/^Dead letter +[0-9a-f-]{36}$/m);
    expect(said).toMatch(/^Order +60$/m);
    expect(said).toMatch(/^Reason +Order 60 is odd\.$/m);
    expect(said).toContain(`${iso(NOON)}, `);
    expect(said).toMatch(/^Parked +20.* s ago$/m);
    expect(said).toContain(body);
    expect(said).toMatch(/^Ledger row +dead$/m);
    expect(said).toMatch(/^ {2}dead_by +permanent$/m);
    expect(said).toMatch(new RegExp(`^ {2}reached_at +${iso(NOON)}$`, 'm'));
    expect(said).toMatch(/^ {2}last_error +Order 60 is odd\.$/m);
  });

  it('shows the letters of one order, whoever told of it', async () => {
    await parkOrder(61, { source: 'poll' });
    await parkOrder(61, { source: 'webhook', webhookHash: 'f00' });
    await parkOrder(62);
    const said = await run(show, { orderId: 61 });
    expect(said.match(/^Dead letter/gm)).toHaveLength(2);
    expect(said).toContain('"source":"poll"');
    expect(said).toContain('"source":"webhook"');
    expect(said).toMatch(/^Ledger row +none$/m);
  });

  it('shows the one with a message id', async () => {
    await parkOrder(63);
    await parkOrder(64);
    const messageId = idIn((await listed())[1]);
    expect(await run(show, { messageId })).toMatch(new RegExp(`^Dead letter +${messageId}\nOrder +64\n`));
  });

  it('says that there is none', async () => {
    expect(await run(show)).toContain('There is no dead letter.');
  });
});

describe('redrive', () => {
  it('moves the letters of one order back, each with its body as it was, and leaves the others', async () => {
    const bodies = [await parkOrder(70, { source: 'poll' }), await parkOrder(70, { source: 'webhook' })];
    await parkOrder(71);
    expect(await run(redrive, { orderId: 70 })).toBe(
      `Moved 2 of 2 dead letters back to ${url('OrdersQueueUrl')}.`,
    );
    expect((await ordered()).sort()).toEqual(bodies.sort());
    expect((await listed()).map((line) => line.slice(0, 2))).toEqual(['71']);
  });

  it('moves 250, and says how far it is', async () => {
    await parkMany(250);
    const said = await lines(redrive);
    expect(said.slice(0, 2)).toEqual(['100 of 250 …', '200 of 250 …']);
    expect(said[2]).toContain('Moved 250 of 250 dead letters');
    expect(new Set(await ordered()).size).toBe(250);
    expect(await run(list)).toContain('There is no dead letter.');
  });

  it('moves malformed bodies as they are', async () => {
    await park('no json \u009b');
    await run(redrive);
    expect(await ordered()).toEqual(['no json \u009b']);
  });

  it('changes nothing in a dry run, and says what it would do', async () => {
    await parkOrder(72);
    await parkOrder(73);
    const [line, end] = await lines(redrive, { orderId: 72, dryRun: true });
    expect(line).toMatch(
      /^Would move back: order 72, first seen .*, message [0-9a-f-]{36}: Order 72 is odd\.$/,
    );
    expect(end).toBe('A dry run: it would move back 1 dead letter; nothing was changed.');
    expect(await ordered()).toEqual([]);
    expect(await listed()).toHaveLength(2);
  });

  it('says so when nothing is about the order, or has the id', async () => {
    await parkOrder(74);
    expect((await refusal(redrive, { orderId: 75 })).sentence).toBe(
      'Of 1 dead letter none is about order 75: list shows all; one that another command is looking at is hidden for up to two minutes.',
    );
    expect((await refusal(redrive, { messageId: 'x' })).sentence).toContain('has the message id x');
    expect(await listed()).toHaveLength(1);
  });

  it('shows every letter again when it fails', async () => {
    await parkMany(30);
    const outputs = { ...service.outputs, OrdersQueueUrl: `${url('OrdersQueueUrl')}-that-is-gone` };
    await expect(lines(redrive, {}, { ...service, outputs })).rejects.toThrow(/queue does not exist/);
    expect(await listed()).toHaveLength(30);
  });

  it('shows what is left when it is interrupted, and has lost none', async () => {
    await parkMany(250);
    const stop = new AbortController();
    const said: string[] = [];
    const running = redrive(service, { stop: stop.signal }, (line) => {
      said.push(line);
      if (line.startsWith('100 of')) stop.abort(new CommandError('Interrupted.'));
    });
    await expect(running).rejects.toThrow('Interrupted.');
    expect(said.at(-1)).toContain('Moved 100 of 250');
    expect(await listed()).toHaveLength(150);
    expect(await ordered()).toHaveLength(100);
  });

  it('shows all again when it is interrupted while it reads', async () => {
    await parkMany(30);
    const stop = AbortSignal.abort(new CommandError('Interrupted.'));
    expect((await refusal(redrive, { stop })).sentence).toBe('Interrupted.');
    expect(await listed()).toHaveLength(30);
    expect(await ordered()).toEqual([]);
  });

  it('sends large bodies in smaller batches', async () => {
    const send = jest.spyOn(clients.sqs, 'send');
    for (let letters = 0; letters < 5; letters += 1) await park('x'.repeat(100_000));
    await run(redrive);
    const sent = send.mock.calls
      .map(([command]) => command)
      .filter((one) => one instanceof SendMessageBatchCommand);
    expect(sent.map(({ input }) => input.Entries?.length)).toEqual([2, 2, 1]);
    expect(await ordered()).toHaveLength(5);
  });
});

describe('drop', () => {
  it('deletes for good and prints each with its reason, the last trace of it', async () => {
    await parkOrder(80);
    await park('no json');
    await parkOrder(81);
    expect(await lines(drop, { orderId: 80 })).toEqual([
      expect.stringMatching(
        /^Dropped: order 80, first seen .* ago, message [0-9a-f-]{36}: Order 80 is odd\.$/,
      ),
      expect.stringMatching(
        /^Dropped 1 of 1 dead letter\. The ledger keeps its rows\. .*again by a poll if it changes in the store/,
      ),
    ]);
    expect(await lines(drop)).toEqual([
      expect.stringMatching(/^Dropped: order unknown, first seen unknown, .*: It cannot be helped\.$/),
      expect.stringMatching(/^Dropped: order 81,/),
      expect.stringContaining('Dropped 2 of 2'),
    ]);
    expect(await run(drop)).toContain('There is no dead letter.');
    expect(await ordered()).toEqual([]);
  });

  it('changes nothing in a dry run', async () => {
    await parkOrder(82);
    expect(await run(drop, { dryRun: true })).toMatch(
      /^Would drop: order 82, .*\nA dry run: it would drop 1 dead/,
    );
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
  const here = (): LetterService => ({ ...service, clients: { ...clients, sqs: refusing } });
  const handlesOf = (
    command: typeof DeleteMessageBatchCommand | typeof ChangeMessageVisibilityBatchCommand,
  ) =>
    sqs
      .commandCalls(command as typeof DeleteMessageBatchCommand)
      .flatMap((call) => call.args[0].input.Entries?.map(({ ReceiptHandle }) => ReceiptHandle));

  it('to take stays in the dead letter queue and is shown again', async () => {
    sqs.on(SendMessageBatchCommand).resolves({
      Successful: [
        { Id: '0', MessageId: 'a', MD5OfMessageBody: '' },
        { Id: '2', MessageId: 'c', MD5OfMessageBody: '' },
      ],
      Failed: [{ Id: '1', Code: 'ThrottlingException', SenderFault: false }],
    });
    const { said, sentence } = await refusal(redrive, {}, here());
    expect(said).toMatch(/^Moved 2 of 3 .*\nLeft: message m2, refused \(ThrottlingException\)$/);
    expect(sentence).toContain('1 dead letter stayed in the dead letter queue: run it again.');
    expect(handlesOf(DeleteMessageBatchCommand)).toEqual(['r1', 'r3']);
    expect(handlesOf(ChangeMessageVisibilityBatchCommand)).toEqual(['r2']);
  });

  it('without a word about it is not taken for sent', async () => {
    sqs.on(SendMessageBatchCommand).resolves({ Successful: [], Failed: [] });
    const { said } = await refusal(redrive, {}, here());
    expect(said).toContain('Moved 0 of 3');
    expect(handlesOf(DeleteMessageBatchCommand)).toEqual([]);
    expect(handlesOf(ChangeMessageVisibilityBatchCommand)).toEqual(['r1', 'r2', 'r3']);
  });

  it('to delete after it was sent is said to be in both queues', async () => {
    sqs.on(DeleteMessageBatchCommand).resolves({
      Successful: [{ Id: '1' }, { Id: '2' }],
      Failed: [{ Id: '0', Code: 'InternalError', SenderFault: false }],
    });
    const { said, sentence } = await refusal(redrive, {}, here());
    expect(said).toMatch(/^Moved 2 of 3 .*\nLeft: message m1, sent back, but not deleted \(InternalError\)$/);
    expect(sentence).toContain('sent twice does no harm');
  });

  it('to drop is not said to be dropped', async () => {
    sqs.on(DeleteMessageBatchCommand).resolves({
      Successful: [{ Id: '0' }, { Id: '2' }],
      Failed: [{ Id: '1', Code: 'InternalError', SenderFault: false }],
    });
    const { said } = await refusal(drop, {}, here());
    expect(said).not.toMatch(/Dropped: order 2,/);
    expect(said).toMatch(/Dropped 2 of 3[^]*Left: message m2, refused \(InternalError\)$/);
  });

  it('at the end, when letters are to be shown again, hides no other error', async () => {
    sqs.on(SendMessageBatchCommand).rejects(new Error('the first error'));
    sqs.on(ChangeMessageVisibilityBatchCommand).rejects(new Error('another one'));
    await expect(lines(redrive, {}, here())).rejects.toThrow('the first error');
  });

  it('comes twice in one look and counts once, with the handle that came last', async () => {
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
  const objection = (line: string) =>
    deadLetters(line === '' ? [] : line.split(' '), () => undefined).catch(
      (error: unknown) => (error as Error).message,
    );

  it.each([
    ['', /^Usage/],
    ['frob', /There is no command "frob"/],
    ['toString', /There is no command "toString"/],
    ['list 5', /What is "5"/],
    ['list --order 5', /list lists all of them/],
    ['list --dry-run', /list changes nothing: --dry-run is for redrive and drop/],
    ['show --all --dry-run', /show changes nothing/],
    ['redrive', /redrive wants to know which: give --order, --message or --all/],
    ['drop --dry-run', /drop wants to know which/],
    ['redrive --order 5 --all', /Give one of --order, --message and --all/],
    ['show --order 5 --message x', /Give one of/],
    ['drop --order five', /--order takes a whole number/],
    ['drop --order 0', /--order takes a whole number/],
    ['redrive --frob', /There is no option --frob/],
  ])('%j is refused before anything is asked', async (line, expected) => {
    expect(await objection(line)).toMatch(expected);
  });

  it('says that there is no such stage', async () => {
    expect(await objection(`list --stage nowhere --aws-port ${miniStack.port}`)).toContain(
      '--stage takes dev, staging or prod',
    );
  });

  it('says that a stage is not deployed', async () => {
    expect(await objection(`list --stage prod --aws-port ${miniStack.port}`)).toContain(
      'There is no stack OrderReplication-prod',
    );
  });
});
