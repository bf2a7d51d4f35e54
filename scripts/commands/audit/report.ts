// The report of an audit: a line per day, the account of all days, and what to do about missing orders. Pure.
import { summarize } from '../../../lambda/shared/order/audit-result';
import type { NamedOrder } from '../../../lambda/shared/order/audit-result';
import { countText, deathText } from '../../../lambda/shared/order/reasons';
import { iso } from '../../../lambda/shared/runtime/time';
import { printable } from '../../terminal/printable';
import type { AuditedDay } from './audited-day';
import { namedValues } from '../../terminal/table';

/** The most orders of one kind that are named, over all days. */
const MAX_NAMED = 100;

/** The line of one day. */
export const dayLine = ({ summary }: AuditedDay): string => printable(summary);

/** The account of several days, or of one day with open or dead orders. */
export function accountOf(audits: readonly AuditedDay[]): readonly string[] {
  const [first] = audits;
  const last = audits.at(-1);
  if (first === undefined || last === undefined) return [];
  const sum = sumOf(audits);
  if (first === last && sum('open') + sum('dead') === 0) return [];
  const window = first === last ? [] : [summarize(`${first.day} to ${last.day}`, total(audits))];
  return [
    ...window,
    ...namedValues({
      Copied: number(sum('copied')),
      Queued: number(sum('queued')),
      Dead: number(sum('dead')),
      Excluded: inWords(excluded(audits)),
      Open: number(sum('open')),
    }),
    ...named('missing', audits, ({ gaps }) => gaps, sum('open')),
    ...named('dead', audits, ({ dead_orders }) => dead_orders, sum('dead')),
  ];
}

/** The days as data, for programs. */
export const reportData = (audits: readonly AuditedDay[], isDryRun: boolean) => ({
  isDryRun,
  ...total(audits),
  days: audits.map((audit) => ({
    day: audit.day,
    startedAt: iso(audit.timestamp),
    durationMs: audit.duration_ms,
    listed: audit.listed,
    copied: audit.copied,
    queued: audit.queued,
    dead: audit.dead,
    excluded: audit.excluded,
    open: audit.open,
    stillOpen: audit.staying,
    enqueued: audit.enqueued,
    missingOrders: audit.gaps,
    deadOrders: audit.dead_orders,
    notListed: audit.unreadable_ids ?? [],
  })),
});

/** What to do about missing orders; undefined if there are none. `recommend` names the service. */
export function openProblem(
  audits: readonly AuditedDay[],
  isDryRun: boolean,
  recommend: (command: string) => string,
): string | undefined {
  const { open } = total(audits);
  if (open === 0) return undefined;
  const notListed = audits.flatMap(({ unreadable_ids = [] }) => unreadable_ids);
  const stillOpen = sumOf(audits)('staying');
  const notQueued = audits.reduce((sum, audit) => sum + notQueuedIn(audit), 0);
  const window = `--from ${audits[0]?.day ?? ''} --to ${audits.at(-1)?.day ?? ''}`;
  return [
    open === 1 ? '1 order is open.' : `${number(open)} orders are open.`,
    isDryRun
      ? 'This was a dry run: nothing was queued.'
      : 'Queued orders are stored within minutes. Run the audit again then.',
    ...(notListed.length === 0 ? [] : [cannotBeListed(notListed)]),
    ...(notQueued === 0
      ? []
      : [
          `${number(notQueued)} of them exceed the limit of one audit and were not queued. To copy them: ${recommend('backfill')} ${window}`,
        ]),
    ...(stillOpen === 0
      ? []
      : [
          `${number(stillOpen)} of them were already open before. The saved query "one order's story" shows the history of each.`,
        ]),
  ].join(' ');
}

const notQueuedIn = ({ open, enqueued, unreadable_ids = [] }: AuditedDay) =>
  Math.max(0, open - unreadable_ids.length - enqueued);

function cannotBeListed(ids: readonly number[]): string {
  const [orders, them] = ids.length === 1 ? ['order', 'it'] : ['orders', 'them'];
  return `BigCommerce fails on each list that contains ${orders} ${ids.join(', ')}. Open and save ${them} in the control panel of the store; if that does not help, report ${them} to BigCommerce support.`;
}

type Count = 'listed' | 'copied' | 'queued' | 'dead' | 'open' | 'staying';

const sumOf = (audits: readonly AuditedDay[]) => (count: Count) =>
  audits.reduce((sum, audit) => sum + audit[count], 0);

const total = (audits: readonly AuditedDay[]) => ({
  listed: sumOf(audits)('listed'),
  open: sumOf(audits)('open'),
});

function excluded(audits: readonly AuditedDay[]): ReadonlyMap<string, number> {
  const reasons = new Map<string, number>();
  for (const [reason, orders] of audits.flatMap((audit) => Object.entries(audit.excluded))) {
    reasons.set(reason, (reasons.get(reason) ?? 0) + orders);
  }
  return reasons;
}

const inWords = (reasons: ReadonlyMap<string, number>): string =>
  [...reasons].map(([reason, orders]) => `${number(orders)} ${printable(countText(reason))}`).join(', ') ||
  'none';

function named(
  kind: string,
  audits: readonly AuditedDay[],
  of: (audit: AuditedDay) => readonly NamedOrder[],
  all: number,
): readonly string[] {
  const orders = audits.flatMap((audit) => of(audit).map((order) => ({ ...order, day: audit.day })));
  const shown = orders.slice(0, MAX_NAMED);
  const rest = all - shown.length;
  return [
    ...shown.map(
      ({ id, day, reason, error }) =>
        `  ${kind}: order ${id} of ${day}, ${printable(deathText(reason, error))}`,
    ),
    ...(rest > 0 ? [`  ${kind}: and ${number(rest)} more`] : []),
  ];
}

const number = (count: number) => count.toLocaleString('en-US');
