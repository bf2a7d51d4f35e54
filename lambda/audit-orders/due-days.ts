// Decides which days an invocation audits: the requested one, or the days that are due.
import * as v from 'valibot';
import { DAY_MS, dayOf, startOfDay } from '../shared/runtime/time';
import { isRow } from '../shared/runtime/json';
import type { Audit } from '../shared/order/audit-result';
import type { Audits } from '../shared/tables/audits';

/** The schedule audits a day again for this long: as long as the dead letter queue keeps a message. */
const LOOK_BACK_DAYS = 14;

/** Days are identified by their start, in epoch milliseconds. */
export interface AuditRequest {
  /** Undefined: the days that are due. */
  readonly start: number | undefined;
  readonly dryRun: boolean;
}

const expectedDay = 'day must be a UTC day such as 2026-11-20.';
const request = v.object({
  dryRun: v.optional(v.boolean('dryRun must be true or false.'), false),
  day: v.optional(v.pipe(v.string(expectedDay), v.transform(startOfDay), v.number(expectedDay))),
});

/** Reads the event of an invocation; the schedule's event names no day. Throws if the event is not valid. */
export function readRequest(event: unknown, now: number): AuditRequest {
  const result = v.safeParse(request, isRow(event) ? event : {});
  if (!result.success) throw new Error(result.issues[0].message);
  const { day: start, dryRun } = result.output;
  if (start !== undefined && start > now)
    throw new Error(`${dayOf(start)} is in the future: there is nothing to audit.`);
  return { start, dryRun };
}

/**
 * Yesterday, and earlier days that are not closed: the last audit of the day found gaps or queued references, ran before the
 * day was over, or is missing. Days before the first audit are not due.
 */
export async function dueDays(now: number, audits: Pick<Audits, 'newestOf'>): Promise<readonly number[]> {
  const [yesterday, ...earlier] = recentDays(now);
  const newest = await Promise.all(earlier.map((start) => audits.newestOf(dayOf(start))));
  const first = newest.findLastIndex((audit) => audit !== undefined);
  return [yesterday, ...earlier.filter((start, nth) => nth <= first && !isClosed(newest[nth], start))];
}

/** The days that the schedule audits, the newest first; the start of each in epoch milliseconds. */
export function recentDays(now: number): readonly [number, ...number[]] {
  const yesterday = now - (now % DAY_MS) - DAY_MS;
  return [
    yesterday,
    ...Array.from({ length: LOOK_BACK_DAYS - 1 }, (_, nth) => yesterday - (nth + 1) * DAY_MS),
  ];
}

function isClosed(audit: Audit | undefined, start: number): boolean {
  if (audit === undefined || audit.timestamp < start + DAY_MS) return false;
  return audit.open + audit.queued === 0;
}
