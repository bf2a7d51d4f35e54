// The time by AWS's clock, from the answers of a server whose clock is its own.
import { createServer } from 'node:http';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { awsClock } from '../../../scripts/service/aws-clock';
import { localClients } from '../../../scripts/service/clients';
import { NOON } from '../../support/builders';
import { listen } from '../../../simulator/listen';
import type { Listening } from '../../../simulator/listen';

let date: string | undefined;
let server: Listening;
beforeAll(async () => {
  server = await listen(
    createServer((_, response) => {
      response.sendDate = false;
      if (date !== undefined) response.setHeader('date', date);
      response.setHeader('content-type', 'application/x-amz-json-1.0').end('{}');
    }),
  );
});
afterAll(() => server.stop());

interface Answer {
  /** AWS's time; undefined leaves the header out. */
  readonly aws: number | undefined;
  /** This machine's, when the answer is in. */
  readonly here?: number;
  readonly tookMs?: number;
}

/** What the clock says after these answers, less noon, on a machine where it is noon unless an answer says otherwise. */
async function timeAfter(...answers: readonly Answer[]): Promise<number> {
  const clients = localClients(server.url);
  const readings: number[] = [];
  let last = NOON;
  const now = awsClock(clients.dynamoDb, () => readings.shift() ?? last);
  for (const { aws, here = NOON, tookMs = 0 } of answers) {
    date = aws === undefined ? undefined : new Date(aws).toUTCString();
    readings.push(here - tookMs);
    last = here;
    await clients.dynamoDb.send(new ListTablesCommand({}));
    readings.length = 0;
  }
  clients.destroy();
  return now() - NOON;
}

const MINUTE = 60_000;

it.each<[string, readonly Answer[], number]>([
  ['this machine’s before any answer', [], 0],
  ['this machine’s where answers have no date', [{ aws: undefined }], 0],
  ['AWS’s where both agree, at the end of the second', [{ aws: NOON }], 1_000],
  ['AWS’s where this machine is behind', [{ aws: NOON + 40_000 }], 41_000],
  ['AWS’s where this machine is ahead', [{ aws: NOON - 5 * MINUTE }], -5 * MINUTE + 1_000],
  [
    'never put back by an answer of the second before',
    [{ aws: NOON + 40_000 }, { aws: NOON + 39_000 }],
    41_000,
  ],
  ['put forward by a better answer', [{ aws: NOON - 40_000 }, { aws: NOON - 39_000 }], -38_000],
  ['no more than a second late where an answer was slow', [{ aws: NOON - 9_000, tookMs: 9_000 }], -8_000],
  [
    'kept where a later answer is slow',
    [{ aws: NOON + 40_000 }, { aws: NOON + 32_000, tookMs: 8_000 }],
    41_000,
  ],
])("AWS's time is %s", async (_, answers, later) => {
  expect(await timeAfter(...answers)).toBe(later);
});

it.each([
  ['right, which was behind', 5 * MINUTE],
  ['right, which was ahead', -5 * MINUTE],
])("AWS's time stays right when the clock of this machine is set %s", async (_, byMs) => {
  const before = { aws: NOON + byMs };
  const after = { aws: NOON + byMs + 2_000, here: NOON + byMs + 2_000 };
  const time = await timeAfter(before, after);
  expect(time).toBeGreaterThanOrEqual(byMs + 2_000);
  expect(time).toBeLessThanOrEqual(byMs + 3_000);
});

it("AWS's time also comes from answers to the document client", async () => {
  const clients = localClients(server.url);
  const now = awsClock(clients.dynamoDb, () => NOON);
  date = new Date(NOON - 5 * MINUTE).toUTCString();
  await clients.documents.send(new GetCommand({ TableName: 'Ledger', Key: { order_id: 1 } }));
  clients.destroy();
  expect(now()).toBe(NOON - 5 * MINUTE + 1_000);
});
