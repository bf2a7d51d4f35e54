// One long day of a large store, with faults of every kind at random, and the audit after it, which must find no order
// missing, and must find one that is removed.
import { Status } from '../../../lambda/shared/order/status';
import { SCOPES } from '../../../lambda/shared/order/webhook-event';
import type { Audit } from '../../../lambda/shared/order/audit-result';
import { pick, randomFrom, wholeNumber } from '../../../simulator/random';
import type { Random } from '../../../simulator/random';
import { HOUR, MINUTE, SECOND } from './arbitrary';
import type { Edit, Kill, Plan, PlannedOrder, StoreFault } from './plan';
import { auditAll, tell } from './story';
import type { Story } from './story';
import { hangs, none, resets, slow, statuses } from './troubles';
import { complaints } from './survive';
import { checkPromise } from './verdict';

const DAY_LASTS_MS = 24 * HOUR;
const POLL_EVERY_MS = 30 * MINUTE;

export interface DayReport {
  readonly story: Story;
  /** How the promise was broken, if it was. */
  readonly broken: readonly string[];
  /** The order that was taken out of the tables after that. */
  readonly removed: number;
  readonly auditsWithoutIt: readonly Audit[];
  /** Once the worker has stored it again. */
  readonly auditsAfterwards: readonly Audit[];
}

/** Lives through the day; then takes one order out of the tables, behind the service's back. */
export async function liveThroughADay(orders: number, seed: number): Promise<DayReport> {
  const story = await tell(aLongDay(orders, randomFrom(seed, 'day')), { staysOpen: true });
  const broken = complaints(checkPromise(story));
  const { rows, snapshots } = story.tables;
  const removed = pick(randomFrom(seed, 'removed'), asFilled([...snapshots.keys()]));
  snapshots.delete(removed);
  rows.delete(removed);
  const auditsWithoutIt = await auditAll(story);
  const auditsAfterwards = await auditAll(story);
  story.store.close();
  return { story, broken, removed, auditsWithoutIt, auditsAfterwards };
}

function aLongDay(count: number, random: Random): Plan {
  const anyTime = () => wholeNumber(random, 0, DAY_LASTS_MS);
  const many = <T>(length: number, make: (index: number) => T) =>
    Array.from({ length }, (_, index) => make(index));
  const placed = many(count, (): PlannedOrder => anOrder(anyTime(), random));
  const pollTimes = many(DAY_LASTS_MS / POLL_EVERY_MS, (nth) => nth * POLL_EVERY_MS);
  return {
    seed: wholeNumber(random, 1, 1_000_000),
    latencyMs: 150,
    storeSkewMs: 1_500,
    rules: {},
    readConsignments: true,
    quota: { requests: 450, windowMs: 30 * SECOND },
    orders: placed,
    edits: many(Math.ceil(count * 0.4), () => anEdit(wholeNumber(random, 0, count - 1), placed, random)),
    polls: [...pollTimes, ...many(4, anyTime)],
    audits: [DAY_LASTS_MS / 2],
    scopes: SCOPES,
    deliveries: { duplicates: 0.1, shuffleMs: MINUTE },
    queue: { duplicates: 0.05, lateMs: MINUTE, failures: 0.02, refusals: 0.05 },
    tableFailures: 0.01,
    secretFailures: 0.05,
    storeFaults: [...many(60, () => aFault(anyTime(), random)), ...many(3, () => anOutage(anyTime()))],
    kills: many(Math.ceil(count / 5), () => aKill(count, random)),
    rotation: { atMs: anyTime(), secretAfterMs: 10 * MINUTE },
    withoutScope: { fromMs: anyTime(), forMs: 10 * MINUTE },
    webhookDown: { fromMs: anyTime(), forMs: 3 * HOUR },
    junk: many(50, anyTime),
    redrives: many(3, anyTime),
    lastsMs: DAY_LASTS_MS,
  };
}

function anOrder(atMs: number, random: Random): PlannedOrder {
  const { Cancelled, Incomplete, Shipped, AwaitingPayment, Completed, AwaitingFulfillment } = Status;
  const usual = Array.from({ length: 14 }, () => AwaitingFulfillment);
  const statusIds = [
    AwaitingPayment,
    AwaitingPayment,
    Completed,
    Completed,
    Cancelled,
    Incomplete,
    Shipped,
  ] as const;
  return {
    atMs,
    statusId: pick(random, [...statusIds, ...usual]),
    goods: pick(random, ['physical', 'physical', 'physical', 'digital', 'mixed']),
    lines: random() < 0.01 ? 60 : wholeNumber(random, 1, 3),
  };
}

/** Within seconds or hours of its placing. */
function anEdit(order: number, placed: readonly PlannedOrder[], random: Random): Edit {
  const { atMs = 0 } = placed[order] ?? {};
  const when = {
    order,
    atMs: atMs + wholeNumber(random, 0, pick(random, [10 * SECOND, 40 * MINUTE, 6 * HOUR])),
  };
  const what = pick(random, [
    'note',
    'note',
    'note',
    'status',
    'status',
    'lines',
    'remove',
    'archive',
  ] as const);
  if (what === 'status') return { ...when, what, statusId: pick(random, [2, 2, 5, 10, 11, 4]) };
  if (what === 'lines') return { ...when, what, goods: pick(random, ['physical', 'digital', 'mixed']) };
  return { ...when, what };
}

function aFault(fromMs: number, random: Random): StoreFault {
  const damages = [...statuses(429, 500, 502, 503, 504), ...resets, ...hangs, ...slow, none()];
  return {
    fromMs,
    forMs: wholeNumber(random, MINUTE, 30 * MINUTE),
    damage: pick(random, asFilled([...damages, { kind: 'truncated' } as const, { kind: 'html' } as const])),
    probability: pick(random, [0.02, 0.1, 0.3]),
  };
}

function anOutage(fromMs: number): StoreFault {
  return { fromMs, forMs: 40 * MINUTE, damage: { kind: 'status', status: 503 }, probability: 1 };
}

function aKill(orders: number, random: Random): Kill {
  const part = pick(random, ['worker', 'worker', 'worker', 'webhook', 'poll', 'audit'] as const);
  const nth = wholeNumber(random, 0, part === 'poll' ? 60 : part === 'audit' ? 3 : orders);
  return { part, nth, step: wholeNumber(random, 1, 30) };
}

function asFilled<T>(list: readonly T[]): readonly [T, ...T[]] {
  const [first, ...others] = list;
  if (first === undefined) throw new Error('There is nothing to pick from.');
  return [first, ...others];
}
