// The Orders table on MiniStack, which refuses what DynamoDB refuses: every order comes back whole, of one version,
// even if a worker dies or another one writes in between.
import { isDeepStrictEqual } from 'node:util';
import { gzipSync } from 'node:zlib';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { RefusedWriteError } from '../../../../lambda/shared/runtime/errors';
import { deleteOtherParts, readParts, writeParts } from '../../../../lambda/shared/tables/order-parts';
import type { Row } from '../../../../lambda/shared/runtime/json';
import type { Snapshot } from '../../../../lambda/shared/order/order';
import { createOrdersTable, readSnapshot } from '../../../../lambda/shared/tables/orders';
import type { OrderItem, OrdersTable } from '../../../../lambda/shared/tables/orders';
import { unmarshallOptions } from '../../../../lambda/shared/tables/documents';
import { localClients } from '../../../../scripts/service/clients';
import type { MiniStack } from '../../../../scripts/local/ministack';
import { aLine, aSnapshot, iso, NOON } from '../../../support/builders';
import { noise } from '../../../support/noise';
import { connect, createTables, tableNames } from '../../../support/real-tables';
import { sharedMiniStack } from '../../../support/shared-ministack';

const WEEK_SECONDS = 7 * 24 * 3_600;

let miniStack: MiniStack;
let client: DynamoDBDocumentClient;
let orders: OrdersTable;
beforeAll(async () => {
  miniStack = await sharedMiniStack();
  client = connect(miniStack);
  await createTables(client);
  orders = createOrdersTable(client, tableNames);
}, 60_000);
afterAll(() => miniStack.stop());

let id = 0;
beforeEach(() => {
  id += 1;
});

const partsTable = () => ({ client, tableName: tableNames.orderPartsTable });

async function itemOf(orderId = id): Promise<OrderItem> {
  const { Item } = await client.send(
    new GetCommand({ TableName: tableNames.ordersTable, Key: { id: orderId }, ConsistentRead: true }),
  );
  return Item as OrderItem;
}

interface Part {
  readonly part: string;
  readonly expires_at?: number;
}

async function partsOf(orderId = id): Promise<readonly Part[]> {
  const query = {
    TableName: tableNames.orderPartsTable,
    KeyConditionExpression: 'order_id = :id',
    ExpressionAttributeValues: { ':id': orderId },
    ProjectionExpression: 'part, expires_at',
    ConsistentRead: true,
  };
  const parts: Part[] = [];
  for (let ExclusiveStartKey: Row | undefined, first = true; first || ExclusiveStartKey; first = false) {
    const page = await client.send(new QueryCommand({ ...query, ExclusiveStartKey }));
    parts.push(...((page.Items ?? []) as Part[]));
    ExclusiveStartKey = page.LastEvaluatedKey;
  }
  return parts;
}

const linesOf = (count: number, bytesEach: number) =>
  Array.from({ length: count }, (_, index) =>
    aLine({ id: index + 1, name: 'Bécher 😀', description: noise(bytesEach, index) }),
  );

const twoPartsOfLines = linesOf(10, 50_000);

/** A version that fills two parts, read so many seconds after noon. */
const aLargeVersion = (seconds: number, overrides: Row = {}): Snapshot =>
  aSnapshot({
    id,
    products: twoPartsOfLines,
    staff_notes: `version ${seconds}`,
    replication: { read_at: iso(NOON + seconds * 1_000) },
    ...overrides,
  });

describe('an order comes back whole', () => {
  it.each([
    [51, 'plain'],
    [250, 'compressed'],
    [1_000, 'compressed_parts'],
  ] as const)('an order comes back whole with %i lines: %s', async (count, form) => {
    const snapshot = aSnapshot({ id, products: linesOf(count, 1_000) });
    await orders.save(snapshot);
    expect(await orders.find(id)).toEqual(snapshot);
    const item = await itemOf();
    expect(Object.keys(item).filter((name) => name.startsWith('compressed'))).toEqual(
      form === 'plain' ? [] : [form],
    );
    expect(item).toMatchObject({ id, status_id: 11, billing_address: { first_name: 'Ada' } });
  });

  it('an order comes back whole with notes of 65,535 characters, four bytes each', async () => {
    const snapshot = aSnapshot({
      id,
      staff_notes: '😀'.repeat(65_535),
      customer_message: '𐍈'.repeat(65_535),
    });
    await orders.save(snapshot);
    expect(await orders.find(id)).toEqual(snapshot);
    expect(await itemOf()).toMatchObject({ products: [{ name: 'Mug' }] });
  });

  it('an order comes back whole with more than 4 MB that do not compress', async () => {
    const snapshot = aSnapshot({ id, products: linesOf(1_000, 4_500) });
    await orders.save(snapshot);
    expect(await orders.find(id)).toEqual(snapshot);
    expect((await partsOf()).length).toBeGreaterThan(10);
  });

  const digits = (count: number) => Array.from({ length: count }, () => 7);

  // DynamoDB counts a digit as longer than JSON does.
  it.each([129_000, 160_000])(
    'an order comes back whole with %i single digits',
    async (count) => {
      const snapshot = aSnapshot({ id, products: [aLine({ digits: digits(count) })] });
      await orders.save(snapshot);
      expect(isDeepStrictEqual(await orders.find(id), snapshot)).toBe(true);
    },
    20_000,
  );

  it.each([315_000, 325_000, 390_000])(
    'an order comes back whole with %i bytes that do not compress, next to as many plain ones as possible',
    async (bytes) => {
      const snapshot = aSnapshot({ id, plain: digits(15_000), staff_notes: noise(bytes, id) });
      await orders.save(snapshot);
      expect(await orders.find(id)).toEqual(snapshot);
      expect(await itemOf()).toHaveProperty('plain');
    },
  );

  it('an order comes back whole whatever JSON is in it', async () => {
    const unit = fc.nat(0xffff).map((code) => String.fromCharCode(code));
    const text = fc.oneof(
      fc.string({ unit }),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', '__proto__', 'compressed', 'compressed_parts', 'constructor'),
    );
    const wrap = ([value, levels]: readonly [unknown, number]): unknown =>
      levels === 0 ? value : wrap([levels % 2 ? [value] : { deeper: value }, levels - 1]);
    const { tree } = fc.letrec((tie) => ({
      leaf: fc.oneof(
        text,
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.constant(null),
        fc.boolean(),
      ),
      deep: fc.tuple(tie('leaf'), fc.nat(60)).map(wrap),
      tree: fc.oneof(
        { depthSize: 'small' },
        tie('leaf'),
        tie('deep'),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(text, tie('tree'), { maxKeys: 4, noNullPrototype: true }),
      ),
    }));
    const fields = fc.dictionary(text, tree, { maxKeys: 5, noNullPrototype: true });
    await fc.assert(
      fc.asyncProperty(fields, fields, async (extra, ofLine) => {
        id += 1;
        const given = { ...extra, ...aSnapshot({ id, products: [{ ...ofLine, id: 1 }] }) };
        // As it comes from the store: JSON has no negative zero, and a name occurs once.
        const snapshot = JSON.parse(JSON.stringify(given)) as Snapshot;
        await orders.save(snapshot);
        const found = await orders.find(id);
        expect(isDeepStrictEqual(found, snapshot)).toBe(true);
        expect(JSON.stringify(await itemOf())).not.toMatch(/\\ud[89a-f]/);
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});

describe('readSnapshot', () => {
  it('readSnapshot reads what was stored before there were parts, three compressed lists', async () => {
    const { products, shipping_addresses, coupons, ...order } = aSnapshot({ id });
    const compressed = gzipSync(JSON.stringify({ products, shipping_addresses, coupons }));
    expect(await readSnapshot({ ...order, compressed })).toEqual(aSnapshot({ id }));
  });

  it('readSnapshot reads the image in an event of Lambda, where bytes are base64', async () => {
    const snapshot = aSnapshot({ id, products: linesOf(250, 1_000) });
    await orders.save(snapshot);
    const { compressed, ...plain } = await itemOf();
    const image = { ...plain, compressed: Buffer.from(compressed as Uint8Array).toString('base64') };
    expect(await readSnapshot(image)).toEqual(snapshot);
  });

  it('readSnapshot reads parts by any document client, and throws when it gets none', async () => {
    const snapshot = aLargeVersion(0);
    await orders.save(snapshot);
    const bare = DynamoDBDocumentClient.from(localClients(miniStack.endpoint).dynamoDb);
    const parts = { client: bare, tableName: tableNames.orderPartsTable };
    expect(await readSnapshot(await itemOf(), parts)).toEqual(snapshot);
    await expect(readSnapshot(await itemOf())).rejects.toThrow(
      `Order ${id} is kept in parts: give readSnapshot a DynamoDBDocumentClient and the name of their table`,
    );
  });

  it('readSnapshot returns no order rather than a part of it', async () => {
    await orders.save(aLargeVersion(0));
    const { compressed_parts: name } = await itemOf();
    await expect(
      readSnapshot({ id, compressed_parts: { ...name!, count: 3 } }, partsTable()),
    ).rejects.toThrow(
      `Of the 3 parts of order ${id} that begin with ${name!.key}, 2 are in OrderPartsTable.`,
    );
  });
});

/** The parts that the item names, and whether all others, and none of these, expire. */
async function expectTidyParts(): Promise<void> {
  const { compressed_parts: name } = await itemOf();
  const parts = await partsOf();
  const named = parts.filter(({ part }) => name !== undefined && part.startsWith(name.key));
  expect(named).toHaveLength(name?.count ?? 0);
  for (const part of parts) expect([part, 'expires_at' in part]).toEqual([part, !named.includes(part)]);
}

describe('parts', () => {
  it('parts of a version that was replaced expire after a week, while an image of the stream still finds them', async () => {
    await orders.save(aLargeVersion(0));
    const image = await itemOf();
    await orders.save(aLargeVersion(60));
    await expectTidyParts();
    expect(await readSnapshot(image, partsTable())).toEqual(aLargeVersion(0));
    const [old] = await partsOf();
    expect(old?.expires_at).toBe(NOON / 1000 + 60 + WEEK_SECONDS);
  });

  it('parts of two versions of one read do not mix', async () => {
    await orders.save(aLargeVersion(0));
    const image = await itemOf();
    const erased = aLargeVersion(0, { staff_notes: '', products: linesOf(11, 50_000) });
    await orders.save(erased);
    expect(await orders.find(id)).toEqual(erased);
    expect(await readSnapshot(image, partsTable())).toEqual(aLargeVersion(0));
  });

  it('parts expire when the order has become small', async () => {
    await orders.save(aLargeVersion(0));
    await orders.save(aLargeVersion(60, { products: [] }));
    expect(await partsOf()).toHaveLength(2);
    await expectTidyParts();
  });

  it.each([
    ['large', {}],
    ['small', { products: [] }],
  ])(
    'parts expire although the answer to the write of a %s order was lost, and the SDK repeated it',
    async (_, overrides) => {
      await orders.save(aLargeVersion(0));
      const repeating = through(async (command, send) => {
        const isItem = command instanceof PutCommand && command.input.TableName === tableNames.ordersTable;
        if (isItem) await send();
        return send();
      });
      await createOrdersTable(repeating, tableNames).save(aLargeVersion(60, overrides));
      expect(await partsOf()).not.toEqual([]);
      await expectTidyParts();
    },
  );

  it('parts outlive an order that expires, because the sequence of deletions is not known', async () => {
    const expires_at = NOON / 1000 + 86_400;
    await orders.save(aLargeVersion(0, { expires_at }));
    expect((await itemOf()).expires_at).toBe(expires_at);
    expect((await partsOf()).map((part) => part.expires_at)).toEqual(
      [1, 2].map(() => expires_at + WEEK_SECONDS),
    );
    await orders.save(aLargeVersion(60, { products: [] }));
    expect((await partsOf()).map((part) => part.expires_at)).toEqual(
      [1, 2].map(() => NOON / 1000 + 60 + WEEK_SECONDS),
    );
  });

  it('parts are deleted immediately, all except those that must be kept', async () => {
    await orders.save(aLargeVersion(0));
    await orders.save(aLargeVersion(60));
    await deleteOtherParts(partsTable(), id, (await itemOf()).compressed_parts);
    expect(await orders.find(id)).toEqual(aLargeVersion(60));
    expect(await partsOf()).toHaveLength(2);
    await deleteOtherParts(partsTable(), id);
    expect(await partsOf()).toEqual([]);
  });

  it('parts wait when DynamoDB throttles', async () => {
    let refusals = 2;
    const throttled = Object.assign(new Error('later'), { name: 'ThrottlingException' });
    const throttling = through((_, send) => ((refusals -= 1) < 0 ? send() : Promise.reject(throttled)));
    const waits: number[] = [];
    const sleep = (ms: number) => Promise.resolve(waits.push(ms));
    const bytes = Buffer.from(noise(400_000, id));
    const table = { ...partsTable(), client: throttling, sleep };
    const name = await writeParts(table, aLargeVersion(0), bytes);
    expect(waits).toEqual([500, 500]);
    expect(bytes.equals(await readParts(table, id, name))).toBe(true);
  });
});

type Send = (command: unknown, send: () => Promise<unknown>) => Promise<unknown>;

/** The client, with something before or instead of each call. */
function through(pass: Send): DynamoDBDocumentClient {
  const send = (command: Parameters<typeof client.send>[0]) => pass(command, () => client.send(command));
  return new Proxy(client, {
    get: (target, name) => (name === 'send' ? send : (Reflect.get(target, name) as unknown)),
  });
}

it.each([0, 1, 2, 3, 4, 5])(
  'a worker that dies after %i calls leaves one whole version, and nothing after the next one',
  async (calls) => {
    await orders.save(aLargeVersion(0));
    let left = calls;
    const dying = through((_, send) => ((left -= 1) < 0 ? Promise.reject(new Error('killed')) : send()));
    const outcome = await createOrdersTable(dying, tableNames)
      .save(aLargeVersion(60))
      .then(
        () => 'stored',
        () => 'killed',
      );
    expect(outcome).toBe('killed');
    expect(await orders.find(id)).toEqual(aLargeVersion(calls < 3 ? 0 : 60));
    await orders.save(aLargeVersion(120));
    await expectTidyParts();
    expect(await orders.find(id)).toEqual(aLargeVersion(120));
  },
);

it('two workers in any order of calls leave the later read, whole, and let everything else expire', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.constantFrom([60, 120], [120, 60]),
      fc.constantFrom({}, { products: [] }),
      async (scheduler, reads, overrides) => {
        id += 1;
        await orders.save(aLargeVersion(0));
        const calls: (() => Promise<unknown>)[] = [];
        const turn = scheduler.scheduleFunction((call: number) => calls[call]!());
        const scheduled = through((_, send) => turn(calls.push(send) - 1));
        const table = createOrdersTable(scheduled, tableNames);
        const versions = reads.map((seconds) => aLargeVersion(seconds, seconds === 120 ? overrides : {}));
        const outcomes = await scheduler.waitFor(
          Promise.all(versions.map((version) => table.save(version).catch((error: unknown) => error))),
        );
        for (const outcome of outcomes) {
          if (outcome !== undefined) expect(outcome).toBeInstanceOf(RefusedWriteError);
        }
        expect(await orders.find(id)).toEqual(aLargeVersion(120, overrides));
        await expectTidyParts();
      },
    ),
    { numRuns: 25 },
  );
}, 60_000);

it("numbers beyond JavaScript's come back as numbers", async () => {
  const snapshot = aSnapshot({ id, external: 2 ** 60, small: 0.1 });
  await orders.save(snapshot);
  expect(await orders.find(id)).toEqual(snapshot);
});

it("the store's fields with names that the service uses stay out of the item, and come back", async () => {
  const theirs = { expires_at: 1_700_000_000, replication: { state: 'copied' }, store_fields: null };
  const snapshot = aSnapshot({ id, store_fields: theirs, compressed: 'theirs', compressed_parts: 'too' });
  await orders.save(snapshot);
  expect(await orders.find(id)).toEqual(snapshot);
  const { dynamoDb } = localClients(miniStack.endpoint);
  const key = { TableName: tableNames.ordersTable, Key: { id: { N: String(id) } } };
  const { Item = {} } = await dynamoDb.send(new GetItemCommand(key));
  const names = Object.keys(Item).filter((name) => /expires|replication|store_fields|compressed/.test(name));
  expect(names.sort()).toEqual(['compressed', 'replication']);
  expect(Item).toMatchObject({
    compressed: { B: expect.anything() as unknown },
    replication: { M: { state: { S: 'stored' } } },
  });
  expect(await readSnapshot(unmarshall(Item, unmarshallOptions))).toMatchObject({ store_fields: theirs });
});

describe('an integer beyond 2^53', () => {
  const long = 820_982_911_946_154_508n;
  const order = () => ({
    id,
    external_id: long,
    odd: [9_007_199_254_740_993n, 10n ** 38n],
    double: 2 ** 60,
    products: [aLine({ external_id: -long })],
  });

  it("an integer beyond 2^53 keeps its digits as a number of DynamoDB's, and comes back the same", async () => {
    const snapshot = aSnapshot(order());
    await orders.save(snapshot);
    expect(await orders.find(id)).toStrictEqual(snapshot);
    const { dynamoDb } = localClients(miniStack.endpoint);
    const key = { TableName: tableNames.ordersTable, Key: { id: { N: String(id) } } };
    const { Item } = await dynamoDb.send(new GetItemCommand(key));
    expect(Item).toMatchObject({ external_id: { N: '820982911946154508' } });
    expect(Item?.['products']).toMatchObject({ L: [{ M: { external_id: { N: '-820982911946154508' } } }] });
  });

  it.each([
    ['plain', {}],
    ['compressed', { products: linesOf(250, 1_000) }],
    ['in parts', { products: twoPartsOfLines }],
  ])('an integer beyond 2^53 is a text by readSnapshot, from an image that is %s', async (_, overrides) => {
    await orders.save(aSnapshot({ ...order(), ...overrides }));
    const key = { TableName: tableNames.ordersTable, Key: { id: { N: String(id) } } };
    const { Item: image = {} } = await localClients(miniStack.endpoint).dynamoDb.send(
      new GetItemCommand(key),
    );
    const read = await readSnapshot(unmarshall(image, unmarshallOptions), partsTable());
    expect(read).toMatchObject({
      id,
      external_id: '820982911946154508',
      double: 2 ** 60,
      odd: ['9007199254740993', `1${'0'.repeat(38)}`],
    });
  });

  it('an integer beyond 2^53 in an item of an earlier version is what that version made of it', async () => {
    const compressed = gzipSync('{"coupons":[{"id":820982911946154500}]}');
    const item = { ...aSnapshot({ id }), coupons: undefined, external_id: 820982911946154500, compressed };
    await client.send(new PutCommand({ TableName: tableNames.ordersTable, Item: item }));
    const read = await readSnapshot(await itemOf());
    expect(read).toMatchObject({
      external_id: '820982911946154500',
      coupons: [{ id: '820982911946154500' }],
    });
  });
});

it('a row that the sample left is no snapshot, and is overwritten', async () => {
  await client.send(new PutCommand({ TableName: tableNames.ordersTable, Item: { id, status_id: 11 } }));
  expect(await orders.find(id)).toBeUndefined();
  await orders.save(aSnapshot({ id }));
  expect(await orders.find(id)).toEqual(aSnapshot({ id }));
});
