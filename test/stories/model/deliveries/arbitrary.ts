// Random stories of deliveries: what becomes of orders on a busy day. What breaks on it is added by the faults.
import fc from 'fast-check';
import type { KeyPromise } from '../../../../lambda/shared/delivery/erp-order';
import { HOUR, MINUTE, SECOND } from '../arbitrary';
import type { Content, DeliveryPlan, Edit, ErpPlan, PlannedOrder, StaffAct, Command } from './plan';

/** Within it everything happens. */
export const DAY_LASTS_MS = 2 * HOUR;

export const milliseconds = (min: number, max: number) => fc.integer({ min, max });

const content: fc.Arbitrary<Content> = fc
  .record({
    currency: fc.constantFrom('USD' as const, 'USD' as const, 'USD' as const, 'JPY' as const),
    lines: fc.uniqueArray(
      fc.record({
        sku: fc.constantFrom('SKU-1', 'SKU-1', 'SKU-1', 'SKU-2', 'SKU-2', 'SKU-3', 'SKU-3', 'SKU-4', 'LOST'),
        quantity: fc.constantFrom(1, 1, 2, 3),
        price: fc.integer({ min: 0, max: 20_000 }),
      }),
      { minLength: 1, maxLength: 3, selector: ({ sku }) => sku },
    ),
    taxPercent: fc.constantFrom(0, 7.25, 8, 20),
    shipping: fc.constantFrom(0, 500, 1_295),
    discountPercent: fc.constantFrom(0, 0, 0, 10, 100),
    giftCertificate: fc.constantFrom(0, 0, 0, 1_000),
  })
  .map(({ discountPercent, ...all }) => {
    const goods = all.lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
    return { ...all, discount: Math.floor((goods * discountPercent) / 100), street: '1 Test Street' };
  });

const order: fc.Arbitrary<PlannedOrder> = fc.record({
  // Half of all orders come within a minute.
  atMs: fc.oneof(milliseconds(0, DAY_LASTS_MS), milliseconds(HOUR, HOUR + MINUTE)),
  statusId: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(11, 11, 11, 9, 2, 3, 8, 10) },
    { weight: 1, arbitrary: fc.constantFrom(7, 5, 12, 0) },
  ),
  customerId: fc.constantFrom(0, 7, 7, 8),
  channelId: fc.integer({ min: 1, max: 15 }).map((one) => (one === 15 ? 2 : 1)),
  content,
  isOld: fc.integer({ min: 1, max: 30 }).map((one) => one === 30),
});

/** Soon after the order is there, mostly within the seconds of its delivery. */
const soon = fc.oneof(
  { weight: 2, arbitrary: milliseconds(0, 4 * SECOND) },
  { weight: 2, arbitrary: milliseconds(0, 2 * MINUTE) },
  { weight: 1, arbitrary: milliseconds(0, DAY_LASTS_MS) },
);

interface Later<T> {
  readonly index: number;
  readonly afterMs: number;
  readonly what: T;
}

const later = <T>(what: fc.Arbitrary<T>): fc.Arbitrary<Later<T>> =>
  fc.record({ index: fc.nat(99), afterMs: soon, what });

type Change = Edit extends infer One ? (One extends Edit ? Omit<One, 'order' | 'atMs'> : never) : never;

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({
    what: fc.constant('status' as const),
    statusId: fc.constantFrom(2, 5, 7, 9, 10, 11, 12, 13, 14),
  }),
  fc.record({ what: fc.constant('status' as const), statusId: fc.constantFrom(5, 5, 11, 11, 2, 7) }),
  fc.record({ what: fc.constant('content' as const), content }),
  fc.record({ what: fc.constantFrom('address' as const, 'address' as const, 'stored' as const) }),
  fc.record({
    what: fc.constantFrom(
      'refund' as const,
      'archive' as const,
      'unarchive' as const,
      'gone' as const,
      'erase' as const,
      'expire' as const,
    ),
  }),
);

export const anErp: fc.Arbitrary<ErpPlan> = fc
  .record({
    orderKey: fc.constantFrom<KeyPromise>('refuses', 'refuses', 'overwrites', 'none'),
    settleMs: fc.constantFrom(20 * SECOND, 2 * MINUTE, 10 * MINUTE),
    findLagMs: fc.constantFrom(0, 0, 0, 5 * SECOND, MINUTE),
    latencyMs: fc.constantFrom(20, 200, 2 * SECOND),
    canAmend: fc.boolean(),
    canCancel: fc.constantFrom(true, true, false),
    numbersFirst: fc.boolean(),
  })
  .map(({ orderKey, settleMs, findLagMs, ...all }) => ({
    ...all,
    facts: { orderKey, customerKey: orderKey === 'none' ? 'refuses' : orderKey, settleMs, findLagMs },
    failures: 0,
    troubles: [],
    late: 0,
    down: [],
    wrongCredentials: [],
    roundsOtherwise: [],
  }));

export interface Habits {
  readonly orders?: readonly [min: number, max: number];
  readonly edits?: readonly [min: number, max: number];
  readonly staff?: readonly [min: number, max: number];
  readonly commands?: readonly [min: number, max: number];
}

/** A day without faults. */
export function aDeliveryDay(habits: Habits = {}): fc.Arbitrary<DeliveryPlan> {
  const { orders = [4, 12], edits = [0, 5], staff = [0, 0], commands = [0, 0] } = habits;
  const list = <T>(one: fc.Arbitrary<T>, [minLength, maxLength]: readonly [number, number]) =>
    fc.array(one, { minLength, maxLength });
  return fc
    .record({
      seed: fc.nat(),
      orders: list(order, orders),
      edits: list(later(change), edits),
      staff: list(later(staffAct), staff),
      commands: list(later(command), commands),
      erp: anErp,
      concurrency: fc.constantFrom(1, 2, 2, 5),
      skewMs: fc.constantFrom(0, 2 * SECOND),
      lateMs: fc.constantFrom(0, SECOND, 10 * SECOND),
    })
    .map(({ lateMs, ...plan }) => ({
      ...plan,
      edits: onOrders(plan.edits, plan.orders, (what) => what),
      staff: onOrders(plan.staff, plan.orders, (what) => ({ what })),
      commands: onOrders(plan.commands, plan.orders, (what) => ({ what })),
      stream: { lost: 0, doubled: 0, lateMs },
      queue: { duplicates: 0, lateMs: 0, failures: 0, refusals: 0 },
      tableFailures: 0,
      kills: [],
      mappings: [],
      liveFromMs: 0,
      paused: [],
      accounts: [],
      lastsMs: DAY_LASTS_MS,
    }));
}

export const staffAct = fc.constantFrom<StaffAct['what']>(
  'edit',
  'edit',
  'delete',
  'rename',
  'confirm',
  'cancel',
  'ship',
  'invoice',
  'hide',
  'show',
  'enter',
);

export const command = fc.constantFrom<Command['what']>(
  'hold',
  'release',
  'release',
  'keep',
  'keep',
  'retry',
  'recreate',
  'recreate',
);

/** Gives each its order, and its time after the order's. */
function onOrders<T, Made extends object>(
  all: readonly Later<T>[],
  orders: readonly PlannedOrder[],
  make: (what: T) => Made,
): (Made & { readonly order: number; readonly atMs: number })[] {
  return all.map(({ index, afterMs, what }) => {
    const place = index % orders.length;
    const atMs = Math.min((orders[place]?.atMs ?? 0) + afterMs, DAY_LASTS_MS - 1);
    return { ...make(what), order: place, atMs };
  });
}
