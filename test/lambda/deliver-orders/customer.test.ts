// The customer of an order in the ERP: one, also when several orders create it at once or an answer is lost.
import { deliveryWorld } from '../../support/delivery-world';
import type { DeliveryWorld } from '../../support/delivery-world';
import { refused, unanswered } from '../../support/simulated-erp/requests';

const SECOND = 1_000;
const KEY = 'BC-C7';
const iso = (time: number) => new Date(time).toISOString();
const customerOf = ({ keys }: DeliveryWorld) => keys.customers.get(KEY);

/** Reports another order of the customer, and runs. */
async function order(world: DeliveryWorld, id: number) {
  await world.tell({ id });
  await world.run(id);
  return world.row(id);
}

it('a customer that another worker creates is waited for', async () => {
  const world = deliveryWorld();
  await world.keys.takeCustomer(KEY, 'other', world.time.now() + 60 * SECOND, world.time.now());
  expect(await order(world, 100)).toMatchObject({ state: 'waiting', due: 'now' });
  expect(world.calls('findCustomers')).toBe(0);
  expect(world.calls('createDraft')).toBe(0);
});

it('a customer whose lease went to another worker is not created', async () => {
  const world = deliveryWorld();
  world.erp.requests.when('findCustomers', 'landed', () =>
    world.keys.customers.set(KEY, { ...customerOf(world)!, leaseOwner: 'other' }),
  );
  expect(await order(world, 100)).toMatchObject({ state: 'waiting', due: 'now' });
  expect(world.calls('createCustomer')).toBe(0);
});

it('the row of a customer has the intent when the create is sent, and only the id after it', async () => {
  const world = deliveryWorld();
  let until: string | undefined;
  world.erp.requests.when('createCustomer', 'sent', () => (until = customerOf(world)?.until));
  const startedAt = world.time.now();
  await order(world, 100);
  expect(until).toBe(iso(startedAt + 57 * SECOND));
  const [{ id } = { id: '' }] = world.erp.records.customers.values();
  expect(customerOf(world)).toEqual({ key: KEY, id });
});

it('a customer whose create may still land is not created again where the ERP has no key', async () => {
  const world = deliveryWorld({ erp: { facts: { customerKey: 'none' } } });
  world.erp.requests.meet('createCustomer', unanswered('never'));
  await order(world, 100);
  const { until, leaseOwner } = customerOf(world)!;
  expect(leaseOwner).toBeUndefined();
  expect(await order(world, 101)).toMatchObject({ state: 'waiting', due: 'now', due_at: until });
  expect(world.calls('createCustomer')).toBe(1);
  await world.time.advance(5 * 60 * SECOND);
  expect(await order(world, 102)).toMatchObject({ state: 'delivered' });
  expect(world.erp.records.customers.size).toBe(1);
});

it('a refused create leaves the intent of an earlier one, which may still land', async () => {
  const world = deliveryWorld();
  world.erp.requests.meet('createCustomer', unanswered('never'));
  await order(world, 100);
  expect(customerOf(world)?.until).toBeDefined();
  world.erp.requests.meet('createCustomer', refused('retryable'));
  await order(world, 101);
  expect(world.calls('createCustomer')).toBe(2);
  expect(customerOf(world)?.until).toBeDefined();
});

it('a refused create ends its own intent and the lease', async () => {
  const world = deliveryWorld();
  world.erp.requests.meet('createCustomer', refused('retryable'));
  await order(world, 100);
  expect(customerOf(world)).toEqual({ key: KEY });
});

it('of several customers none is taken', async () => {
  const world = deliveryWorld();
  const customer = { key: KEY, email: 'ada.moss@example.com', madeAt: 0, visibleAt: 0 };
  for (const id of ['c1', 'c2']) world.erp.records.customers.set(id, { ...customer, id });
  expect(await order(world, 100)).toMatchObject({
    state: 'held',
    reason: 'several-customers',
    detail: 'c1, c2',
  });
});

it('a customer that is gone from the ERP is forgotten, and the next attempt creates it again', async () => {
  const world = deliveryWorld();
  await order(world, 100);
  world.erp.records.customers.clear();
  expect(await order(world, 101)).toMatchObject({ state: 'waiting', due: 'now' });
  expect(customerOf(world)).toEqual({ key: KEY });
  expect(await order(world, 102)).toMatchObject({ state: 'delivered', customer: { how: 'created' } });
});

it('a customer with whom the ERP refuses the order is forgotten', async () => {
  const world = deliveryWorld();
  await order(world, 100);
  world.erp.requests.meet('createDraft', refused('data'));
  expect(await order(world, 101)).toMatchObject({ state: 'waiting', due: 'now' });
  expect(customerOf(world)).toEqual({ key: KEY });
});
