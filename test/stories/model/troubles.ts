// What may go wrong, as fast-check makes it up: the pieces of which the faults are put together.
import fc from 'fast-check';
import { Status } from '../../../lambda/shared/order/status';
import type { Rules } from '../../../lambda/shared/order/rules';
import { SCOPES } from '../../../lambda/shared/order/webhook-event';
import type { Damage } from '../../../simulator/index';
import { NOON } from '../../support/builders';
import { aDay, DAY_LASTS_MS, HOUR, MINUTE, SECOND } from './arbitrary';
import type { Kill, Part, Plan, Span, StoreFault } from './plan';

export const within = (max: number) => fc.integer({ min: 0, max });

/** The ordinary day, with the fault on top. */
export const on = (fault: fc.Arbitrary<Partial<Plan>>): fc.Arbitrary<Plan> =>
  fc.tuple(aDay(), fault).map(([plan, more]) => ({ ...plan, ...more }));

export const storeFaults = (...damages: readonly Damage[]): fc.Arbitrary<StoreFault[]> =>
  fc.array(
    fc.record({
      fromMs: within(DAY_LASTS_MS / 2),
      forMs: fc.integer({ min: 5 * MINUTE, max: 90 * MINUTE }),
      damage: fc.constantFrom(...damages),
      probability: fc.constantFrom(0.1, 0.3, 0.6, 1),
    }),
    { minLength: 1, maxLength: 3 },
  );

export const kills = (...parts: readonly Part[]): fc.Arbitrary<Kill[]> =>
  fc
    .array(
      fc.record({
        part: fc.constantFrom(...parts),
        nth: fc.nat(8),
        how: fc.oneof(
          fc.record({ step: fc.integer({ min: 1, max: 45 }) }),
          fc.record({ afterMs: fc.integer({ min: 1, max: 5_000 }) }),
        ),
      }),
      { minLength: 3, maxLength: 12 },
    )
    .map((all) => all.map(({ part, nth, how }) => ({ part, nth, ...how })));

export const statuses = (...all: readonly number[]): Damage[] =>
  all.flatMap((status) =>
    (['before', 'after'] as const).flatMap((when) =>
      (['array', 'object', 'html', 'empty'] as const).map((form) => ({
        kind: 'status' as const,
        status,
        when,
        form,
      })),
    ),
  );
export const resets: Damage[] = (['before', 'during', 'after'] as const).map((when) => ({
  kind: 'reset',
  when,
}));
export const hangs: Damage[] = (['before', 'after'] as const).map((when) => ({ kind: 'hang', when }));
export const slow: Damage[] = (['before', 'after'] as const).map((when) => ({
  kind: 'slow',
  delayMs: 7_000,
  when,
}));
const broken: Damage[] = [{ kind: 'truncated' }, { kind: 'html' }, { kind: 'empty' }];

export const untidyQueue = fc.record({
  duplicates: fc.constantFrom(0.3, 0.6),
  lateMs: fc.constantFrom(2 * SECOND, MINUTE, 20 * MINUTE),
  failures: fc.constantFrom(0, 0.2),
  refusals: fc.constant(0),
});

export const twoAtOnce = fc
  .array(fc.tuple(within(DAY_LASTS_MS), within(20 * SECOND)), { minLength: 1, maxLength: 3 })
  .map((pairs) => pairs.flatMap(([at, after]) => [at, at + after]));

export const rotation = fc.record({ atMs: within(DAY_LASTS_MS), secretAfterMs: within(40 * MINUTE) });

export const poisoned: fc.Arbitrary<StoreFault[]> = fc
  .record({
    order: fc.nat(2),
    endpoint: fc.constantFrom('GET /orders/{id}', 'GET /orders/{id}/products', 'PUT /orders/{id}'),
    status: fc.constantFrom(400, 409, 422),
  })
  .map(({ order, endpoint, status }) => [
    { fromMs: 0, forMs: Infinity, damage: { kind: 'status', status }, probability: 1, endpoint, order },
  ]);

/** The GET of an order, or a list of its parts, does not know it for a while after it was placed. */
export const lateToTheApi: fc.Arbitrary<StoreFault[]> = fc.array(
  fc.record({
    order: fc.nat(5),
    fromMs: fc.constant(0),
    forMs: fc.integer({ min: 5 * SECOND, max: 50 * SECOND }),
    damage: fc.constant<Damage>({ kind: 'status', status: 404 }),
    probability: fc.constant(1),
    endpoint: fc.constantFrom('GET /orders/{id}', 'GET /orders/{id}', 'GET /orders/{id}/products'),
  }),
  { minLength: 3, maxLength: 6 },
);

/** All that happens happens within two seconds: the store's dates, which have whole seconds, tell little of it. */
export const twoSeconds = fc
  .tuple(
    aDay({ orders: [2, 5], edits: [2, 8] }),
    fc.array(within(2 * SECOND), { minLength: 1, maxLength: 4 }),
  )
  .map(([plan, offsets]) => ({
    ...plan,
    latencyMs: Math.min(plan.latencyMs, 150),
    polls: [...plan.polls, ...offsets.map((ms) => HOUR + ms)],
    orders: plan.orders.map((order) => ({ ...order, atMs: HOUR - SECOND + (order.atMs % (2 * SECOND)) })),
    edits: plan.edits.map((edit) => ({ ...edit, atMs: HOUR + (edit.atMs % (2 * SECOND)) })),
  }));

/** Between a read and its PUT many seconds pass, in which staff work. */
export const slowAnswers = fc
  .tuple(
    aDay({ orders: [3, 5], edits: [4, 10] }),
    fc.integer({ min: 2 * SECOND, max: 8 * SECOND }),
    fc.constantFrom('GET /orders/{id}/products', 'GET /orders/{id}/coupons', 'GET /orders/{id}'),
  )
  .map(([plan, delayMs, endpoint]) => ({
    ...plan,
    latencyMs: Math.min(plan.latencyMs, 150),
    polls: [HOUR, ...plan.polls],
    orders: plan.orders.map((order) => ({ ...order, atMs: HOUR - (order.atMs % MINUTE), statusId: 11 })),
    edits: plan.edits.map((edit) => ({ ...edit, atMs: HOUR + (edit.atMs % (30 * SECOND)) })),
    storeFaults: [
      {
        fromMs: HOUR - SECOND,
        forMs: 5 * MINUTE,
        damage: { kind: 'slow', delayMs } as const,
        probability: 0.7,
        endpoint,
      },
    ],
  }));

/** Paid and completed orders, most of them digital; within minutes of a poll staff complete them, or put them back. */
export const aroundAdvances = fc
  .tuple(
    aDay({ orders: [3, 6] }),
    fc.array(
      fc.record({
        order: fc.nat(5),
        afterMs: within(150 * SECOND),
        statusId: fc.constantFrom(10, 10, 10, 11, 2, 5),
      }),
      { minLength: 2, maxLength: 8 },
    ),
    fc.array(
      fc.record({
        goods: fc.constantFrom('digital' as const, 'digital' as const, 'physical' as const),
        statusId: fc.constantFrom(10, 11),
      }),
      { minLength: 6, maxLength: 6 },
    ),
  )
  .map(([plan, made, paid]): Plan => {
    const [firstPoll = 0] = plan.polls;
    return {
      ...plan,
      orders: plan.orders.map((order, index) => ({
        ...order,
        ...paid[index % paid.length],
        atMs: Math.min(order.atMs, firstPoll),
      })),
      edits: made.map(({ order, afterMs, statusId }) => ({
        what: 'status',
        statusId,
        order: order % plan.orders.length,
        atMs: firstPoll + afterMs,
      })),
    };
  });

/**
 * Reads are answered by copies of the store of different ages. The store's clock is hardly off, so that a date which is ten
 * seconds old by ours is one that all copies have.
 */
export const replicas = fc.record({
  replicas: fc.array(fc.oneof(fc.constant(0), fc.integer({ min: SECOND, max: 8 * SECOND })), {
    minLength: 1,
    maxLength: 3,
  }),
  storeSkewMs: fc.integer({ min: -SECOND, max: SECOND }),
});

/** Another app sets orders back to 11 whenever we have advanced them. */
const someFights = fc.uniqueArray(
  fc.record({
    order: fc.nat(3),
    afterMs: fc.integer({ min: SECOND, max: 4 * MINUTE }),
    times: fc.integer({ min: 1, max: 12 }),
  }),
  { minLength: 1, maxLength: 3, selector: ({ order }) => order },
);
export const fights = fc.record({ fights: someFights, scopes: fc.constant(SCOPES) });

/** A PUT whose client has given up takes effect up to 15 s later. */
export const latePuts: fc.Arbitrary<StoreFault[]> = fc.array(
  fc.record({
    fromMs: within(DAY_LASTS_MS / 2),
    forMs: fc.integer({ min: 5 * MINUTE, max: 90 * MINUTE }),
    damage: fc
      .integer({ min: 9 * SECOND, max: 24 * SECOND })
      .map((delayMs): Damage => ({ kind: 'slow', delayMs })),
    probability: fc.constantFrom(0.3, 0.6, 1),
    endpoint: fc.constant('PUT /orders/{id}'),
  }),
  { minLength: 1, maxLength: 2 },
);

/** The GET of an order that has long been there answers 404 for minutes. */
export const missingForMinutes: fc.Arbitrary<StoreFault[]> = fc.array(
  fc.record({
    order: fc.nat(5),
    fromMs: within(30 * MINUTE),
    forMs: fc.integer({ min: MINUTE, max: 40 * MINUTE }),
    damage: fc.constant<Damage>({ kind: 'status', status: 404 }),
    probability: fc.constant(1),
    endpoint: fc.constant('GET /orders/{id}'),
  }),
  { minLength: 2, maxLength: 6 },
);

const nothingListed = (span: Span): StoreFault => ({
  ...span,
  damage: { kind: 'empty' },
  probability: 1,
  endpoint: 'GET /orders',
});

/** Lists of orders that come back empty, though there are some. */
export const emptyLists: fc.Arbitrary<Plan> = fc.oneof(
  fc
    .tuple(
      aDay({ edits: [2, 8] }),
      fc.record({ fromMs: within(DAY_LASTS_MS), forMs: fc.integer({ min: 5 * MINUTE, max: 90 * MINUTE }) }),
    )
    .map(([plan, span]) => ({ ...plan, storeFaults: [nothingListed(span)] })),
  // What is edited after one poll is in no list of the next, which comes more than an hour later.
  fc.tuple(aDay({ edits: [2, 8] }), fc.integer({ min: 0, max: 20 * MINUTE })).map(([plan, early]) => ({
    ...plan,
    scopes: [],
    polls: [5 * MINUTE, 110 * MINUTE],
    orders: plan.orders.map((order) => ({ ...order, atMs: order.atMs % (4 * MINUTE) })),
    edits: plan.edits.map((edit) => ({ ...edit, atMs: 10 * MINUTE + (edit.atMs % (35 * MINUTE)) })),
    storeFaults: [nothingListed({ fromMs: 110 * MINUTE - early, forMs: early + 5 * MINUTE })],
  })),
);

const someTime = { fromMs: within(HOUR), forMs: fc.integer({ min: 10 * MINUTE, max: 2 * HOUR }) };

/** Orders that the store cannot render for a while, and pages that are too large for it. */
export const unreadable = fc.record({
  unreadable: fc.array(fc.record({ order: fc.nat(5), ...someTime }), { minLength: 1, maxLength: 2 }),
  largestPage: fc.option(
    fc.record({
      fromMs: within(HOUR),
      forMs: fc.integer({ min: 10 * MINUTE, max: HOUR }),
      rows: fc.integer({ min: 1, max: 150 }),
    }),
    { nil: undefined },
  ),
});

/** Backfills from machines whose clocks are minutes off, some of them during polls. */
export const backfills = fc.record({
  backfills: fc.array(
    fc.record({
      atMs: within(DAY_LASTS_MS),
      clockMs: fc.integer({ min: -10 * MINUTE, max: 10 * MINUTE }),
      lineMs: fc.constantFrom(50, 2 * SECOND, 10 * SECOND),
      advance: fc.boolean(),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});

/** Erased orders are edited further, and lose their snapshot or their ledger's row, but not both. */
export const erasures = fc
  .record({
    erasures: fc.array(fc.record({ order: fc.nat(5), atMs: within(DAY_LASTS_MS) }), {
      minLength: 2,
      maxLength: 6,
    }),
    lost: fc.array(fc.record({ order: fc.nat(5), afterMs: within(HOUR), ofRow: fc.boolean() }), {
      maxLength: 3,
    }),
    audits: fc.array(within(DAY_LASTS_MS), { maxLength: 2 }),
  })
  .map(({ lost, ...more }) => ({
    ...more,
    losses: lost
      .filter(({ order }, index) => lost.findIndex((one) => one.order === order) === index)
      .flatMap(({ order, afterMs, ofRow }) => {
        const erasure = more.erasures.find((one) => one.order === order);
        return erasure ? [{ order, ofRow, atMs: erasure.atMs + afterMs }] : [];
      }),
  }));

const DAY = 24 * HOUR;

/** The schedule is off for longer than records are kept, while orders are placed, completed and edited. */
export const longPause = fc
  .tuple(
    aDay({ edits: [2, 6] }),
    fc.integer({ min: 4 * DAY, max: 9 * DAY }),
    fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 6, maxLength: 6 }),
  )
  .map(([plan, pauseMs, percents]): Plan => {
    const inPause = (index: number) =>
      Math.round(2 * HOUR + ((percents[index % 6] ?? 0) / 100) * (pauseMs - 3 * HOUR));
    return {
      ...plan,
      scopes: [],
      recordRetentionDays: 3,
      lookbackDays: 1,
      audits: [],
      lastsMs: pauseMs + 2 * HOUR,
      polls: [HOUR, pauseMs, pauseMs + HOUR],
      orders: plan.orders.map((order, index) => ({ ...order, atMs: index < 2 ? 0 : inPause(index) })),
      edits: plan.edits.map((edit, index) => ({ ...edit, atMs: inPause(index) + edit.atMs / 4 })),
    };
  });

/** Many short polls, some killed, over lists of several pages; between them orders are edited. */
export const slicedPolls = fc
  .tuple(
    aDay({ orders: [55, 70], edits: [10, 30] }),
    fc.array(within(DAY_LASTS_MS), { minLength: 4, maxLength: 10 }),
    fc.constantFrom(0, 0, 200, 2 * SECOND),
    fc.oneof(fc.constant([]), kills('poll')),
  )
  .map(([plan, polls, pollsStopAfterMs, killed]) => ({
    ...plan,
    polls: [...plan.polls, ...polls],
    pollsStopAfterMs,
    kills: killed,
    pageSize: 50,
    orders: plan.orders.map((order, index) => (index < 52 ? { ...order, atMs: 0, lines: 1 } : order)),
  }));

/** Rules of every kind, as one of several deployments has them. */
export const someRules: fc.Arbitrary<Partial<Rules>> = fc.record(
  {
    allowedStatusIds: fc.constantFrom(
      [7, 10, 11],
      [11],
      [7, 10, 11, Status.Incomplete],
      [7, 10, 11, 12],
      [2, 7, 10, 11],
    ),
    advanceStatusIds: fc.constantFrom([10, 11], [11], [7, 10, 11], [11, 12], []),
    advanceOrders: fc.boolean(),
    ignoreOrdersCreatedBefore: within(DAY_LASTS_MS).map((ms) => NOON + ms),
  },
  { requiredKeys: [] },
);
const dropFields = fc.constantFrom<string[]>([], [], ['consignments'], ['customer_message', 'coupons']);

/** Two deployments or more; some snapshots are lost, and audits queue them. */
export const otherRules = fc.record({
  rules: someRules,
  dropFields,
  rulesLater: fc
    .array(fc.record({ atMs: within(DAY_LASTS_MS), rules: someRules, dropFields }), {
      minLength: 1,
      maxLength: 3,
    })
    .map((all) => all.sort((one, other) => one.atMs - other.atMs)),
  losses: fc.array(fc.record({ order: fc.nat(5), atMs: within(DAY_LASTS_MS) }), { maxLength: 2 }),
  audits: fc.array(within(DAY_LASTS_MS), { maxLength: 2 }),
  scopes: fc.subarray([...SCOPES]),
});

/** A quota that other apps of the store use too, sometimes nearly all of it. */
export const sharedQuota = fc.record({
  quota: fc.record({ requests: fc.constantFrom(40, 150), windowMs: fc.constant(30 * SECOND) }),
  otherApps: fc.record({
    everyMs: fc.constantFrom(SECOND, 7 * SECOND, 30 * SECOND),
    calls: fc.integer({ min: 1, max: 120 }),
  }),
  latencyMs: fc.constantFrom(20, 150, 800),
});

/** A dark day: nothing answers for 24 hours, while orders are still placed, polls still start and webhooks are still sent. */
export const storeOutage = fc
  .tuple(aDay(), fc.constantFrom(...statuses(503).slice(0, 2), ...hangs, ...resets.slice(0, 1), none()))
  .map(([plan, damage]) => ({
    ...plan,
    polls: [...plan.polls, ...Array.from({ length: 12 }, (_, index) => (index + 1) * 2 * HOUR)],
    storeFaults: [{ fromMs: HOUR, forMs: 24 * HOUR, damage, probability: 1 }],
    lastsMs: 25 * HOUR,
  }));

export function none(): Damage {
  return { kind: 'rateLimit', mode: 'none' };
}

export const refusingQueue = fc.record({
  duplicates: fc.constant(0),
  lateMs: fc.constant(0),
  failures: fc.constantFrom(0, 0.2),
  refusals: fc.constantFrom(0.3, 0.8),
});

export const webhookOutage = aDay().map((plan) => ({
  ...plan,
  scopes: SCOPES,
  orders: plan.orders.map((order) => ({ ...order, atMs: order.atMs * 20 })),
  webhookDown: { fromMs: 0, forMs: 48 * HOUR },
  lastsMs: 48 * HOUR,
}));

function sometimes<T>(some: fc.Arbitrary<T[]>): fc.Arbitrary<T[]> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant<T[]>([]) }, { weight: 1, arbitrary: some });
}

export const everything = fc.record({
  storeFaults: fc
    .tuple(
      storeFaults(...statuses(429, 500, 503), ...resets, ...hangs, ...slow, ...broken, none()),
      sometimes(poisoned),
      sometimes(latePuts),
    )
    .map((both) => both.flat()),
  kills: kills('worker', 'worker', 'poll', 'webhook'),
  queue: fc.record({
    duplicates: fc.constantFrom(0, 0.3),
    lateMs: fc.constantFrom(0, MINUTE),
    failures: fc.constantFrom(0, 0.1),
    refusals: fc.constantFrom(0, 0.3),
  }),
  tableFailures: fc.constantFrom(0, 0.05, 0.2),
  conflicts: fc.constantFrom(0, 0, 0.3),
  fights: sometimes(someFights),
  unreadable: sometimes(
    fc.array(fc.record({ order: fc.nat(5), ...someTime }), { minLength: 1, maxLength: 2 }),
  ),
  rotation,
  secretFailures: fc.constantFrom(0, 0.2),
  junk: fc.array(within(DAY_LASTS_MS), { maxLength: 3 }),
  redrives: fc.array(within(DAY_LASTS_MS), { maxLength: 2 }),
  rules: fc.constantFrom(
    {},
    {},
    { advanceStatusIds: [7, 10, 11] },
    { advanceOrders: false },
    { allowedStatusIds: [11, 12] },
  ),
  rulesLater: fc.array(
    fc.record({ atMs: within(DAY_LASTS_MS), rules: fc.constantFrom({}, { advanceOrders: false }) }),
    { maxLength: 1 },
  ),
});
