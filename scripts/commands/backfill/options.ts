// The options of a backfill, the selection of orders that they make, and the rules of the stack. Pure.
import { parseDate } from '../../../lambda/shared/runtime/time';
import { Status, statusName } from '../../../lambda/shared/order/status';
import { toOrderId } from '../../../lambda/shared/order/order';
import type { Rules } from '../../../lambda/shared/order/rules';
import { serviceOptions } from '../../service/service-options';
import { UsageError } from '../../terminal/command-error';
import { flag, text } from '../../terminal/options';
import type { OptionsOf } from '../../terminal/options';
import type { Values } from '../../stack/parameters';
import { DAY_MS } from '../../../lambda/shared/runtime/time';
import { iso } from '../../../lambda/shared/runtime/time';

export const backfillOptions = {
  ...serviceOptions,
  from: text('<date>', 'created on or after this day (UTC), or a moment such as 2025-01-01T08:00:00Z'),
  to: text('<date>', 'the last day or moment; now if omitted'),
  status: text('<ids>', 'only these statuses, such as 11,10; Incomplete orders (0) only if named'),
  ids: text('<ids>', 'these orders, such as 100,101, instead of a time'),
  advance: flag('also advance the status of orders in AdvanceStatusIds, as a poll would'),
  restart: flag('start again, even if an earlier run did not finish'),
  dryRun: flag('show a preview and change nothing'),
} as const;

export type BackfillOptions = OptionsOf<typeof backfillOptions>;

/** BigCommerce's dates have whole seconds: a bound that names a second includes it. */
const SECOND_MS = 1_000;

/** Each id costs one call. */
const MAX_IDS = 1_000;

/** Two command lines with the same selection are the same backfill. The checkpoint stores it in this form. */
export interface BackfillSelection {
  /** ISO times; the first is inclusive, the second exclusive. */
  readonly created_since?: string;
  readonly created_before?: string;
  readonly status_ids?: readonly number[];
  readonly order_ids?: readonly number[];
  readonly advance: boolean;
}

export interface SelectionOptions {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly status?: string | undefined;
  readonly ids?: string | undefined;
  readonly advance?: boolean | undefined;
}

/** Throws UsageError for an invalid selection. */
export function readSelection(options: SelectionOptions, now: number): BackfillSelection {
  const { from, to, status, ids, advance = false } = options;
  if (ids !== undefined) {
    if ([from, to, status].some((one) => one !== undefined)) {
      throw new UsageError('--ids names the orders: omit --from, --to and --status');
    }
    return { order_ids: readIds(ids), advance };
  }
  if (from === undefined) {
    throw new UsageError('missing option: --from, such as --from 2025-01-01, or --ids for single orders');
  }
  const since = readDate('from', from).begin;
  const before = to === undefined ? undefined : readDate('to', to).end;
  if (since > now) throw new UsageError('--from is in the future: the store has no such order yet');
  if (before !== undefined && before <= since) {
    throw new UsageError('--to is before --from: no order can match');
  }
  return {
    created_since: iso(since),
    ...(before === undefined ? {} : { created_before: iso(before) }),
    ...(status === undefined ? {} : { status_ids: readStatusIds(status) }),
    advance,
  };
}

/** The orders in words, such as "About 60 orders created from …"; `total` is the store's count, if there is one. */
export function inWords(
  { created_since: since = '', created_before: before, ...rest }: BackfillSelection,
  total?: number,
): string {
  const noun = total === 1 ? 'order' : 'orders';
  if (rest.order_ids !== undefined) return `${rest.order_ids.length} ${noun} by id`;
  const count =
    total === undefined ? 'All' : `${total === 1 ? '' : 'About '}${total.toLocaleString('en-US')}`;
  const statuses = rest.status_ids === undefined ? '' : ` in ${rest.status_ids.map(statusName).join(', ')}`;
  const end = before === undefined ? 'until now' : `and before ${inSeconds(before)}`;
  return `${count} ${noun}${statuses} created from ${inSeconds(since)} on ${end}`;
}

const inSeconds = (time: string) => time.replace('.000Z', 'Z');

/** The rules of the stack's worker; without `advance`, they change no status. */
export function rulesOf(parameters: Values, advance: boolean): Rules {
  const number = (name: string) => Number(parameters[name]);
  return {
    allowedStatusIds: numbers(parameters['AllowedStatusIds']),
    advanceStatusIds: numbers(parameters['AdvanceStatusIds']),
    advanceOrders: advance && parameters['AdvanceOrders'] === 'true',
    newPhysicalOrderStatusId: number('NewPhysicalOrderStatusId'),
    newDigitalOrderStatusId: number('NewDigitalOrderStatusId'),
    ignoreOrdersCreatedBefore: parseDate(parameters['IgnoreOrdersCreatedBefore']),
  };
}

/** A UTC day, or a moment by its minute or second. */
function readDate(option: string, text: string): { readonly begin: number; readonly end: number } {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text);
  const isMoment = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z$/.test(text);
  const begin = isDay || isMoment ? Date.parse(text) : Number.NaN;
  // JavaScript reads February 30 as a day in March.
  if (Number.isNaN(begin) || !iso(begin).startsWith(text.replace('Z', ''))) {
    throw new UsageError(
      `--${option} requires a day in UTC, such as 2025-01-31, or a moment, such as 2025-01-31T18:30:00Z.`,
    );
  }
  return { begin, end: begin + (isDay ? DAY_MS : SECOND_MS) };
}

function readStatusIds(text: string): readonly number[] {
  const ids = numbers(text);
  const isKnown = (id: number) => Object.values<number>(Status).includes(id);
  if (ids.length > 0 && ids.every(isKnown)) return unique(ids);
  throw new UsageError('--status requires status ids from 0 to 14 with commas between them, such as 11,10.');
}

function readIds(text: string): readonly number[] {
  const ids = split(text).map(toOrderId);
  const known = ids.filter((id) => id !== undefined);
  if (ids.length === 0 || known.length < ids.length) {
    throw new UsageError('--ids requires order ids with commas between them, such as 100,101.');
  }
  const different = unique(known);
  if (different.length <= MAX_IDS) return different;
  throw new UsageError(`--ids accepts up to ${MAX_IDS} orders; there are ${different.length}. Use --from.`);
}

const split = (text = '') => (text.trim() === '' ? [] : text.split(',').map((part) => part.trim()));

const numbers = (text: string | undefined) =>
  split(text).map((part) => (/^\d+$/.test(part) ? Number(part) : Number.NaN));

const unique = (numbers: readonly number[]) => [...new Set(numbers)].sort((one, other) => one - other);
