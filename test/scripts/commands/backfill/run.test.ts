// A backfill over a store of small pages, with the real worker on virtual time: what is queued when, what is noted, and
// what a kill at any point leaves behind.
import { parseOrder } from '../../../../lambda/shared/bigcommerce/parse-order';
import { createServer } from 'node:http';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import type { OrderQuery } from '../../../../lambda/shared/bigcommerce/order-list';
import { BigCommerceError, OutOfTimeError } from '../../../../lambda/shared/runtime/errors';
import type { LedgerRow } from '../../../../lambda/shared/order/ledger-row';
import { parseDate } from '../../../../lambda/shared/runtime/time';
import type { RawOrder } from '../../../../lambda/shared/order/order';
import type { OrderReference } from '../../../../lambda/shared/order/reference';
import { awsClock } from '../../../../scripts/service/aws-clock';
import type { Checkpoint } from '../../../../scripts/commands/backfill/checkpoint';
import { backfill } from '../../../../scripts/commands/backfill/run';
import type { BackfillDeps } from '../../../../scripts/commands/backfill/run';
import { endOf } from '../../../../scripts/commands/backfill/classify';
import type { BackfillTask } from '../../../../scripts/commands/backfill/classify';
import type { BackfillSelection } from '../../../../scripts/commands/backfill/options';
import { countOrders } from '../../../../scripts/commands/backfill/pages';
import { runDry } from '../../../../scripts/commands/backfill/dry-run';
import { accountLines } from '../../../../scripts/commands/backfill/report';
import { nothing, ordersIn } from '../../../../scripts/commands/backfill/tally';
import type { BackfillTally } from '../../../../scripts/commands/backfill/tally';
import { localClients } from '../../../../scripts/service/clients';
import { createRetry } from '../../../../scripts/service/retry';
import { anOrder, aReference, iso, NOON, storeDate } from '../../../support/builders';
import { aWorld } from '../../../support/world';
import type { World } from '../../../support/world';
import { listen } from '../../../../simulator/listen';
import type { Listening } from '../../../../simulator/listen';

const DAY = 24 * 3_600_000;
const PAGE = 4;
const FIRST = NOON - 30 * DAY;

const everything: BackfillSelection = { created_since: iso(FIRST), advance: false };

/** A paid order of some day after the first. */
const old = (id: number, overrides: Partial<RawOrder> = {}) =>
  anOrder({
    id,
    date_created: storeDate(FIRST + id * 60_000),
    date_modified: storeDate(NOON - DAY),
    ...overrides,
  });

/** The world, a store that lists in small pages, and a worker that processes waiting references at every look. */
function aStage(orders: readonly RawOrder[]) {
  const world: World = aWorld({ rules: { advanceOrders: false } });
  for (const order of orders) world.shop.add(order);
  const queries: OrderQuery[] = [];
  const unreadable = new Set<number>();
  const said: (string | undefined)[] = [];
  const shown: number[] = [];
  const saved: Checkpoint[] = [];
  const sent: OrderReference[] = [];
  let maxUnderWay = 0;
  /** The number of waiting references that a worker processes at a look; it fails at those of `fails`. */
  const worker = { takes: Infinity, fails: new Set<number>() };

  const list = (query: OrderQuery) => {
    queries.push(query);
    world.clock.now += 100;
    const { statusId, minId, maxId = Infinity, createdSince = 0, createdBefore = Infinity } = query;
    const { limit = PAGE } = query;
    const matching = orders
      .map(({ id }) => world.shop.order(id)!)
      .filter(({ id, status_id, date_created }) => {
        const created = parseDate(date_created)!;
        const isAsked = statusId === undefined || status_id === statusId;
        return isAsked && id >= minId && id <= maxId && created >= createdSince && created <= createdBefore;
      });
    const page = matching.slice(0, Math.min(limit, PAGE));
    if (page.some(({ id }) => unreadable.has(id))) {
      return Promise.reject(new BigCommerceError('GET /v2/orders answered 500.', 'retryable', 500));
    }
    return Promise.resolve({
      orders: page.map(parseOrder),
      unreadable: 0,
      isLast: matching.length < Math.min(limit, PAGE),
    });
  };

  async function work(): Promise<void> {
    const waiting = world.queued.splice(0);
    maxUnderWay = Math.max(maxUnderWay, waiting.length);
    for (const [index, reference] of waiting.entries()) {
      if (index >= worker.takes || worker.fails.has(reference.orderId)) world.queued.push(reference);
      else await world.replicate(reference);
    }
  }

  const deps: BackfillDeps = {
    store: { ...world.shop.store, listOrders: list },
    queue: {
      enqueue(references) {
        sent.push(...references);
        return world.queue.enqueue(references);
      },
    },
    ledger: world.ledger,
    checkpoints: { save: (checkpoint) => Promise.resolve(void saved.push(structuredClone(checkpoint))) },
    show: (tally) => void shown.push(ordersIn(tally)),
    reportStall: (lastError) => void said.push(lastError),
    now: () => world.clock.now,
    async pause() {
      world.clock.now += 3_000;
      await work();
    },
    maxUnderWay: 3,
  };
  const task = (selection: BackfillSelection): BackfillTask => ({
    began: NOON,
    countsFrom: NOON,
    advance: selection.advance,
    rules: { ...world.rules, advanceOrders: selection.advance },
    completedSince: NOON - 7 * DAY,
  });
  const fresh = (selection: BackfillSelection): Checkpoint => ({
    timestamp: NOON,
    outcome: 'backfill.running',
    selection,
    tally: nothing,
  });
  return {
    unreadable,
    world,
    queries,
    said,
    shown,
    saved,
    sent,
    worker,
    work,
    deps,
    maxUnderWay: () => maxUnderWay,
    run: (selection = everything, checkpoint = fresh(selection), more: Partial<BackfillDeps> = {}) =>
      backfill(checkpoint, task(selection), { ...deps, ...more }),
    runDry: (selection = everything) =>
      runDry(fresh(selection), task(selection), { ...deps, show: () => undefined }),
    states: () => orders.map(({ id }) => world.rows.get(id)?.state),
  };
}

const some = (count: number, overrides: Partial<RawOrder> = {}) =>
  Array.from({ length: count }, (_, index) => old(100 + index, overrides));

const sentIds = ({ sent }: { readonly sent: readonly OrderReference[] }) =>
  sent.map(({ orderId }) => orderId);

describe('a backfill', () => {
  it('a backfill queues every order once, by ascending id, and waits for its end', async () => {
    const stage = aStage(some(10));
    expect(await stage.run()).toEqual({ ...nothing, copied: 10 });
    expect(sentIds(stage)).toEqual([100, 101, 102, 103, 104, 105, 106, 107, 108, 109]);
    expect(stage.world.snapshots.size).toBe(10);
  });

  it('a backfill never has more orders under way than its limit', async () => {
    const stage = aStage(some(10));
    stage.worker.takes = 2;
    await stage.run();
    expect(stage.maxUnderWay()).toBe(3);
  });

  it('a backfill requests only a copy, in the version and with the time of the list', async () => {
    const stage = aStage(some(1));
    await stage.run();
    expect(stage.sent).toEqual([
      {
        orderId: 100,
        source: 'backfill',
        advance: false,
        jobTimestamp: NOON,
        statusId: 11,
        seenAt: iso(NOON + 100),
        dateModified: storeDate(NOON - DAY),
      },
    ]);
  });

  it('a backfill that may advance statuses requests the same as a poll', async () => {
    const stage = aStage(some(1));
    await stage.run({ ...everything, advance: true });
    expect(stage.sent[0]).not.toHaveProperty('advance');
  });

  it('a backfill does not advance orders that polls exclude because of their age', async () => {
    const completed = { status_id: 10, order_is_digital: true };
    const orders = [
      old(1, completed),
      old(2, { ...completed, date_modified: storeDate(NOON - 8 * DAY) }),
      old(3, { date_created: storeDate(FIRST - DAY), date_modified: storeDate(NOON - 8 * DAY) }),
      old(4, { date_modified: storeDate(NOON - 8 * DAY) }),
    ];
    const stage = aStage(orders);
    Object.assign(stage.world.rules, { advanceOrders: true, ignoreOrdersCreatedBefore: FIRST });
    const everyOne = { created_since: iso(FIRST - 2 * DAY), advance: true };
    await stage.run(everyOne);
    const advances = stage.sent.map(({ orderId, advance }) => [orderId, advance]);
    expect(advances).toEqual([
      [1, undefined],
      [2, false],
      [3, false],
      [4, undefined],
    ]);
    expect(stage.world.shop.puts.map(({ orderId }) => orderId)).not.toContain(3);
    stage.sent.length = 0;
    stage.world.clock.now += DAY;
    await stage.run(everyOne);
    expect(sentIds(stage)).not.toContain(3);
  });

  it('a backfill records its queued orders in the ledger, like a poll', async () => {
    const stage = aStage(some(1));
    const pause = () => {
      expect(stage.states()).toEqual(['queued']);
      return stage.deps.pause();
    };
    await stage.run(everything, undefined, { pause });
    expect.assertions(1);
  });

  it('a backfill applies its bounds exactly, whatever the store does with them', async () => {
    const created = (time: number) => ({ date_created: storeDate(time) });
    const stage = aStage([
      old(1, created(FIRST - 1_000)),
      old(2, created(FIRST)),
      old(3, created(FIRST + DAY - 1_000)),
      old(4, created(FIRST + DAY)),
    ]);
    await stage.run({ ...everything, created_before: iso(FIRST + DAY) });
    expect(sentIds(stage)).toEqual([2, 3]);
    expect(stage.queries[0]).toMatchObject({
      createdSince: FIRST - 1_000,
      createdBefore: FIRST + DAY + 1_000,
    });
  });

  it('a backfill leaves orders that are created after its start to the polls', async () => {
    const stage = aStage([old(1), old(2, { date_created: storeDate(NOON) })]);
    await stage.run();
    expect(sentIds(stage)).toEqual([1]);
  });

  it('a backfill reads the list of each named status', async () => {
    const stage = aStage([old(1, { status_id: 2 }), old(2), old(3, { status_id: 10 }), old(4)]);
    await stage.run({ ...everything, status_ids: [10, 11] });
    expect(sentIds(stage)).toEqual([3, 2, 4]);
  });

  it('a backfill excludes orders that must not be stored, with their reason', async () => {
    const stage = aStage([old(1, { status_id: 5 }), old(2, { is_deleted: true }), old(3, { status_id: 2 })]);
    expect(await stage.run()).toEqual({
      ...nothing,
      copied: 1,
      excluded: { 'void-status:5': 1, archived: 1 },
    });
  });

  it('a backfill queues an order that earlier rules skipped', async () => {
    const stage = aStage(some(1, { status_id: 12 }));
    stage.world.clock.now -= DAY / 2;
    await stage.world.replicate({ orderId: 100, source: 'webhook', seenAt: iso(stage.world.clock.now) });
    stage.world.clock.now += DAY;
    expect(await stage.run()).toEqual({ ...nothing, excluded: { 'already-skipped': 1 } });
    Object.assign(stage.world.rules, { allowedStatusIds: [7, 10, 11, 12] });
    expect(await stage.run()).toEqual({ ...nothing, copied: 1 });
  });

  it('a backfill queues a void order over an earlier snapshot', async () => {
    const stage = aStage(some(1));
    await stage.run();
    stage.world.clock.now += DAY;
    stage.world.shop.edit(100, { status_id: 5 });
    stage.world.clock.now += DAY;
    expect(await stage.run()).toEqual({ ...nothing, copied: 1 });
    expect(stage.world.snapshots.get(100)).toMatchObject({ status_id: 5 });
  });

  it('a backfill counts an order without a usable id', async () => {
    const stage = aStage([]);
    const listOrders = () => Promise.resolve({ orders: [], unreadable: 2, isLast: true });
    const tally = await stage.run(everything, undefined, { store: { ...stage.deps.store, listOrders } });
    expect(tally).toEqual({ ...nothing, excluded: { unreadable: 2 } });
  });

  it('a backfill without orders ends', async () => {
    const stage = aStage([]);
    expect(await stage.run()).toEqual(nothing);
    expect(stage.saved.at(-1)).toMatchObject({ outcome: 'backfill.finished' });
  });

  it('a backfill shows its progress, which only grows', async () => {
    const stage = aStage(some(10));
    await stage.run();
    expect(stage.shown).toEqual([...stage.shown].sort((one, other) => one - other));
    expect(stage.shown.at(-1)).toBe(10);
  });
});

describe('what the ledger knows', () => {
  const row = (overrides: Partial<LedgerRow>): LedgerRow => ({
    order_id: 100,
    state: 'copied',
    date_modified: storeDate(NOON - DAY),
    status_id: 11,
    read_at: iso(NOON - 3_600_000),
    reached_at: iso(NOON - 3_600_000),
    ...overrides,
  });
  const ofKnown = async (known: Partial<LedgerRow>, advance = false) => {
    const stage = aStage(some(1));
    stage.world.rows.set(100, row(known));
    const tally = await stage.run({ ...everything, advance });
    return { tally, sent: stage.sent.length };
  };

  it.each<[string, Partial<LedgerRow>, object]>([
    ['copied before', {}, { excluded: { 'already-copied': 1 } }],
    ['replicated before', { state: 'replicated' }, { excluded: { 'already-replicated': 1 } }],
    [
      'dead before',
      { state: 'dead', reason: 'rejected', tried_at: iso(NOON - 60_000) },
      { excluded: { 'already-dead': 1 } },
    ],
    ['copied since the backfill began', { reached_at: iso(NOON) }, { copied: 1 }],
    [
      'dead since it began',
      { state: 'dead', reason: 'rejected', last_error: 'so', tried_at: iso(NOON), reached_at: iso(NOON) },
      { dead: 1, dead_orders: [{ order_id: 100, reason: 'rejected', error: 'so' }] },
    ],
  ])('a backfill does not queue an order: %s', async (_, known, tally) => {
    expect(await ofKnown(known)).toEqual({ tally: { ...nothing, ...tally }, sent: 0 });
  });

  it.each<[string, Partial<LedgerRow>]>([
    ['in another version', { date_modified: storeDate(NOON - 2 * DAY) }],
    ['read before it was settled', { read_at: iso(NOON - DAY) }],
  ])('a backfill queues an order again: %s', async (_, known) => {
    expect(await ofKnown(known)).toEqual({ tally: { ...nothing, copied: 1 }, sent: 1 });
  });

  it('a backfill waits for an order that is already queued, and does not queue it again', async () => {
    const stage = aStage(some(1));
    const [first] = [stage.world.referenceTo(100)];
    await stage.world.queue.enqueue([first]);
    await stage.world.ledger.recordQueued(first, NOON);
    stage.world.clock.now += DAY;
    expect(await stage.run()).toEqual({ ...nothing, copied: 1 });
    expect(stage.sent).toEqual([]);
  });

  it('a backfill that may advance statuses queues an order again that is queued, perhaps only as a copy', async () => {
    const queued = { state: 'queued', seen_at: iso(NOON - 60_000) } as const;
    expect((await ofKnown(queued, true)).sent).toBe(1);
  });

  it('a backfill queues a copied order if it may advance statuses, and otherwise excludes it', async () => {
    const copyOnly = { reason: 'copy-only', digital: false } as const;
    expect((await ofKnown(copyOnly)).sent).toBe(0);
    expect((await ofKnown(copyOnly, true)).sent).toBe(1);
  });
});

describe('an end', () => {
  const sent = { reference: aReference({ seenAt: iso(NOON) }), reachedBefore: iso(NOON - DAY) };
  const row = (overrides: Partial<LedgerRow>): LedgerRow => ({ order_id: 100, ...overrides });

  it.each<[string, LedgerRow | undefined, boolean]>([
    ['none: no row', undefined, false],
    ['none: only a lease', row({ lease_owner: 'a' }), false],
    ['none: queued', row({ state: 'queued', reached_at: iso(NOON) }), false],
    [
      'none: as it was before',
      row({ state: 'copied', reached_at: iso(NOON - DAY), read_at: iso(NOON - DAY) }),
      false,
    ],
    ['copied since', row({ state: 'copied', reached_at: iso(NOON + 1), read_at: iso(NOON + 1) }), true],
    [
      'copied by a worker whose clock is a minute behind',
      row({ state: 'copied', reached_at: iso(NOON - 60_000), read_at: iso(NOON - 60_000) }),
      true,
    ],
    ['dead', row({ state: 'dead', reached_at: iso(NOON + 1) }), true],
    [
      'covered by a read that ended before the ledger was looked at',
      row({ state: 'copied', reached_at: iso(NOON - DAY), read_at: iso(NOON + 2_000) }),
      true,
    ],
  ])('a backfill detects the end of an order: %s', (_, found, isSeen) => {
    expect(endOf(sent, found) !== undefined).toBe(isSeen);
  });
});

describe('from a machine whose clock is wrong', () => {
  let aws: Listening;
  let date = NOON;
  beforeAll(async () => {
    aws = await listen(
      createServer((_, response) => {
        response.setHeader('date', new Date(date).toUTCString());
        response.setHeader('content-type', 'application/x-amz-json-1.0').end('{}');
      }),
    );
  });
  afterAll(() => aws.stop());

  it.each([5 * 60_000, 0, -5 * 60_000])(
    'a clock that is wrong by %i ms keeps the result of a worker that finished before the record, and the run ends',
    async (aheadMs) => {
      const stage = aStage(some(3));
      const { world } = stage;
      const clients = localClients(aws.url);
      const now = awsClock(clients.dynamoDb, () => world.clock.now + aheadMs);
      const ask = async () => {
        date = world.clock.now;
        await clients.dynamoDb.send(new ListTablesCommand({}));
      };
      await ask();
      let looks = 0;
      const tally = await stage.run(everything, undefined, {
        now,
        async pause() {
          looks += 1;
          if (looks > 100) throw new Error('Five minutes later the backfill still waits.');
          await stage.deps.pause();
        },
        ledger: {
          async find(orderIds) {
            await ask();
            return world.ledger.find(orderIds);
          },
          // The network of this machine is slow for three seconds: the worker is quicker than the note.
          async recordQueued(reference, at) {
            await stage.work();
            world.clock.now += 3_000;
            return world.ledger.recordQueued(reference, at);
          },
          recordUnlistable: () => Promise.reject(new Error('Each order can be listed.')),
        },
      });
      clients.destroy();
      expect(tally).toEqual({ ...nothing, copied: 3 });
      expect(stage.states()).toEqual(['copied', 'copied', 'copied']);
      expect(world.queued).toEqual([]);
    },
  );
});

describe('orders by their ids', () => {
  const named = (...order_ids: number[]): BackfillSelection => ({ order_ids, advance: false });

  it('orders by their ids are read one by one, and missing ones are named', async () => {
    const stage = aStage(some(2));
    expect(await stage.run(named(7, 100, 101))).toEqual({ ...nothing, copied: 2, not_found: [7] });
    expect(stage.queries).toEqual([]);
  });

  it('a backfill by ids continues after a kill', async () => {
    const stage = aStage(some(60));
    const selection = named(...some(60).map(({ id }) => id));
    const checkpoint: Checkpoint = {
      timestamp: NOON,
      outcome: 'backfill.running',
      selection,
      cursor: { order_id: 149 },
      tally: { ...nothing, copied: 50 },
    };
    expect(await stage.run(selection, checkpoint)).toEqual({ ...nothing, copied: 60 });
    expect(sentIds(stage)[0]).toBe(150);
  });

  it('the count of orders by ids is the number of ids', async () => {
    expect(await countOrders(named(1, 2), NOON, aStage([]).world.shop.store)).toBe(2);
  });
});

describe('the count', () => {
  const counts = new Map([
    [0, 3],
    [10, 5],
    [11, 7],
  ]);
  const count = (selection: BackfillSelection) =>
    countOrders(selection, NOON, { countOrders: () => Promise.resolve(counts) });

  it('the count excludes Incomplete orders, which the store lists only on request', async () => {
    expect(await count(everything)).toBe(12);
  });

  it('the count is that of the named statuses', async () => {
    expect(await count({ ...everything, status_ids: [0, 11] })).toBe(10);
  });
});

describe('the checkpoint', () => {
  const cursors = (saved: readonly Checkpoint[]) => saved.map(({ cursor }) => cursor?.order_id);

  it('the checkpoint moves with finished pages, and marks a finished backfill', async () => {
    const stage = aStage(some(10));
    await stage.run();
    expect([...new Set(cursors(stage.saved))]).toEqual([undefined, 103, 106, 109]);
    expect(stage.saved.map(({ outcome }) => outcome).slice(-2)).toEqual([
      'backfill.running',
      'backfill.finished',
    ]);
  });

  it('the checkpoint stays before a page with an order that has not ended', async () => {
    const stage = aStage(some(10));
    stage.worker.fails.add(101);
    let looks = 0;
    const pause = async () => {
      if ((looks += 1) === 20) stage.worker.fails.clear();
      if (looks === 19) expect(cursors(stage.saved).at(-1)).toBeUndefined();
      await stage.deps.pause();
    };
    expect(await stage.run(everything, undefined, { pause })).toEqual({ ...nothing, copied: 10 });
    expect(looks).toBeGreaterThan(19);
  });

  it('the checkpoint is saved every 30 s, so that another run sees that this one is active', async () => {
    const stage = aStage(some(1));
    stage.worker.fails.add(100);
    let looks = 0;
    const pause = async () => {
      if ((looks += 1) === 35) stage.worker.fails.clear();
      await stage.deps.pause();
    };
    await stage.run(everything, undefined, { pause });
    // Three times in 105 s of looks; and at the beginning, at the page's end and at the end.
    expect(stage.saved).toHaveLength(3 + 3);
  });

  it('the checkpoint lets the next run continue in the list of its status', async () => {
    const stage = aStage([old(1, { status_id: 2 }), ...some(3)]);
    const selection = { ...everything, status_ids: [2, 11] };
    const tally = { ...nothing, copied: 2 };
    await stage.run(selection, {
      timestamp: NOON,
      outcome: 'backfill.running',
      selection,
      tally,
      cursor: { status_id: 11, order_id: 100 },
    });
    expect(sentIds(stage)).toEqual([101, 102]);
    expect(stage.queries.map(({ statusId }) => statusId)).toEqual([11]);
  });
});

describe('a run that nothing ends for', () => {
  it("a run in which no order ends reports that every 3 min, with the worker's last error, and waits", async () => {
    const stage = aStage(some(1));
    stage.worker.fails.add(100);
    let looks = 0;
    const pause = async () => {
      looks += 1;
      if (looks === 70) {
        const row = stage.world.rows.get(100)!;
        stage.world.rows.set(100, { ...row, last_error: 'GET answered 503.' });
      }
      if (looks === 130) stage.worker.fails.clear();
      await stage.deps.pause();
    };
    expect(await stage.run(everything, undefined, { pause })).toEqual({ ...nothing, copied: 1 });
    expect(stage.said).toEqual([undefined, 'GET answered 503.']);
  });
});

describe('a run that is killed', () => {
  const orders = [...some(9), old(120, { status_id: 5 }), old(121, { status_id: 10 })];
  const selection: BackfillSelection = { ...everything, created_before: iso(NOON) };

  /** Runs until the call of this number, from which on there is no call any more. */
  async function killedAt(call: number): Promise<{ readonly calls: number; readonly tally: BackfillTally }> {
    const stage = aStage(orders);
    let calls = 0;
    const dying =
      <A extends unknown[], T>(step: (...args: A) => Promise<T>) =>
      async (...args: A): Promise<T> => {
        calls += 1;
        if (calls >= call) throw new Error('killed');
        return step(...args);
      };
    const { store, queue, ledger, checkpoints, pause } = stage.deps;
    await stage
      .run(selection, undefined, {
        store: { ...store, listOrders: dying(store.listOrders) },
        queue: { enqueue: dying(queue.enqueue) },
        ledger: { ...ledger, find: dying(ledger.find), recordQueued: dying(ledger.recordQueued) },
        checkpoints: { save: dying(checkpoints.save) },
        pause: dying(pause),
      })
      .catch((error: unknown) => expect(error).toEqual(new Error('killed')));
    const checkpoint = stage.saved.findLast(({ outcome }) => outcome === 'backfill.running');
    stage.world.clock.now += 60_000;
    await stage.work();
    const tally = await stage.run(selection, checkpoint);
    expect(stage.states()).toEqual([...Array.from({ length: 9 }, () => 'copied'), undefined, 'copied']);
    expect(stage.world.stream).toHaveLength(10);
    return { calls, tally };
  }

  it('a run that was killed before any of its calls is continued, and each order is stored once and counted once', async () => {
    for (let call = 1; ; call += 1) {
      const { calls, tally } = await killedAt(call);
      expect([call, tally]).toEqual([call, { ...nothing, copied: 10, excluded: { 'void-status:5': 1 } }]);
      if (calls < call) return;
    }
  });
});

describe('a failure', () => {
  it('a failure of the store is thrown, and the recorded progress stays', async () => {
    const stage = aStage(some(10));
    const listOrders = (query: OrderQuery) =>
      stage.queries.length < 2
        ? stage.deps.store.listOrders(query)
        : Promise.reject(new BigCommerceError('GET /v2/orders answered 401.', 'configuration', 401));
    const store = { ...stage.deps.store, listOrders };
    await expect(stage.run(everything, undefined, { store })).rejects.toThrow('answered 401');
    expect(stage.saved.at(-1)).toMatchObject({ outcome: 'backfill.running' });
  });
});

it('a backfill warns of an order that the ledger cannot record, with the error, and copies all orders', async () => {
  const stage = aStage(some(3));
  const warnings: string[] = [];
  const recordQueued: BackfillDeps['ledger']['recordQueued'] = (reference, now) =>
    reference.orderId === 101
      ? Promise.reject(new Error('not authorized to perform dynamodb:UpdateItem'))
      : stage.world.ledger.recordQueued(reference, now);
  const ledger = { ...stage.deps.ledger, recordQueued };
  const warn = (text: string) => void warnings.push(text);
  expect(await stage.run(everything, undefined, { ledger, warn })).toEqual({ ...nothing, copied: 3 });
  expect(warnings).toEqual([
    'Order 101 is queued, but the ledger could not record it. Error: not authorized to perform dynamodb:UpdateItem',
  ]);
});

describe('orders that no list can show', () => {
  it('orders that no list can show are named in the result and queued alone, and all others are copied', async () => {
    const stage = aStage(some(10));
    stage.unreadable.add(103);
    expect(await stage.run()).toEqual({ ...nothing, copied: 9, unreadable_ids: [103] });
    expect(stage.sent.filter(({ orderId }) => orderId === 103)).toEqual([
      {
        orderId: 103,
        source: 'backfill',
        advance: false,
        jobTimestamp: NOON,
        seenAt: expect.any(String) as unknown,
      },
    ]);
    await stage.work();
    expect(stage.world.snapshots.size).toBe(10);
  });

  it('orders that no list can show get no second reference by another run on the same day', async () => {
    const stage = aStage(some(10));
    stage.unreadable.add(103);
    await stage.run();
    await stage.run();
    expect(sentIds(stage).filter((id) => id === 103)).toHaveLength(1);
  });

  it('orders that no list can show are named by a dry run, which queues nothing', async () => {
    const stage = aStage(some(10));
    stage.unreadable.add(103);
    const { queued, tally } = await stage.runDry();
    expect([queued, tally.unreadable_ids, stage.sent]).toEqual([9, [103], []]);
    expect(accountLines(tally, everything, 0).join()).toContain('103');
  });

  it('more than ten orders that no list can show end the command, and the next run continues', async () => {
    const stage = aStage(some(30));
    const unreadable = Array.from({ length: 12 }, (_, index) => 101 + 2 * index);
    for (const id of unreadable) stage.unreadable.add(id);
    await expect(stage.run()).rejects.toThrow('Run the same command again');
    await stage.work();
    const tally = await stage.run(everything, stage.saved.at(-1));
    expect(tally).toMatchObject({ unreadable_ids: unreadable });
    expect(ordersIn(tally)).toBe(18);
  });

  it('a command that waits for the quota longer than one call may take does not end', async () => {
    const stage = aStage(some(10));
    const late = new OutOfTimeError('GET /v2/orders was not sent.', 'retryable');
    let left = 2;
    const store = {
      ...stage.deps.store,
      listOrders: (query: OrderQuery) =>
        stage.queries.length > 1 && (left -= 1) >= 0
          ? Promise.reject(late)
          : stage.deps.store.listOrders(query),
    };
    const waits: string[] = [];
    const say = (text: string) => void waits.push(text);
    const retry = createRetry({ say, sleep: () => Promise.resolve() });
    expect(await stage.run(everything, undefined, { store, retry })).toEqual({ ...nothing, copied: 10 });
    expect(waits).toHaveLength(2);
  });

  it('orders that no list can show are found although the command repeats unanswered calls', async () => {
    const stage = aStage(some(10));
    stage.unreadable.add(103);
    let isDown = true;
    const waits: string[] = [];
    const store = {
      ...stage.deps.store,
      listOrders: (query: OrderQuery) =>
        isDown
          ? Promise.reject(new BigCommerceError('GET /v2/orders answered 503.', 'retryable', 503))
          : stage.deps.store.listOrders(query),
    };
    const say = (text: string) => void waits.push(text);
    const sleep = () => Promise.resolve(void (isDown = waits.length < 3));
    const retry = createRetry({ say, sleep });
    const tally = await stage.run(everything, undefined, { store, retry });
    expect(tally).toEqual({ ...nothing, copied: 9, unreadable_ids: [103] });
    expect(waits).toHaveLength(3);
  });
});

describe('a dry run', () => {
  it('a dry run reports what would be queued, and changes nothing', async () => {
    const stage = aStage([...some(5), old(120, { status_id: 5 })]);
    const [known] = [stage.world.referenceTo(100)];
    stage.world.clock.now += DAY;
    await stage.world.replicate(known);
    const before = structuredClone([...stage.world.rows]);
    expect(await stage.runDry({ ...everything, created_before: iso(NOON) })).toEqual({
      queued: 4,
      calls: 2,
      tally: { ...nothing, copied: 1, excluded: { 'void-status:5': 1 } },
    });
    expect({ rows: [...stage.world.rows], saved: stage.saved, sent: stage.sent }).toEqual({
      rows: before,
      saved: [],
      sent: [],
    });
  });

  it('a dry run counts one call for each order by id', async () => {
    const stage = aStage(some(2));
    const { queued, calls } = await stage.runDry({ order_ids: [7, 100, 101], advance: false });
    expect({ queued, calls }).toEqual({ queued: 2, calls: 3 });
  });
});
