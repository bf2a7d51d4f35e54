// The races of a delivery, each by its own name, on the real flows and virtual time, in ERPs of each kind.
import { accountDay } from '../../lambda/queue-deliveries/account-day';
import type { DeliverDeps } from '../../lambda/deliver-orders/deliver';
import {
  holdDelivery,
  keepErpVersion,
  recreateDelivery,
  retryDelivery,
} from '../../lambda/shared/delivery/commands';
import type { DeliveryCommand } from '../../lambda/shared/delivery/commands';
import type { KeyPromise } from '../../lambda/shared/delivery/erp-order';
import type { Deliveries } from '../../lambda/shared/tables/deliveries';
import { iso } from '../support/builders';
import { deliveryWorld } from '../support/delivery-world';
import type { DeliveryWorld, WorldOptions } from '../support/delivery-world';
import { aLineToDeliver, sides } from '../support/sales-order';
import { SETTLE_MS } from '../support/simulated-erp';
import { isLiving } from '../support/simulated-erp/records';
import { refused, unanswered } from '../support/simulated-erp/requests';
import { createContainer } from './model/container';
import type { Death } from './model/container';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const INVOCATION_MS = 300_000;
const REQUEST_TIMEOUT_MS = 30_000;
const KINDS = ['refuses', 'overwrites', 'none'] as const;

type Overrides = Parameters<DeliveryWorld['tell']>[0];

/** Three mugs instead of two. */
const EDITED: Overrides = {
  products: [aLineToDeliver({ quantity: 3, ...sides('total', '37.5000', '40.5000', '3.0000') })],
  ...sides('subtotal', '37.5000', '40.5000', '3.0000'),
  ...sides('total', '42.5000', '45.9000', '3.4000'),
};
const CANCELLED: Overrides = { status_id: 5 };
const TOTAL = '32.4';
const EDITED_TOTAL = '45.9';

const erpOf = (orderKey: KeyPromise, more: NonNullable<WorldOptions['erp']> = {}): WorldOptions => ({
  erp: { ...more, facts: { orderKey, ...more.facts } },
});

const bodyOf = (orderId: number, world: DeliveryWorld) =>
  JSON.stringify({ orderId, seenAt: iso(world.time.now()) });

let invocations = 0;

/** Starts an invocation in a container that may die, whose clock may be off, or some of whose parts are replaced. */
function start(
  world: DeliveryWorld,
  orderIds: readonly number[],
  {
    death = {},
    skewMs = 0,
    parts = {},
  }: { death?: Death; skewMs?: number; parts?: Partial<DeliverDeps['adapters']> } = {},
) {
  invocations += 1;
  const container = createContainer(world.time, skewMs);
  const { now, mortal } = container;
  const { adapters, invocation, ...others } = world.depsOf(`started-${invocations}`, now);
  const whole = { ...adapters, ...parts };
  const deps: DeliverDeps = {
    ...others,
    invocation,
    adapters: {
      ...whole,
      deliveries: mortal(whole.deliveries),
      keys: mortal(whole.keys),
      orders: mortal(whole.orders),
      erp: mortal(whole.erp),
    },
  };
  const bodies = orderIds.map((id) => bodyOf(id, world));
  return container.invoke(() => world.send(bodies, deps), INVOCATION_MS, death);
}

/** The sweep each minute, with a worker for what it queues. */
async function pass(world: DeliveryWorld, ms: number): Promise<void> {
  for (const until = world.time.now() + ms; world.time.now() < until;) {
    await world.time.advance(MINUTE);
    const due = await world.deliveries.dueNow(10, world.time.now());
    if (due.length > 0) await world.run(...due.map(({ orderId }) => orderId));
  }
}

const living = (world: DeliveryWorld, id: number) => world.erp.staff.recordsFor(id).filter(isLiving);

const totalOf = (world: DeliveryWorld, id: number): string | undefined => world.row(id).erp?.total;

const confirms = (world: DeliveryWorld) =>
  world.erp.history.filter(({ by, what }) => by === 'us' && what === 'confirm');

const writes = (world: DeliveryWorld) => world.erp.history.filter(({ by }) => by === 'us').length;

function expectOneConfirmed(world: DeliveryWorld, id: number): void {
  expect(living(world, id)).toEqual([expect.objectContaining({ state: 'confirmed' })]);
  expect(world.row(id)).toMatchObject({ state: 'delivered', erp: { id: living(world, id)[0]!.id } });
  expect(world.row(id).due).toBeUndefined();
}

async function give(world: DeliveryWorld, id: number, command: DeliveryCommand): Promise<string> {
  const row = world.row(id);
  const decision = command(row, world.time.now());
  if (decision.kind === 'refusal') return decision.refusal;
  const isDone = await world.deliveries.changeByCommand(row, decision.change, world.time.now());
  return isDone ? 'done' : 'moved';
}

const person = (world: DeliveryWorld) => ({ why: 'a test', by: 'Ada', at: iso(world.time.now()) });

/** An order that is delivered and confirmed. */
async function delivered(options: WorldOptions = {}) {
  const world = deliveryWorld(options);
  const { id } = await world.tell();
  await world.run(id);
  expectOneConfirmed(world, id);
  return { world, id, erpId: world.row(id).erp!.id };
}

/** A draft in the ERP, known to its row, whose confirm was never received there. */
async function drafted(options: WorldOptions = {}) {
  const world = deliveryWorld(options);
  world.erp.requests.meet('confirm', unanswered('never'));
  const { id } = await world.tell();
  await world.run(id);
  expect(living(world, id)).toEqual([expect.objectContaining({ state: 'draft' })]);
  return { world, id, erpId: world.row(id).erp!.id };
}

it.each(KINDS)(
  'a worker that is killed before or after any of its steps leaves one confirmed sales order, where a key %s',
  async (kind) => {
    let isOver = false;
    let step = 1;
    for (; !isOver; step += 1) {
      const world = deliveryWorld(erpOf(kind, { habits: { latencyMs: 100 } }));
      const { id } = await world.tell();
      const ended = start(world, [id], { death: { step } });
      await world.time.advance(MINUTE);
      isOver = (await ended) !== 'died';
      await pass(world, 20 * MINUTE);
      expectOneConfirmed(world, id);
    }
    expect(step).toBeGreaterThan(25);
  },
);

it.each(
  KINDS.flatMap((kind) =>
    (['createCustomer', 'createDraft', 'confirm'] as const).map((call) => [call, kind] as const),
  ),
)(
  'a %s whose worker is killed meanwhile, and which lands up to the settle time later, is not repeated, where a key %s',
  async (call, kind) => {
    for (const share of [0, 0.3, 0.6, 0.99]) {
      const world = deliveryWorld(erpOf(kind, { random: () => share }));
      const { id } = await world.tell();
      world.erp.requests.meet(call, unanswered('late'));
      const ended = start(world, [id], { death: { afterMs: SECOND } });
      await world.time.advance(2 * SECOND);
      expect(await ended).toBe('died');
      await pass(world, HOUR);
      expectOneConfirmed(world, id);
      expect(world.erp.records.customers.size).toBe(1);
      expect(confirms(world)).toHaveLength(1);
    }
  },
);

it('a create that takes effect after its client gave up is found by the next worker, and not repeated', async () => {
  const world = deliveryWorld(erpOf('none'));
  const { id } = await world.tell();
  world.erp.requests.meet('createDraft', unanswered('late'));
  await world.run(id);
  await pass(world, 5 * MINUTE);
  expect(world.erp.requests.sent.filter(({ call }) => call === 'createDraft')).toHaveLength(1);
  await pass(world, 15 * MINUTE);
  expectOneConfirmed(world, id);
  expect(world.erp.requests.sent.filter(({ call }) => call === 'createDraft')).toHaveLength(1);
});

it('a worker that is slow, and whose lease is past, neither writes nor sends when it continues', async () => {
  const world = deliveryWorld(erpOf('none'));
  const { id } = await world.tell();
  const snapshot = world.snapshots.get(id);
  const orders = { find: () => world.time.sleep(6 * MINUTE).then(() => snapshot) };
  const slow = world.send([bodyOf(id, world)], withAdapters(world.depsOf('slow'), { orders }));
  await pass(world, 10 * MINUTE);
  expect(await slow).toEqual(['acknowledged']);
  expectOneConfirmed(world, id);
  expect(confirms(world)).toHaveLength(1);
});

it('a worker that sleeps between its intent and its request does not send it', async () => {
  const world = deliveryWorld(erpOf('none'));
  const { id } = await world.tell();
  const adapters = world.depsOf('slow').adapters;
  const changeLeased: Deliveries['changeLeased'] = async (lease, change, told) => {
    const row = await adapters.deliveries.changeLeased(lease, change, told);
    if (change.set?.intent?.step === 'order') await world.time.sleep(4 * MINUTE);
    return row;
  };
  const parts = { deliveries: { ...adapters.deliveries, changeLeased } };
  const slow = start(world, [id], { parts });
  await world.time.advance(5 * MINUTE);
  await slow;
  expect(world.erp.requests.sent.map(({ call }) => call)).not.toContain('createDraft');
  await pass(world, 30 * MINUTE);
  expectOneConfirmed(world, id);
});

const withAdapters = (deps: DeliverDeps, parts: Partial<DeliverDeps['adapters']>): DeliverDeps => ({
  ...deps,
  adapters: { ...deps.adapters, ...parts },
});

it.each([
  ['is sent again by the SDK', true],
  ['becomes an error', false],
] as const)(
  'the answer to any conditional write is lost and %s: the order is delivered once',
  async (_, isRepeated) => {
    let isOver = false;
    let lost = 0;
    for (; !isOver; lost += 1) {
      const world = deliveryWorld(erpOf('none'));
      const { id } = await world.tell();
      const { deliveries, keys } = world.depsOf('worker').adapters;
      let calls = 0;
      const losing =
        <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
        async (...args: A): Promise<R> => {
          const answer = await call(...args);
          if (calls++ !== lost) return answer;
          if (isRepeated) return call(...args);
          throw new Error('The answer was lost.');
        };
      const { takeLease, changeLeased } = deliveries;
      const parts = {
        deliveries: { ...deliveries, takeLease: losing(takeLease), changeLeased: losing(changeLeased) },
        keys: {
          ...keys,
          takeSlot: losing(keys.takeSlot),
          takeCustomer: losing(keys.takeCustomer),
          changeCustomer: losing(keys.changeCustomer),
        },
      };
      void start(world, [id], { parts });
      await pass(world, HOUR);
      isOver = calls <= lost;
      expectOneConfirmed(world, id);
      expect(world.erp.records.customers.size).toBe(1);
    }
    expect(lost).toBeGreaterThan(5);
  },
);

it('an edit that is reported while the first version is being created is in the ERP before anything is confirmed', async () => {
  const world = deliveryWorld();
  const { id } = await world.tell();
  await world.time.advance(SECOND);
  world.erp.requests.when('createDraft', 'landed', () => world.tell({ ...EDITED }));
  await world.run(id);
  await pass(world, 5 * MINUTE);
  expectOneConfirmed(world, id);
  expect(totalOf(world, id)).toBe(EDITED_TOTAL);
  expect(confirms(world)).toHaveLength(1);
});

it('an order that is cancelled between create and confirm is cancelled in the ERP, and never confirmed', async () => {
  const world = deliveryWorld();
  const { id } = await world.tell();
  await world.time.advance(SECOND);
  world.erp.requests.when('createDraft', 'landed', () => world.tell({ ...CANCELLED }));
  await world.run(id);
  await pass(world, 5 * MINUTE);
  expect(world.row(id)).toMatchObject({ state: 'cancelled' });
  expect(world.erp.staff.recordsFor(id)).toEqual([expect.objectContaining({ state: 'cancelled' })]);
  expect(confirms(world)).toEqual([]);
});

it.each(KINDS)('a draft that staff delete is held, and not created again, where a key %s', async (kind) => {
  const { world, id, erpId } = await drafted(erpOf(kind));
  world.erp.staff.deleteDraft(erpId);
  await pass(world, HOUR);
  expect(world.row(id)).toMatchObject({ state: 'held', reason: 'gone-from-erp' });
  expect(world.erp.staff.recordsFor(id)).toEqual([]);
});

it.each(KINDS)(
  'a draft whose reference staff change is held, and nothing is written to it, where a key %s',
  async (kind) => {
    const { world, id, erpId } = await drafted(erpOf(kind));
    world.erp.staff.rename(erpId, 'PHONE-7', kind);
    const before = writes(world);
    await pass(world, HOUR);
    expect(world.row(id)).toMatchObject({ state: 'held', reason: 'changed-in-erp' });
    expect(writes(world)).toBe(before);
  },
);

it('a draft that staff confirm themselves is delivered', async () => {
  const { world, id, erpId } = await drafted();
  world.erp.staff.confirm(erpId);
  await pass(world, HOUR);
  expectOneConfirmed(world, id);
  expect(confirms(world)).toEqual([]);
});

it('an order that staff have entered by hand is adopted if it is the same, and held if it is not', async () => {
  for (const [quantity, state] of [
    ['2', 'delivered'],
    ['7', 'held'],
  ] as const) {
    const world = deliveryWorld(erpOf('none'));
    const other = await delivered();
    const { currency, lines } = living(other.world, other.id)[0]!;
    const [first, ...rest] = lines;
    world.erp.staff.enterByHand(other.id, `BC-${other.id}`, {
      currency,
      lines: [{ ...first!, quantity }, ...rest],
    });
    const { id } = await world.tell();
    await world.run(id);
    expect(world.row(id).state).toBe(state);
    expect(living(world, id)).toHaveLength(1);
    expect(world.erp.history.filter(({ what, by }) => what === 'create' && by === 'us')).toEqual([]);
  }
});

it('a record that is reported twice costs one delivery, and one that comes late does not bring an older version back', async () => {
  const world = deliveryWorld();
  const first = await world.tell();
  await world.time.advance(SECOND);
  const { id } = await world.tell({ ...EDITED });
  await world.deliveries.tell(id, first.replication.read_at, world.time.now());
  await world.deliveries.tell(id, world.snapshots.get(id)!.replication.read_at, world.time.now());
  await world.run(id);
  await pass(world, 5 * MINUTE);
  expectOneConfirmed(world, id);
  expect(totalOf(world, id)).toBe(EDITED_TOTAL);
});

it('an order whose record of the stream is lost is delivered after the account', async () => {
  const world = deliveryWorld();
  const { id } = await world.tell();
  world.deliveries.rows.clear();
  const { log } = world.depsOf('account').adapters;
  const account = await accountDay(0, {
    adapters: {
      deliveries: world.deliveries,
      keys: world.keys,
      queue: { enqueue: () => Promise.resolve([]) },
      orders: { among: () => Promise.resolve(new Map(world.snapshots)) },
      finished: { between: () => pages([id]) },
      log,
    },
    policy: { mode: 'live', paused: false },
    invocation: { now: world.time.now, beginBefore: Infinity },
  });
  expect(account).toMatchObject({ copied: 1, open: 1, told: 1 });
  await pass(world, 2 * MINUTE);
  expectOneConfirmed(world, id);
});

// eslint-disable-next-line @typescript-eslint/require-await -- the adapter is asynchronous
async function* pages(ids: readonly number[]) {
  yield ids;
}

it('an order that is held for want of a rule is delivered once a mapping has one', async () => {
  const world = deliveryWorld();
  const { id } = await world.tell({ channel_id: 2 });
  await world.run(id);
  expect(world.row(id)).toMatchObject({ state: 'held', reason: 'unmapped-channel' });
  world.setMapping({ channels: [{ channelId: 2, use: {} }, { else: 'hold' }] }, 'mapping-2');
  const due = await world.deliveries.heldByAnotherMapping(10, 'mapping-2', world.time.now());
  expect(due.map(({ orderId }) => orderId)).toEqual([id]);
  await world.run(id);
  expectOneConfirmed(world, id);
});

it('a mapping that changes between draft and confirm is in the draft before it is confirmed', async () => {
  const { world, id } = await drafted();
  world.setMapping({ items: { by: 'sku', rename: { 'MUG-07': 'CUP' }, else: 'hold' } }, 'mapping-2');
  await pass(world, 5 * MINUTE);
  expectOneConfirmed(world, id);
  expect(living(world, id)[0]!.lines.map(({ item }) => item)).toContain('CUP');
});

it('a create is not asked for again with the items of another mapping while the first one may land', async () => {
  const world = deliveryWorld(erpOf('refuses', { random: () => 0.99 }));
  const { id } = await world.tell();
  world.erp.requests.meet('createDraft', unanswered('late'));
  world.erp.requests.meet('createDraft', unanswered('never'));
  const first = start(world, [id], { death: { afterMs: SECOND } });
  await world.time.advance(2 * SECOND);
  await first;
  // Its lease is past, and the ERP is still working on it.
  const { lease_owner: _, lease_until: _until, ...row } = world.row(id);
  world.deliveries.rows.set(id, row);
  world.setMapping({ items: { by: 'sku', rename: { 'MUG-07': 'CUP' }, else: 'hold' } }, 'mapping-2');
  await world.run(id);
  await pass(world, HOUR);
  expectOneConfirmed(world, id);
  expect(living(world, id)[0]!.lines.map(({ item }) => item)).toContain('CUP');
});

it('a delivered order that expires or is erased stays as it is, without a call', async () => {
  const { world, id } = await delivered();
  const calls = world.erp.requests.sent.length;
  await world.time.advance(MINUTE);
  const erased_at = iso(world.time.now());
  await world.tell({ customer_message: '', replication: { erased_at } });
  await world.run(id);
  expect(world.row(id)).toMatchObject({ state: 'delivered' });
  world.snapshots.delete(id);
  await give(world, id, retryDelivery);
  await world.run(id);
  expect(living(world, id)).toHaveLength(1);
  expect(world.row(id).state).not.toBe('excluded');
  expect(writes(world)).toBe(world.erp.history.length);
  expect(world.erp.requests.sent.slice(calls).filter(({ call }) => call !== 'findOrders')).toEqual([]);
});

it('a snapshot that expires while the answer to the confirm is missing does not hide that the order is in the ERP', async () => {
  const world = deliveryWorld();
  const { id } = await world.tell({ ...CANCELLED });
  await world.run(id);
  expect(world.row(id)).toMatchObject({ state: 'excluded', reason: 'void' });
  await world.time.advance(MINUTE);
  await world.tell();
  world.erp.requests.meet('confirm', unanswered('never'));
  await world.run(id);
  world.snapshots.delete(id);
  await pass(world, 10 * MINUTE);
  expect(world.row(id)).toMatchObject({ state: 'held', reason: 'no-snapshot' });
});

it('an order that a restored ERP has lost is held, and created again by command only, under the next reference', async () => {
  const world = deliveryWorld();
  const backup = world.erp.records.backup();
  const { id } = await world.tell();
  await world.run(id);
  world.erp.records.restore(backup);
  await give(world, id, retryDelivery);
  await pass(world, 5 * MINUTE);
  expect(world.row(id)).toMatchObject({ state: 'held', reason: 'gone-from-erp' });

  expect(await give(world, id, recreateDelivery)).toBe('done');
  // The customer is gone as well, and is found or created again.
  await pass(world, 30 * MINUTE);
  expectOneConfirmed(world, id);
  expect(living(world, id)[0]!.reference).toBe(`BC-${id}-2`);
});

it('a lost sales order that a restore brings back to life next to the new one holds the order', async () => {
  const { world, id, erpId } = await drafted();
  world.erp.staff.deleteDraft(erpId);
  await pass(world, 5 * MINUTE);
  await give(world, id, recreateDelivery);
  await pass(world, 5 * MINUTE);
  expectOneConfirmed(world, id);
  // As a restore of one table would.
  const deleted = world.erp.history.find(({ what }) => what === 'delete')!;
  world.erp.records.write(erpId, deleted.before, { by: 'restore', what: 'restore' });
  const before = writes(world);
  await world.tell({ ...EDITED });
  await pass(world, 5 * MINUTE);
  expect(world.row(id)).toMatchObject({ state: 'held', reason: 'several-in-erp' });
  expect(writes(world)).toBe(before);
});

it('an id that the ERP gives a second time is not taken for our order', async () => {
  const world = deliveryWorld();
  const backup = world.erp.records.backup();
  const { id } = await world.tell();
  await world.run(id);
  world.erp.records.restore(backup);
  const { records, staff } = world.erp;
  while (records.all.size === 0 || [...records.all.keys()].at(-1) !== world.row(id).erp!.id) {
    staff.enterByHand(7, 'PHONE-7', { currency: 'USD', lines: [] });
  }
  await world.tell({ ...EDITED });
  await pass(world, 5 * MINUTE);
  expect(world.row(id).state).toBe('held');
  expect(
    staff.recordsFor(7).every(({ reference, state }) => reference === 'PHONE-7' && state === 'draft'),
  ).toBe(true);
  expect(living(world, id)).toEqual([]);
});

it.each([
  ['behind', 'ahead', -2 * SECOND, 2 * SECOND],
  ['ahead', 'behind', 2 * SECOND, -2 * SECOND],
] as const)(
  'a create of a worker whose clock is %s lands at the last moment, and one whose clock is %s still does not repeat it',
  async (_one, _other, first, second) => {
    const world = deliveryWorld(erpOf('none', { random: () => 0.9999 }));
    const { id } = await world.tell();
    world.erp.requests.meet('createDraft', unanswered('late'));
    void start(world, [id], { skewMs: first });
    await world.time.advance(5 * SECOND);
    const landsBy = world.time.now() + REQUEST_TIMEOUT_MS + SETTLE_MS.none;
    while (world.time.now() < landsBy + MINUTE) {
      await world.time.advance(SECOND);
      void start(world, [id], { skewMs: second });
    }
    await pass(world, 5 * MINUTE);
    expectOneConfirmed(world, id);
    expect(world.erp.history.filter(({ what }) => what === 'create')).toHaveLength(1);
  },
);

it('a find that lags behind a create does not lead to a second one', async () => {
  const world = deliveryWorld(
    erpOf('none', { random: () => 0.99, facts: { findLagMs: 2 * MINUTE, settleMs: 20 * SECOND } }),
  );
  const { id } = await world.tell();
  world.erp.requests.meet('createDraft', unanswered('late'));
  await world.run(id);
  await pass(world, 10 * MINUTE);
  expectOneConfirmed(world, id);
  expect(world.erp.history.filter(({ what }) => what === 'create')).toHaveLength(1);
});

it('a find that is under way while the intent settles concludes nothing from what it does not show', async () => {
  const world = deliveryWorld(erpOf('none', { facts: { settleMs: 20 * SECOND } }));
  const { id } = await world.tell();
  world.erp.requests.meet('createDraft', unanswered('never'));
  await world.run(id);
  const until = Date.parse(world.row(id).intent!.until);
  // A worker begins its find shortly before, and gets the answer, which is old by then, shortly after.
  await world.time.advance(until - SECOND - world.time.now());
  const due = { due: 'now', due_at: iso(world.time.now()) } as const;
  world.deliveries.rows.set(id, { ...world.row(id), ...due });
  world.erp.requests.when('findOrders', 'landed', () => world.time.sleep(5 * SECOND));
  await world.run(id);
  expect(world.erp.requests.sent.filter(({ call }) => call === 'createDraft')).toHaveLength(1);
  expect(world.row(id)).toMatchObject({ state: 'waiting', due: 'now' });
  await pass(world, 5 * MINUTE);
  expectOneConfirmed(world, id);
});

it('a reference that the ERP calls taken, and shows later, is found', async () => {
  const world = deliveryWorld(erpOf('refuses', { random: () => 0.99, facts: { findLagMs: 90 * SECOND } }));
  const { id } = await world.tell();
  world.erp.requests.meet('createDraft', unanswered('now'));
  await world.run(id);
  await pass(world, 20 * MINUTE);
  expectOneConfirmed(world, id);
});

it('a reference that the ERP calls taken, and never shows, holds the order at the sixth attempt', async () => {
  const world = deliveryWorld();
  const { id } = await world.tell();
  world.erp.requests.meet('createDraft', unanswered('now'));
  world.erp.requests.when('createDraft', 'landed', () => {
    for (const { id: erpId } of world.erp.staff.recordsFor(id)) world.erp.staff.hide(erpId);
  });
  await pass(world, 3 * HOUR);
  expect(world.row(id)).toMatchObject({ state: 'held', reason: 'duplicate-not-found' });
  expect(world.erp.staff.recordsFor(id)).toHaveLength(1);
});

it('a hold in the midst of an attempt keeps the draft from being confirmed', async () => {
  const world = deliveryWorld();
  const { id } = await world.tell();
  world.erp.requests.when('createDraft', 'landed', () => give(world, id, holdDelivery(person(world))));
  await world.run(id);
  await pass(world, 5 * MINUTE);
  expect(world.row(id)).toMatchObject({ state: 'held', reason: 'by-person' });
  expect(confirms(world)).toEqual([]);
});

it('a retry in the midst of an attempt leaves the row due, and the order is delivered once', async () => {
  const world = deliveryWorld();
  const { id } = await world.tell();
  world.erp.requests.when('confirm', 'landed', () => give(world, id, retryDelivery));
  await world.run(id);
  expect(world.row(id)).toMatchObject({ state: 'delivered', due: 'now' });
  await pass(world, 5 * MINUTE);
  expectOneConfirmed(world, id);
});

it.each(['refuses', 'none'] as const)(
  'ten orders of one new customer at once have one customer, where its key %s',
  async (customerKey) => {
    const world = deliveryWorld({
      erp: { habits: { latencyMs: 200 }, facts: { orderKey: 'none', customerKey } },
      policy: { concurrency: 5 },
    });
    const ids = Array.from({ length: 10 }, (_, nth) => 200 + nth);
    for (const id of ids) await world.tell({ id });
    for (const id of ids) void start(world, [id]);
    await world.time.advance(5 * MINUTE);
    await pass(world, 30 * MINUTE);
    for (const id of ids) expectOneConfirmed(world, id);
    expect(world.erp.records.customers.size).toBe(1);
  },
);

it('a customer whose create lands late is not created again, in an ERP that knows no key of customers', async () => {
  const world = deliveryWorld(erpOf('none', { random: () => 0.9, facts: { customerKey: 'none' } }));
  const { id } = await world.tell();
  world.erp.requests.meet('createCustomer', unanswered('late'));
  await world.run(id);
  // Another order of the same customer.
  await world.tell({ id: id + 1 });
  await pass(world, HOUR);
  expectOneConfirmed(world, id);
  expectOneConfirmed(world, id + 1);
  expect(world.erp.records.customers.size).toBe(1);
});

it('a draft whose totals differ stays unconfirmed, however often it is retried', async () => {
  const world = deliveryWorld();
  const { id } = await world.tell();
  world.erp.rules.roundsOtherwise = true;
  await world.run(id);
  for (let times = 0; times < 3; times += 1) {
    expect(world.row(id)).toMatchObject({ state: 'held', reason: 'totals-differ' });
    expect(await give(world, id, retryDelivery)).toBe('done');
    await pass(world, 2 * MINUTE);
  }
  expect(confirms(world)).toEqual([]);
});

it('a confirm that lands late, over an edit, leads to a hold and not to an unconfirmed rewrite', async () => {
  const world = deliveryWorld(erpOf('none', { random: () => 0.5 }));
  const { id } = await world.tell();
  world.erp.requests.meet('confirm', unanswered('late'));
  await world.run(id);
  await world.tell({ ...EDITED });
  await world.run(id);
  expect(world.erp.requests.sent.map(({ call }) => call)).not.toContain('rewriteDraft');
  await pass(world, 30 * MINUTE);
  expect(living(world, id)).toEqual([expect.objectContaining({ state: 'confirmed' })]);
  expect(world.row(id)).toMatchObject({ state: 'held', reason: 'edited-after-confirm' });
});

it('a rewrite that lands late, over a second edit, does not replace it', async () => {
  const { world, id } = await drafted(erpOf('none', { random: () => 0.5 }));
  await world.tell({ ...EDITED });
  world.erp.requests.meet('rewriteDraft', unanswered('late'));
  await pass(world, 15 * MINUTE);
  await world.tell();
  await pass(world, HOUR);
  expectOneConfirmed(world, id);
  expect(totalOf(world, id)).toBe(TOTAL);
});

it('a cancel that lands late, over a re-opening, is seen: the order is held, and not confirmed by half', async () => {
  const { world, id } = await drafted(erpOf('none', { random: () => 0.5 }));
  await world.tell({ ...CANCELLED });
  world.erp.requests.meet('cancel', unanswered('late'));
  await pass(world, 12 * MINUTE);
  await world.tell();
  await pass(world, HOUR);
  expect(world.row(id)).toMatchObject({ state: 'held', reason: 'cancelled-in-erp' });
  expect(confirms(world)).toEqual([]);
});

it.each([
  ['lands', 'late', 'cancelled'],
  ['never lands', 'never', 'excluded'],
] as const)(
  'an order that is cancelled while the answer to its create is missing, and %s, is not left in the ERP',
  async (_, lands, state) => {
    const world = deliveryWorld(erpOf('none', { random: () => 0.5 }));
    const { id } = await world.tell();
    world.erp.requests.meet('createDraft', unanswered(lands));
    await world.run(id);
    await world.tell({ ...CANCELLED });
    await world.run(id);
    // Nothing is concluded from what the find does not show.
    expect(world.row(id)).toMatchObject({ state: 'waiting', due: 'now' });
    await pass(world, 30 * MINUTE);
    expect(world.row(id).state).toBe(state);
    expect(living(world, id)).toEqual([]);
  },
);

it('a mere move of the status after delivery costs no call, also under another mapping', async () => {
  const { world, id } = await delivered();
  const calls = world.erp.requests.sent.length;
  world.setMapping({ items: { by: 'sku', rename: { 'MUG-07': 'CUP' }, else: 'hold' } }, 'mapping-2');
  await world.time.advance(MINUTE);
  await world.tell({ status_id: 2 });
  await world.run(id);
  expect(world.row(id)).toMatchObject({ state: 'delivered' });
  expect(world.erp.requests.sent).toHaveLength(calls);
});

it('a digest of another version is compared with the ERP, and recorded again without a write', async () => {
  const { world, id } = await delivered();
  const row = world.row(id);
  const { digest, ...others } = row.delivered!;
  const old = `0:${digest.slice(2)}`;
  world.deliveries.rows.set(id, {
    ...row,
    delivered: { ...others, digest: old },
    erp: { ...row.erp!, digest: old },
  });
  const before = writes(world);
  await world.time.advance(MINUTE);
  await world.tell({ status_id: 2 });
  await world.run(id);
  expect(world.row(id)).toMatchObject({ state: 'delivered', delivered: { digest } });
  expect(writes(world)).toBe(before);
});

it('an order that was delivered unpaid and is then paid stays delivered, without a call', async () => {
  const world = deliveryWorld({ mapping: { payment: { deliver: 'always' } } });
  const { id } = await world.tell({ status_id: 7 });
  await world.run(id);
  const calls = world.erp.requests.sent.length;
  await world.time.advance(MINUTE);
  await world.tell({ status_id: 11 });
  await world.run(id);
  expectOneConfirmed(world, id);
  expect(world.erp.requests.sent).toHaveLength(calls);
});

it('a draft that the ERP refuses to cancel is held as refused, and not as a confirmed one', async () => {
  const { world, id } = await drafted();
  await world.tell({ ...CANCELLED });
  world.erp.requests.meet('cancel', refused('data'));
  await pass(world, 10 * MINUTE);
  expect(world.row(id)).toMatchObject({ state: 'held', reason: 'refused-by-erp' });
  expect(await give(world, id, retryDelivery)).toBe('done');
  await pass(world, 2 * MINUTE);
  expect(world.row(id).state).toBe('cancelled');
});

it("a person's word for the ERP's version does not cover a version that is reported meanwhile", async () => {
  const { world, id } = await delivered();
  await world.time.advance(MINUTE);
  await world.tell({ ...EDITED });
  await world.run(id);
  expect(world.row(id)).toMatchObject({ state: 'held', reason: 'edited-after-confirm' });
  const seen = world.row(id);
  const decision = keepErpVersion(person(world))(seen, world.time.now());
  await world.time.advance(MINUTE);
  await world.tell({ ...EDITED, customer_message: 'Please wrap it.' });
  // Decided before, written after: refused.
  expect(decision.kind).toBe('change');
  const change = decision.kind === 'change' ? decision.change : {};
  expect(await world.deliveries.changeByCommand(seen, change, world.time.now())).toBe(false);
  await world.run(id);
  expect(await give(world, id, keepErpVersion(person(world)))).toBe('done');
  // And what is reported after the word is an edit of a kept order.
  await world.tell({ ...EDITED, customer_message: 'Do not wrap it.' });
  await world.run(id);
  expect(world.row(id)).toMatchObject({ state: 'held' });
  expect(world.row(id).kept).not.toBe(true);
  expect(totalOf(world, id)).toBe(TOTAL);
});

it('a sales order that is cancelled in the ERP is created again by command, under the next reference', async () => {
  const { world, id, erpId } = await drafted();
  world.erp.staff.cancel(erpId);
  await pass(world, 5 * MINUTE);
  expect(world.row(id)).toMatchObject({ state: 'held', reason: 'cancelled-in-erp' });
  expect(await give(world, id, recreateDelivery)).toBe('done');
  await pass(world, 5 * MINUTE);
  expectOneConfirmed(world, id);
  expect(living(world, id)[0]!.reference).toBe(`BC-${id}-2`);
});
