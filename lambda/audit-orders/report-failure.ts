// An audit that fails is heard of, in the log and by email; neither may hide the first error.
import type { Audit } from '../shared/order/audit-result';
import { formatError, failureKind, HOW_TO_FIX } from '../shared/runtime/errors';
import type { Alerts } from '../shared/aws/alerts';
import type { Log } from '../shared/runtime/log';

interface Deps {
  readonly alerts: Pick<Alerts, 'sendHourly'>;
  readonly log: Log;
}

/** Never throws. `done` are the days that were audited before it. */
export async function reportFailure(
  done: readonly Audit[],
  cause: unknown,
  { alerts, log }: Deps,
): Promise<void> {
  const error = formatError(cause);
  log.error('audit.failed', { error, daysDone: done.map(({ day }) => day) });
  const isConfiguration = failureKind(cause) === 'configuration';
  await alerts.sendHourly({
    subject: isConfiguration
      ? 'audits fail: BigCommerce refuses our credentials or settings'
      : 'audit failed',
    message: [
      `An audit failed. Results of ${done.length} days were kept before it.`,
      error,
      'A scheduled audit is tried again twice, and the next one looks at the days that this one did not end. Orders do not depend on it.',
      isConfiguration
        ? HOW_TO_FIX
        : 'If this keeps coming, mend what the error names; npm run audit audits at once.',
    ].join('\n\n'),
  });
}
