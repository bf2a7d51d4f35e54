// Puts a backfill into words: how far it is, what became of its orders, what it would do. Pure but for the pace's clock.
import type { Selection } from './options';
import type { Rehearsal } from './dry-run';
import { ordersIn, totalOf, type Tally } from './tally';
import { excerpt, printable } from '../../terminal/printable';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The pace is that of the last minute: what was left out at once says nothing of what is copied. */
const PACE_OVER_MS = MINUTE;

/** So much of a reason is shown. */
const MOST_OF_A_REASON = 200;

/** Makes what says, from how many are done by now, how many are done in a second. */
export function createPace(now: () => number): (done: number) => number | undefined {
  let looks: { readonly at: number; readonly done: number }[] = [];
  return (done) => {
    const look = { at: now(), done };
    looks = [...looks.filter(({ at }) => look.at - at <= PACE_OVER_MS), look];
    const [first = look] = looks;
    const pace = (look.done - first.done) / ((look.at - first.at) / SECOND);
    return pace > 0 && Number.isFinite(pace) ? pace : undefined;
  };
}

/** Such as "1,204 of 10,000 (12 %), 4.3 a second, 34 min left; 3 dead, 20 left out". */
export function progress(tally: Tally, total: number | undefined, pace: number | undefined): string {
  const done = ordersIn(tally);
  const rest = `${number(tally.dead)} dead, ${number(totalOf(tally.left_out))} left out`;
  if (total === undefined)
    return `${number(done)}${pace === undefined ? '' : `, ${pace.toFixed(1)} a second`}; ${rest}`;
  const all = Math.max(total, done);
  const speed =
    pace === undefined
      ? ''
      : `, ${pace.toFixed(1)} a second, ${duration(((all - done) / pace) * SECOND)} left`;
  const percent = all === 0 ? 100 : Math.floor((100 * done) / all);
  return `${number(done)} of ${number(all)} (${percent} %)${speed}; ${rest}`;
}

/** What became of the orders, a line for each kind that there was. */
export function account(tally: Tally): readonly string[] {
  if (ordersIn(tally) + (tally.unreadable_ids ?? []).length === 0)
    return ['The store lists no such order: there is nothing to copy.'];
  return [row('Orders', number(ordersIn(tally))), ...kinds(tally)];
}

function kinds(tally: Tally): string[] {
  const { copied, replicated, skipped, left_out, dead, dead_orders, not_found, unreadable_ids = [] } = tally;
  const named = dead_orders.map(
    ({ order_id, reason }) => `  order ${order_id}: ${excerpt(reason, MOST_OF_A_REASON)}`,
  );
  const more = dead > named.length ? [`  and ${number(dead - named.length)} more`] : [];
  return [
    ...(copied > 0 ? [row('Copied', number(copied))] : []),
    ...(replicated > 0 ? [row('Replicated', `${number(replicated)}, moved on in the store`)] : []),
    ...(totalOf(skipped) > 0 ? [row('Skipped', reasons(skipped))] : []),
    ...(totalOf(left_out) > 0 ? [row('Left out', reasons(left_out))] : []),
    ...(dead > 0 ? [row('Dead', number(dead)), ...named, ...more] : []),
    ...notFound(not_found),
    ...unreadable(unreadable_ids),
  ];
}

/** What BigCommerce allows in a window of so many milliseconds. */
export interface Allowed {
  readonly calls: number;
  readonly windowMs: number;
}

export interface Costs {
  readonly callsPerOrder: number;
  readonly allowed: Allowed | undefined;
  readonly reservePercent: number;
}

/** What a backfill would do, and what it would cost. */
export function plan({ queued, tally, calls: lookups }: Rehearsal, costs: Costs): readonly string[] {
  const { callsPerOrder, allowed, reservePercent } = costs;
  const calls = queued * callsPerOrder + lookups;
  return [
    row('To be queued', number(queued)),
    ...kinds(tally),
    row(
      'Calls',
      `some ${number(calls)} of BigCommerce: ${callsPerOrder} for each order, ${number(lookups)} to find them`,
    ),
    ...(allowed === undefined ? [] : [row('Time', time(calls, allowed, reservePercent))]),
    'A dry run: nothing was queued or written.',
  ];
}

function time(calls: number, { calls: quota, windowMs }: Allowed, reservePercent: number): string {
  const usable = quota * (1 - reservePercent / 100);
  return `${duration((calls / usable) * windowMs)} at the least, by a quota of ${number(quota)} calls in ${windowMs / SECOND} s, ${reservePercent} % of which are left to other apps`;
}

/** Said when nothing has ended for some minutes. */
export function still(lastError: string | undefined, service: string): string {
  const why =
    lastError === undefined
      ? 'The worker may be paused, or busy with other orders'
      : `The worker's last error: ${excerpt(lastError, MOST_OF_A_REASON)}`;
  return `Nothing has ended for some minutes. ${why}. This waits; npm run dead-letters -- list ${service} shows what has come to nothing.`;
}

/**
 * What to do next, as sentences; `service` are the options that name it. An audit goes by the days on which orders were
 * created, which ids do not tell.
 */
export function afterwards({ dead }: Tally, { created_since: since }: Selection, service: string): string[] {
  return [
    ...(dead > 0 ? [`npm run dead-letters -- list ${service} shows what is dead, and why.`] : []),
    ...(since === undefined
      ? []
      : [`npm run audit -- --from ${since.slice(0, 10)} ${service} says whether any order is missing.`]),
  ];
}

export function duration(ms: number): string {
  if (ms < 2 * MINUTE) return `${Math.ceil(ms / SECOND)} s`;
  if (ms < 2 * HOUR) return `${Math.round(ms / MINUTE)} min`;
  const hours = Math.round(ms / HOUR);
  return ms < 2 * DAY ? `${hours} h` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export const number = (count: number) => count.toLocaleString('en-US');

const row = (name: string, value: string) => `${name.padEnd(12)} ${value}`;

const reasons = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts)
    .map(([reason, orders]) => `${number(orders)} ${printable(reason)}`)
    .join(', ');

function unreadable(ids: readonly number[]): readonly string[] {
  if (ids.length === 0) return [];
  const orders = ids.length === 1 ? 'order' : 'orders';
  return [
    row('Not listed', `BigCommerce fails on each list that holds ${orders} ${ids.join(', ')}; queued alone`),
  ];
}

function notFound(ids: readonly number[]): readonly string[] {
  if (ids.length === 0) return [];
  const are = ids.length === 1 ? `order ${ids.join()} is` : `orders ${ids.join(', ')} are`;
  return [row('Not found', `${are} not in the store`)];
}
