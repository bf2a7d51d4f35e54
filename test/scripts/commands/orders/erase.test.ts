// orders erase on MiniStack's DynamoDB: which orders it finds, what it leaves of them, and what may happen in between.
import { createHash } from 'node:crypto';
import { DeleteCommand, GetCommand, PutCommand, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

import { writeParts } from '../../../../lambda/shared/tables/order-parts';
import type { Row } from '../../../../lambda/shared/runtime/json';
import type { Snapshot } from '../../../../lambda/shared/order/order';
import { erasePersonal } from '../../../../lambda/shared/order/personal-data';
import { orders } from '../../../../scripts/commands/orders/command';
import { eraseAll } from '../../../../scripts/commands/orders/erase';
import type { EraseAllDeps } from '../../../../scripts/commands/orders/erase';
import type { MiniStack } from '../../../../scripts/local/ministack';
import { aLine, aSnapshot, iso, NOON } from '../../../support/builders';
import { sharedMiniStack } from '../../../support/shared-ministack';
import { connect, createTables, realTables, tableOutputs } from '../../../support/real-tables';
import { runCommand } from '../../../support/run-command';
import { runLine, verb } from '../../../support/run-noun';
import type { Ask } from '../../../../scripts/terminal/ask';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const ADA = 'ada@example.com';
const service = { stackName: 'OrderReplication-dev', outputs: tableOutputs };

let miniStack: MiniStack;
let client: DynamoDBDocumentClient;
let tables: ReturnType<typeof realTables>;
beforeAll(async () => {
  miniStack = await sharedMiniStack();
}, 60_000);
afterAll(() => miniStack.stop());

/** When the command runs: ten minutes after the orders were read. */
let clock: number;
beforeEach(async () => {
  await miniStack.reset();
  client = connect(miniStack);
  await createTables(client);
  tables = realTables(client);
  clock = NOON + 10 * MINUTE;
});
afterEach(() => client.destroy());

interface Run {
  readonly email?: string;
  readonly dryRun?: boolean;
  /** What happens in a pause of the command. */
  readonly meanwhile?: () => unknown;
  /** Without it the command runs with --yes. */
  readonly ask?: Ask;
}

const noOneAsks: Ask = (question) => Promise.reject(new Error(`No question was expected: ${question}`));

function depsOf(said: string[], time: Pick<EraseAllDeps, 'now' | 'sleep'>, ask = noOneAsks): EraseAllDeps {
  return {
    service: { ...service, clients: { documents: client } },
    ...time,
    ask,
    note: (line) => void said.push(line),
    recommend: (command) => `npx order-replication ${command} --stage dev`,
  };
}

/** Runs the command on virtual time; gives all that it wrote and its data. */
async function runWhole({ email = ADA, dryRun = false, meanwhile, ask }: Run = {}) {
  const said: string[] = [];
  const sleep = async (ms: number) => {
    clock += ms;
    await meanwhile?.();
  };
  const deps = depsOf(said, { now: () => clock, sleep }, ask);
  const { data, lines, problem } = await eraseAll({ email, dryRun, yes: ask === undefined }, deps);
  said.push(...lines, ...(problem === undefined ? [] : [problem]));
  return { data, said: said.join('\n') };
}

const run = async (options: Run = {}): Promise<string> => (await runWhole(options)).said;

const ofAda = (id: number, more: Parameters<typeof aSnapshot>[0] = {}) =>
  aSnapshot({ id, billing_address: { first_name: 'Ada', email: 'Ada@Example.com' }, ...more });

const write = (TableName: string, Item: Row) => client.send(new PutCommand({ TableName, Item }));
const raw = async (TableName: string, Key: Row) =>
  (await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item;
const ledgerRow = (orderId: number) => raw('LedgerTable', { order_id: orderId });
const all = async (TableName: string) => (await client.send(new ScanCommand({ TableName }))).Items;

const aRow = (orderId: number, more: Row = {}) => ({
  order_id: orderId,
  state: 'replicated',
  read_at: iso(NOON),
  attempts: 1,
  status_id: 9,
  ...more,
});

const erased = (snapshot: Snapshot, at = clock): Snapshot => ({
  ...erasePersonal(snapshot),
  replication: { ...snapshot.replication, erased_at: iso(at) },
});

/** Lets `act` answer the next call of this kind in place of DynamoDB, which it may pass the call on to. */
function intercept(isMeant: (command: unknown) => boolean, act: (pass: () => Promise<unknown>) => unknown) {
  const real = client.send.bind(client) as (command: unknown) => Promise<unknown>;
  let isDone = false;
  const send = (command: unknown) => {
    if (isDone || !isMeant(command)) return real(command);
    isDone = true;
    return act(() => real(command));
  };
  client.send = send as typeof client.send;
}

const isPut = (command: unknown) => command instanceof PutCommand;
const isUpdate = (setting: string) => (command: unknown) =>
  command instanceof UpdateCommand && command.input.UpdateExpression?.includes(setting) === true;

describe('an order is found by the address', () => {
  it.each([
    ['of its bill', { billing_address: { email: ' ADA@example.com ' } }],
    ['of the recipient of a parcel', { shipping_addresses: [{ id: 1 }, { id: 2, email: ADA }] }],
    [
      'of the recipient of a download',
      { consignments: { downloads: [{ recipient_email: ADA, line_items: [] }] } },
    ],
    [
      'of the recipient of a gift certificate',
      { consignments: { email: { gift_certificates: [{ recipient_email: ADA, line_items: [] }] } } },
    ],
    ['in a message of the shopper', { customer_message: `Please write to ${ADA}.` }],
  ])('an order with the address %s is found and erased', async (_, fields) => {
    const snapshot = aSnapshot({ id: 1, ...fields });
    await tables.orders.save(snapshot);
    expect(await run()).toMatch(/^Erased order 1\.\nErased 1 of 1 orders in OrdersTable\./);
    expect(await tables.orders.find(1)).toEqual(erased(snapshot));
    expect(JSON.stringify(await all('OrdersTable'))).not.toMatch(/ada@/i);
  });

  it('an erasure changes no other order', async () => {
    const others = [aSnapshot({ id: 2 }), ofAda(3, { billing_address: { email: 'da@example.com' } })];
    for (const snapshot of [ofAda(1), ...others]) await tables.orders.save(snapshot);
    expect(await run()).toContain('Erased 1 of 3 orders');
    expect([await tables.orders.find(2), await tables.orders.find(3)]).toEqual(others);
    expect(await all('LedgerTable')).toMatchObject([{ order_id: 1 }]);
  });

  it('an erasure finds an order on any page of the table', async () => {
    for (let id = 1; id <= 5; id += 1) await tables.orders.save(ofAda(id, { big: 'x'.repeat(300_000) }));
    expect(await run()).toContain('Erased 5 of 5 orders');
  });

  it('an erasure finds the address in the compressed lists of a large order, which stays compressed and complete', async () => {
    const products = Array.from({ length: 1_000 }, (_, id) =>
      aLine({ id, description: 'long '.repeat(100) }),
    );
    const snapshot = aSnapshot({ id: 1, products, shipping_addresses: [{ id: 2, email: ADA }] });
    await tables.orders.save(snapshot);
    expect(await run()).toContain('Erased order 1.');
    expect(await raw('OrdersTable', { id: 1 })).toHaveProperty('compressed');
    expect(await tables.orders.find(1)).toEqual(erased(snapshot));
  });

  describe('in the parts of one too large for an item', () => {
    const noise = Array.from({ length: 60_000 }, (_, index) =>
      createHash('sha256').update(`${index}`).digest('base64'),
    );
    const large = ofAda(1, { shipping_addresses: [{ id: 2, email: ADA, a_new_field: noise }] });
    const parts = async () => (await all('OrderPartsTable'))?.map(({ part }) => String(part)) ?? [];

    it('an erasure of an order in parts deletes its earlier parts', async () => {
      await tables.orders.save(large);
      const before = await parts();
      expect(before.length).toBeGreaterThan(1);
      expect(await run()).toContain('Erased order 1.');
      expect(await tables.orders.find(1)).toEqual(erased(large));
      expect((await parts()).filter((part) => before.includes(part))).toEqual([]);
    });

    it('an erasure of an order in parts deletes the earlier parts also after a killed command', async () => {
      await tables.orders.save(large);
      const before = await parts();
      intercept(
        (command) => command instanceof DeleteCommand,
        () => Promise.reject(new Error('killed')),
      );
      await expect(run()).rejects.toThrow('killed');
      expect(await parts()).toEqual(expect.arrayContaining(before));
      clock += 10 * MINUTE;
      expect(await run()).toBe('No order contains this address: read 1 in OrdersTable.');
      expect((await parts()).filter((part) => before.includes(part))).toEqual([]);
      expect(await tables.orders.find(1)).toMatchObject({ shipping_addresses: [{ email: '' }] });
    });
  });

  it('an erasure finds the address in a row of the original sample, over which every read may be stored', async () => {
    await write('OrdersTable', { id: 1, status_id: 11, billing_address: { email: ADA }, coupons: '' });
    expect(await run()).toContain('Erased order 1.');
    expect(await tables.orders.find(1)).toMatchObject({
      id: 1,
      status_id: 11,
      billing_address: { email: '' },
      coupons: '',
      replication: { state: 'copied', status_before: 11, erased_at: iso(clock) },
    });
    await tables.orders.save(aSnapshot({ id: 1 }));
    expect(await tables.orders.find(1)).toEqual(aSnapshot({ id: 1 }));
  });
});

it('an erasure keeps the date on which the order expires', async () => {
  await tables.orders.save(ofAda(1, { expires_at: 1_800_000_000 }));
  await run();
  expect(await tables.orders.find(1)).toMatchObject({ expires_at: 1_800_000_000 });
});

it('an erasure is recorded in the ledger, keeps the rest of the row, and releases the lease', async () => {
  await tables.orders.save(ofAda(1));
  await write('LedgerTable', aRow(1));
  await run();
  expect(await ledgerRow(1)).toEqual(aRow(1, { erased_at: iso(clock) }));
});

it('an erasure of an order without a ledger row makes a row with only the erasure', async () => {
  await tables.orders.save(ofAda(1));
  await run();
  expect(await ledgerRow(1)).toEqual({ order_id: 1, erased_at: iso(clock) });
});

describe('the records of webhooks', () => {
  const CART = 'b0386708-fef3-45de-9d8b-fbe3031450a4';
  const record = (orderId: number, nth: number, webhook: Row) => ({
    orderId,
    delivery: `${iso(NOON + nth)}#request`,
    outcome: 'accepted',
    webhook,
  });
  const ofCart = (orderId: number, nth: number) =>
    record(orderId, nth, {
      scope: 'store/cart/converted',
      data: { type: 'cart', id: CART, orderId },
      hash: 'abc',
      created_at: 1_795_000_000,
      attempts: [{ customer_id: 7, at: 'noon' }],
    });
  const records = async (id: number) => (await all('WebhooksTable'))?.filter(({ orderId }) => orderId === id);
  const withoutCart = (row: ReturnType<typeof ofCart>) => ({
    ...row,
    webhook: { ...row.webhook, attempts: [{ at: 'noon' }], data: { type: 'cart', orderId: row.orderId } },
  });

  beforeEach(async () => {
    await tables.orders.save(ofAda(1));
    await tables.orders.save(aSnapshot({ id: 2 }));
  });

  it('the webhook records of an erased order contain no cart and no customer; the rest of them, and those of other orders, stay', async () => {
    for (const row of [ofCart(1, 1), ofCart(1, 2), ofCart(2, 1)]) await write('WebhooksTable', row);
    await run();
    expect(await records(1)).toEqual([withoutCart(ofCart(1, 1)), withoutCart(ofCart(1, 2))]);
    expect(await records(2)).toEqual([ofCart(2, 1)]);
  });

  it('the webhook records of an erased order keep an id that is not of a cart', async () => {
    const aboutOrder = record(1, 1, { scope: 'store/order/updated', data: { type: 'order', id: 1 } });
    const aboutShipment = record(1, 2, {
      scope: 'store/shipment/created',
      data: { type: 'shipment', id: 7, orderId: 1 },
    });
    const withoutData = record(1, 3, { scope: 'store/cart/converted' });
    for (const row of [aboutOrder, aboutShipment, withoutData]) await write('WebhooksTable', row);
    await run();
    expect(await records(1)).toEqual([aboutOrder, aboutShipment, withoutData]);
  });

  it('webhook records that a killed run did not reach, or that came later, are erased by the next run', async () => {
    await write('WebhooksTable', ofCart(1, 1));
    intercept(isUpdate('SET webhook'), () => Promise.reject(new Error('killed')));
    await expect(run()).rejects.toThrow('killed');
    clock += 10 * MINUTE;
    await write('WebhooksTable', ofCart(1, 2));
    expect(await run()).toBe('No order contains this address: read 2 in OrdersTable.');
    expect(await records(1)).toEqual([withoutCart(ofCart(1, 1)), withoutCart(ofCart(1, 2))]);
  });

  it('webhook records that expire during an erasure are not created again', async () => {
    const { orderId, delivery } = ofCart(1, 1);
    await write('WebhooksTable', ofCart(1, 1));
    intercept(isUpdate('SET webhook'), async (pass) => {
      await client.send(new DeleteCommand({ TableName: 'WebhooksTable', Key: { orderId, delivery } }));
      return pass();
    });
    expect(await run()).toContain('Erased order 1.');
    expect(await records(1)).toEqual([]);
  });

  it('webhook records that take longer than the lease cost a later read no parts', async () => {
    await write('WebhooksTable', ofCart(1, 1));
    const laterRead = aSnapshot({ id: 1, replication: { read_at: iso(clock + 5 * MINUTE) } });
    intercept(isUpdate('SET webhook'), async (pass) => {
      clock += 5 * MINUTE;
      // A worker, which has taken the order over, writes the parts first and then the item that names them.
      await writeParts({ client, tableName: 'OrderPartsTable' }, laterRead, Buffer.from('packed'));
      return pass();
    });
    expect(await run()).toContain('Erased order 1.');
    expect(await all('OrderPartsTable')).toHaveLength(1);
  });

  it('webhook records stay unchanged in a dry run', async () => {
    await write('WebhooksTable', ofCart(1, 1));
    await run({ dryRun: true });
    expect(await records(1)).toEqual([ofCart(1, 1)]);
  });
});

it('a second erasure finds nothing', async () => {
  await tables.orders.save(ofAda(1));
  await run();
  const before = [await all('OrdersTable'), await all('LedgerTable')];
  clock += MINUTE;
  expect(await run()).toBe('No order contains this address: read 1 in OrdersTable.');
  expect([await all('OrdersTable'), await all('LedgerTable')]).toEqual(before);
});

it('an erasure that finds no order reports how many it has read', async () => {
  expect(await run()).toBe('No order contains this address: read 0 in OrdersTable.');
});

it('an erasure changes nothing in a dry run', async () => {
  for (const id of [1, 2]) await tables.orders.save(ofAda(id));
  const before = await all('OrdersTable');
  const said = (await run({ dryRun: true })).split('\n').sort();
  expect(said).toEqual([
    'Dry run: it would erase 2 of 2 orders in OrdersTable. Nothing was changed.',
    'Would erase order 1.',
    'Would erase order 2.',
  ]);
  expect([await all('OrdersTable'), await all('LedgerTable')]).toEqual([before, []]);
});

it('orders erase --output json has the erased orders, and never the address', async () => {
  for (const snapshot of [ofAda(1), aSnapshot({ id: 2 })]) await tables.orders.save(snapshot);
  expect((await runWhole()).data).toEqual({
    isDryRun: false,
    ordersRead: 2,
    erasedOrders: [1],
    busyOrders: [],
    unreadableOrders: [],
  });
});

describe('without --yes', () => {
  beforeEach(() => tables.orders.save(ofAda(1)));

  it('an erasure without --yes shows the orders, and erases them after the name of the stack is typed', async () => {
    const asked: string[] = [];
    const ask: Ask = (question) => {
      asked.push(question);
      return Promise.resolve('OrderReplication-dev');
    };
    expect(await run({ ask })).toMatch(/^Would erase order 1\.\nErased order 1\.\n/);
    expect(asked).toEqual(['To erase the people in 1 order permanently, type OrderReplication-dev: ']);
    expect(await tables.orders.find(1)).toEqual(erased(ofAda(1)));
  });

  it('an erasure without --yes changes nothing after another answer', async () => {
    await expect(run({ ask: () => Promise.resolve('yes') })).rejects.toThrow('Nothing was changed');
    expect(await tables.orders.find(1)).toEqual(ofAda(1));
  });

  it('an erasure without --yes asks nothing if there is nothing to erase', async () => {
    expect(await run({ email: 'ben@example.com', ask: noOneAsks })).toContain(
      'No order contains this address',
    );
  });
});

it('an erasure reports the copies that it does not reach, and never the address', async () => {
  await tables.orders.save(ofAda(1));
  const said = await run();
  expect(said).toMatch(/backups.*35 days[^]*24 hours[^]*BigCommerce[^]*replication\.erased_at/);
  expect(said + JSON.stringify(await all('LedgerTable'))).not.toContain('@');
});

it('an erasure reports its progress every 10,000 orders', async () => {
  const Items = Array.from({ length: 20_000 }, (_, id) => ({ id }));
  intercept(
    (command) => command instanceof ScanCommand,
    () => Promise.resolve({ Items }),
  );
  expect((await run()).split('\n')).toEqual([
    'Read 10000 orders …',
    'Read 20000 orders …',
    'No order contains this address: read 20000 in OrdersTable.',
  ]);
});

describe('an order that a worker holds', () => {
  const held = (until: number) => aRow(1, { lease_owner: 'worker', lease_until: iso(until) });
  const letGo = () => write('LedgerTable', aRow(1));

  it('an erasure waits for an order that a worker holds, and erases it as the worker left it', async () => {
    await tables.orders.save(ofAda(1));
    await write('LedgerTable', held(clock + 75 * SECOND));
    const edited = ofAda(1, { total_inc_tax: '99.0000', replication: { read_at: iso(clock) } });
    const meanwhile = async () => {
      await tables.orders.save(edited);
      await letGo();
    };
    expect((await run({ meanwhile })).split('\n').slice(0, 2)).toEqual([
      'A worker holds order 1: waiting for at most 5 min …',
      'Erased order 1.',
    ]);
    expect(await tables.orders.find(1)).toEqual(erased(edited));
  });

  it('an order that has another address after the worker is not changed and not marked', async () => {
    await tables.orders.save(ofAda(1));
    await write('LedgerTable', held(clock + 75 * SECOND));
    const ofBen = aSnapshot({ id: 1, billing_address: { email: 'ben@example.com' } });
    const meanwhile = async () => {
      await tables.orders.save(ofBen);
      await letGo();
    };
    expect(await run({ meanwhile })).toContain('No order contains this address');
    expect(await tables.orders.find(1)).toEqual(ofBen);
    expect(await ledgerRow(1)).toEqual(aRow(1));
  });

  it("an order is erased 1 min after the end of a worker's lease, because clocks differ", async () => {
    await tables.orders.save(ofAda(1));
    const until = clock + 10 * SECOND;
    await write('LedgerTable', held(until));
    expect(await run()).toContain('Erased 1 of 1');
    expect(clock).toBeGreaterThan(until + MINUTE);
    expect(clock).toBeLessThanOrEqual(until + MINUTE + 2 * SECOND);
  });

  it('an erasure skips an order that a worker holds for 5 min; it erases the others, and another run completes it', async () => {
    for (const id of [1, 2]) await tables.orders.save(ofAda(id));
    await write('LedgerTable', held(clock + 60 * MINUTE));
    const began = clock;
    const said = await run();
    expect(clock - began).toBe(5 * MINUTE);
    expect(said).toContain('Erased 1 of 2 orders');
    expect(said).toMatch(/\nNot erased, .*: order 1\. Run the command again\.$/);
    expect(await tables.orders.find(1)).toEqual(ofAda(1));
    await letGo();
    expect(await run()).toContain('Erased order 1.');
  });

  it('an erasure does not report that no order matches if the only one is held by a worker', async () => {
    await tables.orders.save(ofAda(1));
    await write('LedgerTable', held(clock + 60 * MINUTE));
    expect(await run()).not.toContain('No order carries');
  });
});

describe('whatever happens in between', () => {
  beforeEach(async () => {
    await tables.orders.save(ofAda(1));
    await write('LedgerTable', aRow(1));
  });

  it('a command that was killed between ledger and snapshot is completed by the next one', async () => {
    intercept(isPut, () => Promise.reject(new Error('killed')));
    await expect(run()).rejects.toThrow('killed');
    const killedAt = clock;
    expect(await ledgerRow(1)).toMatchObject({ erased_at: iso(killedAt) });
    expect(await tables.orders.find(1)).toEqual(ofAda(1));
    expect(await run()).toContain('Erased order 1.');
    expect(await tables.orders.find(1)).toEqual(erased(ofAda(1), killedAt));
    expect(await ledgerRow(1)).toEqual(aRow(1, { erased_at: iso(killedAt) }));
  });

  it('a command that was killed before the ledger has changed nothing', async () => {
    intercept(isUpdate('erased_at'), () => Promise.reject(new Error('killed')));
    await expect(run()).rejects.toThrow('killed');
    expect(await ledgerRow(1)).not.toHaveProperty('erased_at');
    expect(await run()).toContain('Erased order 1.');
  });

  it('two commands at the same time erase an order once', async () => {
    const puts = jest.spyOn(client, 'send');
    // Virtual time would end the lease of the one while the other waits.
    const time = { now: () => clock, sleep: () => new Promise((resolve) => setImmediate(resolve)) };
    const said: string[] = [];
    const one = () => eraseAll({ email: ADA, dryRun: false, yes: true }, depsOf(said, time));
    await Promise.all([one(), one()]);
    expect(puts.mock.calls.filter(([command]) => isPut(command))).toHaveLength(1);
    expect(said.filter((line) => line === 'Erased order 1.')).toHaveLength(1);
    expect(await tables.orders.find(1)).toEqual(erased(ofAda(1)));
    expect(await ledgerRow(1)).toEqual(aRow(1, { erased_at: iso(clock) }));
  });

  it('a later read of the order stays, and the order is named for another run', async () => {
    const later = ofAda(1, { replication: { read_at: iso(clock) } });
    intercept(isPut, async (pass) => {
      await tables.orders.save(later);
      return pass();
    });
    expect(await run()).toMatch(/^Not erased, .*: order 1\. Run the command again\.$/);
    expect(await tables.orders.find(1)).toEqual(later);
    expect(await run()).toContain('Erased order 1.');
  });

  it('an order whose lease another owner took over is left to that owner', async () => {
    intercept(isUpdate('erased_at'), async (pass) => {
      await write('LedgerTable', aRow(1, { lease_owner: 'worker', lease_until: iso(clock + MINUTE) }));
      return pass();
    });
    expect(await run()).toMatch(/^Not erased, .*: order 1\. Run the command again\.$/);
    expect(await ledgerRow(1)).toEqual(aRow(1, { lease_owner: 'worker', lease_until: iso(clock + MINUTE) }));
    expect(await tables.orders.find(1)).toEqual(ofAda(1));
  });

  it('a lost answer, after which the SDK requests the lease again, does not make the command wait for itself', async () => {
    intercept(isUpdate('lease_until = '), async (pass) => {
      await pass();
      return pass();
    });
    const began = clock;
    expect(await run()).toContain('Erased order 1.');
    expect(clock).toBe(began);
  });
});

describe('the command line', () => {
  it.each([
    'ada',
    '@example.com',
    'ada@',
    'a@b@c',
    'ada@@example.com',
    '"ada@example.com"',
    '<ada@example.com>',
  ])('orders erase does not accept %j as an address, and does not repeat it', async (email) => {
    const { code, said } = await runLine(orders, `erase --email ${email}`);
    expect(said).toMatch(/^error: --email requires one bare address, such as ada@example\.com\.\n/);
    expect(said).not.toContain(`'${email}'`);
    expect(code).toBe(2);
  });

  it.each(['Ada <ada@example.com>', 'ada@example.com ben@example.com', ''])(
    'orders erase does not accept %j as one address',
    async (email) => {
      await expect(runCommand(verb(orders, 'erase'), ['--email', email])).rejects.toThrow(
        'error: --email requires one bare address, such as ada@example.com.',
      );
    },
  );

  it('orders erase requires an address', async () => {
    const { code, said } = await runLine(orders, 'erase');
    expect(said).toMatch(/^error: required option '--email <address>' not specified/);
    expect(code).toBe(2);
  });
});
