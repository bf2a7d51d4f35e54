// An order whose parts are gone, as after a restore of the Orders table alone.
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { deleteOtherParts } from '../lambda/shared/order-parts';
import { eraseAll } from '../scripts/erase';
import { startMiniStack, type MiniStack } from '../scripts/local/ministack';
import { anOrder, aReference, aSnapshot, iso, NOON } from './fakes/builders';
import { noise } from './fakes/noise';
import { connect, createTables, realTables, tableOutputs } from './fakes/real-tables';
import { aWorld } from './fakes/world';

const MINUTE = 60_000;
const ADA = 'ada@example.com';
const service = { stackName: 'OrderReplication-dev', outputs: tableOutputs };

let miniStack: MiniStack;
let client: DynamoDBDocumentClient;
let tables: ReturnType<typeof realTables>;
beforeAll(async () => {
  miniStack = await startMiniStack();
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
    ...{ id, staff_notes: noise(900_000, seed), billing_address: { first_name: 'Ada', email: ADA } },
    replication: { read_at: iso(readAt), state: 'replicated' },
  });
const parts = () => ({ client, tableName: 'OrderPartsTable' });
const runErase = (now: () => number, print: (line: string) => void = () => undefined) =>
  eraseAll({ ...service, clients: { documents: client } }, { email: ADA, dryRun: false }, print, {
    now,
    sleep: () => Promise.resolve(),
  });

describe('an item that names parts which are gone, as after a restore of Orders alone,', () => {
  beforeEach(async () => {
    await tables.orders.store(large(1, NOON));
    await deleteOtherParts(parts(), 1);
  });

  it('is stored anew from the store by the next reference', async () => {
    const world = aWorld();
    world.clock.now = NOON + 10 * MINUTE;
    world.shop.add(anOrder({ id: 1, status_id: 9 }));
    const reference = aReference({ orderId: 1, seenAt: iso(world.clock.now) });
    const { ledger, orders } = tables;
    await world.replicate(reference, { deps: { ledger, orders } });
    expect(world.givenBack).toEqual([]);
  });

  it('keeps no other order from being erased', async () => {
    await tables.orders.store(aSnapshot({ id: 2, billing_address: { email: ADA } }));
    await expect(runErase(() => NOON + 10 * MINUTE)).rejects.toThrow('Parts of order 1 are missing');
    expect(JSON.stringify(await tables.orders.find(2))).not.toContain(ADA);
  });
});
