// What an error of the ERP means for the order: its class decides.
import { ConfigurationError, ErpError, formatError } from '../shared/runtime/errors';
import type { DeliveryRow } from '../shared/delivery/delivery-row';
import type { DeliveryReason } from '../shared/delivery/reasons';
import type { End, Recorded } from './attempt';
import type { FlowDeps } from './settings';

const MINUTE_MS = 60_000;
const LONGEST_WAIT_MS = 60 * MINUTE_MS;

/** After so many tries an answer that the adapter does not know holds the order. */
const TRIES_OF_UNKNOWN = 3;

/** After so many tries a reference that the ERP calls taken, but does not show, holds the order. */
export const TRIES_OF_DUPLICATE = 6;

/** The wait before the next attempt: 1, 2, 4 … 60 min, 10 % more or less; milliseconds. */
export function backOffMs(attempts: number, random: () => number): number {
  const wait = Math.min(MINUTE_MS * 2 ** Math.min(attempts, 10), LONGEST_WAIT_MS);
  return wait * (0.9 + 0.2 * random());
}

/** Is the end of an attempt that the order itself, or the adapter, makes impossible. */
export const heldBy = (reason: DeliveryReason, detail?: string): Recorded => ({
  kind: 'recorded',
  state: 'held',
  reason,
  detail,
  snapshot: undefined,
  keepsIntent: true,
});

/** The end of an attempt in which the ERP, or a table, failed. `notBefore`: epoch milliseconds at which an intent is settled. */
export async function endOfFailure(
  row: DeliveryRow,
  error: unknown,
  deps: FlowDeps,
  notBefore = 0,
): Promise<End> {
  const { admission, now } = deps.invocation;
  const failure = describe(error);
  if (isOurMistake(error)) {
    await alertBug(failure, deps);
    return heldBy('adapter-bug', failure);
  }
  const postponed = (dueAt: number, why: string): End => ({
    kind: 'postponed',
    dueAt: Math.max(dueAt, notBefore),
    why,
    failure,
  });
  if (isConfiguration(error)) {
    await alertConfiguration(error, deps);
    return postponed(await admission.refuse(), 'erp-configuration');
  }
  if (error instanceof ErpError) {
    switch (error.failure) {
      case 'data':
        return heldBy('refused-by-erp', error.message);
      case 'unknown':
        if (attemptsAlike(row, failure) >= TRIES_OF_UNKNOWN)
          return heldBy('erp-answer-unknown', error.message);
        break;
      case 'busy':
        if (error.status === 429) admission.slowDown();
        break;
      case 'duplicate':
        if (attemptsAlike(row, failure) >= TRIES_OF_DUPLICATE) return heldBy('duplicate-not-found');
        break;
      case 'configuration':
      case 'retryable':
      case 'bug':
        break;
    }
  }
  return postponed(now() + backOffMs(row.attempts ?? 0, deps.invocation.random), 'failed');
}

/** How many attempts in a row have failed with the class of this failure, with it; those of an outage before do not count. */
export function attemptsAlike(
  { attempts = 0, attempts_alike: alike = 0, last_error: last }: DeliveryRow,
  failure: string,
): number {
  const isAlike = attempts > 0 && last !== undefined && classOf(last) === classOf(failure);
  return (isAlike ? alike : 0) + 1;
}

const classOf = (failure: string): string => failure.slice(0, failure.indexOf(':'));

/** Class and code; an error of the ERP has no values in its message. */
function describe(error: unknown): string {
  return error instanceof ErpError ? `${error.failure}: ${error.message}` : formatError(error);
}

/** The adapter says so, or our own code threw what only a mistake throws: a retry repeats it. */
function isOurMistake(error: unknown): boolean {
  if (error instanceof ErpError) return error.failure === 'bug';
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
}

/** No order can succeed until an operator acts: the ERP refuses us, or the secret cannot be read. */
const isConfiguration = (error: unknown): error is Error =>
  error instanceof ConfigurationError || (error instanceof ErpError && error.failure === 'configuration');

async function alertConfiguration(error: Error, { adapters }: FlowDeps): Promise<void> {
  adapters.log.error('erp.refused', { error: formatError(error) }, { ErpCredentialsRefused: 1 });
  await adapters.alerts.sendHourly({
    subject: 'The ERP refuses our credentials or settings',
    message: [
      formatError(error),
      'No order is lost: deliveries wait, and are tried again every 10 min.',
      'Fix the credentials in the secret of the delivery stack (output ErpSecretArn), or the rights of their user in the ERP.',
    ].join('\n\n'),
    command: 'erp check',
    runbook: 'the-erp-refuses-our-credentials-or-settings',
  });
}

async function alertBug(failure: string, { adapters }: FlowDeps): Promise<void> {
  await adapters.alerts.sendHourly({
    subject: 'An order is held because the ERP adapter may be wrong',
    message: [
      failure,
      'The order is held and is not tried again until it is retried by command or the mapping changes.',
      'Report the error with the version of the ERP. Orders without it are delivered.',
    ].join('\n\n'),
    command: 'deliveries list --state held',
    runbook: 'an-order-is-held-because-the-erp-adapter-may-be-wrong',
  });
}
