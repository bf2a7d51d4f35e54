// An order whose parts are gone, as after a restore of the Orders table alone.
import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { RefusedWriteError } from '../../../lambda/shared/runtime/errors';
import type { Snapshot } from '../../../lambda/shared/order/order';
import { deleteOtherParts } from '../../../lambda/shared/tables/order-parts';
import { eraseAll } from '../../../scripts/commands/orders/erase';
import type { MiniStack } from '../../../scripts/local/ministack';
import {
  anOrder,
  anOrderWithLines,
  aReference,
  aSnapshot,
  aWholeLine,
  iso,
  NOON,
} from '../../support/builders';
import { noise } from '../../support/noise';
import { connect, createTables, realTables, tableOutputs } from '../../support/real-tables';
import { sharedMiniStack } from '../../support/shared-ministack';
import { aWorld } from '../../support/world';

const MINUTE = 60_000;
const ADA = 'ada@example.com';
const service = { stackName: 'OrderReplication-dev', outputs: tableOutputs };

let miniStack: MiniStack;
let client: DynamoDBDocumentClient;
let tables: ReturnType<typeof realTables>;
beforeAll(async () => {
  miniStack = await sharedMiniStack();
}, 60_000);
afterAll(() => miniStack.stop());
beforeEach(async () => {
  await miniStack.reset();
  client = connect(miniStack);
  await createTables(client);
  tables = realTables(client);
});
afterEach(() => client.destroy());

const large = (id: number, readAt: number, seed = id) =>
  aSnapshot({
    id,
    staff_notes: noise(900_000, seed),
    billing_address: { first_name: 'Ada', email: ADA },
    replication: { read_at: iso(readAt), state: 'replicated' },
  });
const parts = () => ({ client, tableName: 'OrderPartsTable' });
const partsOf = async (orderId: number) => {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: 'OrderPartsTable',
      KeyConditionExpression: 'order_id = :id',
      ExpressionAttributeValues: { ':id': orderId },
    }),
  );
  return Items.filter((part) => !('expires_at' in part));
};
const runErase = (now: () => number) =>
  eraseAll(
    { email: ADA, dryRun: false, yes: true },
    {
      service: { ...service, clients: { documents: client } },
      now,
      sleep: () => Promise.resolve(),
      note: () => undefined,
      ask: () => Promise.reject(new Error('No question was expected.')),
      recommend: (command) => command,
    },
  );

describe('an item that names missing parts, as after a restore of Orders alone', () => {
  beforeEach(async () => {
    await tables.orders.save(large(1, NOON));
    await deleteOtherParts(parts(), 1);
  });

  it('an item that names missing parts is stored again from the store by the next reference', async () => {
    const world = aWorld();
    world.clock.now = NOON + 10 * MINUTE;
    world.shop.add(anOrder({ id: 1, status_id: 9 }));
    const reference = aReference({ orderId: 1, seenAt: iso(world.clock.now) });
    const { ledger, orders } = tables;
    await world.replicate(reference, { deps: { ledger, orders } });
    expect(world.returned).toEqual([]);
  });

  it('an item that names missing parts is marked as gone when the order is, and is whole again once its parts are restored', async () => {
    await tables.orders.save(large(1, NOON + 1_000));
    const saved = await partsOf(1);
    await deleteOtherParts(parts(), 1);
    const world = aWorld();
    const { ledger, orders } = tables;
    const goneAt = NOON + 25 * 60 * MINUTE;
    for (const [receiveCount, lookedAt] of [
      [3, NOON + 10 * MINUTE],
      [4, goneAt],
    ] as const) {
      world.clock.now = lookedAt;
      const reference = aReference({ orderId: 1, seenAt: iso(NOON + 10 * MINUTE) });
      await world.replicate(reference, { receiveCount, deps: { ledger, orders } });
    }
    expect(await tables.row(1)).toMatchObject({ state: 'copied', reason: 'not-found' });
    for (const Item of saved) await client.send(new PutCommand({ TableName: 'OrderPartsTable', Item }));
    const { replication, ...content } = large(1, NOON + 1_000);
    expect(await tables.orders.find(1)).toEqual({
      ...content,
      replication: { ...replication, state: 'copied', gone: true, read_at: iso(goneAt) },
    });
  });

  it('an item that names missing parts is not marked as gone when a later read stored it', async () => {
    const standIn = await tables.orders.find(1);
    await tables.orders.save(large(1, NOON + 2 * MINUTE));
    const { replication, ...content } = standIn!;
    const marked = { ...content, replication: { ...replication, gone: true, read_at: iso(NOON + MINUTE) } };
    await expect(tables.orders.save(marked as Snapshot)).rejects.toThrow(RefusedWriteError);
    expect(await tables.orders.find(1)).toEqual(large(1, NOON + 2 * MINUTE));
  });

  it('an item that names missing parts does not prevent the erasure of another order', async () => {
    await tables.orders.save(aSnapshot({ id: 2, billing_address: { email: ADA } }));
    const { problem } = await runErase(() => NOON + 10 * MINUTE);
    expect(problem).toContain('Parts of order 1 are missing');
    expect(JSON.stringify(await tables.orders.find(2))).not.toContain(ADA);
  });
});

describe.each([[[]], [['consignments']], [['consignments', 'fees']]])('with DropFields=%j', (dropFields) => {
  const order = anOrderWithLines([aWholeLine()], { id: 100, status_id: 9, staff_notes: noise(500_000, 1) });
  const lists = {
    lines: [aWholeLine()],
    addresses: [{ id: 5, street_1: noise(40_000, 2) }],
    coupons: [{ id: 9, code: noise(40_000, 3) }],
  };

  it('an unchanged order that has lost its parts is fetched and stored whole', async () => {
    const world = aWorld();
    world.shop.add(order, lists);
    const { ledger, orders } = tables;
    const deps = { ledger, orders, retention: { dropFields, orderRetentionDays: 0 } };
    await world.replicate(world.referenceTo(100), { deps });
    const before = await orders.find(100);
    await deleteOtherParts(parts(), 100);
    world.clock.now += 10 * MINUTE;
    const again = { ...world.referenceTo(100), seenAt: iso(world.clock.now) };
    expect(await world.replicate(again, { deps })).toBe('acknowledged');
    const { replication, ...after } = (await orders.find(100))!;
    expect({ ...after, replication: before?.replication }).toEqual(before);
    expect(after).toMatchObject({ shipping_addresses: lists.addresses, coupons: lists.coupons });
    expect(replication).not.toHaveProperty('parts_missing');
  });
});
