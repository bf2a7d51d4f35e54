// Reads and writes dates and days. No other file defines the length of a day or the forms of dates.

/** Epoch milliseconds of a BigCommerce date (RFC 2822); undefined if it is not a date. */
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

/** The start of a day such as `2026-11-20`, in epoch milliseconds; undefined if it is not a day. */
export function startOfDay(day: string): number | undefined {
  const start = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(start) && dayOf(start) === day ? start : undefined;
}

/** ISO text of a time in epoch milliseconds. */
export function iso(time: number): string {
  return new Date(time).toISOString();
}
