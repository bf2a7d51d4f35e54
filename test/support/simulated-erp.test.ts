// The simulated ERP does what the ERPs of its kind do, and each breach of the promise is found in its history.
import type { ErpCustomer, KeyPromise } from '../../lambda/shared/delivery/erp-order';
import type { SalesOrder, SentLine } from '../../lambda/shared/delivery/sales-order';
import { createSimulatedErp } from './simulated-erp';
import type { SimulatedErp } from './simulated-erp';
import { findBreaches } from './simulated-erp/breaches';
import type { Evidence } from './simulated-erp/breaches';
import { refused, unanswered } from './simulated-erp/requests';
import { virtualTime } from './virtual-time';

const NEVER = Infinity;

const LINES: readonly SentLine[] = [
  { kind: 'item', item: 'MUG', description: 'Mug', quantity: '3', unitPrice: '3.3333', amount: '10' },
  { kind: 'tax', item: 'TAX', description: 'Tax', quantity: '1', unitPrice: '0.72', amount: '0.72' },
];
const GOODS = LINES.slice(0, 1);
const DOCUMENT = {
  ref: 'BC-100',
  orderId: 100,
  currency: 'USD',
  party: { key: 'BC-7', kind: 'customer', name: 'Ada Moss', email: 'ada@example.com' },
  payments: [],
} as unknown as SalesOrder;

function anErp(orderKey: KeyPromise, more: Partial<Parameters<typeof createSimulatedErp>[0]> = {}) {
  const time = virtualTime();
  const lines = { all: LINES };
  const erp = createSimulatedErp({
    time,
    sentLines: () => lines.all,
    ...more,
    facts: { orderKey, ...more.facts },
  });
  const port = erp.connect();
  /** Awaits a call while time passes. */
  const after = async <T>(ms: number, call: Promise<T>): Promise<T> => {
    const settled = call.then(
      (value) => () => value,
      (error: unknown) => () => {
        throw error;
      },
    );
    await time.advance(ms);
    return (await settled)();
  };
  const customer = () => after(0, port.createCustomer(DOCUMENT.party, [], NEVER));
  return { time, erp, port, after, customer, lines };
}

type World = ReturnType<typeof anErp>;

async function aDraft(world: World) {
  const customer = await world.customer();
  return { customer, order: await world.after(0, world.port.createDraft(DOCUMENT, customer, NEVER)) };
}

const createAgain = ({ port, after }: World, customer: ErpCustomer) =>
  after(0, port.createDraft(DOCUMENT, customer, NEVER));

it('a draft in the simulated ERP has the totals of its own arithmetic', async () => {
  const { order } = await aDraft(anErp('refuses'));
  expect(order).toMatchObject({ state: 'draft', totals: { net: '10.72', tax: '0', total: '10.72' } });
});

it('a simulated ERP that rounds otherwise arrives at another total', async () => {
  const world = anErp('refuses');
  world.erp.rules.roundsOtherwise = true;
  expect((await aDraft(world)).order.totals.total).toBe('10.73');
});

it('a second order under one key is refused, overwrites the first one, or is created, by the kind of the ERP', async () => {
  const refuses = anErp('refuses');
  const { customer } = await aDraft(refuses);
  await expect(createAgain(refuses, customer)).rejects.toMatchObject({
    failure: 'duplicate',
    provesRefusal: true,
  });

  const overwrites = anErp('overwrites');
  const first = await aDraft(overwrites);
  expect((await createAgain(overwrites, first.customer)).id).toBe(first.order.id);

  const none = anErp('none');
  const other = await aDraft(none);
  expect((await createAgain(none, other.customer)).id).not.toBe(other.order.id);
});

it('a create that is not answered lands up to the settle time later', async () => {
  const world = anErp('none', { random: () => 0.9 });
  const customer = await world.customer();
  world.erp.requests.meet('createDraft', unanswered('late'));
  const call = world.port.createDraft(DOCUMENT, customer, NEVER);
  await expect(world.after(30_000, call)).rejects.toMatchObject({ provesRefusal: false });
  expect(world.erp.records.all.size).toBe(0);
  await world.time.advance(600_000);
  expect(world.erp.records.all.size).toBe(1);
});

it('a writing request that would leave too late does not leave', async () => {
  const world = anErp('refuses');
  const call = world.port.createCustomer(DOCUMENT.party, [], world.time.now());
  await expect(world.after(0, call)).rejects.toMatchObject({ provesRefusal: true });
  expect(world.erp.records.customers.size).toBe(0);
});

it('a find by reference lags behind a create, and a find by id does not', async () => {
  const world = anErp('none', { random: () => 1, facts: { findLagMs: 10_000 } });
  const customer = await world.customer();
  const order = await world.after(0, world.port.createDraft(DOCUMENT, customer, NEVER));
  expect(await world.after(0, world.port.findOrders(['BC-100']))).toEqual([]);
  expect(await world.after(0, world.port.findOrders(['BC-100'], order.id))).toHaveLength(1);
  await world.time.advance(10_000);
  expect(await world.after(0, world.port.findOrders(['BC-100']))).toHaveLength(1);
});

it('a draft becomes confirmed by steps: its number, each payment that it lacks, and the confirmation', async () => {
  const world = anErp('refuses', { numbersFirst: true });
  const { order } = await aDraft(world);
  const gift = { kind: 'gift_certificate', method: 'Gift', erpMethod: 'Gift', amount: '5' } as const;
  const document = { ...DOCUMENT, payments: [gift] };
  const states: unknown[] = [];
  for (let times = 0; times < 3; times += 1) {
    const { state, number, payments } = await world.after(0, world.port.confirm(order, document, NEVER));
    states.push([state, number !== undefined, payments.length]);
  }
  expect(states).toEqual([
    ['draft', true, 0],
    ['draft', true, 1],
    ['confirmed', true, 1],
  ]);
  await expect(world.after(0, world.port.confirm(order, document, NEVER))).rejects.toMatchObject({
    failure: 'data',
  });
});

it('an ERP that is down, refuses the credentials, or lacks an item answers with the class of that failure', async () => {
  const world = anErp('refuses');
  world.erp.habits.isDown = true;
  const find = () => world.after(60_000, world.port.findOrders(['BC-100']));
  await expect(find()).rejects.toMatchObject({ failure: 'retryable', provesRefusal: false });
  Object.assign(world.erp.habits, { isDown: false, credentialsAreWrong: true });
  await expect(find()).rejects.toMatchObject({ failure: 'configuration' });
  world.erp.habits.credentialsAreWrong = false;
  world.erp.requests.meet('findOrders', refused('busy'));
  await expect(find()).rejects.toMatchObject({ failure: 'busy' });
  world.erp.rules.items = new Set(['CUP']);
  await expect(world.after(0, world.port.prepare(DOCUMENT, undefined))).rejects.toMatchObject({
    failure: 'data',
  });
});

it('a restore brings back what was deleted, takes what was made since, and gives ids a second time', async () => {
  const world = anErp('refuses');
  const { order } = await aDraft(world);
  const backup = world.erp.records.backup();
  world.erp.staff.deleteDraft(order.id);
  const byHand = () => world.erp.staff.enterByHand(101, 'PHONE', { currency: 'USD', lines: [] });
  const later = byHand();
  world.erp.records.restore(backup);
  expect([...world.erp.records.all.keys()]).toEqual([order.id]);
  expect(byHand().id).toBe(later.id);
});

const evidenceOf = (erp: SimulatedErp, more: Partial<Evidence> = {}): Evidence => ({
  history: erp.history,
  customers: erp.records.customers.values(),
  versionsOf: () => [{ since: 0, currency: 'USD', lines: [GOODS], total: '10.72' }],
  isKnown: () => true,
  mayBeCreatedAgain: () => false,
  lookMs: 30_000,
  findLagMs: 0,
  ...more,
});

it('there is no breach in the history of an order that is created and confirmed', async () => {
  const world = anErp('none');
  const { order } = await aDraft(world);
  await world.after(0, world.port.confirm(order, DOCUMENT, NEVER));
  expect(findBreaches(evidenceOf(world.erp))).toEqual([]);
});

it('a second living sales order and a second customer are breaches', async () => {
  const world = anErp('none', { facts: { customerKey: 'none' } });
  const { customer } = await aDraft(world);
  await createAgain(world, customer);
  await world.customer();
  expect(findBreaches(evidenceOf(world.erp))).toEqual([
    expect.stringContaining('Order 100: E1'),
    'Customer BC-7 is there twice.',
  ]);
});

it('a second sales order that staff entered while the first one was on its way is no breach', async () => {
  const world = anErp('none');
  const customer = await world.customer();
  world.erp.staff.enterByHand(100, 'BC-100', { currency: 'USD', lines: LINES });
  await createAgain(world, customer);
  expect(findBreaches(evidenceOf(world.erp))).toEqual([]);

  const late = anErp('none');
  const other = await late.customer();
  late.erp.staff.enterByHand(100, 'BC-100', { currency: 'USD', lines: LINES });
  await late.time.advance(31_000);
  await createAgain(late, other);
  expect(findBreaches(evidenceOf(late.erp))).toEqual([expect.stringContaining('E1')]);
});

it('an order that is confirmed with another total than the store ever had is a breach', async () => {
  const world = anErp('refuses');
  const { order } = await aDraft(world);
  await world.after(0, world.port.confirm(order, DOCUMENT, NEVER));
  const other = { since: 0, currency: 'USD', lines: [GOODS], total: '10.73' };
  expect(findBreaches(evidenceOf(world.erp, { versionsOf: () => [other] }))).toEqual([
    expect.stringContaining('E2'),
  ]);
});

it('an order that is confirmed in a version that the store had left long before is a breach', async () => {
  const world = anErp('refuses');
  const { order } = await aDraft(world);
  const first = { since: 0, currency: 'USD', lines: [GOODS], total: '10.72' };
  const versions = [first, { ...first, since: world.time.now(), lines: [GOODS], total: '10' }];
  const confirm = () => world.after(0, world.port.confirm(order, DOCUMENT, NEVER));
  await world.time.advance(31_000);
  await confirm();
  expect(findBreaches(evidenceOf(world.erp, { versionsOf: () => versions }))).toEqual([
    expect.stringContaining('another version'),
  ]);
});

it('a write over what staff have made of an order is a breach', async () => {
  const world = anErp('refuses');
  const { order } = await aDraft(world);
  world.erp.staff.editLines(order.id);
  await world.time.advance(31_000);
  await world.after(0, world.port.rewriteDraft(order, DOCUMENT, NEVER));
  expect(findBreaches(evidenceOf(world.erp))).toEqual([expect.stringContaining('E4: rewrite')]);
});

it('an order that is created again after staff deleted it is a breach, unless a person ordered that', async () => {
  const world = anErp('none');
  const { order, customer } = await aDraft(world);
  world.erp.staff.deleteDraft(order.id);
  await world.time.advance(31_000);
  await createAgain(world, customer);
  expect(findBreaches(evidenceOf(world.erp))).toEqual([expect.stringContaining('E4: created again')]);
  expect(findBreaches(evidenceOf(world.erp, { mayBeCreatedAgain: () => true }))).toEqual([]);
});
