// How far a backfill is, in words. Pure but for the clock of the pace.
import { HOUR_MS, DAY_MS } from '../../../lambda/shared/runtime/time';
import { excerpt } from '../../terminal/printable';
import { ordersIn, totalOf } from './tally';
import type { Tally } from './tally';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

/** The pace is that of the last minute: orders that are excluded immediately say nothing about the pace of copies. */
const PACE_OVER_MS = MINUTE_MS;

/** So much of a text from outside is shown. */
export const MAX_SHOWN = 200;

/** Makes a function that computes, from how many are done now, how many are done in a second. */
export function createPace(now: () => number): (done: number) => number | undefined {
  let looks: { readonly at: number; readonly done: number }[] = [];
  return (done) => {
    const look = { at: now(), done };
    looks = [...looks.filter(({ at }) => look.at - at <= PACE_OVER_MS), look];
    const [first = look] = looks;
    const pace = (look.done - first.done) / ((look.at - first.at) / SECOND_MS);
    return pace > 0 && Number.isFinite(pace) ? pace : undefined;
  };
}

/** Such as "1,204 of 10,000 (12 %), 4.3 a second, 34 min left; 3 dead, 20 excluded". */
export function progress(tally: Tally, total: number | undefined, pace: number | undefined): string {
  const done = ordersIn(tally);
  const rest = `${number(tally.dead)} dead, ${number(totalOf(tally.excluded))} excluded`;
  const speed = pace === undefined ? '' : `, ${pace.toFixed(1)} a second`;
  if (total === undefined) return `${number(done)}${speed}; ${rest}`;
  const all = Math.max(total, done);
  const left = pace === undefined ? '' : `, ${duration(((all - done) / pace) * SECOND_MS)} left`;
  const percent = all === 0 ? 100 : Math.floor((100 * done) / all);
  return `${number(done)} of ${number(all)} (${percent} %)${speed}${left}; ${rest}`;
}

/** Reported when nothing has ended for some minutes. */
export function still(lastError: string | undefined, recommend: (command: string) => string): string {
  const why =
    lastError === undefined
      ? 'The worker may be paused, or busy with other orders'
      : `The worker's last error: ${excerpt(lastError, MAX_SHOWN)}`;
  return `Nothing has ended for some minutes. ${why}. The backfill waits. To see what failed: ${recommend('dead-letters list')}`;
}

export function duration(ms: number): string {
  if (ms < 2 * MINUTE_MS) return `${Math.ceil(ms / SECOND_MS)} s`;
  if (ms < 2 * HOUR_MS) return `${Math.round(ms / MINUTE_MS)} min`;
  const hours = Math.round(ms / HOUR_MS);
  return ms < 2 * DAY_MS ? `${hours} h` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export const number = (count: number) => count.toLocaleString('en-US');
