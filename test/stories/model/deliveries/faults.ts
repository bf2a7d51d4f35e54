// The faults that deliveries must survive, each under its name: what it adds to an ordinary day, and how often it then struck.
import fc from 'fast-check';
import type { ErpFailure } from '../../../../lambda/shared/runtime/errors';
import { refused, unanswered } from '../../../support/simulated-erp/requests';
import type { Trouble } from '../../../support/simulated-erp/requests';
import { HOUR, MINUTE, SECOND } from '../arbitrary';
import type { Span } from '../plan';
import { aDeliveryDay, DAY_LASTS_MS, milliseconds } from './arbitrary';
import type { DeliveryPlan, ErpPlan, Kill, Part } from './plan';
import type { DeliveryStory } from './story';

export interface DeliveryFault {
  readonly name: string;
  readonly plan: fc.Arbitrary<DeliveryPlan>;
  /** How often it struck: a story in which the fault never strikes shows nothing. */
  readonly struck: (story: DeliveryStory) => number;
}

const within = (max: number) => milliseconds(0, max);

const span: fc.Arbitrary<Span> = fc.record({
  fromMs: within(DAY_LASTS_MS),
  forMs: milliseconds(MINUTE, 50 * MINUTE),
});
const spans = fc.array(span, { minLength: 1, maxLength: 2 });
/** When most orders come. */
const atNoon = fc.record({ fromMs: milliseconds(30 * MINUTE, HOUR), forMs: milliseconds(20 * MINUTE, HOUR) });

const on = (day: fc.Arbitrary<DeliveryPlan>, fault: fc.Arbitrary<Partial<DeliveryPlan>>) =>
  fc.tuple(day, fault).map(([plan, more]): DeliveryPlan => ({ ...plan, ...more }));

const onErp = (day: fc.Arbitrary<DeliveryPlan>, fault: fc.Arbitrary<Partial<ErpPlan>>) =>
  fc.tuple(day, fault).map(([plan, more]): DeliveryPlan => ({ ...plan, erp: { ...plan.erp, ...more } }));

const kills = (...parts: readonly Part[]): fc.Arbitrary<readonly Kill[]> =>
  fc.array(
    fc
      .record({
        part: fc.constantFrom(...parts),
        nth: fc.nat(12),
        how: fc.oneof(
          fc.record({ step: fc.integer({ min: 1, max: 60 }) }),
          fc.record({ afterMs: fc.integer({ min: 1, max: 20 * SECOND }) }),
        ),
      })
      .map(({ part, nth, how }) => ({ part, nth, ...how })),
    { minLength: 4, maxLength: 16 },
  );

const failing = (...failures: readonly ErpFailure[]): Trouble[] =>
  failures.flatMap((failure) => [
    refused(failure),
    { failure, provesRefusal: false, lands: 'never', by: 'answer' },
    { failure, provesRefusal: false, lands: 'now', by: 'answer' },
    { failure, provesRefusal: false, lands: 'late', by: 'answer' },
  ]);

const troubled = (...troubles: readonly Trouble[]) =>
  fc.record({ failures: fc.constantFrom(0.1, 0.3, 0.6), troubles: fc.constant(troubles) });

const edits = { edits: [3, 12] } as const;
const failedRequests = ({ erp }: DeliveryStory) => erp.requests.struck.failed;
const byStaff = ({ erp }: DeliveryStory) => erp.history.filter(({ by }) => by === 'staff').length;

const everything = fc.record({
  kills: kills('worker', 'worker', 'queue'),
  stream: fc.record({
    lost: fc.constantFrom(0, 0.3),
    doubled: fc.constantFrom(0, 0.5),
    lateMs: fc.constantFrom(0, 10 * SECOND, 5 * MINUTE),
  }),
  queue: fc.record({
    duplicates: fc.constantFrom(0, 0.3),
    lateMs: fc.constantFrom(0, MINUTE),
    failures: fc.constantFrom(0, 0.1),
    refusals: fc.constantFrom(0, 0.2),
  }),
  tableFailures: fc.constantFrom(0, 0.05, 0.2),
  mappings: fc.array(within(DAY_LASTS_MS), { maxLength: 3 }),
  liveFromMs: fc.constantFrom(0, 0, HOUR),
  paused: fc.oneof(fc.constant([]), fc.array(span, { maxLength: 1 })),
  accounts: fc.array(within(DAY_LASTS_MS), { maxLength: 2 }),
});

const everyErpTrouble = fc.record({
  failures: fc.constantFrom(0, 0.1, 0.3),
  troubles: fc.constant([
    ...failing('busy', 'retryable', 'data', 'unknown', 'duplicate'),
    unanswered('never'),
    unanswered('now'),
    unanswered('late'),
  ]),
  late: fc.constantFrom(0, 0.1, 0.3),
  down: fc.oneof(fc.constant([]), spans),
  wrongCredentials: fc.oneof(fc.constant([]), spans),
  roundsOtherwise: fc.oneof(fc.constant([]), fc.constant([]), spans),
});

export const DELIVERY_FAULTS: readonly DeliveryFault[] = [
  {
    name: 'an ordinary day with an ERP of any kind',
    plan: aDeliveryDay(edits),
    struck: ({ plan }) => plan.edits.length,
  },
  {
    name: 'a delivery worker killed before or after any side effect',
    plan: on(aDeliveryDay(edits), fc.record({ kills: kills('worker') })),
    struck: ({ struck }) => struck.killed,
  },
  {
    name: 'a delivery worker killed while what it sent lands late',
    plan: onErp(
      on(aDeliveryDay(edits), fc.record({ kills: kills('worker') })),
      fc.record({ late: fc.constantFrom(0.3, 0.6), latencyMs: fc.constantFrom(2 * SECOND, 8 * SECOND) }),
    ),
    struck: ({ erp }) => erp.requests.struck.late,
  },
  {
    name: 'writes to the ERP that land after their caller has given up',
    plan: onErp(aDeliveryDay(edits), fc.record({ late: fc.constantFrom(0.2, 0.5, 0.9) })),
    struck: ({ erp }) => erp.requests.struck.late,
  },
  {
    name: 'answers of the ERP that are lost',
    plan: onErp(aDeliveryDay(edits), troubled(unanswered('never'), unanswered('now'), unanswered('late'))),
    struck: failedRequests,
  },
  {
    name: 'an ERP that is busy or fails, with and without effect',
    plan: onErp(aDeliveryDay(edits), troubled(...failing('busy', 'retryable'))),
    struck: failedRequests,
  },
  {
    name: 'an ERP that answers with errors of every class',
    plan: onErp(
      aDeliveryDay(edits),
      troubled(...failing('duplicate', 'busy', 'retryable', 'data', 'configuration', 'bug', 'unknown')),
    ),
    struck: failedRequests,
  },
  {
    name: 'an ERP that is down',
    plan: onErp(aDeliveryDay(edits), fc.record({ down: fc.tuple(atNoon) })),
    struck: ({ erp }) => erp.requests.struck.failed,
  },
  {
    name: 'wrong credentials of the ERP',
    plan: onErp(aDeliveryDay(edits), fc.record({ wrongCredentials: fc.tuple(atNoon) })),
    struck: ({ alerts }) => alerts.length,
  },
  {
    name: 'an ERP whose totals come out otherwise',
    plan: onErp(
      aDeliveryDay({ ...edits, commands: [2, 8] }),
      fc.record({ roundsOtherwise: fc.tuple(atNoon) }),
    ),
    struck: ({ rows }) => [...rows.rows.values()].filter(({ reason }) => reason === 'totals-differ').length,
  },
  {
    name: 'a find of the ERP that lags behind its creates',
    plan: fc
      .tuple(aDeliveryDay(edits), fc.constantFrom(10 * SECOND, 2 * MINUTE), fc.constantFrom(0.3, 0.6))
      .map(([plan, findLagMs, late]) => ({
        ...plan,
        erp: { ...plan.erp, late, facts: { ...plan.erp.facts, findLagMs } },
      })),
    struck: ({ erp }) => erp.requests.struck.late,
  },
  {
    name: 'orders edited, cancelled, refunded, archived, erased and expired while they are delivered',
    plan: onErp(aDeliveryDay({ edits: [10, 25] }), fc.record({ late: fc.constantFrom(0, 0.2) })),
    struck: ({ plan }) => plan.edits.length,
  },
  {
    name: 'staff of the ERP who edit, delete, rename, confirm, cancel, ship and enter orders',
    plan: aDeliveryDay({ edits: [2, 10], staff: [4, 12] }),
    struck: byStaff,
  },
  {
    name: 'staff of the ERP at work while requests land late',
    plan: onErp(
      aDeliveryDay({ edits: [2, 10], staff: [4, 12] }),
      fc.record({ late: fc.constantFrom(0.2, 0.5) }),
    ),
    struck: byStaff,
  },
  {
    name: 'commands in the midst of attempts',
    plan: onErp(
      aDeliveryDay({ edits: [2, 10], staff: [2, 8], commands: [6, 20] }),
      fc.record({ late: fc.constantFrom(0, 0.2) }),
    ),
    struck: ({ commanded }) => commanded.length,
  },
  {
    name: 'mappings that change while orders are held or under way',
    plan: onErp(
      on(
        aDeliveryDay(edits),
        fc.record({
          mappings: fc
            .array(within(DAY_LASTS_MS), { minLength: 1, maxLength: 4 })
            .map((all) => all.toSorted((a, b) => a - b)),
        }),
      ),
      fc.record({ late: fc.constantFrom(0, 0.2) }),
    ),
    struck: ({ plan }) => plan.mappings.length,
  },
  {
    name: 'records of the stream that are lost, doubled and out of order',
    plan: on(
      aDeliveryDay(edits),
      fc.record({
        stream: fc.record({
          lost: fc.constantFrom(0.2, 0.6),
          doubled: fc.constantFrom(0, 0.5),
          lateMs: fc.constantFrom(SECOND, MINUTE, 20 * MINUTE),
        }),
        kills: kills('queue'),
        accounts: fc.array(within(DAY_LASTS_MS), { maxLength: 2 }),
      }),
    ),
    struck: ({ struck }) => struck.lostRecords,
  },
  {
    name: 'delivery references doubled, late, lost and out of order',
    plan: on(
      aDeliveryDay(edits),
      fc.record({
        queue: fc.record({
          duplicates: fc.constantFrom(0.3, 0.6),
          lateMs: fc.constantFrom(2 * SECOND, MINUTE, 20 * MINUTE),
          failures: fc.constantFrom(0, 0.3),
          refusals: fc.constantFrom(0, 0.3),
        }),
      }),
    ),
    struck: ({ sqs: { struck } }) => struck.doubled + struck.failed + struck.refused,
  },
  {
    name: 'delivery tables that throttle, and lose answers',
    plan: on(aDeliveryDay(edits), fc.record({ tableFailures: fc.constantFrom(0.1, 0.3) })),
    struck: ({ rows }) => rows.struck.failed,
  },
  {
    name: 'many orders of one new customer',
    plan: onErp(
      aDeliveryDay({ orders: [8, 12], edits: [0, 2] }).map((plan) => ({
        ...plan,
        concurrency: 5,
        orders: plan.orders.map((order) => ({
          ...order,
          customerId: 7,
          statusId: 11,
          atMs: HOUR + (order.atMs % (5 * SECOND)),
        })),
      })),
      fc.record({ late: fc.constantFrom(0, 0.3) }),
    ),
    struck: ({ ids }) => ids.length,
  },
  {
    name: 'deliveries in shadow that go live',
    plan: on(aDeliveryDay(edits), fc.record({ liveFromMs: milliseconds(HOUR, DAY_LASTS_MS) })),
    struck: ({ plan }) => plan.liveFromMs,
  },
  {
    name: 'an ERP that is restored from a backup while deliveries are paused',
    plan: fc
      .tuple(aDeliveryDay({ edits: [2, 8], staff: [0, 4], commands: [0, 6] }), within(20 * MINUTE))
      .map(([plan, backupMs]) => ({
        ...plan,
        paused: [{ fromMs: HOUR + 10 * MINUTE, forMs: 31 * MINUTE }],
        erp: { ...plan.erp, restore: { backupMs: 50 * MINUTE + backupMs, atMs: HOUR + 40 * MINUTE } },
      })),
    struck: ({ erp }) => erp.history.filter(({ by }) => by === 'restore').length,
  },
  {
    name: 'all of these faults of deliveries together',
    plan: onErp(
      on(aDeliveryDay({ edits: [3, 12], staff: [0, 6], commands: [0, 8] }), everything),
      everyErpTrouble,
    ),
    struck: (story) => story.struck.killed + failedRequests(story),
  },
];
