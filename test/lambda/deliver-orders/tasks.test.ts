// The tasks of commands: what they look at, what they answer, and that they write nothing.
import type { TaskDeps } from '../../../lambda/deliver-orders/task-deps';
import { runTask } from '../../../lambda/deliver-orders/tasks';
import type { LookedOrder, LookResult } from '../../../lambda/shared/delivery/task-results';
import type { Erp } from '../../../lambda/shared/erp/erp';
import { ConfigurationError, ErpError } from '../../../lambda/shared/runtime/errors';
import { deliveryWorld } from '../../support/delivery-world';
import type { DeliveryWorld, WorldOptions } from '../../support/delivery-world';
import { aLineToDeliver, aMapping, sides } from '../../support/sales-order';

const SECOND = 1_000;

interface TaskOptions {
  readonly erp?: Partial<Erp>;
  readonly invocation?: Partial<TaskDeps['invocation']>;
}

function tasksIn(world: DeliveryWorld, options: TaskOptions = {}) {
  const deps = world.depsOf('task');
  const erp = { ...deps.adapters.erp, ...options.erp };
  const taskDeps: TaskDeps = {
    ...deps,
    adapters: { ...deps.adapters, erpWith: () => erp },
    invocation: { ...deps.invocation, ...options.invocation },
  };
  return async (event: object): Promise<unknown> => {
    const ended = runTask(event, taskDeps);
    ended.catch(() => undefined);
    await world.time.advance(10 * SECOND);
    return ended;
  };
}

/** A world in which these orders are delivered. */
async function delivered(ids: readonly number[], options: WorldOptions = {}) {
  const world = deliveryWorld(options);
  for (const id of ids) await world.tell({ id });
  await world.run(...ids);
  for (const id of ids) expect(world.row(id).state).toBe('delivered');
  return world;
}

const saleOf = (world: DeliveryWorld, orderId: number) => world.row(orderId).erp!.id;

async function lookAt(world: DeliveryWorld, orderId: number, details = false): Promise<LookedOrder> {
  const result = (await tasksIn(world)({ task: 'look', orderIds: [orderId], details })) as LookResult;
  expect(result.left).toEqual([]);
  return result.orders[0]!;
}

describe('check', () => {
  it('a check returns what the adapter finds, and whether the mapping is the deployed one', async () => {
    const world = deliveryWorld();
    const findings = [{ about: 'special.tax', problem: 'Tryton has no product TAX.' }];
    const run = tasksIn(world, { erp: { check: () => Promise.resolve(findings) } });
    expect(await run({ task: 'check' })).toEqual({ mapping: 'mapping-1', isDeployed: true, findings });
    expect(await run({ task: 'check', mapping: aMapping() })).toMatchObject({ isDeployed: false, findings });
  });

  it('settings that the adapter cannot begin with are a finding', async () => {
    const check = () => Promise.reject(new ConfigurationError('The mapping has no erp.database.'));
    expect(await tasksIn(deliveryWorld(), { erp: { check } })({ task: 'check' })).toMatchObject({
      findings: [{ about: 'erp', problem: 'The mapping has no erp.database.' }],
    });
  });

  it('an ERP that does not answer fails the check', async () => {
    const check = () => Promise.reject(new ErpError('No answer.', 'retryable', false));
    await expect(tasksIn(deliveryWorld(), { erp: { check } })({ task: 'check' })).rejects.toThrow(
      'No answer.',
    );
  });

  it('a mapping with mistakes is refused with their places', async () => {
    const mapping = { ...aMapping(), payment: { deliver: 'sometimes' } };
    await expect(tasksIn(deliveryWorld())({ task: 'check', mapping })).rejects.toThrow(
      /^The mapping is not usable\. payment\.deliver/,
    );
  });
});

describe('check-orders', () => {
  it('stored orders are counted by document, by reason to hold, by word of the gate, and by missing item', async () => {
    const world = deliveryWorld();
    await world.tell({ id: 1 });
    await world.tell({ id: 2 });
    await world.tell({ id: 3, channel_id: 9 });
    await world.tell({ id: 4, channel_id: 9 });
    await world.tell({ id: 5, status_id: 5 });
    world.erp.rules.items = new Set(['OTHER']);
    expect(await tasksIn(world)({ task: 'check-orders', orderIds: [1, 2, 3, 4, 5, 6] })).toEqual({
      documents: 2,
      notDelivered: { void: 1, 'no-snapshot': 1 },
      held: [
        { reason: 'unmapped-channel', about: expect.stringContaining('9') as string, orders: 2, orderId: 3 },
      ],
      missingItems: [{ about: 'MUG-07', orders: 2, orderId: 1 }],
      left: [],
    });
  });

  it('orders from before the start are examples, too', async () => {
    const world = deliveryWorld({ policy: { createdFrom: Date.UTC(2030, 0, 1) } });
    await world.tell({ id: 1 });
    expect(await tasksIn(world)({ task: 'check-orders', orderIds: [1] })).toMatchObject({ documents: 1 });
  });

  it('the mapping of the event decides, and not that of the worker', async () => {
    const world = deliveryWorld();
    await world.tell({ id: 1, channel_id: 9 });
    const mapping = aMapping({ channels: [{ else: { shop: 'any' } }] });
    expect(await tasksIn(world)({ task: 'check-orders', mapping, orderIds: [1] })).toMatchObject({
      documents: 1,
      held: [],
    });
  });

  it('orders for which no time is left are named', async () => {
    const world = deliveryWorld();
    const run = tasksIn(world, { invocation: { beginBefore: world.time.now() } });
    expect(await run({ task: 'check-orders', orderIds: [1, 2] })).toMatchObject({
      documents: 0,
      left: [1, 2],
    });
  });

  it('items are asked for in parts of 500', async () => {
    const world = deliveryWorld();
    const skus = Array.from({ length: 501 }, (_, nth) => `SKU-${nth}`);
    const one = { quantity: 1, ...sides('price', '0', '0', '0'), ...sides('total', '0', '0', '0') };
    const products = skus.map((sku, nth) => aLineToDeliver({ id: nth + 12, sku, ...one }));
    await world.tell({ id: 1, products: [aLineToDeliver(), ...products] });
    const asked: number[] = [];
    const missingItems = (items: readonly string[]) => {
      asked.push(items.length);
      return Promise.resolve([items.at(-1)!]);
    };
    const result = await tasksIn(world, { erp: { missingItems } })({ task: 'check-orders', orderIds: [1] });
    expect(result).toMatchObject({ documents: 1 });
    expect(asked).toEqual([500, 2]);
  });
});

describe('preview', () => {
  it('a preview has the document and what the adapter would send, and sends nothing', async () => {
    const world = deliveryWorld();
    await world.tell({ id: 100 });
    const preview = await tasksIn(world)({ task: 'preview', orderId: 100 });
    expect(preview).toMatchObject({
      orderId: 100,
      kind: 'document',
      word: 'deliver',
      document: { ref: 'BC-100', totals: { gross: '32.4' } },
      sends: [{ item: 'MUG-07' }, { item: 'SHIPPING' }, { kind: 'tax' }, { kind: 'tax' }],
    });
    expect(world.erp.records.all.size).toBe(0);
  });

  it('a preview of an order that was created again has its newest reference', async () => {
    const world = await delivered([100]);
    world.deliveries.rows.set(100, { ...world.row(100), refs: ['BC-100', 'BC-100-2'] });
    expect(await tasksIn(world)({ task: 'preview', orderId: 100 })).toMatchObject({
      document: { ref: 'BC-100-2' },
    });
  });

  it('a preview names the reason of a hold, and an order that is not stored', async () => {
    const world = deliveryWorld();
    await world.tell({ id: 1, channel_id: 9, status_id: 5 });
    const run = tasksIn(world);
    expect(await run({ task: 'preview', orderId: 1 })).toMatchObject({
      kind: 'hold',
      word: 'void',
      reason: 'unmapped-channel',
    });
    expect(await run({ task: 'preview', orderId: 2 })).toEqual({ orderId: 2, kind: 'no-snapshot' });
  });
});

describe('look', () => {
  it('an order that stands as it was delivered is the same', async () => {
    const world = await delivered([100]);
    expect(await lookAt(world, 100)).toEqual({
      orderId: 100,
      state: 'delivered',
      isKept: false,
      refs: ['BC-100'],
      verdict: 'same',
      difference: null,
    });
  });

  it('an order that changed in the store is the same in the ERP, and the difference is named', async () => {
    const world = await delivered([100]);
    await world.tell({ id: 100, products: [aLineToDeliver({ sku: 'MUG-08' })] });
    expect(await lookAt(world, 100)).toMatchObject({
      verdict: 'same',
      difference: expect.stringContaining('MUG-08') as string,
    });
  });

  it('an order that staff changed, cancelled or deleted is told apart', async () => {
    const world = await delivered([1, 2, 3]);
    world.erp.staff.editLines(saleOf(world, 1));
    world.erp.staff.cancel(saleOf(world, 2));
    world.erp.records.all.delete(saleOf(world, 3));
    expect(await lookAt(world, 1)).toMatchObject({
      verdict: 'changed',
      difference: expect.stringContaining('MUG-07') as string,
    });
    expect(await lookAt(world, 2)).toMatchObject({ verdict: 'cancelled' });
    expect(await lookAt(world, 3)).toMatchObject({ verdict: 'absent' });
  });

  it('two living sales orders of one order are several', async () => {
    const world = await delivered([100], { erp: { facts: { orderKey: 'none' } } });
    const { currency, lines } = world.erp.records.all.get(saleOf(world, 100))!;
    world.erp.staff.enterByHand(100, 'BC-100', { currency, lines });
    expect(await lookAt(world, 100)).toMatchObject({ verdict: 'several' });
  });

  it('an order whose row is lost is found by the reference of the mapping', async () => {
    const world = await delivered([100]);
    world.deliveries.rows.delete(100);
    expect(await lookAt(world, 100)).toMatchObject({ state: null, refs: ['BC-100'], verdict: 'same' });
  });

  it('an id that the ERP has given a second time is not our order', async () => {
    const world = await delivered([100]);
    const row = world.row(100);
    world.deliveries.rows.set(100, { ...row, erp: { ...row.erp!, id: 'lost' } });
    expect(await lookAt(world, 100)).toMatchObject({ verdict: 'changed' });
  });

  it('the details have the lines of both sides, and no text of a shopper', async () => {
    const world = await delivered([100]);
    const looked = await lookAt(world, 100, true);
    expect(looked.store).toEqual({
      currency: 'USD',
      total: '32.4',
      lines: expect.arrayContaining([
        { item: 'MUG-07', quantity: '2', unitPrice: '12.5', amount: '25' },
      ]) as unknown,
    });
    expect(looked.erp).toMatchObject([{ reference: 'BC-100', totals: { total: '32.4' } }]);
    expect(JSON.stringify(looked)).not.toContain('Ada');
  });

  it('orders for which no time is left are named', async () => {
    const world = await delivered([1, 2]);
    let looks = 0;
    const start = world.time.now();
    const now = () => start + (looks > 0 ? SECOND : 0);
    const { findOrders } = world.depsOf('x').adapters.erp;
    const counting: Erp['findOrders'] = (...args) => {
      looks += 1;
      return findOrders(...args);
    };
    const run = tasksIn(world, {
      erp: { findOrders: counting },
      invocation: { now, beginBefore: start + SECOND },
    });
    expect(await run({ task: 'look', orderIds: [1, 2] })).toMatchObject({
      orders: [{ orderId: 1 }],
      left: [2],
    });
  });
});

describe('every task', () => {
  it('a task leaves rows and the ERP as they are', async () => {
    const world = await delivered([1, 2]);
    const before = structuredClone([...world.deliveries.rows, ...world.erp.records.all]);
    const run = tasksIn(world);
    await run({ task: 'check' });
    await run({ task: 'check-orders', orderIds: [1, 2] });
    await run({ task: 'preview', orderId: 1 });
    await run({ task: 'look', orderIds: [1, 2], details: true });
    expect([...world.deliveries.rows, ...world.erp.records.all]).toEqual(before);
  });

  it('a task takes a slot of the ERP while it calls it, and frees it also after a failure', async () => {
    const world = await delivered([1]);
    let taken = 0;
    const check = () => {
      taken = world.keys.slotsTaken(world.time.now());
      return Promise.reject(new Error('broken'));
    };
    await expect(tasksIn(world, { erp: { check } })({ task: 'check' })).rejects.toThrow('broken');
    expect(taken).toBe(1);
    expect(world.keys.slotsTaken(world.time.now())).toBe(0);
  });

  it('a task without a free slot says so', async () => {
    const admit = () => Promise.resolve({ kind: 'refused', until: 0, why: 'no-slot' } as const);
    const admission = { ...deliveryWorld().depsOf('x').invocation.admission, admit };
    const run = tasksIn(deliveryWorld(), { invocation: { admission } });
    await expect(run({ task: 'check' })).rejects.toThrow('Workers use every connection that the ERP allows.');
  });

  it('an open circuit does not stop a person', async () => {
    const world = deliveryWorld();
    await world.keys.openCircuit(world.time.now() + 600 * SECOND);
    expect(await tasksIn(world)({ task: 'check' })).toMatchObject({ findings: [] });
  });

  it.each([
    [{ task: 'nonsense' }, 'task'],
    [{ task: 'preview' }, 'orderId'],
    [{ task: 'preview', orderId: '7' }, 'orderId'],
    [{ task: 'look', orderIds: [0] }, 'orderIds.0'],
    [{ task: 'look', orderIds: Array.from({ length: 1_001 }, (_, nth) => nth + 1) }, 'orderIds'],
  ])('the event %j is refused with the name of its wrong field', async (event, field) => {
    await expect(tasksIn(deliveryWorld())(event)).rejects.toThrow(
      `Not a task of this version: ${field} is missing or malformed.`,
    );
  });
});
