// The index ByState of the ledger on MiniStack: which orders were finished on a day.
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createFinishedOrders } from '../../../../lambda/shared/tables/finished-orders';
import { DAY_MS } from '../../../../lambda/shared/runtime/time';
import type { MiniStack } from '../../../../scripts/local/ministack';
import { iso } from '../../../support/builders';
import { connect, createTables, tableNames } from '../../../support/real-tables';
import { sharedMiniStack } from '../../../support/shared-ministack';

const START = Date.UTC(2026, 0, 9);

let miniStack: MiniStack;
let client: DynamoDBDocumentClient;
beforeAll(async () => {
  miniStack = await sharedMiniStack();
  client = connect(miniStack);
  await createTables(client);
});
afterAll(() => miniStack.stop());

const put = (order_id: number, state: string, reachedAt: number) =>
  client.send(
    new PutCommand({
      TableName: tableNames.ledgerTable,
      Item: { order_id, state, reached_at: iso(reachedAt) },
    }),
  );

async function idsOfDay(): Promise<readonly (readonly number[])[]> {
  const pages: (readonly number[])[] = [];
  const finished = createFinishedOrders(client, tableNames.ledgerTable);
  for await (const page of finished.between(START, START + DAY_MS)) pages.push(page);
  return pages;
}

it('the orders of a day are those that reached a finished state on it, from its first to its last millisecond', async () => {
  await put(1, 'copied', START - 1);
  await put(2, 'copied', START);
  await put(3, 'replicated', START + DAY_MS - 1);
  await put(4, 'replicated', START + DAY_MS);
  await put(5, 'skipped', START + 1);
  await put(6, 'queued', START + 1);
  await put(7, 'dead', START + 1);
  expect((await idsOfDay()).flat().sort()).toEqual([2, 3, 5]);
});

it('many orders of a day come page by page, each once', async () => {
  const ids = Array.from({ length: 1_100 }, (_, nth) => nth + 10);
  for (let start = 0; start < ids.length; start += 50) {
    await Promise.all(ids.slice(start, start + 50).map((id) => put(id, 'copied', START + id)));
  }
  const pages = await idsOfDay();
  expect(Math.max(...pages.map(({ length }) => length))).toBe(500);
  const found = pages.flat().filter((id) => id >= 10);
  expect(found.sort((one, other) => one - other)).toEqual(ids);
});
