// The worker's flow, from a reference to the end of an attempt, with an ERP in memory.
import { deliveryWorld } from '../../support/delivery-world';

const MINUTE = 60_000;

describe('an order that may be delivered', () => {
  it('is created as a draft, compared, confirmed and recorded', async () => {
    const world = deliveryWorld();
    const { id } = await world.tell();
    expect(await world.run(id)).toEqual(['acknowledged']);
    const [order, ...others] = [...world.erp.records.all.values()];
    expect(others).toEqual([]);
    expect(order).toMatchObject({ reference: `BC-${id}`, state: 'confirmed' });
    const row = world.row(id);
    expect(row).toMatchObject({
      state: 'delivered',
      erp: { id: order!.id, state: 'confirmed' },
      refs: [`BC-${id}`],
    });
    for (const gone of ['due', 'due_at', 'intent', 'lease_owner', 'begun', 'reason'] as const) {
      expect(row[gone]).toBeUndefined();
    }
    expect(row.handled_read_at).toBe(row.wanted_read_at);
  });

  it('is not asked for in the ERP again when only its status moves', async () => {
    const world = deliveryWorld();
    const { id } = await world.tell();
    await world.run(id);
    const calls = world.erp.requests.sent.length;
    await world.time.advance(MINUTE);
    await world.tell({ status_id: 2 });
    await world.run(id);
    expect(world.erp.requests.sent).toHaveLength(calls);
    expect(world.row(id)).toMatchObject({ state: 'delivered' });
    expect(world.row(id).due).toBeUndefined();
  });

  it('takes at most five calls with a known customer, and seven with a new one', async () => {
    const world = deliveryWorld({ erp: { numbersFirst: true } });
    const { id } = await world.tell();
    await world.run(id);
    const first = world.erp.requests.sent.length;
    await world.tell({ id: id + 1 });
    await world.run(id + 1);
    expect(first).toBeLessThanOrEqual(7);
    expect(world.erp.requests.sent.length - first).toBeLessThanOrEqual(5);
  });
});

describe('a draft', () => {
  it('whose totals the ERP computes otherwise stays unconfirmed, and the order is held', async () => {
    const world = deliveryWorld();
    world.erp.rules.roundsOtherwise = true;
    const { id } = await world.tell();
    await world.run(id);
    expect(world.row(id)).toMatchObject({ state: 'held', reason: 'totals-differ', due: 'held' });
    expect([...world.erp.records.all.values()][0]).toMatchObject({ state: 'draft' });
  });
});

describe('a customer whom we remember', () => {
  it('is not taken for another one who got its id after the ERP was restored from a backup', async () => {
    const world = deliveryWorld();
    const first = await world.tell();
    await world.run(first.id);
    const [known] = [...world.erp.records.customers.values()];
    world.erp.records.customers.set(known!.id, { ...known!, key: 'OTHER' });
    const { id } = await world.tell({ id: first.id + 1 });
    await world.run(id);
    await world.run(id);
    expect(world.row(id)).toMatchObject({ state: 'delivered', customer: { how: 'created' } });
    expect(world.row(id).customer?.id).not.toBe(known!.id);
  });

  it('does not keep an order out of the list of held ones when its item is missing', async () => {
    const world = deliveryWorld();
    const first = await world.tell();
    await world.run(first.id);
    world.erp.rules.items = new Set(['SHIPPING']);
    const { id } = await world.tell({ id: first.id + 1 });
    await world.run(id);
    await world.run(id);
    expect(world.row(id)).toMatchObject({ state: 'held', reason: 'refused-by-erp', due: 'held' });
  });
});
