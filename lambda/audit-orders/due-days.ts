// Which days an audit is to look at: the one that somebody asks for, or what the schedule owes.
import * as v from 'valibot';
import { DAY_MS, dayOf, startOfDay } from '../shared/runtime/time';
import { isRow } from '../shared/runtime/json';
import type { Audit } from '../shared/order/audit-result';
import type { Audits } from '../shared/tables/audits';

/** How long the schedule comes back to a day: as long as the dead letter queue keeps a message. */
const LOOK_BACK_DAYS = 14;

/** Days go by their begin, in epoch milliseconds. */
export interface AuditRequest {
  /** Undefined: what the schedule owes. */
  readonly start: number | undefined;
  readonly dryRun: boolean;
}

const expectedDay = 'day has to be a UTC day such as 2026-11-20.';
const request = v.object({
  dryRun: v.optional(v.boolean('dryRun has to be true or false.'), false),
  day: v.optional(v.pipe(v.string(expectedDay), v.transform(startOfDay), v.number(expectedDay))),
});

/** Reads the event of an invocation; what has no day is the schedule's. Throws, saying what is wrong. */
export function readRequest(event: unknown, now: number): AuditRequest {
  const result = v.safeParse(request, isRow(event) ? event : {});
  if (!result.success) throw new Error(result.issues[0].message);
  const { day: start, dryRun } = result.output;
  if (start !== undefined && start > now)
    throw new Error(`${dayOf(start)} has not begun: there is nothing to audit.`);
  return { start, dryRun };
}

/**
 * Yesterday, and before it each day that was audited last with gaps open or references on their way, which may be lost,
 * or before it was over; or, once there were audits, not at all.
 */
export async function dueDays(now: number, audits: Pick<Audits, 'newestOf'>): Promise<readonly number[]> {
  const [yesterday, ...earlier] = recentDays(now);
  const newest = await Promise.all(earlier.map((start) => audits.newestOf(dayOf(start))));
  const first = newest.findLastIndex((audit) => audit !== undefined);
  return [yesterday, ...earlier.filter((start, nth) => nth <= first && !isClosed(newest[nth], start))];
}

/** The days at which the schedule looks, the newest first; epoch milliseconds of their begin. */
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
