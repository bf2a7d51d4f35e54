// The account of each night: what the stream lost is found, and every order of a day is counted once.
import { account, readAccountRequest } from '../../../lambda/queue-deliveries/account';
import type { DeliveryRow } from '../../../lambda/shared/delivery/delivery-row';
import type { StoredVersion } from '../../../lambda/shared/tables/orders';
import { iso, NOON } from '../../support/builders';
import { queueDeliveriesWorld } from '../../support/queue-deliveries-world';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const MIDNIGHT = NOON - (NOON % DAY);
const READ = iso(MIDNIGHT - 60 * MINUTE);

function aWorld(...policy: Parameters<typeof queueDeliveriesWorld>) {
  const world = queueDeliveriesWorld(...policy);
  /** When each order was finished, and its snapshot. */
  const finishedAt = new Map<number, number>();
  const snapshots = new Map<number, StoredVersion>();
  const pageSizes: number[] = [];
  const finished = {
    async *between(from: number, before: number) {
      const ids = [...finishedAt].filter(([, at]) => at >= from && at < before).map(([id]) => id);
      for (let start = 0; start < ids.length; start += 500) {
        await Promise.resolve();
        yield ids.slice(start, start + 500);
      }
    },
  };
  const orders = {
    among: (ids: readonly number[]) => {
      pageSizes.push(ids.length);
      const there = ids.flatMap((id) => (snapshots.has(id) ? [[id, snapshots.get(id)!] as const] : []));
      return Promise.resolve(new Map(there));
    },
  };
  const { deps, deliveries, keys, log, clock } = world;
  return {
    ...world,
    pageSizes,
    /** An order that was finished an hour before midnight, with its snapshot. */
    finish(
      id: number,
      { at = MIDNIGHT - 60 * MINUTE, readAt = READ }: { at?: number; readAt?: string } = {},
    ) {
      finishedAt.set(id, at);
      snapshots.set(id, { replication: { read_at: readAt } });
    },
    finishedAt,
    snapshots,
    put: (order_id: number, overrides: Partial<DeliveryRow> = {}) =>
      void deliveries.rows.set(order_id, {
        order_id,
        state: 'delivered',
        state_at: iso(NOON),
        told: 1,
        wanted_read_at: READ,
        handled_read_at: READ,
        ...overrides,
      }),
    deps: {
      ...deps,
      adapters: { ...deps.adapters, deliveries, keys, finished, orders, log },
      invocation: { now: () => clock.now, beginBefore: NOON + 4 * MINUTE },
    },
  };
}

const yesterday = { task: 'account', from: '2026-01-09', to: '2026-01-09' };

it('an account counts each stored order of a day once, by how its delivery stands, and keeps the line', async () => {
  const { deps, finish, put, keys, linesOf, references } = aWorld();
  for (let id = 1; id <= 9; id += 1) finish(id);
  put(1);
  put(2, { state: 'held', due: 'held', due_at: READ });
  put(3, { state: 'excluded' });
  put(4, { state: 'cancelled' });
  put(5, { state: 'waiting', due: 'now', due_at: READ });
  put(6, { state: 'waiting', due: 'shadow', due_at: READ });
  put(7, { state: 'delivered', due: 'now', due_at: READ });
  put(8, { state: 'waiting' });
  put(9, { wanted_read_at: iso(NOON) });
  const line = {
    day: '2026-01-09',
    copied: 9,
    delivered: 2,
    held: 1,
    excluded: 1,
    cancelled: 1,
    open: 4,
    told: 0,
    at: iso(NOON),
  };
  expect(await account(yesterday, deps)).toEqual({ days: [line] });
  expect(await keys.account('2026-01-09')).toEqual(line);
  expect(linesOf('account.finished')).toEqual([
    { level: 'info', event: 'account.finished', fields: line, metrics: { DeliveriesOpen: 4 } },
  ]);
  expect(references).toEqual([]);
});

it('an order whose record the stream lost is noted and queued by the account, and counts as open', async () => {
  const { deps, finish, deliveries, references } = aWorld();
  finish(1);
  expect(await account(yesterday, deps)).toMatchObject({ days: [{ copied: 1, open: 1, told: 1 }] });
  expect(deliveries.rows.get(1)).toMatchObject({ state: 'waiting', wanted_read_at: READ, due: 'now' });
  expect(references).toEqual([{ orderId: 1, seenAt: iso(NOON) }]);
  expect(await account(yesterday, deps)).toMatchObject({ days: [{ open: 1, told: 0 }] });
  expect(references).toHaveLength(1);
});

it("a row that is behind its order's snapshot is noted again, and makes a delivered order due", async () => {
  const { deps, finish, put, deliveries, references } = aWorld();
  finish(1, { readAt: iso(NOON) });
  put(1);
  finish(2);
  put(2, { wanted_read_at: iso(NOON) });
  expect(await account(yesterday, deps)).toMatchObject({ days: [{ delivered: 1, open: 1, told: 1 }] });
  expect(deliveries.rows.get(1)).toMatchObject({ wanted_read_at: iso(NOON), due: 'now', told: 2 });
  expect(deliveries.rows.get(2)).toMatchObject({ told: 1 });
  expect(references.map(({ orderId }) => orderId)).toEqual([1]);
});

it('an order without a snapshot, such as one that was skipped or has expired, is not accounted for', async () => {
  const { deps, finish, snapshots, deliveries } = aWorld();
  finish(1);
  snapshots.delete(1);
  expect(await account(yesterday, deps)).toMatchObject({ days: [{ copied: 0, open: 0 }] });
  expect(deliveries.rows.size).toBe(0);
});

it('a snapshot without the time of its read stays open each night, so that a person looks at it', async () => {
  const { deps, finish, snapshots, put } = aWorld();
  finish(1);
  snapshots.set(1, { replication: {} });
  put(1);
  expect(await account(yesterday, deps)).toMatchObject({ days: [{ copied: 1, open: 1, told: 0 }] });
});

it('each night accounts for today and the 14 days before, the newest first, and today counts as late for no one', async () => {
  const { deps, finish, linesOf } = aWorld();
  finish(1, { at: NOON - MINUTE });
  finish(2, { at: MIDNIGHT - 14 * DAY });
  finish(3, { at: MIDNIGHT - 14 * DAY - 1 });
  const { days, next } = await account({ task: 'account' }, deps);
  expect(next).toBeUndefined();
  expect(days).toHaveLength(15);
  expect(days[0]).toMatchObject({ day: '2026-01-10', copied: 1 });
  expect(days[14]).toMatchObject({ day: '2025-12-27', copied: 1 });
  const metrics = linesOf('account.finished').map((line) => line.metrics);
  expect(metrics[0]).toEqual({});
  expect(metrics.slice(1)).toEqual([
    ...Array.from({ length: 13 }, () => ({ DeliveriesOpen: 0 })),
    { DeliveriesOpen: 1 },
  ]);
});

it('an account that runs out of time says where it stopped, and continues from there', async () => {
  const { deps, finish, clock, linesOf } = aWorld();
  for (let day = 0; day < 4; day += 1) finish(day + 1, { at: NOON - day * DAY });
  const among: typeof deps.adapters.orders.among = (ids) => {
    clock.now += 2 * MINUTE;
    return deps.adapters.orders.among(ids);
  };
  const slow = { ...deps, adapters: { ...deps.adapters, orders: { among } } };
  const first = await account({ task: 'account', from: '2026-01-07' }, slow);
  expect(first.days.map(({ day }) => day)).toEqual(['2026-01-10', '2026-01-09']);
  expect(first.next).toBe('2026-01-08');
  expect(linesOf('account.stopped')).toMatchObject([
    { level: 'warn', fields: { next: '2026-01-08', from: '2026-01-07' } },
  ]);
  clock.now = NOON;
  const second = await account({ task: 'account', from: '2026-01-07', to: first.next }, slow);
  expect(second.days.map(({ day }) => day)).toEqual(['2026-01-08', '2026-01-07']);
  expect(second.next).toBeUndefined();
});

it('a day that is stopped in its midst keeps what it noted, has no line, and is counted whole the next time', async () => {
  const { deps, finish, clock, deliveries, keys } = aWorld();
  for (let id = 1; id <= 1_200; id += 1) finish(id);
  const among: typeof deps.adapters.orders.among = (ids) => {
    clock.now += 2 * MINUTE;
    return deps.adapters.orders.among(ids);
  };
  const slow = { ...deps, adapters: { ...deps.adapters, orders: { among } } };
  expect(await account(yesterday, slow)).toEqual({ days: [], next: '2026-01-09' });
  expect(deliveries.rows.size).toBe(1_000);
  expect(await keys.account('2026-01-09')).toBeUndefined();
  clock.now = NOON;
  expect(await account(yesterday, deps)).toMatchObject({ days: [{ copied: 1_200, open: 1_200, told: 200 }] });
});

it('an account of very many missing orders notes all, and queues no more than a thousand references a day', async () => {
  const { deps, finish, deliveries, references, pageSizes } = aWorld();
  for (let id = 1; id <= 3_000; id += 1) finish(id);
  expect(await account(yesterday, deps)).toMatchObject({ days: [{ copied: 3_000, told: 3_000 }] });
  expect(deliveries.rows.size).toBe(3_000);
  expect(references).toHaveLength(1_000);
  expect(Math.max(...pageSizes)).toBe(500);
});

it('a row that cannot be written stays open, is logged, and is noted the next night', async () => {
  const { deps, finish, linesOf } = aWorld();
  for (const id of [1, 2]) finish(id);
  const tell: typeof deps.adapters.deliveries.tell = (orderId, ...rest) =>
    orderId === 1 ? Promise.reject(new Error('throttled')) : deps.adapters.deliveries.tell(orderId, ...rest);
  const deliveries = { ...deps.adapters.deliveries, tell };
  const failing = { ...deps, adapters: { ...deps.adapters, deliveries } };
  expect(await account(yesterday, failing)).toMatchObject({ days: [{ copied: 2, open: 2, told: 1 }] });
  expect(linesOf('delivery.not_noted')).toMatchObject([{ level: 'error', fields: { orderId: 1 } }]);
  expect(await account(yesterday, deps)).toMatchObject({ days: [{ copied: 2, open: 2, told: 1 }] });
});

it('in the mode off an account notes what is missing and queues nothing', async () => {
  const { deps, finish, deliveries, references } = aWorld({ mode: 'off' });
  finish(1);
  expect(await account(yesterday, deps)).toMatchObject({ days: [{ told: 1 }] });
  expect(deliveries.rows.size).toBe(1);
  expect(references).toEqual([]);
});

it.each([
  [{ from: '2026-1-9' }, 'from must be a UTC day such as 2026-11-20.'],
  [{ to: 20260109 }, 'to must be a UTC day such as 2026-11-20.'],
  [{ to: '2026-01-11' }, '2026-01-11 is in the future: there is nothing to account for.'],
  [{ from: '2026-01-09', to: '2026-01-08' }, 'from must not be after to: 2026-01-09 is after 2026-01-08.'],
])('an account of %j is refused with what was expected', async (days, message) => {
  await expect(account({ task: 'account', ...days }, aWorld().deps)).rejects.toThrow(message);
});

it('the days of an account are those asked for, or today and the 14 days before the last of them', () => {
  expect(readAccountRequest({}, NOON)).toEqual({ from: MIDNIGHT - 14 * DAY, to: MIDNIGHT });
  expect(readAccountRequest({ to: '2026-01-01' }, NOON)).toEqual({
    from: Date.UTC(2025, 11, 18),
    to: Date.UTC(2026, 0, 1),
  });
  expect(readAccountRequest({ from: '2025-06-01' }, NOON)).toEqual({
    from: Date.UTC(2025, 5, 1),
    to: MIDNIGHT,
  });
});
