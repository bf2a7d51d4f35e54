// What becomes of an order that is in the ERP already: every change in the store, in every state there.
import type { DeliveryReason } from '../../../lambda/shared/delivery/reasons';
import type { DeliveryRow } from '../../../lambda/shared/delivery/delivery-row';
import { deliveryWorld } from '../../support/delivery-world';
import type { DeliveryWorld, WorldOptions } from '../../support/delivery-world';
import { threeMugs } from '../../support/sales-order';
import { keepErpVersion } from '../../../lambda/shared/delivery/commands';
import { refused, unanswered } from '../../support/simulated-erp/requests';

type Overrides = Parameters<DeliveryWorld['tell']>[0];

const EDITED: Overrides = threeMugs;
const CANCELLED: Overrides = { status_id: 5 };
const SAME: Overrides = {};

type Move = (world: DeliveryWorld, id: string) => void;
const DRAFT: Move = () => undefined;
const confirmed: Move = (world, id) => void world.erp.staff.confirm(id);
const shipped: Move = (world, id) => {
  confirmed(world, id);
  world.erp.staff.ship(id);
};
const invoiced: Move = (world, id) => {
  confirmed(world, id);
  world.erp.staff.invoice(id);
};
const cancelled: Move = (world, id) => void world.erp.staff.cancel(id);

/** An order whose confirm was lost, so that a draft of it is in the ERP; staff then move it. */
async function inTheErp(move: Move, options: WorldOptions = {}) {
  const world = deliveryWorld(options);
  world.erp.requests.meet('confirm', unanswered('never'));
  const { id } = await world.tell();
  await world.run(id);
  await world.time.advance(10 * 60_000);
  const [record] = world.erp.staff.recordsFor(id);
  move(world, record!.id);
  return { world, id, erpId: record!.id };
}

async function tellAndRun(world: DeliveryWorld, overrides: Overrides): Promise<DeliveryRow> {
  await world.time.advance(60_000);
  const { id } = await world.tell(overrides);
  await world.run(id);
  return world.row(id);
}

const table: readonly (readonly [string, Overrides, string, Move, DeliveryRow['state'], DeliveryReason?])[] =
  [
    ['unchanged', SAME, 'a draft', DRAFT, 'delivered'],
    ['unchanged', SAME, 'confirmed by staff', confirmed, 'delivered'],
    ['unchanged', SAME, 'shipped', shipped, 'delivered'],
    ['unchanged', SAME, 'invoiced', invoiced, 'delivered'],
    ['unchanged', SAME, 'cancelled', cancelled, 'held', 'cancelled-in-erp'],
    ['edited', EDITED, 'a draft', DRAFT, 'delivered'],
    ['edited', EDITED, 'confirmed by staff', confirmed, 'held', 'edited-after-confirm'],
    ['edited', EDITED, 'shipped', shipped, 'held', 'edited-after-shipping'],
    ['edited', EDITED, 'invoiced', invoiced, 'held', 'edited-after-shipping'],
    ['edited', EDITED, 'cancelled', cancelled, 'held', 'cancelled-in-erp'],
    ['cancelled', CANCELLED, 'a draft', DRAFT, 'cancelled'],
    ['cancelled', CANCELLED, 'confirmed by staff', confirmed, 'cancelled'],
    ['cancelled', CANCELLED, 'shipped', shipped, 'held', 'cancelled-after-shipping'],
    ['cancelled', CANCELLED, 'invoiced', invoiced, 'held', 'cancelled-after-shipping'],
    ['cancelled', CANCELLED, 'cancelled', cancelled, 'cancelled'],
  ];

it.each(
  table
    .map(([change, , there, , state, reason]) => [change, there, reason ?? state] as const)
    .map((title, nth) => [...title, table[nth]!] as const),
)(
  'an order that is %s while its sales order is %s, ends: %s',
  async (_change, _there, _end, [, overrides, , move, state, reason]) => {
    const { world, id, erpId } = await inTheErp(move);
    const row = await tellAndRun(world, overrides);
    expect([row.state, row.reason]).toEqual([state, reason]);
    const records = world.erp.staff.recordsFor(id);
    expect(records.map((one) => one.id)).toEqual([erpId]);
  },
);

it("a person's word ends the hold of a cancellation that the ERP refuses, and is for that version only", async () => {
  const { world, id } = await inTheErp(confirmed);
  world.erp.requests.meet('cancel', refused('data'));
  const held = await tellAndRun(world, CANCELLED);
  expect(held).toMatchObject({ state: 'held', reason: 'cancelled-after-confirm' });

  const now = world.time.now();
  const person = { why: 'the customer takes it', by: 'lee', at: new Date(now).toISOString() };
  const decision = keepErpVersion(person)(held, now);
  if (decision.kind !== 'change') throw new Error(`refused: ${decision.refusal}`);
  world.change(id, decision.change.set ?? {});
  await world.run(id);
  expect(world.row(id)).toMatchObject({ state: 'delivered', reason: 'kept' });
  expect(world.calls('cancel')).toBe(1);

  // Back in the store it is another version than the one that was decided on.
  expect(await tellAndRun(world, threeMugs)).toMatchObject({ state: 'held', reason: 'edited-after-keep' });
});
