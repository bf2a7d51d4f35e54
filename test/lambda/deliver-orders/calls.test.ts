// Who may call the ERP, in which mode, and what its errors lead to.
import { backOffMs } from '../../../lambda/deliver-orders/outcome';
import { ErpError } from '../../../lambda/shared/runtime/errors';
import { deliveryWorld } from '../../support/delivery-world';
import { unanswered } from '../../support/simulated-erp/requests';
import type { Trouble } from '../../support/simulated-erp/requests';

const MINUTE = 60_000;
const iso = (time: number) => new Date(time).toISOString();
const answered: Omit<Trouble, 'failure'> = { provesRefusal: false, lands: 'never', by: 'answer' };

describe('in shadow mode', () => {
  it('nothing is written to the ERP, and the order is delivered once the mode is live', async () => {
    const world = deliveryWorld({ policy: { mode: 'shadow' } });
    const { id } = await world.tell();
    await world.run(id);
    expect(world.erp.requests.sent.map(({ call }) => call)).toEqual(['findOrders']);
    expect(world.erp.history).toEqual([]);
    expect(world.row(id)).toMatchObject({
      state: 'waiting',
      due: 'shadow',
      shadow: { findings: ['create'] },
    });
    world.setPolicy({ mode: 'live' });
    await world.run(id);
    expect(world.row(id)).toMatchObject({ state: 'delivered' });
  });
});

describe('the slots of the ERP', () => {
  it('are all taken: the order waits, and the ERP is not called', async () => {
    const world = deliveryWorld();
    const { id } = await world.tell();
    const until = world.time.now() + 60 * MINUTE;
    await world.keys.takeSlot('one', 2, until, world.time.now());
    await world.keys.takeSlot('other', 2, until, world.time.now());
    await world.run(id);
    expect(world.erp.requests.sent).toEqual([]);
    expect(world.row(id)).toMatchObject({ state: 'waiting', due: 'now' });
  });

  it('are free again after the invocation', async () => {
    const world = deliveryWorld();
    const { id } = await world.tell();
    let taken = 0;
    world.erp.requests.when('findOrders', 'sent', () => (taken = world.keys.slotsTaken(world.time.now())));
    await world.run(id);
    expect(taken).toBe(1);
    expect(world.keys.slotsTaken(world.time.now())).toBe(0);
  });

  it('become one less for five minutes after a 429, and the invocation calls no more', async () => {
    const world = deliveryWorld();
    await world.tell();
    await world.tell({ id: 101 });
    let calls = 0;
    const findOrders = () => {
      calls += 1;
      return Promise.reject(new ErpError('find order: 429', 'busy', true, 429));
    };
    const startedAt = world.time.now();
    await world.runWith(({ erp }) => ({ erp: { ...erp, findOrders } }), 100, 101);
    expect(calls).toBe(1);
    expect(world.row(101)).toMatchObject({
      state: 'waiting',
      due: 'now',
      due_at: iso(startedAt + 5 * MINUTE),
    });
    expect(world.keys.slotsTaken(startedAt + 4 * MINUTE)).toBe(1);
    expect(world.keys.slotsTaken(startedAt + 6 * MINUTE)).toBe(0);
  });
});

describe('when the ERP refuses our credentials', () => {
  async function refusedOnce() {
    const world = deliveryWorld();
    world.erp.habits.credentialsAreWrong = true;
    const { id } = await world.tell();
    const startedAt = world.time.now();
    await world.run(id);
    world.erp.habits.credentialsAreWrong = false;
    return { world, id, openUntil: startedAt + 10 * MINUTE };
  }

  it('no one calls it for ten minutes, and one alert is sent', async () => {
    const { world, id, openUntil } = await refusedOnce();
    expect(world.row(id)).toMatchObject({ state: 'waiting', due: 'now', due_at: iso(openUntil) });
    await world.tell({ id: 101 });
    await world.run(101);
    expect(world.erp.requests.sent).toHaveLength(1);
    expect(world.row(101)).toMatchObject({ state: 'waiting', due: 'now', due_at: iso(openUntil) });
    expect(world.alerts).toHaveLength(1);
  });

  it('only the worker that becomes the probe calls it then', async () => {
    const { world, id } = await refusedOnce();
    await world.time.advance(11 * MINUTE);
    jest.spyOn(world.keys, 'probe').mockResolvedValueOnce(false);
    await world.run(id);
    expect(world.erp.requests.sent).toHaveLength(1);
    expect(world.row(id)).toMatchObject({ state: 'waiting', due: 'now' });
  });

  it('an answer to the probe ends that', async () => {
    const { world, id } = await refusedOnce();
    await world.time.advance(11 * MINUTE);
    await world.run(id);
    expect(world.row(id)).toMatchObject({ state: 'delivered' });
    expect(await world.keys.circuit()).toBeUndefined();
  });
});

describe('an attempt that fails', () => {
  it('is repeated after 1, 2, 4 … 60 min', () => {
    const waits = [0, 1, 2, 3, 5, 6, 50].map((attempts) => backOffMs(attempts, () => 0.5) / MINUTE);
    expect(waits).toEqual([1, 2, 4, 8, 32, 60, 60]);
  });

  it('three times with an answer that the adapter does not know, holds the order', async () => {
    const world = deliveryWorld();
    for (let nth = 0; nth < 4; nth += 1) {
      world.erp.requests.meet('findOrders', { ...answered, failure: 'unknown' });
    }
    const { id } = await world.tell();
    for (let runs = 0; runs < 4; runs += 1) {
      await world.run(id);
      await world.time.advance(70 * MINUTE);
    }
    expect(world.row(id)).toMatchObject({ state: 'held', reason: 'erp-answer-unknown' });
    expect(world.calls('findOrders')).toBe(3);
  });

  it('is repeated immediately when a new version was reported meanwhile', async () => {
    const world = deliveryWorld();
    const { id } = await world.tell();
    await world.time.advance(1_000);
    world.erp.requests.meet('findOrders', { ...answered, failure: 'retryable' });
    let toldAt = 0;
    world.erp.requests.when('findOrders', 'sent', () => {
      toldAt = world.time.now();
      return world.tell();
    });
    await world.run(id);
    expect(world.row(id)).toMatchObject({ attempts: 1, due: 'now', due_at: iso(toldAt) });
  });
});

it('an order that ended ten workers is held without a call', async () => {
  const world = deliveryWorld();
  const { id } = await world.tell();
  world.change(id, { begun: 10, lease_owner: 'gone/r0', lease_until: iso(world.time.now() - 1) });
  await world.run(id);
  expect(world.row(id)).toMatchObject({ state: 'held', reason: 'keeps-crashing' });
  expect(world.erp.requests.sent).toEqual([]);
});

it('an order of which a version is reported during its last request stays due', async () => {
  const world = deliveryWorld();
  const { id } = await world.tell();
  await world.time.advance(1_000);
  world.erp.requests.when('confirm', 'landed', () => world.tell());
  await world.run(id);
  expect(world.row(id)).toMatchObject({ state: 'delivered', due: 'now' });
});

it('an ERP that does not answer the find leaves the order due and without an intent', async () => {
  const world = deliveryWorld();
  world.erp.requests.meet('findOrders', unanswered('never'));
  const { id } = await world.tell();
  await world.run(id);
  expect(world.row(id)).toMatchObject({ state: 'waiting', due: 'now', attempts: 1 });
  expect(world.row(id).intent).toBeUndefined();
});
