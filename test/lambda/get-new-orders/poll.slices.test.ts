// A store too large for one poll: several polls read it, each from where the one before it stopped.
import type { OrderQuery } from '../../../lambda/shared/bigcommerce/order-list';
import { BigCommerceError } from '../../../lambda/shared/runtime/errors';
import { anOrder, aParsedOrder, NOON, storeDate } from '../../support/builders';
import { aWorld } from '../../support/world';
import type { World } from '../../support/world';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** A poll that begins no page after so long; two hours later the next one is due. */
async function pollFor(world: World, ms: number, more: object = {}) {
  const references = await world.poll({ deps: { stopBefore: world.clock.now + ms }, ...more });
  world.clock.now += 120 * MINUTE;
  return references.map(({ orderId }) => orderId);
}

const ids = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const outcomes = (world: World) => world.jobs.map(({ outcome }) => outcome);
const lists = (world: World) => world.shop.calls.filter((call) => call.startsWith('listOrders'));

function aStore(orders: number, options: Parameters<typeof aWorld>[0] = {}) {
  const world = aWorld({ latencyMs: SECOND, ...options });
  for (const id of ids(1, orders)) world.shop.add(anOrder({ id }));
  return world;
}

it('a sliced poll stops in time, and records where the next poll continues', async () => {
  const world = aStore(600);
  expect(await pollFor(world, 2 * SECOND)).toEqual(ids(1, 250));
  expect(world.jobs).toMatchObject([
    {
      outcome: 'poll.sliced',
      timestamp: NOON,
      began: NOON,
      found: 250,
      enqueued: 250,
      cursor: { lists: ['7', '10', '11'], list: '11', last_id: 250, slices: 1 },
    },
  ]);
  expect(world.lines).toEqual([
    {
      level: 'INFO',
      event: 'poll.sliced',
      metrics: { PollsFinished: 1, OrdersFound: 250, OrdersQueued: 250 },
    },
  ]);
});

it('a sliced poll is continued automatically, and finished as the poll that began first', async () => {
  const world = aStore(600);
  await pollFor(world, 2 * SECOND);
  expect(await pollFor(world, 2 * SECOND)).toEqual(ids(251, 499));
  expect(await pollFor(world, 10 * SECOND)).toEqual(ids(500, 600));
  expect(outcomes(world)).toEqual(['poll.sliced', 'poll.sliced', 'poll.finished']);
  expect(world.jobs.map(({ began }) => began)).toEqual([NOON, NOON, NOON]);
  expect(world.jobs[1]?.cursor?.slices).toBe(2);
});

it('a sliced poll continues with the next list where one has ended', async () => {
  const world = aWorld({ latencyMs: SECOND });
  world.shop.add(anOrder({ id: 1, status_id: 7 }));
  world.shop.add(anOrder({ id: 2, status_id: 11 }));
  expect(await pollFor(world, 0)).toEqual([1]);
  expect(world.jobs[0]?.cursor).toMatchObject({ list: '11', last_id: 0 });
  expect(await pollFor(world, 0)).toEqual([2]);
  expect(outcomes(world)).toEqual(['poll.sliced', 'poll.finished']);
});

it('each slice reads at least one page, so that the poll ends however little time there is', async () => {
  const world = aStore(600);
  for (let polls = 0; polls < 20 && !outcomes(world).includes('poll.finished'); polls += 1)
    await pollFor(world, -DAY);
  expect(outcomes(world)).toEqual(['poll.sliced', 'poll.sliced', 'poll.sliced', 'poll.finished']);
});

it('a poll starts again from the beginning after a sliced poll has ended', async () => {
  const world = aStore(300);
  await pollFor(world, 0);
  await pollFor(world, MINUTE);
  world.shop.calls.length = 0;
  await pollFor(world, MINUTE);
  expect(lists(world)[0]).toBe('listOrders 11 from 0');
  expect(outcomes(world)).toEqual(['poll.sliced', 'poll.finished', 'poll.finished']);
  expect(world.jobs.at(-1)?.began).toBe(world.jobs.at(-1)?.timestamp);
});

it('a poll starts again from the beginning after one that failed, so that one bad page does not block the others', async () => {
  const world = aStore(600);
  await pollFor(world, 0);
  const refused = new BigCommerceError('GET /v2/orders answered 400.', 'permanent', 400);
  const store = { ...world.shop.store, listOrders: () => Promise.reject(refused) };
  const deps = { store, stopBefore: world.clock.now + MINUTE };
  await expect(world.poll({ deps })).rejects.toThrow('400');
  world.clock.now += 120 * MINUTE;
  world.clock.now += 120 * MINUTE;
  expect(await pollFor(world, MINUTE)).toEqual(ids(251, 600));
  expect(outcomes(world)).toEqual(['poll.sliced', 'poll.failed', 'poll.finished']);
  expect(world.jobs[1]).toMatchObject({ began: NOON });
  expect(world.jobs[2]?.began).toBe(world.jobs[2]?.timestamp);
});

it('a poll stops in time while it searches for an order that no list can show, and the next polls find it', async () => {
  const world = aStore(600);
  world.shop.makeUnreadable(400);
  const queued: number[] = [];
  for (let polls = 0; polls < 20 && !outcomes(world).includes('poll.finished'); polls += 1) {
    queued.push(...(await pollFor(world, 8 * SECOND)));
  }
  expect(outcomes(world).at(-1)).toBe('poll.finished');
  expect(new Set(queued)).toEqual(new Set(ids(1, 600)));
  expect(world.jobs.flatMap(({ unreadable_ids: found = [] }) => found)).toEqual([400]);
  expect(world.jobs.some(({ cursor }) => (cursor?.page_size ?? 250) < 250)).toBe(true);
});

it('a poll is sliced before the eleventh order that no list can show', async () => {
  const world = aStore(60);
  const unreadable = ids(1, 12).map((nth) => nth * 3);
  for (const id of unreadable) world.shop.makeUnreadable(id);
  const first = await pollFor(world, DAY);
  const second = await pollFor(world, DAY);
  expect(outcomes(world)).toEqual(['poll.sliced', 'poll.finished']);
  expect(world.jobs.map(({ unreadable_ids: found }) => found)).toEqual([
    unreadable.slice(0, 10),
    unreadable.slice(10),
  ]);
  expect(new Set([...first, ...second])).toEqual(new Set(ids(1, 60)));
});

it('a sliced poll is continued from the last record when the poll after it was killed', async () => {
  const world = aStore(600);
  await pollFor(world, 0);
  const killed = new Promise<never>(() => undefined);
  world.shop.after('listOrders', () => killed);
  void world.poll();
  await new Promise(setImmediate);
  expect(await pollFor(world, MINUTE)).toEqual(ids(251, 600));
});

it.each([
  ['the status at which it stopped', { allowedStatusIds: [7, 10] }],
  ['a status that it had read', { allowedStatusIds: [10, 11] }],
  ['nothing, but there is another', { allowedStatusIds: [2, 7, 10, 11] }],
])('a poll starts again from the beginning when AllowedStatusIds lacks %s', async (_, changed) => {
  const world = aStore(300);
  world.shop.add(anOrder({ id: 1_000, status_id: 7 }));
  await pollFor(world, SECOND * 3);
  expect(world.jobs[0]?.cursor?.list).toBe('11');
  world.shop.calls.length = 0;
  const rules = { ...world.rules, ...changed };
  await pollFor(world, MINUTE, { settings: { rules } });
  expect(lists(world)[0]).toMatch(/ from 0$/);
  expect(world.jobs.at(-1)?.began).toBe(world.jobs.at(-1)?.timestamp);
});

it('every slice looks for Completed orders and for changes from where the first slice began to look', async () => {
  const world = aWorld({ latencyMs: SECOND });
  await pollFor(world, MINUTE);
  world.clock.now += 20 * DAY;
  for (const id of ids(1, 300)) world.shop.add(anOrder({ id, date_modified: storeDate(NOON + 10 * DAY) }));
  const digital = { status_id: 10, order_is_digital: true };
  world.shop.add(anOrder({ id: 400, ...digital, date_modified: storeDate(NOON + DAY) }));
  const queries: OrderQuery[] = [];
  const listOrders = (query: OrderQuery) => {
    queries.push(query);
    return world.shop.store.listOrders(query);
  };
  const store = { ...world.shop.store, listOrders };
  for (let polls = 0; polls < 6; polls += 1) {
    await world.poll({ deps: { store, stopBefore: 0 } });
    world.clock.now += DAY;
  }
  // After so long a pause what waited in the queue is forgotten.
  const since = NOON - 5 * DAY;
  const completed = queries.filter(({ statusId }) => statusId === 10);
  expect(completed.map(({ modifiedSince }) => modifiedSince)[0]).toBe(since);
  const changed = queries.filter(({ statusId }) => statusId === undefined);
  expect(changed[0]).toMatchObject({ modifiedSince: since });
});

it('a sliced poll misses no change between its slices, because the next poll looks back to its first', async () => {
  const world = aStore(600);
  await pollFor(world, MINUTE);
  for (const id of [1, 600]) await world.replicate(world.referenceTo(id));
  world.clock.now += DAY;
  const cursor = () => world.jobs.at(-1)?.cursor;
  do await pollFor(world, 0);
  while (cursor()?.list !== 'follow' || cursor()?.last_id === 0);
  // Its page of the changed orders was read before, and the poll that comes to the end is days later.
  world.shop.edit(1, { staff_notes: 'changed between slices' });
  world.clock.now += 2 * DAY;
  expect(await pollFor(world, DAY)).toEqual([600]);
  expect(outcomes(world).at(-1)).toBe('poll.finished');
  expect(await pollFor(world, DAY)).toContain(1);
});

it('a sliced poll that makes progress is no missed poll, and one that never ends is', async () => {
  const world = aStore(250 * 20);
  for (let polls = 0; polls < 15; polls += 1) await pollFor(world, 0);
  const finished = world.lines.map(({ metrics }) => metrics?.PollsFinished);
  expect(finished).toEqual([...Array.from({ length: 12 }, () => 1), undefined, undefined, undefined]);
});

describe('a poll of a hundred thousand new orders', () => {
  const ORDERS = 100_000;
  /** As lists of the store come, a page every two seconds. */
  function aLargeStore() {
    const world = aWorld();
    const all = ids(1, ORDERS).map((id) => aParsedOrder({ id }));
    const store = {
      countOrders: () => Promise.resolve(new Map([[11, ORDERS]])),
      listOrders({ statusId, minId }: OrderQuery) {
        world.clock.now += 2 * SECOND;
        const orders = statusId === 11 ? all.slice(Math.max(0, minId - 1), Math.max(0, minId - 1) + 250) : [];
        return Promise.resolve({ orders, unreadable: 0, isLast: orders.length < 50 });
      },
    };
    return { world, store };
  }

  it('a hundred thousand new orders are queued once each, by polls that all end in time', async () => {
    const { world, store } = aLargeStore();
    const queued = new Map<number, number>();
    let isKilled = false;
    while (outcomes(world).at(-1) !== 'poll.finished') {
      const stopBefore = world.clock.now + 230 * SECOND;
      // One of the polls is killed half way: its row is missing, and what it queued is known to the ledger.
      const dies = world.jobs.length === 2 && !isKilled;
      let pages = 0;
      const listOrders = (query: OrderQuery) => {
        pages += 1;
        return dies && pages > 50 ? new Promise<never>(() => undefined) : store.listOrders(query);
      };
      const polling = world.poll({ deps: { store: { ...store, listOrders }, stopBefore } });
      const untilKilled = async () => {
        while (pages <= 50) await new Promise(setImmediate);
        isKilled = true;
        return world.queued.splice(0);
      };
      for (const { orderId } of await (dies ? untilKilled() : polling)) {
        queued.set(orderId, (queued.get(orderId) ?? 0) + 1);
      }
      world.clock.now += 15 * MINUTE;
    }
    expect(queued.size).toBe(ORDERS);
    expect(Math.max(...queued.values())).toBe(1);
    expect(outcomes(world)).toEqual(['poll.sliced', 'poll.sliced', 'poll.sliced', 'poll.finished']);
    expect(world.jobs.every(({ duration_ms }) => duration_ms < 240 * SECOND)).toBe(true);
    expect(Math.max(...world.jobs.map((job) => JSON.stringify(job).length))).toBeLessThan(1_000);
  }, 60_000);
});
