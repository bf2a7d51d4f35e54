// `deliveries release --keep-erp`, from the command to the end of the row.
import { keepErpVersion, recreateDelivery } from '../../../lambda/shared/delivery/commands';
import type { DeliveryReason } from '../../../lambda/shared/delivery/reasons';
import { deliveryWorld } from '../../support/delivery-world';
import type { DeliveryWorld } from '../../support/delivery-world';

type Overrides = Parameters<DeliveryWorld['tell']>[0];
type Move = (world: DeliveryWorld, erpId: string) => unknown;

const MINUTE = 60_000;
const PERSON = { why: 'agreed', by: 'ada', at: '2026-01-06T14:00:00.000Z' };
const NONE: Move = () => undefined;
const ship: Move = (world, erpId) => world.erp.staff.ship(erpId);

async function keep(world: DeliveryWorld, id: number): Promise<void> {
  const decision = keepErpVersion(PERSON)(world.row(id), world.time.now());
  if (decision.kind === 'refusal') throw new Error(decision.refusal);
  await world.deliveries.changeByCommand(world.row(id), decision.change, world.time.now());
}

async function tellAndRun(world: DeliveryWorld, overrides: Overrides): Promise<void> {
  await world.time.advance(MINUTE);
  const { id } = await world.tell(overrides);
  await world.run(id);
}

/** A delivered order that is then held for a change in the store. */
async function heldAfter(overrides: Overrides, move: Move) {
  const world = deliveryWorld({ erp: { canCancel: false } });
  const { id } = await world.tell();
  await world.run(id);
  move(world, world.row(id).erp!.id);
  await tellAndRun(world, overrides);
  return { world, id };
}

const cases: readonly (readonly [DeliveryReason, Overrides, Move])[] = [
  ['edited-after-confirm', { customer_message: 'Ring twice' }, NONE],
  ['cancelled-after-confirm', { status_id: 5 }, NONE],
  ['cancelled-after-shipping', { status_id: 5 }, ship],
  ['archived', { is_deleted: true }, NONE],
  ['in-question', { status_id: 13 }, NONE],
  ['refunded', { status_id: 14 }, NONE],
];

it.each(cases)(
  'a person who keeps an order that is held as %s ends the hold',
  async (reason, change, move) => {
    const { world, id } = await heldAfter(change, move);
    expect(world.row(id)).toMatchObject({ state: 'held', reason });
    await keep(world, id);
    await world.run(id);
    expect(world.row(id)).toMatchObject({ state: 'delivered', reason: 'kept', kept: true });
    expect(world.row(id).due).toBeUndefined();
  },
);

it.each(cases)('nothing but a new change is held again after %s was kept', async (_reason, change, move) => {
  const { world, id } = await heldAfter(change, move);
  await keep(world, id);
  await world.run(id);
  const calls = world.erp.requests.sent.length;
  await tellAndRun(world, change);
  expect(world.row(id)).toMatchObject({ state: 'delivered', reason: 'kept' });
  expect(world.erp.requests.sent).toHaveLength(calls);
  await tellAndRun(world, { ...change, customer_message: 'Another message' });
  expect(world.row(id).state).toBe('held');
});

it('a cancellation that was kept is no word for the order once it is open again', async () => {
  const { world, id } = await heldAfter({ status_id: 5 }, NONE);
  await keep(world, id);
  await world.run(id);
  await tellAndRun(world, { status_id: 11 });
  expect(world.row(id)).toMatchObject({ state: 'held', reason: 'edited-after-keep' });
});

it('a refused cancel is held with the version that a person decides on', async () => {
  const world = deliveryWorld();
  const { id } = await world.tell();
  await world.run(id);
  world.erp.requests.meet('cancel', { failure: 'data', provesRefusal: true, lands: 'never', by: 'answer' });
  await tellAndRun(world, { status_id: 5, customer_message: 'Stop' });
  expect(world.row(id)).toMatchObject({ state: 'held', reason: 'cancelled-after-confirm' });
  await keep(world, id);
  await world.run(id);
  expect(world.row(id)).toMatchObject({ state: 'delivered', reason: 'kept', erp: { state: 'confirmed' } });
});

it('a version without a document cannot be kept by the digest of an earlier one', async () => {
  const { world, id } = await heldAfter(
    { is_deleted: true, currency_code: 7, default_currency_code: 7 },
    NONE,
  );
  expect(world.row(id)).toMatchObject({ state: 'held', reason: 'archived' });
  const decision = keepErpVersion(PERSON)(world.row(id), world.time.now());
  expect(decision).toEqual({ kind: 'refusal', refusal: 'cannot-be-kept' });
});

it('a kept order that was shipped and is then archived stays as it is', async () => {
  const { world, id } = await heldAfter({ customer_message: 'Ring twice' }, ship);
  await keep(world, id);
  await world.run(id);
  await tellAndRun(world, { customer_message: 'Ring twice', is_deleted: true });
  expect(world.row(id)).toMatchObject({ state: 'delivered', reason: 'kept' });
});

it('a kept order that staff cancelled in the ERP can be created again', async () => {
  const { world, id } = await heldAfter({ customer_message: 'Ring twice' }, NONE);
  await keep(world, id);
  await world.run(id);
  world.erp.staff.cancel(world.row(id).erp!.id);
  await tellAndRun(world, { customer_message: 'Ring three times' });
  expect(world.row(id)).toMatchObject({ state: 'held', reason: 'cancelled-in-erp' });
  expect(recreateDelivery(world.row(id), world.time.now())).toMatchObject({ kind: 'change' });
});
