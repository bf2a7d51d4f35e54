// The progress of a backfill in words. Pure except for the clock of the pace.
import { HOUR_MS, DAY_MS } from '../../../lambda/shared/runtime/time';
import { excerpt } from '../../terminal/printable';
import { ordersIn, totalOf } from './tally';
import type { BackfillTally } from './tally';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

/** The pace of the last minute only: earlier, orders may have been excluded, which is faster than copying. */
const PACE_OVER_MS = MINUTE_MS;

/** The most characters of a text from outside that are shown. */
export const MAX_SHOWN = 200;

/** Makes a function that returns the orders per second, given the number of finished orders. */
export function createPace(now: () => number): (done: number) => number | undefined {
  let samples: { readonly at: number; readonly done: number }[] = [];
  return (done) => {
    const sample = { at: now(), done };
    samples = [...samples.filter(({ at }) => sample.at - at <= PACE_OVER_MS), sample];
    const [first = sample] = samples;
    const pace = (sample.done - first.done) / ((sample.at - first.at) / SECOND_MS);
    return pace > 0 && Number.isFinite(pace) ? pace : undefined;
  };
}

/** Such as "1,204 of 10,000 (12 %), 4.3 a second, 34 min left; 3 dead, 20 excluded". */
export function progress(tally: BackfillTally, total: number | undefined, pace: number | undefined): string {
  const done = ordersIn(tally);
  const rest = `${number(tally.dead)} dead, ${number(totalOf(tally.excluded))} excluded`;
  const speed = pace === undefined ? '' : `, ${pace.toFixed(1)} a second`;
  if (total === undefined) return `${number(done)}${speed}; ${rest}`;
  const all = Math.max(total, done);
  const left = pace === undefined ? '' : `, ${duration(((all - done) / pace) * SECOND_MS)} left`;
  const percent = all === 0 ? 100 : Math.floor((100 * done) / all);
  return `${number(done)} of ${number(all)} (${percent} %)${speed}${left}; ${rest}`;
}

/** The note for a backfill in which no order has ended for 3 min. */
export function stalled(lastError: string | undefined, recommend: (command: string) => string): string {
  const why =
    lastError === undefined
      ? 'The worker may be paused, or busy with other orders'
      : `The worker's last error: ${excerpt(lastError, MAX_SHOWN)}`;
  return `No order has ended for 3 min. ${why}. The backfill continues to wait. To list failed orders: ${recommend('dead-letters list')}`;
}

/** A duration in words, such as "34 min". */
export function duration(ms: number): string {
  if (ms < 2 * MINUTE_MS) return `${Math.ceil(ms / SECOND_MS)} s`;
  if (ms < 2 * HOUR_MS) return `${Math.round(ms / MINUTE_MS)} min`;
  const hours = Math.round(ms / HOUR_MS);
  return ms < 2 * DAY_MS ? `${hours} h` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** A number with commas between its thousands. */
export const number = (count: number) => count.toLocaleString('en-US');
