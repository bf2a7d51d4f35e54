// A job that fails is reported, in the log and by email; neither may hide the first error.
import type { Alerts } from '../aws/alerts';
import { failureKind, formatError } from '../runtime/errors';
import type { Fields, Log } from '../runtime/log';

/** What an alert about a configuration error says in addition to the error itself. */
export const HOW_TO_FIX =
  'Fix the credentials in the secret (output BigCommerceSecretArn), or the stack parameter that the error names. ' +
  'The service uses a new token within 5 min, without a deploy.';

export interface JobFailure {
  readonly job: 'poll' | 'audit';
  readonly event: 'poll.failed' | 'audit.failed';
  readonly cause: unknown;
  /** What the log line says in addition to the error. */
  readonly fields: Fields;
  /** The email, in the order of its paragraphs; the error stands behind the first. */
  readonly happened: string;
  readonly consequence: string;
  /** What to do, unless credentials or settings are wrong. */
  readonly advice: string;
}

export interface ReportDeps {
  readonly adapters: {
    readonly alerts: Pick<Alerts, 'sendHourly'>;
    readonly log: Pick<Log, 'error'>;
  };
}

/**
 * Never throws. One email an hour: Lambda tries a failed job twice more, and polls may be minutes apart. A failure of
 * another kind is another subject, and not held back.
 */
export async function reportFailure(failure: JobFailure, { adapters }: ReportDeps): Promise<void> {
  const { job, event, cause, fields, happened, consequence, advice } = failure;
  const error = formatError(cause);
  adapters.log.error(event, { ...fields, error });
  const isConfiguration = failureKind(cause) === 'configuration';
  await adapters.alerts.sendHourly({
    subject: isConfiguration
      ? `${job}s fail: BigCommerce refuses our credentials or settings`
      : `${job} failed`,
    message: [happened, error, consequence, isConfiguration ? HOW_TO_FIX : advice].join('\n\n'),
    command: job,
    runbook: isConfiguration
      ? `${job}s-fail-bigcommerce-refuses-our-credentials-or-settings`
      : `${job}-failed`,
  });
}
