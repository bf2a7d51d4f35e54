// How a failed job is reported.
import { BigCommerceError, ConfigurationError } from '../../../../lambda/shared/runtime/errors';
import { HOW_TO_FIX, reportFailure } from '../../../../lambda/shared/steps/report-failure';

async function report(cause: unknown) {
  const alerts: { subject: string; message: string }[] = [];
  const lines: unknown[] = [];
  const failure = {
    job: 'audit',
    event: 'audit.failed',
    cause,
    fields: { daysDone: [] },
    happened: 'An audit failed.',
    consequence: 'Orders do not depend on it.',
    advice: 'Look at the store.',
  } as const;
  await reportFailure(failure, {
    adapters: {
      alerts: { sendHourly: (alert) => Promise.resolve(void alerts.push(alert)) },
      log: { error: (...line) => void lines.push(line) },
    },
  });
  return { alerts, lines };
}

it('a failed job is logged with its error, and an email says what happened and what to do', async () => {
  const { alerts, lines } = await report(new BigCommerceError('GET answered 500.', 'retryable', 500));
  const error = 'BigCommerceError: GET answered 500.';
  expect(lines).toEqual([['audit.failed', { daysDone: [], error }]]);
  const message = `An audit failed.\n\n${error}\n\nOrders do not depend on it.\n\nLook at the store.`;
  expect(alerts).toEqual([{ subject: 'audit failed', message, command: 'audit', runbook: 'audit-failed' }]);
});

it('a job that fails for a wrong setting has a subject of its own, and the email says how to fix it', async () => {
  const { alerts } = await report(new ConfigurationError('No secret.'));
  expect(alerts[0]?.subject).toBe('audits fail: BigCommerce refuses our credentials or settings');
  expect(alerts[0]?.message.endsWith(HOW_TO_FIX)).toBe(true);
  expect(alerts[0]?.message).not.toContain('Look at the store.');
  expect(alerts[0]).toMatchObject({
    runbook: 'audits-fail-bigcommerce-refuses-our-credentials-or-settings',
  });
});
