// Random stories: what a store does on a busy day. What breaks on it is added by the faults.
import fc from 'fast-check';
import { Status } from '../../../lambda/shared/order/status';
import { SCOPES } from '../../../lambda/shared/order/webhook-event';
import type { Edit, Plan, PlannedOrder } from './plan';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** Within it everything happens; what breaks is repaired at its end. */
export const DAY_LASTS_MS = 2 * HOUR;

const milliseconds = (min: number, max: number) => fc.integer({ min, max });
const share = fc.constantFrom(0, 0, 0.1, 0.3);

/** Half of all that happens happens within seconds of a poll: that is where races are. */
const anyTime = fc.oneof(
  milliseconds(0, DAY_LASTS_MS).map((ms) => () => ms),
  fc
    .tuple(fc.nat(3), milliseconds(-3 * SECOND, 15 * SECOND))
    .map(([poll, offset]) => (polls: readonly number[]) => {
      return Math.max(0, (polls[poll % polls.length] ?? 0) + offset);
    }),
);

type When = (polls: readonly number[]) => number;
type Timed<T> = Omit<T, 'atMs'> & { readonly when: When };

const statuses = fc.constantFrom(
  11,
  11,
  11,
  11,
  11,
  7,
  7,
  10,
  10,
  Status.Cancelled,
  Status.Incomplete,
  Status.AwaitingShipment,
  Status.ManualVerificationRequired,
  Status.Shipped,
);
const goods = fc.constantFrom('physical', 'physical', 'digital', 'mixed');

const order: fc.Arbitrary<Timed<PlannedOrder>> = fc.record({
  when: anyTime,
  statusId: statuses,
  goods,
  lines: fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom(1, 2, 3) },
    { weight: 1, arbitrary: fc.constant(60) },
  ),
});

const anEdit: fc.Arbitrary<DistributiveOmit<Edit, 'order' | 'atMs'>> = fc.oneof(
  fc.record({ what: fc.constant('status' as const), statusId: fc.constantFrom(...Object.values(Status)) }),
  fc.record({ what: fc.constant('status' as const), statusId: fc.constantFrom(11, 5, 2, 10) }),
  fc.record({
    what: fc.constantFrom('note' as const, 'note' as const, 'archive' as const, 'remove' as const),
  }),
  fc.record({ what: fc.constant('lines' as const), goods }),
);
type DistributiveOmit<T, K extends string> = T extends unknown ? Omit<T, K> : never;

interface Habits {
  /** How often staff change orders, at least and at most. */
  readonly edits?: readonly [min: number, max: number];
  /** How many orders there are, at least and at most. */
  readonly orders?: readonly [min: number, max: number];
}

/** A day without faults. */
export function aDay({ edits = [0, 3], orders = [3, 6] }: Habits = {}): fc.Arbitrary<Plan> {
  const list = <T>(one: fc.Arbitrary<T>, [minLength, maxLength]: readonly [number, number]) =>
    fc.array(one, { minLength, maxLength });
  return fc
    .record({
      seed: fc.nat(),
      latencyMs: fc.constantFrom(20, 150, 800),
      storeSkewMs: milliseconds(-2 * SECOND, 2 * SECOND),
      orders: list(order, orders),
      edits: list(fc.record({ index: fc.nat(99), when: anyTime, edit: anEdit }), edits),
      polls: fc.array(milliseconds(0, DAY_LASTS_MS), { minLength: 1, maxLength: 3 }),
      audits: fc.array(milliseconds(0, DAY_LASTS_MS), { maxLength: 1 }),
      readConsignments: fc.constantFrom(true, true, false),
      scopes: fc.subarray([...SCOPES]),
      deliveries: fc.record({ duplicates: share, shuffleMs: fc.constantFrom(0, 2 * SECOND, MINUTE) }),
    })
    .map(({ orders: placed, edits: made, polls, ...rest }) => ({
      ...rest,
      polls,
      rules: {},
      orders: placed.map(({ when, ...one }) => ({ ...one, atMs: when(polls) })),
      edits: made.map(({ index, when, edit }) => ({
        ...edit,
        order: index % placed.length,
        atMs: when(polls),
      })),
      queue: { duplicates: 0, lateMs: 0, failures: 0, refusals: 0 },
      tableFailures: 0,
      storeFaults: [],
      kills: [],
      junk: [],
      redrives: [],
      lastsMs: DAY_LASTS_MS,
    }));
}
