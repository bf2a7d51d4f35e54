// A telling or a command in the midst of an attempt, after the ERP has answered a write.
import { holdDelivery, releaseDelivery } from '../../../lambda/shared/delivery/commands';
import type { DeliveryCommand } from '../../../lambda/shared/delivery/commands';
import { deliveryWorld } from '../../support/delivery-world';
import type { DeliveryWorld } from '../../support/delivery-world';

const MINUTE = 60_000;
const PERSON = { why: 'wait', by: 'ada', at: '2026-01-06T14:00:00.000Z' };

async function command(world: DeliveryWorld, id: number, what: DeliveryCommand): Promise<void> {
  const decision = what(world.row(id), world.time.now());
  if (decision.kind === 'refusal') throw new Error(decision.refusal);
  await world.deliveries.changeByCommand(world.row(id), decision.change, world.time.now());
}

describe('an order that a person holds while its draft is created', () => {
  async function heldInTheMidst() {
    const world = deliveryWorld();
    const { id } = await world.tell();
    world.erp.requests.when('createDraft', 'landed', () => command(world, id, holdDelivery(PERSON)));
    await world.run(id);
    return { world, id, draft: world.erp.staff.recordsFor(id)[0]! };
  }

  it('knows the draft that the ERP has answered with', async () => {
    const { world, id, draft } = await heldInTheMidst();
    expect(world.row(id)).toMatchObject({ state: 'held', reason: 'by-person', erp: { id: draft.id } });
    expect(world.row(id).intent).toBeUndefined();
    expect(draft.state).toBe('draft');
  });

  it('is not created again without a command after staff deleted the draft', async () => {
    const { world, id, draft } = await heldInTheMidst();
    world.erp.staff.deleteDraft(draft.id);
    await world.time.advance(10 * MINUTE);
    await command(world, id, releaseDelivery(PERSON));
    await world.run(id);
    expect(world.row(id)).toMatchObject({ state: 'held', reason: 'gone-from-erp' });
    expect(world.erp.staff.recordsFor(id)).toEqual([]);
  });
});
