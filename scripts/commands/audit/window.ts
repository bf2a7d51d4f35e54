// The days of an audit, from the options. Pure.
import { DAY_MS, dayOf, startOfDay } from '../../../lambda/shared/runtime/time';
import { UsageError } from '../../terminal/command-error';

/** Ten years and some days. */
const MAX_DAYS = 3_660;

export interface DayWindow {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** The days of a window, the first one first. Throws UsageError. */
export function readWindow({ from, to }: DayWindow, now: number): readonly string[] {
  if (from === undefined && to !== undefined) {
    throw new UsageError('--to needs --from, which names the first day');
  }
  const today = now - (now % DAY_MS);
  const first = from === undefined ? today - DAY_MS : readDay('from', from);
  // A window that starts today cannot end yesterday.
  const last = to === undefined ? Math.max(today - DAY_MS, first) : readDay('to', to);
  for (const day of [first, last]) {
    if (day > today) throw new UsageError(`${dayOf(day)} has not started: today is ${dayOf(today)} (UTC)`);
  }
  if (first > last) throw new UsageError(`--from ${dayOf(first)} is after --to ${dayOf(last)}`);
  const count = (last - first) / DAY_MS + 1;
  if (count > MAX_DAYS) {
    throw new UsageError(`the window has ${count} days, and the limit is ${MAX_DAYS}: audit it in parts`);
  }
  return Array.from({ length: count }, (_, nth) => dayOf(first + nth * DAY_MS));
}

function readDay(option: string, text: string): number {
  const start = startOfDay(text);
  if (start === undefined) throw new UsageError(`--${option} requires a day such as 2026-11-20`);
  return start;
}
