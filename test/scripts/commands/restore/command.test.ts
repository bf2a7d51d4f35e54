// What restore puts back after an erasure, on MiniStack's DynamoDB: each table, each order of commands.
import { CreateTableCommand, DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, PutCommand, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

import type { Row } from '../../../../lambda/shared/runtime/json';
import { localClients } from '../../../../scripts/service/clients';
import type { Clients } from '../../../../scripts/service/clients';
import { eraseAll } from '../../../../scripts/commands/orders/erase';
import type { MiniStack } from '../../../../scripts/local/ministack';
import { restore as restoreCommand } from '../../../../scripts/commands/restore/command';
import { restoreReport } from '../../../../scripts/commands/restore/report';
import { putBack } from '../../../../scripts/commands/restore/restore';
import type { Ask } from '../../../../scripts/terminal/ask';
import { aSnapshot, iso, NOON } from '../../../support/builders';
import { noise } from '../../../support/noise';
import { sharedMiniStack } from '../../../support/shared-ministack';
import { createTables, realTables, tableOutputs } from '../../../support/real-tables';
import { runLine } from '../../../support/run-noun';

const ADA = 'ada@example.com';
const CART = 'b0386708-fef3-45de-9d8b-fbe3031450a4';
const names = ['Orders', 'OrderParts', 'Ledger', 'Jobs', 'Webhooks'] as const;
type Name = (typeof names)[number];

let miniStack: MiniStack;
let clients: Clients;
let client: DynamoDBDocumentClient;
let tables: ReturnType<typeof realTables>;
beforeAll(async () => {
  miniStack = await sharedMiniStack();
  clients = localClients(miniStack.endpoint);
  client = clients.documents;
}, 60_000);
afterAll(async () => {
  clients.destroy();
  await miniStack.stop();
});
afterEach(() => jest.restoreAllMocks());

const service = () => ({
  stackName: 'OrderReplication-dev',
  outputs: { ...tableOutputs, JobsTableName: 'JobsTable' },
  parameters: { Paused: 'true' },
  clients,
});

const write = (TableName: string, Item: Row) => client.send(new PutCommand({ TableName, Item }));
const remove = (TableName: string, Key: Row) => client.send(new DeleteCommand({ TableName, Key }));
const all = async (name: Name): Promise<readonly Row[]> =>
  (await client.send(new ScanCommand({ TableName: `${name}Table`, ConsistentRead: true }))).Items ?? [];

/** Everything in all tables, as text; what is packed is read. */
async function everything(): Promise<string> {
  const rows = await Promise.all(names.map(all));
  const orders = await Promise.all([1, 2, 3].map((id) => tables.orders.find(id)));
  return JSON.stringify([rows, orders]);
}

/** A table with the rows of now and the same key, as AWS makes one. */
async function copyOf(name: Name): Promise<void> {
  const { Table } = await clients.dynamoDb.send(new DescribeTableCommand({ TableName: `${name}Table` }));
  const KeySchema = Table?.KeySchema ?? [];
  const isKey = (attribute: string | undefined) =>
    KeySchema.some(({ AttributeName }) => AttributeName === attribute);
  await clients.dynamoDb.send(
    new CreateTableCommand({
      TableName: `${name}Copy`,
      KeySchema,
      AttributeDefinitions: Table?.AttributeDefinitions?.filter(({ AttributeName }) => isKey(AttributeName)),
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  for (const row of await all(name)) await write(`${name}Copy`, row);
}

const ofAda = (id: number, more: Parameters<typeof aSnapshot>[0] = {}) =>
  aSnapshot({ id, billing_address: { first_name: 'Ada', email: ADA }, ...more });

const delivery = (orderId: number) => ({
  orderId,
  delivery: `${iso(NOON)}#${orderId}`,
  webhook: {
    scope: 'store/cart/converted',
    hash: 'abc',
    created_at: 1_795_000_000,
    notes: ['one', { n: 1.5 }],
    data: { type: 'cart', id: CART, orderId, customerId: 7 },
  },
});

const noOneAsks: Ask = (question) => Promise.reject(new Error(`No question was expected: ${question}`));
const recommend = (command: string) => `npx order-replication ${command} --local`;

async function erase(): Promise<string> {
  const said: string[] = [];
  const { lines } = await eraseAll(
    { email: ADA, dryRun: false, yes: true },
    {
      service: service(),
      now: () => NOON + 600_000,
      sleep: () => Promise.resolve(),
      ask: noOneAsks,
      note: (line) => void said.push(line),
      recommend,
    },
  );
  return [...said, ...lines].join('\n');
}

interface Options {
  readonly overwrite?: boolean;
  readonly order?: number;
  /** Without it the command runs with --yes. */
  readonly ask?: Ask;
  readonly paused?: boolean;
}

const report = (table: Name, { overwrite = false, order, ask, paused = true }: Options = {}) =>
  putBack(
    { table, from: `${table}Copy`, order, overwrite, yes: ask === undefined },
    {
      service: { ...service(), parameters: { Paused: String(paused) } },
      note: () => undefined,
      ask: ask ?? noOneAsks,
      recommend,
    },
  );

const restore = async (table: Name, options: Options = {}): Promise<string> =>
  (await report(table, options)).lines.join('\n');

/** Orders 1 (small) and 2 (in parts) are of one customer, order 3 is of another one, in parts too. */
beforeEach(async () => {
  await miniStack.reset();
  await createTables(client);
  tables = realTables(client);
  await tables.orders.save(ofAda(1));
  await tables.orders.save(ofAda(2, { staff_notes: noise(500_000, 1) }));
  await tables.orders.save(aSnapshot({ id: 3, staff_notes: noise(500_000, 2) }));
  for (const id of [1, 2, 3]) {
    await write('LedgerTable', { order_id: id, state: 'replicated', read_at: iso(NOON), status_id: 9 });
    await write('WebhooksTable', delivery(id));
  }
  for (const name of names) await copyOf(name);
});

const partsOf = async (id: number) => (await all('OrderParts')).filter(({ order_id }) => order_id === id);
const erasedAt = async (id: number) => (await tables.row(id))?.erased_at;

describe('after an erasure', () => {
  beforeEach(async () => {
    await erase();
    expect(await everything()).not.toContain(ADA);
  });

  it.each([
    ['the missing rows', {}],
    ['all rows', { overwrite: true }],
    ['the rows of the small order', { overwrite: true, order: 1 }],
    ['the rows of the order in parts', { overwrite: true, order: 2 }],
  ])(
    'a restore of %s of each table, the ledger first or last, restores no erased person',
    async (_, options) => {
      for (const name of [...names, ...names.toReversed()]) await restore(name, options);
      expect(await everything()).not.toContain(ADA);
      expect(await partsOf(2)).toEqual([]);
      expect([await erasedAt(1), await erasedAt(2)]).toEqual([iso(NOON + 600_000), iso(NOON + 600_000)]);
    },
  );

  it('a restore skips the parts of an erased order, and restores those that an order names', async () => {
    for (const { order_id, part } of await all('OrderParts')) {
      await remove('OrderPartsTable', { order_id, part });
    }
    expect(await restore('OrderParts')).toMatch(
      /^Restored 2 of 4 rows [^]*\n2 of them are of people who were erased since, and were not restored\./,
    );
    expect(await partsOf(2)).toEqual([]);
    expect(await tables.orders.find(3)).toMatchObject({ staff_notes: noise(500_000, 2) });
  });

  it('a restored row of the ledger keeps the mark of the existing row', async () => {
    const { order_id, ...rest } = (await tables.row(1))!;
    await write('LedgerTable', { order_id, ...rest, state: 'dead' });
    await restore('Ledger', { overwrite: true });
    expect(await tables.row(1)).toEqual({
      order_id: 1,
      state: 'replicated',
      read_at: iso(NOON),
      status_id: 9,
      erased_at: iso(NOON + 600_000),
    });
  });

  it('a lost row of the ledger is restored with the mark of the order', async () => {
    await remove('LedgerTable', { order_id: 1 });
    await restore('Ledger');
    expect(await erasedAt(1)).toBe(iso(NOON + 600_000));
  });

  it('an order is not overwritten if only the ledger has lost the mark', async () => {
    for (const id of [1, 2]) {
      const lost = { TableName: 'LedgerTable', Key: { order_id: id } };
      await client.send(new UpdateCommand({ ...lost, UpdateExpression: 'REMOVE erased_at' }));
    }
    expect(await restore('Orders', { overwrite: true })).toContain(
      '\n2 of them are of people who were erased',
    );
    expect(await everything()).not.toContain(ADA);
  });

  it('an order that was erased before the copy was made is restored', async () => {
    const erased = (await all('Orders')).find(({ id }) => id === 1)!;
    await write('OrdersCopy', erased);
    await remove('OrdersTable', { id: 1 });
    await restore('Orders');
    expect((await all('Orders')).find(({ id }) => id === 1)).toEqual(erased);
  });

  it('cart and customer of a webhook are not restored, also those of an order that was not erased', async () => {
    for (const { orderId, delivery } of await all('Webhooks')) {
      await remove('WebhooksTable', { orderId, delivery });
    }
    expect(await restore('Webhooks')).toMatch(/^Restored 3 of 3 rows/);
    const expected = [1, 2, 3].map((orderId) => ({
      ...delivery(orderId),
      webhook: { ...delivery(orderId).webhook, data: { type: 'cart', orderId } },
    }));
    const byId = (rows: readonly Row[]) => [...rows].sort((a, b) => Number(a.orderId) - Number(b.orderId));
    expect(byId(await all('Webhooks'))).toEqual(expected);
  });

  it('another erasure removes the data that an earlier restore has brought back', async () => {
    await write('WebhooksTable', delivery(1));
    const [part] = (await client.send(new ScanCommand({ TableName: 'OrderPartsCopy' }))).Items!.filter(
      ({ order_id }) => order_id === 2,
    );
    await write('OrderPartsTable', part!);
    await write('LedgerTable', { order_id: 1, state: 'replicated' });
    await write('OrdersTable', { ...ofAda(1) });
    expect(await erase()).toContain('Erased order 1.');
    expect(await everything()).not.toContain(ADA);
    expect(await partsOf(2)).toEqual([]);
    expect(JSON.stringify((await all('Webhooks')).filter(({ orderId }) => orderId === 1))).not.toContain(
      CART,
    );
  });
});

it('an erasure that runs during an overwriting restore stays', async () => {
  const real = client.send.bind(client) as (command: unknown) => Promise<unknown>;
  let isErased = false;
  // The restore has asked who was erased; then the erasure comes.
  client.send = (async (command: unknown) => {
    const answer = await real(command);
    if (!isErased && JSON.stringify(command).includes('replication.erased_at')) {
      isErased = true;
      await erase();
    }
    return answer;
  }) as typeof client.send;
  try {
    await restore('Orders', { overwrite: true });
  } finally {
    client.send = real as typeof client.send;
  }
  expect(isErased).toBe(true);
  expect(await everything()).not.toContain(ADA);
});

it('parts that no stored order names are not restored, also those of an order that was not erased', async () => {
  await remove('OrdersTable', { id: 3 });
  for (const { order_id, part } of await partsOf(3)) {
    await remove('OrderPartsTable', { order_id, part });
  }
  expect(await restore('OrderParts')).toContain(
    '2 of them are parts that no stored order names, and were not restored',
  );
  expect(await partsOf(3)).toEqual([]);
  await restore('Orders');
  await restore('OrderParts');
  expect(await tables.orders.find(3)).toMatchObject({ staff_notes: noise(500_000, 2) });
});

it.each([
  ['CREATING', 'is still being restored. Try again in some minutes.'],
  ['DELETING', 'is being deleted. Restore another copy.'],
])('a copy whose status is %s is not read', async (TableStatus, problem) => {
  const real = clients.dynamoDb.send.bind(clients.dynamoDb) as (command: unknown) => Promise<object>;
  jest.spyOn(clients.dynamoDb, 'send').mockImplementation((async (command: unknown) => {
    const answer = (await real(command)) as { Table?: object };
    if (!(command instanceof DescribeTableCommand) || command.input.TableName !== 'OrdersCopy') return answer;
    return { ...answer, Table: { ...answer.Table, TableStatus } };
  }) as never);
  await expect(restore('Orders')).rejects.toThrow(`OrdersCopy ${problem}`);
});

describe('overwriting', () => {
  const damage = () => write('OrdersTable', { id: 1, damaged: true });

  it('an overwriting restore is refused while the service is running, with the command that pauses it', async () => {
    await damage();
    await expect(restore('Orders', { overwrite: true, paused: false })).rejects.toThrow(
      'Pause it first: npx order-replication pause --local',
    );
    expect((await all('Orders')).find(({ id }) => id === 1)).toEqual({ id: 1, damaged: true });
  });

  it('an overwriting restore asks for the name of the stack, and changes nothing after another answer', async () => {
    await damage();
    const asked: string[] = [];
    const answering = (answer: string): Ask => {
      return (question) => {
        asked.push(question);
        return Promise.resolve(answer);
      };
    };
    await expect(restore('Orders', { overwrite: true, ask: answering('yes') })).rejects.toThrow(
      'Nothing was changed',
    );
    expect((await all('Orders')).find(({ id }) => id === 1)).toEqual({ id: 1, damaged: true });
    await restore('Orders', { overwrite: true, ask: answering('OrderReplication-dev') });
    expect(await tables.orders.find(1)).toEqual(ofAda(1));
    expect(asked).toEqual(Array(2).fill('To overwrite them, type OrderReplication-dev: '));
  });
});

it('restore --output json has the numbers of restored and skipped rows', async () => {
  await remove('OrdersTable', { id: 3 });
  expect((await report('Orders')).data).toEqual({
    table: 'Orders',
    from: 'OrdersCopy',
    to: 'OrdersTable',
    rows: { read: 3, put: 1, kept: 2, erased: 0, unnamed: 0, inParts: 1 },
  });
});

it.each([
  ['--table Others --from x', /'--table <table>' argument 'Others' is invalid. Allowed choices are Orders, /],
  ['--table Orders', /required option '--from <table>' not specified/],
  ['--from x', /required option '--table <table>' not specified/],
  ['--table Orders --from x --order 1.5', /It must be a whole number/],
])('the restore command line %j is wrong usage', async (line, words) => {
  const { code, said } = await runLine(restoreCommand, line);
  expect(said).toMatch(words);
  expect(code).toBe(2);
});

describe('the tables of the delivery', () => {
  const delivery = (Paused: string) => ({
    stackName: 'OrderReplication-dev-Delivery',
    outputs: { ...tableOutputs, DeliveriesTableName: 'JobsTable' },
    parameters: { Paused },
    clients,
  });
  const deps = (Paused: string) => ({
    service: delivery(Paused),
    note: () => undefined,
    print: () => undefined,
    ask: () => Promise.reject(new Error('No question was expected.')),
    recommend: (command: string) => `order-replication ${command}`,
  });
  const request = { table: 'Deliveries', from: 'JobsCopy', order: undefined, yes: true } as const;

  it('a restore over existing deliveries asks for a pause of the delivery, and not of the replication', async () => {
    await expect(putBack({ ...request, overwrite: true }, deps('false'))).rejects.toThrow(
      'OrderReplication-dev-Delivery is running, and rows that it writes during the restore would be lost. Pause it first: order-replication pause --only delivery',
    );
  });

  it('a restore of deliveries recommends to compare every delivered order with the ERP', () => {
    const counts = { read: 1, put: 1, kept: 0, erased: 0, unnamed: 0, inParts: 0 };
    const { lines } = restoreReport(
      counts,
      { ...request, overwrite: false },
      'OrderReplication-dev-Deliveries',
      (command) => `order-replication ${command}`,
    );
    expect(lines.at(-1)).toContain('order-replication deliveries account --erp');
  });
});
