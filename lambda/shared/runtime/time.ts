// Days and dates: the only place that knows how long a day is and how dates are read and written.

/** Epoch milliseconds of a BigCommerce date (RFC 2822), or undefined when it is none. */
export function parseDate(date: unknown): number | undefined {
  const time = typeof date === 'string' && date !== '' ? Date.parse(date) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

export const HOUR_MS = 60 * 60 * 1000;
export const DAY_MS = 24 * HOUR_MS;

/** The UTC day of a time in epoch milliseconds. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** When a day such as `2026-11-20` begins, in epoch milliseconds; undefined when it is no day. */
export function startOfDay(day: string): number | undefined {
  const start = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(start) && dayOf(start) === day ? start : undefined;
}

/** ISO text of a time in epoch milliseconds. */
export function iso(time: number): string {
  return new Date(time).toISOString();
}
