// Audits days, one after the other, by the deployed function, and reports all of them.
import * as v from 'valibot';

import { invoke } from '../../service/invoke';
import type { Failure } from '../../service/invoke';
import { problemsIn } from '../../service/problems';
import { outputOf, withService } from '../../service/service';
import type { Service } from '../../service/service';
import { recommend } from '../../service/service-options';
import type { ServiceOptions } from '../../service/service-options';
import type { Print, Report } from '../../terminal/command';
import { CommandError } from '../../terminal/command-error';
import { withStopSignal } from '../../terminal/signals';
import { auditedDay } from './audited-day';
import type { AuditedDay } from './audited-day';
import { accountOf, dayLine, openProblem, reportData } from './report';
import { readWindow } from './window';
import type { DayWindow } from './window';

export interface AuditDaysRequest {
  readonly days: readonly string[];
  readonly dryRun: boolean;
}

export interface AuditCommandDeps {
  readonly service: Pick<Service, 'stackName' | 'outputs' | 'clients'>;
  readonly note: Print;
  /** Ends the command before the next day, with its reason. */
  readonly stop: AbortSignal;
  /** A command to recommend for the same service, such as `audit`. */
  readonly recommend: (command: string) => string;
}

interface AuditOptions extends ServiceOptions, DayWindow {
  readonly dryRun: boolean;
}

/** Throws CommandError if a day cannot be audited, UsageError for an invalid window. */
export function audit({ from, to, dryRun, ...options }: AuditOptions, note: Print): Promise<Report> {
  const days = readWindow({ from, to }, Date.now());
  return withStopSignal('Interrupted.', (stop) =>
    withService(options, (service) =>
      auditDays(
        { days, dryRun },
        { service, note, stop, recommend: (command) => recommend(command, options) },
      ),
    ),
  );
}

/** Audits the days in their order. Missing orders are the problem of the report. */
export async function auditDays({ days, dryRun }: AuditDaysRequest, deps: AuditCommandDeps): Promise<Report> {
  const audits: AuditedDay[] = [];
  for (const day of days) {
    try {
      deps.stop.throwIfAborted();
      deps.note(`Auditing ${day} …`);
      audits.push(await auditOnce(day, dryRun, deps));
    } catch (error) {
      for (const one of audits) deps.note(dayLine(one));
      deps.note(
        `${audits.length} of ${days.length} days are done. To continue: ${continuation(day, days, deps)}`,
      );
      throw error;
    }
  }
  return {
    data: reportData(audits, dryRun),
    lines: [...audits.map(dayLine), ...accountOf(audits)],
    problem: openProblem(audits, dryRun, deps.recommend),
  };
}

const continuation = (day: string, days: readonly string[], deps: AuditCommandDeps) =>
  `${deps.recommend('audit')} --from ${day} --to ${days.at(-1) ?? day}`;

async function auditOnce(day: string, dryRun: boolean, { service }: AuditCommandDeps): Promise<AuditedDay> {
  const functionName = outputOf(service, 'AuditOrdersFunctionName');
  const event = dryRun ? { day, dryRun } : { day };
  const { failure, payload } = await invoke({ functionName, noun: 'audit', event }, service.clients);
  if (failure !== undefined) throw new CommandError(whyFailed(day, failure, service));
  const audited = v.safeParse(v.tuple([auditedDay]), payload);
  if (audited.success) return audited.output[0];
  throw new CommandError(
    `${functionName} did not answer with an audit (${problemsIn(audited.issues)}). Deploy the packages of this version, then audit again.`,
  );
}

function whyFailed(
  day: string,
  { kind, error, errorType }: Failure,
  { stackName }: AuditCommandDeps['service'],
): string {
  const logGroup = `the log group /order-replication/${stackName}/AuditOrders`;
  const after = {
    threw: 'An alert email is sent at most once an hour.',
    'ran-out-of-time': `No alert was sent. The reason is in ${logGroup}.`,
    'ended-by-lambda': `Lambda ended it (${errorType}), and no alert was sent. The reason is in ${logGroup}.`,
  }[kind];
  return `The audit of ${day} failed: ${error}\n${after}`;
}
