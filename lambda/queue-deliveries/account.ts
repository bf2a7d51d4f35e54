// Each night, and by command: accounts for the orders of the last days, the newest day first.
import * as v from 'valibot';
import { isRow } from '../shared/runtime/json';
import { DAY_MS, dayOf, startOfDay } from '../shared/runtime/time';
import type { DeliveryAccount } from '../shared/tables/delivery-keys';
import { accountDay } from './account-day';
import type { AccountDayDeps } from './account-day';

/** As long as the audit looks back, and its dead letters are kept. */
const LOOK_BACK_DAYS = 14;

export interface Accounts {
  /** The newest first. */
  readonly days: readonly DeliveryAccount[];
  /** Where time ran out: this day and earlier ones are not accounted for. Continue with it as `to`. */
  readonly next?: string;
}

/** Starts of days, in epoch milliseconds. */
export interface AccountRequest {
  readonly from: number;
  readonly to: number;
}

const day = (name: string) => {
  const expected = `${name} must be a UTC day such as 2026-11-20.`;
  return v.optional(v.pipe(v.string(expected), v.transform(startOfDay), v.number(expected)));
};
const request = v.object({ from: day('from'), to: day('to') });

/** Reads the event: without days, it means today and the 14 days before. Throws if it is not valid. */
export function readAccountRequest(event: unknown, now: number): AccountRequest {
  const result = v.safeParse(request, isRow(event) ? event : {});
  if (!result.success) throw new Error(result.issues[0].message);
  const today = now - (now % DAY_MS);
  const { to = today, from = to - LOOK_BACK_DAYS * DAY_MS } = result.output;
  if (to > today) throw new Error(`${dayOf(to)} is in the future: there is nothing to account for.`);
  if (from > to) throw new Error(`from must not be after to: ${dayOf(from)} is after ${dayOf(to)}.`);
  return { from, to };
}

/** Accounts for each day of the request, and stops in time. Throws what AWS throws; the days before are kept. */
export async function account(event: unknown, deps: AccountDayDeps): Promise<Accounts> {
  const { now, beginBefore } = deps.invocation;
  const { from, to } = readAccountRequest(event, now());
  const days: DeliveryAccount[] = [];
  for (let start = to; start >= from; start -= DAY_MS) {
    const result = now() < beginBefore ? await accountDay(start, deps) : undefined;
    if (result === undefined) {
      const next = dayOf(start);
      deps.adapters.log.warn('account.stopped', { next, from: dayOf(from) });
      return { days, next };
    }
    days.push(result);
  }
  return { days };
}
