// poll: what it says about each way in which an invocation can end; test/e2e has the deployed function.
import { createServer } from 'node:http';
import { LambdaClient } from '@aws-sdk/client-lambda';
import type { Job } from '../../../../lambda/shared/tables/jobs';
import { localClients } from '../../../../scripts/service/clients';
import type { Clients } from '../../../../scripts/service/clients';
import { CommandError } from '../../../../scripts/terminal/command-error';
import { poll } from '../../../../scripts/commands/poll/command';
import { pollData, pollLines, pollOnce } from '../../../../scripts/service/poll-once';
import { runCommand } from '../../../support/run-command';
import { iso, NOON } from '../../../support/builders';
import { listen } from '../../../../simulator/listen';
import type { Listening } from '../../../../simulator/listen';

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Answers every invocation in Lambda's place: undefined breaks the connection, `never` says nothing at all. */
let answer: Answer | 'never' | undefined;
let invocations: { readonly path: string | undefined; readonly body: string }[];
let server: Listening;
let clients: Clients;

beforeAll(async () => {
  server = await listen(
    createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        invocations.push({ path: request.url, body });
        if (answer === undefined) request.socket.destroy();
        else if (answer !== 'never') {
          response.writeHead(answer.status ?? 200, answer.headers).end(JSON.stringify(answer.body));
        }
      });
    }),
  );
  clients = localClients(server.url);
});
beforeEach(() => (invocations = []));
afterAll(async () => {
  clients.destroy();
  await server.stop();
});

const FUNCTION = 'OrderReplication-prod-GetNewOrders';
const aService = () => ({
  stackName: 'OrderReplication-prod',
  outputs: { GetNewOrdersFunctionName: FUNCTION, JobsTableName: 'OrderReplication-prod-Jobs' },
  clients,
});

const aJob = (fields: Partial<Job> = {}): Job => ({
  timestamp: NOON,
  outcome: 'poll.finished',
  duration_ms: 1_234,
  counted: { '7': 1, '10': 0, '11': 2, '99': 4 },
  found: 3,
  enqueued: 1,
  excluded: { 'already-copied': 2 },
  ...fields,
});

const answers = (body: unknown) => (answer = { body });

const fails = (errorMessage: string, errorType = 'BigCommerceError') =>
  (answer = { headers: { 'x-amz-function-error': 'Unhandled' }, body: { errorMessage, errorType } });

const refuses = (name: string, status: number) =>
  (answer = { status, headers: { 'x-amzn-errortype': name }, body: { Message: `${name} it is.` } });

async function run(service = aService()): Promise<string> {
  const said: string[] = [];
  const job = await pollOnce(service, (line) => said.push(line));
  return [...said, ...pollLines(job)].join('\n');
}

const refusal = (service = aService()): Promise<string> =>
  run(service).then(
    (said) => {
      throw new Error(`It was not refused: ${said}`);
    },
    (error: unknown) => {
      if (error instanceof CommandError) return error.message;
      throw error;
    },
  );

it("poll reports the time of the job, the store's orders by status, and the found, queued and excluded orders", async () => {
  answers(aJob());
  expect((await run()).split('\n')).toEqual([
    `${FUNCTION} polls the store …`,
    `Started       ${iso(NOON)}, took 1.2 s`,
    'In the store  1 Awaiting Payment, 2 Awaiting Fulfillment, 4 status 99',
    'Found         3',
    'Queued        1',
    'Excluded      2 already copied',
  ]);
});

it('poll waits for the end of one invocation', async () => {
  answers(aJob());
  await run();
  expect(invocations).toEqual([{ path: `/2015-03-31/functions/${FUNCTION}/invocations`, body: '{}' }]);
});

it('poll reports a job that found nothing', async () => {
  answers(aJob({ counted: { '11': 0 }, found: 0, enqueued: 0, excluded: {} }));
  expect(await run()).toMatch(/In the store +no order\nFound +0\nQueued +0\nExcluded +none$/);
});

describe('reports a poll that stopped in time, and where the next one continues', () => {
  const cursor = {
    lists: ['7', '11', 'follow'],
    completed_since: NOON,
    slices: 1,
    list: '11',
    last_id: 4_711,
  };

  it.each([
    ['after an order', {}, 'after order 4711 in the list of Awaiting Fulfillment'],
    ['with a list', { last_id: 0 }, 'with the list of Awaiting Fulfillment'],
    ['among changed orders', { list: 'follow' }, 'after order 4711 in the list of changed orders'],
  ])(
    'poll reports a job that ended before its timeout, and where the next one continues: %s',
    async (_, where, words) => {
      answers(aJob({ outcome: 'poll.sliced', cursor: { ...cursor, ...where } }));
      expect((await run()).split('\n').at(-1)).toBe(
        `Stopped       before its timeout: the store has more orders than fit into one poll. The next poll continues ${words}. To continue now, run it again.`,
      );
    },
  );
});

it('poll reports the reason of a failure, its job and the alert email', async () => {
  fails('GET /v2/orders/count answered 401. Check BigCommerceToken.');
  const said = await refusal();
  expect(said).toContain('The poll failed: GET /v2/orders/count answered 401. Check BigCommerceToken.\n');
  expect(said).toContain(
    'recorded as failed in OrderReplication-prod-Jobs, and an alert email is sent at most once an hour',
  );
});

it('poll reports that the function ran out of time and sent no alert', async () => {
  fails('2026-03-10T12:05:00.000Z 1f-2e Task timed out after 300.00 seconds', 'Sandbox.Timedout');
  const said = await refusal();
  expect(said).toContain('The poll ran out of time');
  expect(said).toContain('Task timed out after 300.00 seconds');
  expect(said).not.toContain('an email goes out');
});

it.each(['Runtime.ExitError', 'Runtime.ImportModuleError'])(
  'poll reports that no job and no alert exist when Lambda ended the function (%s)',
  async (errorType) => {
    fails('RequestId: 1f Error: Runtime exited with error: signal: killed', errorType);
    const said = await refusal();
    expect(said).toContain(`Lambda ended it (${errorType}): no job was recorded`);
    expect(said).toContain('/order-replication/OrderReplication-prod/GetNewOrders');
  },
);

it('poll prints no control character of an error', async () => {
  fails('odd \u001b[31m');
  expect(await refusal()).toContain('odd \\u{1b}[31m');
});

it("poll prints Lambda's own class of an error without a message", async () => {
  answer = { headers: { 'x-amz-function-error': 'Unhandled' }, body: null };
  expect(await refusal()).toContain('The poll failed: Unhandled');
});

it('poll names the orders that no list can show, and reports a failed count', async () => {
  answers({ ...aJob(), counted: {}, not_counted: 'GET answered 504.', unreadable: 1, unreadable_ids: [104] });
  const said = await run();
  expect(said).toContain('In the store  not counted: GET answered 504.');
  expect(said).toContain(
    'Not listed    orders 104: BigCommerce fails on each list that contains one of them',
  );
});

it.each([null, 'Mock response', {}, { ...aJob(), counted: undefined }])(
  'poll does not accept %j as a job',
  async (payload) => {
    answers(payload);
    expect(await refusal()).toContain('did not answer with a job');
  },
);

it.each([
  ['TooManyRequestsException', 429, 'throttled'],
  ['ResourceNotFoundException', 404, `There is no function ${FUNCTION}`],
])('poll explains %s', async (name, status, expected) => {
  refuses(name, status);
  expect(await refusal()).toContain(expected);
});

it('poll names the place of the result if the function does not answer', async () => {
  answer = 'never';
  const lambda = new LambdaClient({
    endpoint: server.url,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: { requestTimeout: 20, throwOnRequestTimeout: true },
  });
  const said = await refusal({ ...aService(), clients: { ...clients, lambda } });
  expect(said).toContain('Its row in the Jobs table has it');
  lambda.destroy();
});

it('poll throws any other error unchanged', async () => {
  refuses('AccessDeniedException', 403);
  await expect(run()).rejects.toThrow('AccessDeniedException it is.');
});

it('poll invokes the function once, even if the answer is lost, because a second call would poll again', async () => {
  answer = undefined;
  await expect(run()).rejects.toThrow();
  expect(invocations).toHaveLength(1);
});

it('poll names a missing output of the stack', async () => {
  await expect(pollOnce({ ...aService(), outputs: {} }, () => undefined)).rejects.toThrow(
    'OrderReplication-prod has no output GetNewOrdersFunctionName',
  );
});

it('poll --output json has the job with ISO times and codes, and no sentence', async () => {
  answer = { body: aJob() };
  expect(pollData(await pollOnce(aService(), () => undefined))).toEqual({
    startedAt: iso(NOON),
    durationMs: 1_234,
    inStore: { '7': 1, '10': 0, '11': 2, '99': 4 },
    found: 3,
    queued: 1,
    excluded: { 'already-copied': 2 },
    notListed: [],
    isComplete: true,
  });
});

describe('the command line', () => {
  const objection = (args: string[]) =>
    runCommand(poll, args).catch((error: unknown) => (error as Error).message);

  it('poll accepts no argument and no unknown option', async () => {
    expect(await objection(['now'])).toBe("error: unexpected argument 'now'");
    expect(await objection(['--order', '5'])).toMatch(/^error: unknown option '--order'/);
  });

  it('poll reports that no service runs on this machine', async () => {
    const { port, stop } = await listen(createServer());
    await stop();
    expect(await objection(['--aws-port', String(port)])).toContain('Start it with "npm start"');
  });
});
