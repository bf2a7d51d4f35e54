// Which orders a backfill is about, as the command line says it, and the rules of the stack that it goes by. Pure.
import { parseDate } from '../../../lambda/shared/runtime/time';
import { Status, statusName } from '../../../lambda/shared/order/status';
import { toOrderId } from '../../../lambda/shared/order/order';
import type { Rules } from '../../../lambda/shared/order/rules';
import { CommandError } from '../../terminal/command-error';
import type { Values } from '../../stack/parameters';
import { DAY_MS } from '../../../lambda/shared/runtime/time';
import { iso } from '../../../lambda/shared/runtime/time';

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

/** Throws CommandError for what cannot be meant. */
export function readSelection(options: SelectionOptions, now: number): Selection {
  const { from, to, status, ids, advance = false } = options;
  if (ids !== undefined) {
    if ([from, to, status].some((one) => one !== undefined)) {
      throw new CommandError('--ids names the orders: leave --from, --to and --status out.');
    }
    return { order_ids: readIds(ids), advance };
  }
  if (from === undefined) {
    throw new CommandError('From when on? Give --from 2025-01-01, or --ids for single orders.');
  }
  const since = readDate('from', from).begin;
  const before = to === undefined ? undefined : readDate('to', to).end;
  if (since > now) throw new CommandError('--from is in the future: the store has no such order yet.');
  if (before !== undefined && before <= since) {
    throw new CommandError('--to is before --from: no order can be in between.');
  }
  return {
    created_since: iso(since),
    ...(before === undefined ? {} : { created_before: iso(before) }),
    ...(status === undefined ? {} : { status_ids: readStatusIds(status) }),
    advance,
  };
}

/** What goes behind a number of orders. */
export function inWords({ created_since: since = '', created_before: before, ...rest }: Selection): string {
  if (rest.order_ids !== undefined) return 'orders by their ids';
  const statuses = rest.status_ids === undefined ? '' : ` in ${rest.status_ids.map(statusName).join(', ')}`;
  const end = before === undefined ? 'until now' : `and before ${inSeconds(before)}`;
  return `orders${statuses} created from ${inSeconds(since)} on ${end}`;
}

const inSeconds = (time: string) => time.replace('.000Z', 'Z');

/** The stack's rules, as the worker has them; without `advance`, with every status left alone. */
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
    throw new CommandError(
      `--${option} takes a day in UTC, such as 2025-01-31, or a moment, such as 2025-01-31T18:30:00Z.`,
    );
  }
  return { begin, end: begin + (isDay ? DAY_MS : SECOND_MS) };
}

function readStatusIds(text: string): readonly number[] {
  const ids = numbers(text);
  const isKnown = (id: number) => Object.values<number>(Status).includes(id);
  if (ids.length > 0 && ids.every(isKnown)) return unique(ids);
  throw new CommandError('--status takes status ids from 0 to 14 with commas between them, such as 11,10.');
}

function readIds(text: string): readonly number[] {
  const ids = split(text).map(toOrderId);
  const known = ids.filter((id) => id !== undefined);
  if (ids.length === 0 || known.length < ids.length) {
    throw new CommandError('--ids takes order ids with commas between them, such as 100,101.');
  }
  const different = unique(known);
  if (different.length <= MOST_IDS) return different;
  throw new CommandError(`--ids takes up to ${MOST_IDS} orders; there are ${different.length}. Use --from.`);
}

const split = (text = '') => (text.trim() === '' ? [] : text.split(',').map((part) => part.trim()));

const numbers = (text: string | undefined) =>
  split(text).map((part) => (/^\d+$/.test(part) ? Number(part) : Number.NaN));

const unique = (numbers: readonly number[]) => [...new Set(numbers)].sort((one, other) => one - other);
