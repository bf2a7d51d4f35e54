// The queries of the Deliveries table over very many rows: each reads a bounded number of pages, and no more than is asked for.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { createDeliveries } from '../../../../lambda/shared/tables/deliveries';
import { iso, NOON } from '../../../support/builders';

const PAGE = 8_000;

const tables = mockClient(DynamoDBDocumentClient);
beforeEach(() => tables.reset());

const deliveries = createDeliveries(
  DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' })),
  'Deliveries',
);
const queries = () => tables.commandCalls(QueryCommand).map(({ args: [{ input }] }) => input);

/** An index without end, of whose rows the filter passes every one or none. */
function endless(passes: boolean): void {
  tables.on(QueryCommand).callsFake(({ ExclusiveStartKey, Limit = PAGE, Select }: QueryCommandInput) => {
    const start = (ExclusiveStartKey?.['order_id'] as number | undefined) ?? 0;
    const length = Math.min(Limit, PAGE);
    const rows = Array.from({ length }, (_, nth) => ({ order_id: start + nth + 1, due_at: iso(NOON) }));
    return {
      Items: passes && Select !== 'COUNT' ? rows : [],
      Count: passes ? length : 0,
      LastEvaluatedKey: { order_id: start + length },
    };
  });
}

it('of any number of rows that are due, a query reads no more than are asked for', async () => {
  endless(true);
  const rows = await deliveries.dueNow(1_000, NOON);
  expect(rows).toHaveLength(1_000);
  expect(rows.at(-1)).toEqual({ orderId: 1_000, dueAt: iso(NOON) });
  expect(queries().map(({ Limit }) => Limit)).toEqual([1_000]);
});

it('of held rows none of which rests on another mapping, a query reads ten pages and ends', async () => {
  endless(false);
  expect(await deliveries.heldByAnotherMapping(1_000, 'm1', NOON)).toEqual([]);
  expect(queries()).toHaveLength(10);
  expect(queries().at(-1)).toMatchObject({ ExclusiveStartKey: { order_id: 9 * PAGE } });
});

it('of very many late rows, the first pages are counted', async () => {
  endless(true);
  expect(await deliveries.countOverdue(NOON, NOON)).toEqual({ due: 10 * PAGE, held: 10 * PAGE });
  expect(queries().every(({ Select }) => Select === 'COUNT')).toBe(true);
});

it('a query names only attributes that the index Due has', async () => {
  endless(true);
  await deliveries.dueNow(1, NOON);
  await deliveries.heldByAnotherMapping(1, 'm1', NOON);
  await deliveries.dueInLive(1, NOON);
  const names = queries().flatMap(({ ExpressionAttributeNames }) =>
    Object.values(ExpressionAttributeNames ?? {}),
  );
  expect([...new Set(names)].sort()).toEqual(['due', 'due_at', 'lease_until', 'mapping', 'order_id']);
});
