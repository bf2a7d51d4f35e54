// The options of a backfill, the selection of orders that they mean, and the rules of the stack. Pure.
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
  advance: flag('also advance statuses, as a poll would: of orders that are in AdvanceStatusIds'),
  restart: flag('start again where an earlier run did not finish'),
  dryRun: flag('report what would be done, and change nothing'),
} as const;

export type BackfillOptions = OptionsOf<typeof backfillOptions>;

/** BigCommerce's dates have whole seconds: a bound that is named by its second takes that second in. */
const SECOND_MS = 1_000;

/** Each of them costs a call of its own. */
const MOST_IDS = 1_000;

/** What makes two command lines the same backfill; what was not asked for is absent. The checkpoint keeps it as it is. */
export interface Selection {
  /** ISO times; the first is meant with, the second without its own moment. */
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

/** Throws UsageError for what cannot be meant. */
export function readSelection(options: SelectionOptions, now: number): Selection {
  const { from, to, status, ids, advance = false } = options;
  if (ids !== undefined) {
    if ([from, to, status].some((one) => one !== undefined)) {
      throw new UsageError('--ids names the orders: omit --from, --to and --status');
    }
    return { order_ids: readIds(ids), advance };
  }
  if (from === undefined) {
    throw new UsageError('which orders? Give --from, such as --from 2025-01-01, or --ids for single orders.');
  }
  const since = readDate('from', from).begin;
  const before = to === undefined ? undefined : readDate('to', to).end;
  if (since > now) throw new UsageError('--from is in the future: the store has no such order yet');
  if (before !== undefined && before <= since) {
    throw new UsageError('--to is before --from: no order can be in between');
  }
  return {
    created_since: iso(since),
    ...(before === undefined ? {} : { created_before: iso(before) }),
    ...(status === undefined ? {} : { status_ids: readStatusIds(status) }),
    advance,
  };
}

/** The orders, such as "About 60 orders created from …"; `total` is as the store counts, if it does. */
export function inWords(
  { created_since: since = '', created_before: before, ...rest }: Selection,
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

/** The stack's rules, as the worker has them; without `advance`, with every status left unchanged. */
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
  // A 30th of February is read as one of March.
  if (Number.isNaN(begin) || !iso(begin).startsWith(text.replace('Z', ''))) {
    throw new UsageError(
      `--${option} takes a day in UTC, such as 2025-01-31, or a moment, such as 2025-01-31T18:30:00Z.`,
    );
  }
  return { begin, end: begin + (isDay ? DAY_MS : SECOND_MS) };
}

function readStatusIds(text: string): readonly number[] {
  const ids = numbers(text);
  const isKnown = (id: number) => Object.values<number>(Status).includes(id);
  if (ids.length > 0 && ids.every(isKnown)) return unique(ids);
  throw new UsageError('--status takes status ids from 0 to 14 with commas between them, such as 11,10.');
}

function readIds(text: string): readonly number[] {
  const ids = split(text).map(toOrderId);
  const known = ids.filter((id) => id !== undefined);
  if (ids.length === 0 || known.length < ids.length) {
    throw new UsageError('--ids takes order ids with commas between them, such as 100,101.');
  }
  const different = unique(known);
  if (different.length <= MOST_IDS) return different;
  throw new UsageError(`--ids takes up to ${MOST_IDS} orders; there are ${different.length}. Use --from.`);
}

const split = (text = '') => (text.trim() === '' ? [] : text.split(',').map((part) => part.trim()));

const numbers = (text: string | undefined) =>
  split(text).map((part) => (/^\d+$/.test(part) ? Number(part) : Number.NaN));

const unique = (numbers: readonly number[]) => [...new Set(numbers)].sort((one, other) => one - other);
