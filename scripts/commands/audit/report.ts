// What npm run audit says beside its one line a day: the account of all days, and what is to be done about it.
import { summarize, type Audit, type NamedOrder } from '../../../lambda/shared/order/audit-result';
import { printable } from '../../terminal/printable';

/** Orders of one kind that are named, over all days. */
const MOST_NAMED = 100;

/** The account of several days, or of one that has more to tell than its line. */
export function accountOf(audits: readonly Audit[]): readonly string[] {
  const [first] = audits;
  const last = audits.at(-1);
  if (first === undefined || last === undefined) return [];
  const sum = sumOf(audits);
  if (first === last && sum('open') + sum('dead') === 0) return [];
  const window = first === last ? [] : [summarize(`${first.day} to ${last.day}`, total(audits))];
  return [
    ...window,
    line('Copied', number(sum('copied'))),
    line('Queued', number(sum('queued'))),
    line('Dead', number(sum('dead'))),
    line('Left out', leftOut(audits)),
    line('Open', number(sum('open'))),
    ...named('missing', audits, ({ gaps }) => gaps, sum('open')),
    ...named('dead', audits, ({ dead_orders }) => dead_orders, sum('dead')),
  ];
}

/** What is to be done about gaps, or undefined if there is none. */
export function whatIsOpen(audits: readonly Audit[], dryRun: boolean): string | undefined {
  const { open } = total(audits);
  if (open === 0) return undefined;
  const unreadable = audits.flatMap(({ unreadable_ids = [] }) => unreadable_ids);
  const staying = sumOf(audits)('staying');
  const notQueued = audits.reduce(
    (sum, { open, enqueued, unreadable_ids = [] }) =>
      sum + Math.max(0, open - unreadable_ids.length - enqueued),
    0,
  );
  return [
    open === 1 ? '1 order is open.' : `${number(open)} orders are open.`,
    dryRun
      ? 'This was a dry run: nothing was queued.'
      : 'What was queued again is stored within minutes: run it again then.',
    ...(unreadable.length === 0 ? [] : [cannotBeListed(unreadable)]),
    ...(notQueued === 0
      ? []
      : [`${number(notQueued)} of them are too many for one audit: npm run backfill takes any number.`]),
    ...(staying === 0
      ? []
      : [
          `${number(staying)} of them were open before: the saved query "one order's story" says what became of each.`,
        ]),
  ].join(' ');
}

function cannotBeListed(ids: readonly number[]): string {
  const [orders, them] = ids.length === 1 ? ['order', 'it'] : ['orders', 'them'];
  return `BigCommerce fails on each list that holds ${orders} ${ids.join(', ')}. Open and save ${them} in the control panel of the store; if that does not help, report ${them} to BigCommerce support.`;
}

type Count = 'listed' | 'copied' | 'queued' | 'dead' | 'open' | 'staying';

const sumOf = (audits: readonly Audit[]) => (count: Count) =>
  audits.reduce((sum, audit) => sum + audit[count], 0);

const total = (audits: readonly Audit[]) => ({
  listed: sumOf(audits)('listed'),
  open: sumOf(audits)('open'),
});

function leftOut(audits: readonly Audit[]): string {
  const reasons = new Map<string, number>();
  for (const [reason, orders] of audits.flatMap(({ left_out }) => Object.entries(left_out))) {
    reasons.set(reason, (reasons.get(reason) ?? 0) + orders);
  }
  return (
    [...reasons].map(([reason, orders]) => `${number(orders)} ${printable(reason)}`).join(', ') || 'none'
  );
}

function named(
  what: string,
  audits: readonly Audit[],
  of: (audit: Audit) => readonly NamedOrder[],
  all: number,
): readonly string[] {
  const orders = audits.flatMap((audit) => of(audit).map((order) => ({ ...order, day: audit.day })));
  const shown = orders.slice(0, MOST_NAMED);
  const rest = all - shown.length;
  return [
    ...shown.map(({ id, day, reason }) => `  ${what}: order ${id} of ${day}, ${printable(reason)}`),
    ...(rest > 0 ? [`  ${what}: and ${number(rest)} more`] : []),
  ];
}

const line = (name: string, value: string) => `${name.padEnd(12)} ${value}`;
const number = (count: number) => count.toLocaleString('en-US');
