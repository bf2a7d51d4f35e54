// A store that takes long to show an order: the real client and the real worker, on virtual time.
import { replicateBatch, deadlinesBefore } from '../../lambda/process-new-orders/batch';
import { createBigCommerce } from '../../lambda/shared/bigcommerce/client';
import type { HttpRequest } from '../../lambda/shared/bigcommerce/http';
import { anOrder, anOrderWithLines, aReference, aWholeLine, iso } from '../support/builders';
import { aWorld } from '../support/world';
import type { World } from '../support/world';

const INVOCATION_MS = 60_000;

interface Slowness {
  /** How long the GET of the order takes, with `include` and without. */
  readonly wholeMs: number;
  readonly plainMs: number;
  readonly listMs?: number;
}

function aSlowStore(world: World, { wholeMs, plainMs, listMs = 100 }: Slowness) {
  const timeouts: number[] = [];
  const lines = [aWholeLine()];
  let shown = anOrder({ items_total: 1 });
  const answer = ({ method, url, query, body }: HttpRequest): unknown => {
    if (method === 'PUT') shown = { ...shown, ...(JSON.parse(body ?? '{}') as object) };
    if (/\/products$/.test(url)) return lines;
    if (/\/shipping_addresses$/.test(url)) return [{ id: 5 }];
    if (/\/coupons$/.test(url)) return [];
    return query?.include === undefined ? shown : { ...anOrderWithLines(lines), ...shown };
  };
  const takes = ({ method, url, query }: HttpRequest) => {
    if (method === 'PUT') return 100;
    if (!/\/\d+$/.test(url)) return listMs;
    return query?.include === undefined ? plainMs : wholeMs;
  };
  const bigCommerce = createBigCommerce({
    apiUrl: '',
    storeHash: 'abc',
    quotaReservePercent: 0,
    accessToken: () => Promise.resolve('token'),
    http: (request) => {
      timeouts.push(request.timeoutMs);
      const tookMs = Math.min(takes(request), request.timeoutMs);
      world.clock.now += tookMs;
      if (tookMs < takes(request))
        return Promise.reject(Object.assign(new Error('late'), { code: 'ETIMEDOUT' }));
      return Promise.resolve({ status: 200, text: JSON.stringify(answer(request)), headers: {} });
    },
    now: () => world.clock.now,
    sleep: (ms) => Promise.resolve((world.clock.now += ms)),
    random: () => 0.5,
  });

  /** One invocation of the worker with one message. */
  const receive = async (receiveCount: number) => {
    const { callsUntil, ...deadlines } = deadlinesBefore(world.clock.now + INVOCATION_MS);
    const message = {
      messageId: 'message',
      receiptHandle: `receipt-${receiveCount}`,
      receiveCount,
      body: JSON.stringify(aReference()),
    };
    const storeFor = (readTimeoutMs: number) => bigCommerce.until(callsUntil, undefined, readTimeoutMs);
    const { adapters, policy, invocation } = world.workerDeps(deadlines);
    const deps = { adapters: { ...adapters, storeFor }, policy, invocation };
    const [outcome] = await replicateBatch([message], deps);
    // The next receive is later than any lease.
    world.clock.now += 3_600_000;
    return outcome;
  };
  return { receive, timeouts, status: () => shown.status_id };
}

it('an order whose GET takes 11 s is stored whole at the second receive, and its dead letter says so', async () => {
  const world = aWorld();
  const store = aSlowStore(world, { wholeMs: 11_000, plainMs: 11_000 });
  expect(await store.receive(1)).toBe('returned');
  expect(world.stream).toEqual([]);

  expect(await store.receive(2)).toBe('returned');
  expect(world.snapshots.get(100)).toMatchObject({ products: [{ id: 1 }], shipping_addresses: [{ id: 5 }] });

  expect(await store.receive(20)).toBe('acknowledged');
  expect(world.deadLetters).toHaveLength(1);
  expect(world.deadLetters[0]?.error).toContain('Order 100 is stored but not advanced');
  expect(world.stream).toHaveLength(1);
  expect(store.status()).toBe(11);
});

it.each([16_000, 20_000, 24_000])('an order whose GET takes %i ms is stored in the end', async (wholeMs) => {
  const world = aWorld();
  const store = aSlowStore(world, { wholeMs, plainMs: wholeMs });
  for (let receiveCount = 1; receiveCount < 20; receiveCount += 1) await store.receive(receiveCount);
  await store.receive(20);
  expect(world.snapshots.get(100)).toMatchObject({ products: [{ id: 1 }], status_id: 11 });
  expect(world.deadLetters[0]?.error).toContain('Order 100 is stored but not advanced');
  expect(store.status()).toBe(11);
});

it('an order with a list that takes 11 s is stored whole and advanced', async () => {
  const world = aWorld();
  const store = aSlowStore(world, { wholeMs: 100, plainMs: 100, listMs: 11_000 });
  expect(await store.receive(1)).toBe('returned');
  expect(await store.receive(2)).toBe('acknowledged');
  expect(world.snapshots.get(100)).toMatchObject({ status_id: 9, replication: { state: 'replicated' } });
});

it('an order that is slow only with its lines is advanced on a plain read', async () => {
  const world = aWorld();
  const store = aSlowStore(world, { wholeMs: 5_000, plainMs: 500 });
  expect(await store.receive(1)).toBe('acknowledged');
  expect(store.status()).toBe(9);
  expect(world.rows.get(100)).toMatchObject({ state: 'replicated' });
});

it('a read may take longer at each receive, up to a bound that leaves time for two tries, and a PUT may not', async () => {
  const world = aWorld();
  const store = aSlowStore(world, { wholeMs: 60_000, plainMs: 60_000 });
  for (let receiveCount = 1; receiveCount <= 6; receiveCount += 1) await store.receive(receiveCount);
  const firsts = [10, 10, 15, 15, 20, 20, 25, 25, 25, 25, 25, 25].map((seconds) => seconds * 1_000);
  expect(store.timeouts).toEqual(firsts);

  const quick = aSlowStore(aWorld(), { wholeMs: 100, plainMs: 100 });
  await quick.receive(10);
  expect(quick.timeouts.at(-1)).toBe(10_000);
  expect(quick.timeouts.slice(0, -1)).toEqual([25_000, 25_000, 25_000]);
});

it('a message that was received often is started last, and only with time for a longer read', async () => {
  const world = aWorld();
  const begun: number[] = [];
  for (const id of [1, 2, 3]) world.shop.add(anOrder({ id }));
  const takeLease: typeof world.ledger.takeLease = (...lease) => {
    begun.push(lease[0].orderId);
    return world.ledger.takeLease(...lease);
  };
  const parts = { ledger: { ...world.ledger, takeLease } };
  const { adapters, policy, invocation } = world.workerDeps(parts);
  const messages = [9, 1, 3].map((receiveCount, index) => ({
    messageId: `${index}`,
    receiptHandle: `receipt-${index}`,
    receiveCount,
    body: JSON.stringify(aReference({ orderId: index + 1, seenAt: iso(world.clock.now) })),
  }));
  const deps = { adapters: { ...adapters, storeFor: () => adapters.store }, policy, invocation };
  expect(await replicateBatch(messages, deps)).toEqual(Array(3).fill('acknowledged'));
  expect(begun).toEqual([2, 3, 1]);

  const again = messages.map((message) => ({ ...message, receiptHandle: `${message.receiptHandle}-again` }));
  const short = { ...deps, invocation: { ...invocation, beginBefore: world.clock.now + 12_000 } };
  begun.length = 0;
  expect(await replicateBatch(again, short)).toEqual(['returned', 'acknowledged', 'acknowledged']);
  expect(begun).toEqual([2, 3]);
});
