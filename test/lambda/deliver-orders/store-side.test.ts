// What the store's side decides: the gate for orders that may be in the ERP, and what ends without a call.
import { deliveryWorld } from '../../support/delivery-world';
import type { DeliveryWorld, WorldOptions } from '../../support/delivery-world';
import { aBillingAddress, sides, threeMugs } from '../../support/sales-order';
import { unanswered } from '../../support/simulated-erp/requests';

const MINUTE = 60_000;
const iso = (time: number) => new Date(time).toISOString();

async function again(world: DeliveryWorld, ms: number, overrides: Parameters<DeliveryWorld['tell']>[0] = {}) {
  await world.time.advance(ms);
  const { id } = await world.tell(overrides);
  await world.run(id);
  return world.row(id);
}

async function delivered(options: WorldOptions = {}) {
  const world = deliveryWorld(options);
  const { order_id: id } = await again(world, 0);
  const [record] = world.erp.staff.recordsFor(id);
  const calls = world.erp.requests.sent.length;
  /** Since the delivery. */
  const callsSince = () => world.erp.requests.sent.length - calls;
  return { world, id, record: record!, callsSince };
}

/** An order whose create was not answered and did not land. */
async function withIntent() {
  const world = deliveryWorld();
  world.erp.requests.meet('createDraft', unanswered('never'));
  const { order_id: id, intent } = await again(world, 0);
  const calls = world.erp.requests.sent.length;
  return { world, id, intent: intent!, callsSince: () => world.erp.requests.sent.length - calls };
}

describe('a delivered order', () => {
  it('is looked at in the ERP when its content changes', async () => {
    const { world } = await delivered();
    const row = await again(world, MINUTE, threeMugs);
    expect(row).toMatchObject({ state: 'held', reason: 'edited-after-confirm' });
  });

  it('is looked at when an edit is taken back whose write may have landed', async () => {
    const { world, record } = await delivered({ erp: { canAmend: true } });
    world.erp.requests.meet('amend', unanswered('now'));
    await again(world, MINUTE, threeMugs);
    expect(await again(world, 5 * MINUTE)).toMatchObject({ state: 'delivered' });
    expect(world.erp.records.all.get(record.id)?.lines[0]).toMatchObject({ quantity: '2' });
  });

  it.each([
    ['its payment is open again', { status_id: 7 }, 'delivered', undefined],
    [
      'its people are erased',
      { replication: { erased_at: '2026-01-06T14:30:00.000Z' } },
      'delivered',
      undefined,
    ],
    ['it is refunded', { status_id: 4 }, 'held', 'refunded'],
  ])('needs no call when %s', async (_, overrides, state, reason) => {
    const { world, callsSince } = await delivered();
    const row = await again(world, MINUTE, overrides);
    expect([row.state, row.reason]).toEqual([state, reason]);
    expect(callsSince()).toBe(0);
    expect(row.due).not.toBe('now');
  });

  it('stays when its snapshot expires', async () => {
    const { world, id, callsSince } = await delivered();
    world.snapshots.delete(id);
    world.change(id, { due: 'now', due_at: iso(world.time.now()) });
    await world.run(id);
    expect(world.row(id)).toMatchObject({ state: 'delivered' });
    expect(world.row(id).due).toBeUndefined();
    expect(callsSince()).toBe(0);
  });

  it('is held when it is erased with another content', async () => {
    const { world } = await delivered();
    const erased = { replication: { erased_at: iso(world.time.now()) } };
    const row = await again(world, MINUTE, { ...threeMugs, ...erased });
    expect(row).toMatchObject({ state: 'held', reason: 'erased' });
  });

  it.each([
    ['stays when it has shipped', true, 'delivered', undefined],
    ['is held when it has not shipped', false, 'held', 'archived'],
  ])('that is archived %s', async (_, hasShipped, state, reason) => {
    const { world, record } = await delivered();
    if (hasShipped) world.erp.staff.ship(record.id);
    const row = await again(world, MINUTE, { is_deleted: true });
    expect([row.state, row.reason]).toEqual([state, reason]);
  });
});

describe('an order of which a write may still land', () => {
  it('is held by a person without a call, and keeps its intent', async () => {
    const { world, id, intent, callsSince } = await withIntent();
    const at = iso(world.time.now());
    world.change(id, { hold: { why: 'asked to wait', by: 'lee', at }, due: 'now', due_at: at });
    await world.run(id);
    expect(world.row(id)).toMatchObject({ state: 'held', reason: 'by-person', intent });
    expect(callsSince()).toBe(0);
  });

  it('keeps its intent when its figures do not add up', async () => {
    const { world, intent, callsSince } = await withIntent();
    const row = await again(world, 1_000, sides('subtotal', '99.0000', '99.0000', '0.0000'));
    expect(row).toMatchObject({ state: 'held', reason: 'sums-do-not-add-up', intent });
    expect(callsSince()).toBe(0);
  });

  it('is cancelled in the ERP when it is found there', async () => {
    const world = deliveryWorld();
    world.erp.requests.meet('createDraft', unanswered('now'));
    const { order_id: id } = await again(world, 0);
    expect(await again(world, 5 * MINUTE, { status_id: 5 })).toMatchObject({ state: 'cancelled' });
    expect(world.erp.staff.recordsFor(id)).toMatchObject([{ state: 'cancelled' }]);
  });

  it('is not confirmed while its payment is open', async () => {
    const world = deliveryWorld();
    world.erp.requests.meet('confirm', unanswered('never'));
    await again(world, 0);
    const row = await again(world, 5 * MINUTE, { status_id: 7 });
    expect(row).toMatchObject({ state: 'held', reason: 'payment-open' });
    expect(world.calls('confirm')).toBe(1);
  });
});

describe('an order that is not in the ERP', () => {
  it.each([
    ['refunded', { status_id: 14 }, 'held', 'refunded'],
    ['erased', { replication: { erased_at: '2026-01-06T14:30:00.000Z' } }, 'held', 'erased'],
    ['cancelled', { status_id: 5 }, 'excluded', 'void'],
    ['archived', { is_deleted: true }, 'excluded', 'archived'],
    ['not paid', { status_id: 7 }, 'excluded', 'payment-open'],
  ])('and is %s, needs no call', async (_, overrides, state, reason) => {
    const world = deliveryWorld();
    const row = await again(world, 0, overrides);
    expect([row.state, row.reason]).toEqual([state, reason]);
    expect(world.erp.requests.sent).toEqual([]);
  });

  it('waits until its replication has ended, for an hour at most', async () => {
    const world = deliveryWorld();
    const stored = { replication: { state: 'stored' } } as const;
    const row = await again(world, 0, stored);
    expect(row).toMatchObject({ state: 'waiting', due: 'now', due_at: iso(world.time.now() - 250 + MINUTE) });
    expect(world.erp.requests.sent).toEqual([]);
    await world.time.advance(61 * MINUTE);
    await world.run(row.order_id);
    expect(world.row(row.order_id)).toMatchObject({ state: 'delivered' });
  });

  it('is created under its newest reference', async () => {
    const world = deliveryWorld();
    const { id } = await world.tell();
    world.change(id, { refs: ['BC-100', 'BC-100-2'] });
    await world.run(id);
    expect(world.erp.staff.recordsFor(id)).toMatchObject([{ reference: 'BC-100-2', state: 'confirmed' }]);
  });
});

it('an address that changes after the confirmation holds the order', async () => {
  const { world } = await delivered();
  const moved = { billing_address: aBillingAddress({ city: 'Portland' }) };
  const row = await again(world, MINUTE, moved);
  expect(row).toMatchObject({ state: 'held', reason: 'edited-after-confirm' });
});
