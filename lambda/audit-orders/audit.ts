// Audits one day or, for the schedule, all due days, one after the other. Each day's result is recorded when it is complete.
import type { Audit } from '../shared/order/audit-result';
import { reportFailure } from '../shared/steps/report-failure';
import type { ReportDeps } from '../shared/steps/report-failure';
import { TooManyUnlistableError } from '../shared/steps/step-over';
import { askAgain } from './ask-again';
import type { AskAgainDeps } from './ask-again';
import { auditDay } from './audit-day';
import type { AuditDayDeps } from './audit-day';
import { dueDays, readRequest } from './due-days';

export type AuditDeps = AuditDayDeps & AskAgainDeps & ReportDeps;

/** Runs the audits that the event of an invocation requests. Logs a failure, sends an alert, and throws it. */
export async function audit(event: unknown, deps: AuditDeps): Promise<readonly Audit[]> {
  const { now } = deps.invocation;
  const { start, dryRun } = readRequest(event, now());
  const audits: Audit[] = [];
  try {
    const days = start === undefined ? await dueDays(now(), deps.adapters.audits) : [start];
    const failures: TooManyUnlistableError[] = [];
    for (const day of days) {
      const result = await auditDay({ start: day, dryRun }, deps).catch(returnUnlistable);
      if (result instanceof TooManyUnlistableError) failures.push(result);
      else audits.push(result);
    }
    if (start === undefined && !dryRun) await askAgain(deps);
    const [failure] = failures;
    if (failure !== undefined) throw failure;
    return audits;
  } catch (error) {
    await reportFailed(audits, error, deps);
    throw error;
  }
}

/** Too many unlistable orders on one day do not stop the audits of other days: the invocation fails at its end. */
function returnUnlistable(error: unknown): TooManyUnlistableError {
  if (error instanceof TooManyUnlistableError) return error;
  throw error;
}

/** Never throws. `done` are the audits before the failure. */
async function reportFailed(done: readonly Audit[], cause: unknown, deps: ReportDeps): Promise<void> {
  await reportFailure(
    {
      job: 'audit',
      event: 'audit.failed',
      cause,
      fields: { daysDone: done.map(({ day }) => day) },
      happened: `An audit failed. The results of ${done.length} days before it are kept.`,
      consequence:
        'Lambda tries a scheduled audit twice more, and the next one audits the open days. Orders do not depend on it.',
      advice: 'If it repeats, fix the cause that the error names.',
    },
    deps,
  );
}
