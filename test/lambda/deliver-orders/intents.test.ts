// The intent and the one request after it: what is written when, and what waits until nothing can land any more.
import { deadlinesBefore } from '../../../lambda/deliver-orders/batch';
import type { DeliveryRow } from '../../../lambda/shared/delivery/delivery-row';
import type { Erp } from '../../../lambda/shared/erp/erp';
import { deliveryWorld } from '../../support/delivery-world';
import type { DeliveryWorld } from '../../support/delivery-world';
import { aBillingAddress, threeMugs } from '../../support/sales-order';
import { refused, unanswered } from '../../support/simulated-erp/requests';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const iso = (time: number) => new Date(time).toISOString();
const ours = (world: DeliveryWorld) => world.erp.history.filter(({ by }) => by === 'us');

/** Reports the order again after a while, and runs. */
async function again(world: DeliveryWorld, ms: number, overrides: Parameters<DeliveryWorld['tell']>[0] = {}) {
  await world.time.advance(ms);
  const { id } = await world.tell(overrides);
  await world.run(id);
  return world.row(id);
}

it('no order is begun that the invocation cannot finish, and its lease outlives its requests', () => {
  expect(deadlinesBefore(300_000, 30_000)).toEqual({
    beginBefore: 180_000,
    callsUntil: 265_000,
    leaseUntil: 330_000,
  });
});

describe('before a request to write leaves', () => {
  it.each([
    ['createDraft', 'order'],
    ['confirm', 'confirm'],
  ] as const)('the row has the intent of it: %s', async (call, step) => {
    const world = deliveryWorld({ erp: { facts: { findLagMs: 7 * SECOND } } });
    let seen: DeliveryRow['intent'];
    world.erp.requests.when(call, 'sent', () => (seen = world.row(100).intent));
    const { id } = await world.tell();
    const startedAt = world.time.now();
    await world.run(id);
    // It leaves within 2 s, is waited for 30 s, lands within 20 s, is shown within 7 s; and 5 s for clocks.
    expect(seen).toMatchObject({ step, until: iso(startedAt + 64 * SECOND) });
    expect(world.row(id)).toMatchObject({ state: 'delivered' });
  });

  it('the lease names the invocation and the delivery of the message', async () => {
    const world = deliveryWorld();
    let owner: string | undefined;
    world.erp.requests.when('findOrders', 'sent', () => (owner = world.row(100).lease_owner));
    const { id } = await world.tell();
    await world.run(id);
    expect(owner).toBe('worker-1/r0');
  });

  it('an order that is edited after the find is read again, so that only the newest version is written', async () => {
    const world = deliveryWorld();
    const { id } = await world.tell();
    await world.time.advance(SECOND);
    world.erp.requests.when('findOrders', 'landed', () => world.tell(threeMugs));
    await world.run(id);
    expect(ours(world).map(({ what }) => what)).toEqual(['create', 'confirm']);
    expect(world.erp.staff.recordsFor(id)[0]?.lines[0]).toMatchObject({ quantity: '3' });
  });

  it('a worker whose lease went to another one writes nothing, neither to the ERP nor to the row', async () => {
    const world = deliveryWorld();
    const { id } = await world.tell();
    const lease = { lease_owner: 'other/r0', lease_until: iso(world.time.now() + 5 * MINUTE) };
    world.erp.requests.when('findOrders', 'landed', () => world.change(id, lease));
    await world.run(id);
    expect(world.calls('findOrders')).toBe(1);
    expect(world.calls('createDraft')).toBe(0);
    expect(world.row(id)).toMatchObject({ ...lease, state: 'waiting' });
    expect(world.logged.map(({ event }) => event)).toContain('delivery.lease_lost');
  });

  it('a look that is older than a request timeout is repeated', async () => {
    const world = deliveryWorld();
    world.erp.requests.when('prepare', 'sent', () => world.time.sleep(40 * SECOND));
    const { id } = await world.tell();
    await world.run(id);
    expect(world.calls('findOrders')).toBe(2);
    expect(ours(world).map(({ what }) => what)).toEqual(['create', 'confirm']);
  });

  it.each([
    ['looked for', 275, 0],
    ['created', 265, 1],
  ])('an order is not %s with less than two request timeouts of lease left', async (_, seconds, finds) => {
    const world = deliveryWorld();
    world.erp.requests.when('prepare', 'sent', () => world.time.sleep(20 * SECOND));
    const snapshot = await world.tell();
    const slowly = async () => {
      await world.time.sleep(seconds * SECOND);
      return snapshot;
    };
    await world.runWith(() => ({ orders: { find: slowly } }), snapshot.id);
    expect([world.calls('findOrders'), world.calls('createDraft')]).toEqual([finds, 0]);
    expect(world.row(snapshot.id)).toMatchObject({ state: 'waiting', due: 'now' });
    expect(world.row(snapshot.id).intent).toBeUndefined();
  });

  it('an intent that took the table too long is written again', async () => {
    const world = deliveryWorld();
    let slow = 1;
    const { id } = await world.tell();
    await world.runWith(
      ({ deliveries }) => ({
        deliveries: {
          ...deliveries,
          changeLeased: async (lease, change, told) => {
            const written = await deliveries.changeLeased(lease, change, told);
            if (change.set?.intent !== undefined && slow-- > 0) await world.time.sleep(3 * SECOND);
            return written;
          },
        },
      }),
      id,
    );
    expect(world.row(id)).toMatchObject({ state: 'delivered' });
    expect(world.calls('createDraft')).toBe(1);
  });

  it('the request is told to leave within 2 s of its intent, or not at all', async () => {
    const world = deliveryWorld();
    const { id } = await world.tell();
    const leftWithin: number[] = [];
    await world.runWith(
      ({ erp }) => ({
        erp: {
          ...erp,
          createDraft: (document, customer, notAfter): ReturnType<Erp['createDraft']> => {
            leftWithin.push(notAfter - world.time.now());
            return erp.createDraft(document, customer, notAfter);
          },
        },
      }),
      id,
    );
    expect(leftWithin).toEqual([2 * SECOND]);
  });
});

describe('after a request to write', () => {
  it('without an answer the intent stays, and the order waits until it is over', async () => {
    const world = deliveryWorld({ erp: { facts: { orderKey: 'none' } } });
    world.erp.requests.meet('createDraft', unanswered('never'));
    const { id } = await world.tell();
    const startedAt = world.time.now();
    await world.run(id);
    const until = iso(startedAt + 637 * SECOND);
    expect(world.row(id)).toMatchObject({
      state: 'waiting',
      due: 'now',
      due_at: until,
      intent: { step: 'order', until },
    });
  });

  it.each([
    ['data', 'held'],
    ['retryable', 'waiting'],
  ] as const)('a proven refusal of class %s ends the intent', async (failure, state) => {
    const world = deliveryWorld();
    world.erp.requests.meet('createDraft', refused(failure));
    const { id } = await world.tell();
    await world.run(id);
    expect(world.row(id)).toMatchObject({ state });
    expect(world.row(id).intent).toBeUndefined();
  });

  it('a proven refusal leaves the intent of an earlier request, which may still land', async () => {
    const world = deliveryWorld();
    world.erp.requests.meet('createDraft', unanswered('never'));
    const { id } = await world.tell();
    await world.run(id);
    const { intent } = world.row(id);
    world.erp.requests.meet('createDraft', refused('retryable'));
    const row = await again(world, SECOND);
    expect(world.calls('createDraft')).toBe(2);
    expect(row.intent).toEqual(intent);
  });
});

describe('while an earlier request may still land', () => {
  it.each(['none', 'overwrites'] as const)(
    'an ERP whose key is of the kind %s is not asked to create again, and then once',
    async (orderKey) => {
      const world = deliveryWorld({ erp: { facts: { orderKey } } });
      world.erp.requests.meet('createDraft', unanswered('never'));
      const { id } = await world.tell();
      await world.run(id);
      const until = Date.parse(world.row(id).intent!.until);
      const early = await again(world, until - world.time.now() - 20 * SECOND);
      expect(early).toMatchObject({ state: 'waiting', due: 'now', due_at: iso(until) });
      expect(world.calls('createDraft')).toBe(1);
      await again(world, MINUTE);
      expect(world.calls('createDraft')).toBe(2);
      expect(world.row(id)).toMatchObject({ state: 'delivered' });
    },
  );

  it('an ERP that refuses a taken key is asked again for the same document', async () => {
    const world = deliveryWorld();
    world.erp.requests.meet('createDraft', unanswered('never'));
    await again(world, 0);
    expect(await again(world, SECOND)).toMatchObject({ state: 'delivered' });
    expect(world.calls('createDraft')).toBe(2);
  });

  it('no ERP is asked for another document', async () => {
    const world = deliveryWorld();
    world.erp.requests.meet('createDraft', unanswered('never'));
    await again(world, 0);
    expect(await again(world, SECOND, threeMugs)).toMatchObject({ state: 'waiting' });
    expect(world.calls('createDraft')).toBe(1);
    expect(await again(world, 5 * MINUTE, threeMugs)).toMatchObject({ state: 'delivered' });
    expect(ours(world).map(({ what }) => what)).toEqual(['create', 'confirm']);
  });

  it('a draft that is there is not rewritten', async () => {
    const world = deliveryWorld();
    world.erp.requests.meet('confirm', unanswered('never'));
    await again(world, 0);
    expect(await again(world, SECOND, threeMugs)).toMatchObject({ state: 'waiting' });
    expect(world.calls('rewriteDraft')).toBe(0);
    expect(await again(world, 5 * MINUTE, threeMugs)).toMatchObject({ state: 'delivered' });
  });

  it('a rewrite of the same lines is not taken for landed', async () => {
    const world = deliveryWorld();
    const moved = { billing_address: aBillingAddress({ city: 'Portland' }) };
    world.erp.requests.meet('confirm', unanswered('never'));
    await again(world, 0);
    world.erp.requests.meet('rewriteDraft', unanswered('never'));
    await again(world, 5 * MINUTE, moved);
    expect(await again(world, SECOND, moved)).toMatchObject({ state: 'waiting' });
    expect([world.calls('rewriteDraft'), world.calls('confirm')]).toEqual([1, 1]);
    expect(await again(world, 5 * MINUTE, moved)).toMatchObject({ state: 'delivered' });
    expect(world.calls('rewriteDraft')).toBe(2);
  });
});

it('a reference that the ERP calls taken and does not show is tried six times, then the order is held', async () => {
  const world = deliveryWorld();
  world.erp.requests.meet('createDraft', unanswered('now'));
  const { id } = await world.tell();
  await world.run(id);
  const [record] = world.erp.staff.recordsFor(id);
  world.erp.staff.hide(record!.id);
  for (let runs = 0; world.row(id).state === 'waiting' && runs < 20; runs += 1) {
    await world.time.advance(70 * MINUTE);
    await world.run(id);
  }
  expect(world.row(id)).toMatchObject({ state: 'held', reason: 'duplicate-not-found' });
  // The first one was unanswered: it counts as another kind of failure.
  expect(world.calls('createDraft')).toBe(7);
});
