// The report of a backfill and of its dry run. Pure.
import { countText, deathText } from '../../../lambda/shared/order/reasons';
import { iso } from '../../../lambda/shared/runtime/time';
import type { Report } from '../../terminal/command';
import { excerpt } from '../../terminal/printable';
import { table } from '../../terminal/table';
import type { Checkpoint } from './checkpoint';
import type { DryRunResult } from './dry-run';
import type { BackfillSelection } from './options';
import { duration, MAX_SHOWN, number } from './progress';
import { ordersIn, totalOf } from './tally';
import type { BackfillTally } from './tally';

type NamedRow = readonly [name: string, value: string];

export interface Finished {
  readonly checkpoint: Pick<Checkpoint, 'timestamp' | 'selection'>;
  readonly tally: BackfillTally;
  readonly isResumed: boolean;
  readonly durationMs: number;
}

/** The results of all orders, those of earlier runs included, and the next steps. */
export function finalReport(finished: Finished, recommend: (command: string) => string): Report {
  const { checkpoint, tally, isResumed, durationMs } = finished;
  const { selection } = checkpoint;
  return {
    data: {
      isDryRun: false,
      startedAt: iso(checkpoint.timestamp),
      isResumed,
      durationMs,
      ...selectionData(selection),
      ...tallyData(tally),
    },
    lines: [...accountLines(tally, selection, durationMs), ...nextSteps(tally, selection, recommend)],
  };
}

/** One line for each kind of result that occurred. */
export function accountLines(
  tally: BackfillTally,
  { advance }: Pick<BackfillSelection, 'advance'>,
  durationMs: number,
): readonly string[] {
  if (ordersIn(tally) + (tally.unreadable_ids ?? []).length === 0) {
    return ['The store lists no matching order. Nothing was copied.'];
  }
  const rows: readonly NamedRow[] = [
    ['Orders', number(ordersIn(tally))],
    ...kinds(tally, advance),
    ['Took', duration(durationMs)],
  ];
  return [...table(rows), ...deadLines(tally)];
}

function kinds(tally: BackfillTally, advance: boolean): readonly NamedRow[] {
  const { copied, replicated, skipped, excluded, dead, not_found, unreadable_ids = [] } = tally;
  const by = advance ? 'advanced in the store' : 'advanced by a poll or a webhook meanwhile';
  const rows: readonly (NamedRow | false)[] = [
    copied > 0 && ['Copied', number(copied)],
    replicated > 0 && ['Replicated', `${number(replicated)}, ${by}`],
    totalOf(skipped) > 0 && ['Skipped', reasons(skipped)],
    totalOf(excluded) > 0 && ['Excluded', reasons(excluded)],
    dead > 0 && ['Dead', number(dead)],
    not_found.length > 0 && ['Not found', notFound(not_found)],
    unreadable_ids.length > 0 && ['Not listed', notListed(unreadable_ids)],
  ];
  return rows.filter((row) => row !== false);
}

const reasons = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts)
    .map(([reason, orders]) => `${number(orders)} ${countText(reason)}`)
    .join(', ');

const notFound = (ids: readonly number[]) =>
  `${ids.length === 1 ? 'order' : 'orders'} ${ids.join(', ')} ${ids.length === 1 ? 'is' : 'are'} not in the store`;

const notListed = (ids: readonly number[]) =>
  `BigCommerce fails on each list that contains ${ids.length === 1 ? 'order' : 'orders'} ${ids.join(', ')}; queued alone`;

function deadLines({ dead, dead_orders }: BackfillTally): readonly string[] {
  const rest = dead - dead_orders.length;
  return [
    ...dead_orders.map(
      ({ order_id, reason, error }) =>
        `  dead: order ${order_id}, ${excerpt(deathText(reason, error), MAX_SHOWN)}`,
    ),
    ...(rest > 0 ? [`  dead: and ${number(rest)} more`] : []),
  ];
}

/** Commands to continue with. An audit needs the days on which orders were created, which ids do not have. */
export function nextSteps(
  { dead }: Pick<BackfillTally, 'dead'>,
  { created_since: since }: BackfillSelection,
  recommend: (command: string) => string,
): readonly string[] {
  return [
    ...(dead > 0 ? [`To list dead orders with their reasons: ${recommend('dead-letters list')}`] : []),
    ...(since === undefined
      ? []
      : [`To check that no order is missing: ${recommend('audit')} --from ${since.slice(0, 10)}`]),
  ];
}

/** The API quota: so many calls per window. */
export interface ApiQuota {
  readonly calls: number;
  readonly windowMs: number;
}

export interface Costs {
  readonly callsPerOrder: number;
  readonly quota: ApiQuota | undefined;
  readonly reservePercent: number;
}

/** The preview of a backfill, with its cost. */
export function dryRunReport(result: DryRunResult, costs: Costs): Report {
  const { queued, tally, calls: lookups } = result;
  const { callsPerOrder, quota, reservePercent } = costs;
  const calls = queued * callsPerOrder + lookups;
  const least = quota && leastTime(calls, quota, reservePercent);
  const rows: readonly (NamedRow | undefined)[] = [
    ['To queue', number(queued)],
    ...kinds(tally, false),
    [
      'Calls',
      `about ${number(calls)} of BigCommerce: ${callsPerOrder} for each order, ${number(lookups)} to find them`,
    ],
    quota && ['Time', timeInWords(least ?? 0, quota, reservePercent)],
  ];
  return {
    data: { isDryRun: true, toQueue: queued, calls, leastTimeMs: least ?? null, ...tallyData(tally) },
    lines: [
      ...table(rows.filter((row) => row !== undefined)),
      ...deadLines(tally),
      'Dry run: nothing was queued or written.',
    ],
  };
}

const leastTime = (calls: number, { calls: allowedCalls, windowMs }: ApiQuota, reservePercent: number) =>
  Math.ceil((calls / (allowedCalls * (1 - reservePercent / 100))) * windowMs);

const timeInWords = (ms: number, { calls, windowMs }: ApiQuota, reservePercent: number) =>
  `at least ${duration(ms)}, at a quota of ${number(calls)} calls per ${windowMs / 1_000} s, of which ${reservePercent} % are reserved for other apps`;

const selectionData = (selection: BackfillSelection) => ({
  createdSince: selection.created_since ?? null,
  createdBefore: selection.created_before ?? null,
  statusIds: selection.status_ids ?? null,
  orderIds: selection.order_ids ?? null,
  advance: selection.advance,
});

const tallyData = (tally: BackfillTally) => ({
  orders: ordersIn(tally),
  copied: tally.copied,
  replicated: tally.replicated,
  skipped: tally.skipped,
  excluded: tally.excluded,
  dead: tally.dead,
  deadOrders: tally.dead_orders.map(({ order_id: orderId, reason, error }) => ({
    orderId,
    reason,
    error: error ?? null,
  })),
  notFound: tally.not_found,
  notListed: tally.unreadable_ids ?? [],
});
