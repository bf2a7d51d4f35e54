// The references of one invocation: a few at a time, each with its own outcome.
import { replicateBatch, deadlinesBefore } from '../../../lambda/process-new-orders/batch';
import type { ReplicateDeps } from '../../../lambda/process-new-orders/replicate';
import { BigCommerceError } from '../../../lambda/shared/runtime/errors';
import { aReference, anOrder } from '../../support/builders';
import { aWorld } from '../../support/world';
import type { World } from '../../support/world';

const messages = (orderIds: readonly (number | string)[], receiveCount = 1) =>
  orderIds.map((orderId, index) => ({
    messageId: `message-${index}`,
    receiptHandle: `receipt-${index}`,
    body: typeof orderId === 'string' ? orderId : JSON.stringify(aReference({ orderId })),
    receiveCount,
  }));

/** Every read may take as long as it likes. */
const replicateAll = (batch: Parameters<typeof replicateBatch>[0], deps: ReplicateDeps) => {
  const { store, ...adapters } = deps.adapters;
  return replicateBatch(batch, { ...deps, adapters: { ...adapters, storeFor: () => store } });
};

function aWorldOf(orders: number): World {
  const world = aWorld();
  for (let id = 1; id <= orders; id += 1) world.shop.add(anOrder({ id }));
  return world;
}

const puts = ({ shop }: World) => shop.puts.map(({ orderId }) => orderId).sort((one, other) => one - other);

it('an order that fails does not delay another, and only its reference returns to the queue', async () => {
  const world = aWorldOf(10);
  const getOrder = (orderId: number) =>
    orderId === 3
      ? Promise.reject(new BigCommerceError('GET /v2/orders/3 answered 500.', 'retryable', 500))
      : world.shop.store.getOrder(orderId);
  const batch = messages([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  const outcomes = await replicateAll(batch, world.workerDeps({ store: { ...world.shop.store, getOrder } }));
  expect(outcomes).toEqual(batch.map((_, index) => (index === 2 ? 'returned' : 'acknowledged')));
  expect(puts(world)).toEqual([1, 2, 4, 5, 6, 7, 8, 9, 10]);
});

it('a malformed message becomes a dead letter next to all other messages', async () => {
  const world = aWorldOf(2);
  await replicateAll(messages([1, 'junk', 2]), world.workerDeps());
  expect(world.deadLetters).toMatchObject([{ body: 'junk' }]);
  expect(puts(world)).toEqual([1, 2]);
});

it('a worker starts four orders, and the next when one of them has ended', async () => {
  const world = aWorldOf(10);
  let held = 0;
  let most = 0;
  const takeLease: typeof world.ledger.takeLease = async (...lease) => {
    held += 1;
    most = Math.max(most, held);
    return world.ledger.takeLease(...lease);
  };
  const finishAdvance: typeof world.ledger.recordAdvance = async (...finish) => {
    await world.ledger.recordAdvance(...finish);
    held -= 1;
  };
  const ledger = { ...world.ledger, takeLease, recordAdvance: finishAdvance };
  await replicateAll(messages([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), world.workerDeps({ ledger }));
  expect(puts(world)).toHaveLength(10);
  expect(most).toBe(4);
});

it('a worker leaves time for returning references, for one request, and for a PUT that lands after the worker has ended', () => {
  // One request to BigCommerce ends within ten seconds.
  expect(deadlinesBefore(100_000)).toEqual({
    callsUntil: 95_000,
    beginBefore: 80_000,
    writesUntil: 97_500,
    leaseUntil: 115_000,
  });
});

describe('an invocation that runs short of time', () => {
  it('a worker returns what it has not started without a call or a lease, with the delay of any failure', async () => {
    const world = aWorldOf(10);
    // The first orders use up all the time: each of their lists takes 20 s.
    const getLines = async (orderId: number) => {
      world.clock.now += 20_000;
      return world.shop.store.getLines(orderId);
    };
    const deps = world.workerDeps({ store: { ...world.shop.store, getLines } });
    const outcomes = await replicateAll(messages([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), deps);
    expect(outcomes.slice(4)).toEqual(Array(6).fill('returned'));
    const begun = new Set(world.shop.calls.map((call) => call.split(' ')[1]));
    expect([...begun].sort()).toEqual(['1', '2', '3', '4']);
    expect([...world.rows.keys()]).toEqual([1, 2, 3, 4]);
    expect(world.returned.filter(({ seconds }) => seconds === 60)).toHaveLength(6);
  });

  it('a worker dead-letters at the last receive what it has not started, with that reason', async () => {
    const world = aWorldOf(1);
    const deps = world.workerDeps({ beginBefore: world.clock.now });
    expect(await replicateAll(messages([1], 20), deps)).toEqual(['acknowledged']);
    expect(world.deadLetters).toMatchObject([
      {
        orderId: 1,
        reason: 'attempts-exhausted',
        error: expect.stringContaining('was not started: too little') as string,
      },
    ]);
    expect(world.rows.get(1)).toMatchObject({ state: 'dead', reason: 'attempts-exhausted' });
  });
});
