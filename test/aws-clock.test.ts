// The time by AWS's clock, from the answers of a server whose clock is its own.
import { createServer } from 'node:http';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { awsClock } from '../scripts/aws-clock';
import { localClients } from '../scripts/local/clients';
import { listen, type Listening } from '../scripts/local/ports';
import { NOON } from './fakes/builders';

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

/** What the clock says, on a machine where it is noon, after answers with these times. */
async function timeAfter(...times: (number | undefined)[]): Promise<number> {
  const clients = localClients(server.url);
  const now = awsClock(clients.dynamoDb, () => NOON);
  for (const time of times) {
    date = time === undefined ? undefined : new Date(time).toUTCString();
    await clients.dynamoDb.send(new ListTablesCommand({}));
  }
  clients.destroy();
  return now() - NOON;
}

it.each<[string, (number | undefined)[], number]>([
  ['this machine’s before any answer', [], 0],
  ['this machine’s where both agree', [NOON], 0],
  ['this machine’s where it is ahead', [NOON - 60_000], 0],
  ['AWS’s where this machine is behind', [NOON + 40_000], 41_000],
  ['never put back', [NOON + 40_000, NOON + 39_000], 41_000],
  ['this machine’s where answers have no date', [undefined], 0],
])('is %s', async (_, times, later) => {
  expect(await timeAfter(...times)).toBe(later);
});
