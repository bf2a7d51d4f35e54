// What is found in the ERP: ours or not, one or several, there or gone. Nothing that staff did is overwritten.
import { deliveryWorld } from '../../support/delivery-world';
import type { DeliveryWorld, WorldOptions } from '../../support/delivery-world';
import { documentOf, threeMugs } from '../../support/sales-order';
import type { ErpRecord } from '../../support/simulated-erp/records';
import { unanswered } from '../../support/simulated-erp/requests';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

async function again(world: DeliveryWorld, ms: number, overrides: Parameters<DeliveryWorld['tell']>[0] = {}) {
  await world.time.advance(ms);
  const { id } = await world.tell(overrides);
  await world.run(id);
  return world.row(id);
}

/** An order whose draft is in the ERP, since its confirm was lost. */
async function withDraft(options: WorldOptions = {}) {
  const world = deliveryWorld(options);
  world.erp.requests.meet('confirm', unanswered('never'));
  const { order_id: id } = await again(world, 0);
  const [record] = world.erp.staff.recordsFor(id);
  return { world, id, record: record! };
}

const contentOf = ({ currency, lines }: ErpRecord) => ({ currency, lines });

/** What we wrote after staff last did something. */
const afterStaff = ({ erp: { history } }: DeliveryWorld) => {
  const last = history.map(({ by }) => by).lastIndexOf('staff');
  return history.slice(last + 1).map(({ what }) => what);
};

describe('of several sales orders under our reference', () => {
  it('none is written, and the order is held with their numbers', async () => {
    const { world, id, record } = await withDraft();
    const other = world.erp.staff.enterByHand(id, record.reference, contentOf(record));
    const row = await again(world, 5 * MINUTE, threeMugs);
    expect(row).toMatchObject({ state: 'held', reason: 'several-in-erp' });
    expect(row.detail?.split(', ')).toEqual([record.id, other.id]);
    expect(row.intent).toBeUndefined();
    expect(afterStaff(world)).toEqual([]);
  });

  it('an intent that may still land stays', async () => {
    const { world, id, record } = await withDraft();
    world.erp.staff.enterByHand(id, record.reference, contentOf(record));
    const row = await again(world, SECOND);
    expect(row).toMatchObject({ reason: 'several-in-erp', intent: { step: 'confirm' } });
  });
});

describe('a sales order that is not ours any more', () => {
  it('is not written when staff changed its lines', async () => {
    const { world, record } = await withDraft();
    world.erp.staff.editLines(record.id);
    expect(await again(world, 5 * MINUTE)).toMatchObject({ state: 'held', reason: 'changed-in-erp' });
    expect(afterStaff(world)).toEqual([]);
  });

  it('is not written when staff renamed it', async () => {
    const { world, record } = await withDraft();
    world.erp.staff.rename(record.id, 'PO-1', 'refuses');
    expect(await again(world, 5 * MINUTE)).toMatchObject({ state: 'held', reason: 'changed-in-erp' });
    expect(afterStaff(world)).toEqual([]);
  });

  it('is not written when staff entered it in place of ours', async () => {
    const { world, id, record } = await withDraft();
    world.erp.staff.deleteDraft(record.id);
    world.erp.staff.enterByHand(id, record.reference, contentOf(record));
    expect(await again(world, 5 * MINUTE)).toMatchObject({ state: 'held', reason: 'changed-in-erp' });
    expect(afterStaff(world)).toEqual([]);
  });

  it('is not confirmed when staff changed it while we confirmed it', async () => {
    const world = deliveryWorld();
    world.erp.requests.when('confirm', 'landing', () => {
      for (const { id } of world.erp.staff.recordsFor(100)) world.erp.staff.editLines(id);
    });
    expect(await again(world, 0)).toMatchObject({ state: 'held', reason: 'changed-in-erp' });
  });
});

describe('an order that someone entered before us', () => {
  it('is held when it has other lines', async () => {
    const { record } = await withDraft();
    const world = deliveryWorld();
    const [first, ...rest] = record.lines;
    const lines = [{ ...first!, quantity: '7' }, ...rest];
    world.erp.staff.enterByHand(100, 'BC-100', { currency: record.currency, lines });
    expect(await again(world, 0)).toMatchObject({ state: 'held', reason: 'reference-taken' });
    expect(afterStaff(world)).toEqual([]);
  });

  it('is adopted when it shows the very document', async () => {
    const { record } = await withDraft();
    const world = deliveryWorld();
    const { id } = world.erp.staff.enterByHand(100, 'BC-100', contentOf(record));
    expect(await again(world, 0)).toMatchObject({ state: 'delivered', erp: { id } });
    expect(afterStaff(world)).toEqual(['confirm']);
  });
});

describe('a sales order that is gone from the ERP', () => {
  it.each([
    ['held, and not created again', {}, { state: 'held', reason: 'gone-from-erp' }],
    ['cancelled when the store cancelled it', { status_id: 5 }, { state: 'cancelled' }],
  ])('is %s', async (_, overrides, expected) => {
    const { world, record } = await withDraft();
    world.erp.staff.deleteDraft(record.id);
    expect(await again(world, 5 * MINUTE, overrides)).toMatchObject(expected);
    expect(world.calls('createDraft')).toBe(1);
  });
});

it('an order whose create was lost and that was erased meanwhile is held, not created', async () => {
  const world = deliveryWorld();
  world.erp.requests.meet('createDraft', unanswered('never'));
  await again(world, 0);
  const erased = { replication: { erased_at: new Date(world.time.now()).toISOString() } };
  expect(await again(world, 5 * MINUTE, erased)).toMatchObject({ state: 'held', reason: 'erased' });
  expect(world.calls('createDraft')).toBe(1);
});

describe("a person's word that the ERP's version stands", () => {
  it('covers the version that was held, and no later one', async () => {
    const { world, id, record } = await withDraft({ erp: { canAmend: true, canCancel: true } });
    world.erp.staff.editLines(record.id);
    await again(world, 5 * MINUTE);
    const keep = {
      digest: documentOf(world.snapshots.get(id)!).digest,
      why: 'agreed by phone',
      by: 'lee',
      at: '2026-01-06T14:05:00.000Z',
    };
    world.change(id, { keep, due: 'now', due_at: new Date(world.time.now()).toISOString() });
    await world.run(id);
    expect(world.row(id)).toMatchObject({ state: 'delivered', reason: 'kept', kept: true });
    expect(await again(world, MINUTE, threeMugs)).toMatchObject({
      state: 'held',
      reason: 'edited-after-keep',
    });
    expect(afterStaff(world)).toEqual([]);
  });
});

describe('totals that the ERP computes otherwise', () => {
  it('keep the draft unconfirmed at the next attempt, too, and hold the order even if staff confirm it', async () => {
    const world = deliveryWorld();
    world.erp.rules.roundsOtherwise = true;
    const { order_id: id } = await again(world, 0);
    expect(await again(world, MINUTE)).toMatchObject({ state: 'held', reason: 'totals-differ' });
    const [draft] = world.erp.staff.recordsFor(id);
    expect(draft).toMatchObject({ state: 'draft' });
    world.erp.staff.confirm(draft!.id);
    expect(await again(world, MINUTE)).toMatchObject({ state: 'held', reason: 'totals-differ' });
    expect(world.calls('confirm')).toBe(0);
  });
});
