// Audits one day or, by the schedule, all that are due, one after the other: each day's result is kept when it is known.
import type { Audit } from '../shared/audit';
import type { Alerts } from '../shared/alerts';
import { askAgain } from './ask-again';
import { auditDay } from './audit-day';
import type { AuditDayDeps, AuditSettings } from './audit-day';
import { dueDays, readWish } from './days';
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
  const { start, dryRun } = readWish(event, deps.now());
  const audits: Audit[] = [];
  try {
    const days = start === undefined ? await dueDays(deps.now(), deps.audits) : [start];
    for (const day of days) audits.push(await auditDay({ start: day, dryRun }, settings, deps));
    if (start === undefined && !dryRun) await askAgain(deps);
    return audits;
  } catch (error) {
    await reportFailure(audits, error, deps);
    throw error;
  }
}
