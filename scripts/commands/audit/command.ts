// npm run audit: accounts for every order that the store lists in a window of days, and has what is missing queued again.
import { DAY_MS, dayOf, startOfDay } from '../../../lambda/shared/runtime/time';
import type { Audit } from '../../../lambda/shared/order/audit-result';
import { isRow } from '../../../lambda/shared/runtime/json';
import { accountOf, whatIsOpen } from './report';
import { readArguments, runAsCommand } from '../../terminal/arguments';
import { CommandError } from '../../terminal/command-error';
import { invoke, type Failure } from '../../service/invoke';
import { outputOf, withService, type Service } from '../../service/service';
import { serviceFlags, serviceUsage, fromFlags } from '../../service/service-flags';

const usage = `Usage: npm run audit -- [--from 2026-11-01] [--to 2026-11-20] [options]

Every order that the store lists as created in the window is copied, queued, dead, or left out with a reason. What
is none of it is missing: it is named, and queued again. One line a day, then the account. Exit code 1 if any is open.
Ctrl-C ends it after the day under way; days that are done are kept, and it can simply be run again.

  --from          the first day, UTC; yesterday if left out
  --to            the last day, today at the latest; yesterday if left out
  --dry-run       queues nothing and keeps no result
${serviceUsage}`;

const flags = {
  from: { type: 'string' },
  to: { type: 'string' },
  'dry-run': { type: 'boolean' },
  ...serviceFlags,
} as const;

/** Ten years and some. */
const MOST_DAYS = 3_660;

type AuditService = Pick<Service, 'stackName' | 'outputs' | 'clients'>;
type Print = (line: string) => void;

/** Runs one command line. Throws CommandError for all that is to be put right, orders that are open among it. */
export async function audit(args: readonly string[], print: Print): Promise<void> {
  const { values } = readArguments(flags, usage, { args });
  const days = readWindow(values, Date.now());
  await withService(fromFlags(values), (service) =>
    auditDays(days, values['dry-run'] === true, service, print),
  );
}

interface Window {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** The days of a window, the first one first. Throws CommandError. */
export function readWindow({ from, to }: Window, now: number): readonly string[] {
  if (from === undefined && to !== undefined)
    throw new CommandError('--to needs --from, which says the first day.');
  const today = now - (now % DAY_MS);
  const first = from === undefined ? today - DAY_MS : readDay('from', from);
  // Of today alone there is no yesterday to end with.
  const last = to === undefined ? Math.max(today - DAY_MS, first) : readDay('to', to);
  for (const day of [first, last]) {
    if (day > today) throw new CommandError(`${dayOf(day)} has not begun: today is ${dayOf(today)}, by UTC.`);
  }
  if (first > last) throw new CommandError(`--from ${dayOf(first)} is after --to ${dayOf(last)}.`);
  const count = (last - first) / DAY_MS + 1;
  if (count > MOST_DAYS) {
    throw new CommandError(`These are ${count} days, and ${MOST_DAYS} are the most: audit them in parts.`);
  }
  return Array.from({ length: count }, (_, nth) => dayOf(first + nth * DAY_MS));
}

function readDay(option: string, text: string): number {
  const start = startOfDay(text);
  if (start === undefined) throw new CommandError(`--${option} takes a day such as 2026-11-20.`);
  return start;
}

export async function auditDays(
  days: readonly string[],
  dryRun: boolean,
  service: AuditService,
  print: Print,
): Promise<void> {
  const audits: Audit[] = [];
  for (const day of days) {
    const audited = await auditOnce(day, dryRun, service);
    print(audited.summary);
    audits.push(audited);
  }
  for (const line of accountOf(audits)) print(line);
  const open = whatIsOpen(audits, dryRun);
  if (open !== undefined) throw new CommandError(open);
}

async function auditOnce(day: string, dryRun: boolean, service: AuditService): Promise<Audit> {
  const functionName = outputOf(service, 'AuditOrdersFunctionName');
  const event = dryRun ? { day, dryRun } : { day };
  const { failure, payload } = await invoke({ functionName, noun: 'audit', event }, service.clients);
  if (failure !== undefined) throw new CommandError(whyFailed(day, failure, service));
  const audited: unknown = Array.isArray(payload) ? payload[0] : undefined;
  if (isAudit(audited)) return audited;
  throw new CommandError(
    `${functionName} did not answer with an audit: has it been deployed with the packages of this version?`,
  );
}

function whyFailed(day: string, { kind, error, errorType }: Failure, { stackName }: AuditService): string {
  const logGroup = `the log group /order-replication/${stackName}/AuditOrders`;
  const after = {
    threw: 'An email goes out once an hour.',
    'ran out of time': `Nobody was alerted: see ${logGroup}.`,
    'ended by Lambda': `Lambda ended it (${errorType}), and nobody was alerted: see ${logGroup}.`,
  }[kind];
  return `The audit of ${day} failed: ${error}\n${after} Days before it are done; go on with --from ${day}.`;
}

function isAudit(value: unknown): value is Audit {
  if (!isRow(value)) return false;
  const counts = [
    value.listed,
    value.copied,
    value.queued,
    value.dead,
    value.open,
    value.staying,
    value.enqueued,
  ];
  return (
    [value.day, value.summary].every((text) => typeof text === 'string') &&
    counts.every(Number.isFinite) &&
    isRow(value.left_out) &&
    [value.gaps, value.dead_orders].every(Array.isArray)
  );
}

runAsCommand(module, () => audit(process.argv.slice(2), console.log));
