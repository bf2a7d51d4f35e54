// Audits one day or, by the schedule, all that are due, one after the other: each day's result is kept when it is known.
import type { Audit } from '../shared/order/audit-result';
import type { Alerts } from '../shared/aws/alerts';
import { TooManyUnreadableError } from '../shared/steps/list-orders';
import { askAgain } from './ask-again';
import { auditDay } from './audit-day';
import type { AuditDayDeps, AuditSettings } from './audit-day';
import { dueDays, readRequest } from './due-days';
import { reportFailure } from './report-failure';

export interface AuditDeps extends AuditDayDeps {
  readonly alerts: Pick<Alerts, 'sendHourly'>;
}

/** Does what the event of an invocation asks for. Reports a failure, alerts, and throws it. */
export async function audit(
  event: unknown,
  settings: AuditSettings,
  deps: AuditDeps,
): Promise<readonly Audit[]> {
  const { start, dryRun } = readRequest(event, deps.now());
  const audits: Audit[] = [];
  try {
    const days = start === undefined ? await dueDays(deps.now(), deps.audits) : [start];
    const failures: TooManyUnreadableError[] = [];
    for (const day of days) {
      const result = await auditDay({ start: day, dryRun }, settings, deps).catch(ofOneDay);
      if (result instanceof TooManyUnreadableError) failures.push(result);
      else audits.push(result);
    }
    if (start === undefined && !dryRun) await askAgain(deps);
    const [failure] = failures;
    if (failure !== undefined) throw failure;
    return audits;
  } catch (error) {
    await reportFailure(audits, error, deps);
    throw error;
  }
}

/** Orders of one day that no list can show keep no other day from being audited: the audit fails at its end. */
function ofOneDay(error: unknown): TooManyUnreadableError {
  if (error instanceof TooManyUnreadableError) return error;
  throw error;
}
