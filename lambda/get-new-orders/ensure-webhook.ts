// After a poll: makes sure that the store's webhook to this service exists, is active and sends our secret.
import { BigCommerceError, formatError, failureKind } from '../shared/runtime/errors';
import { bringsOrders, bringsReferences, CART_CONVERTED, sameUrl } from '../shared/order/webhook-event';
import type { Alerts } from '../shared/aws/alerts';
import type { Hook, Hooks } from '../shared/bigcommerce/webhooks';
import type { Log } from '../shared/runtime/log';
import { iso } from '../shared/runtime/time';

export interface EnsureWebhookDeps {
  readonly adapters: {
    readonly hooks: Pick<Hooks, 'listHooks' | 'registerHook' | 'repairHook'>;
    readonly secrets: { webhookNow(): Promise<string> };
    readonly alerts: Pick<Alerts, 'sendHourly'>;
    readonly log: Log;
  };
}

/** Costs one call to BigCommerce if nothing needs a repair. Never throws: the polls find all orders without the webhook. */
export async function ensureWebhook(destination: string, deps: EnsureWebhookDeps): Promise<void> {
  try {
    await repairHooks(destination, deps);
  } catch (error) {
    deps.adapters.log.warn('registration.check_failed', { error: formatError(error) });
    if (!isTransient(error)) await deps.adapters.alerts.sendHourly(notCheckedAlert(error));
  }
}

/** Whether the next poll may succeed. An unreadable answer is not transient. */
function isTransient(error: unknown): boolean {
  const isOdd = error instanceof BigCommerceError && error.status !== undefined && error.status < 300;
  return failureKind(error) === 'retryable' && !isOdd;
}

async function repairHooks(destination: string, deps: EnsureWebhookDeps): Promise<void> {
  const hooks = await findOurs(destination, deps);
  // Fetched after the list: during a rotation, the old secret must not replace the new one.
  const secret = await deps.adapters.secrets.webhookNow();
  if (!hooks.some(({ scope }) => bringsOrders(scope))) await register(destination, secret, deps);
  const repairs = hooks.map((hook) => repairHook(hook, secret, deps));
  await Promise.allSettled(repairs);
  await Promise.all(repairs);
}

async function repairHook(
  hook: Hook,
  secret: string,
  { adapters: { hooks, alerts, log } }: EnsureWebhookDeps,
): Promise<void> {
  const { id, scope, is_active: wasActive } = hook;
  try {
    if (!(await hooks.repairHook(hook, secret))) return;
    log.warn(wasActive ? 'registration.secret_updated' : 'registration.reactivated', { hookId: id, scope });
    if (!wasActive) await alerts.sendHourly(inactiveAlert(hook, 'The service activated it again.'));
  } catch (error) {
    // The PUT may have taken effect although its answer was lost. The next poll would then not report it, so it is reported now.
    if (wasActive) throw error;
    log.warn('registration.reactivation_failed', { hookId: id, scope, error: formatError(error) });
    const failed = `Activating it failed; the next poll tries again. ${formatError(error)}`;
    await alerts.sendHourly(inactiveAlert(hook, failed));
  }
}

async function findOurs(destination: string, { adapters }: EnsureWebhookDeps): Promise<readonly Hook[]> {
  const all = await adapters.hooks.listHooks();
  return all.filter((hook) => sameUrl(hook.destination, destination) && bringsReferences(hook.scope));
}

async function register(destination: string, secret: string, deps: EnsureWebhookDeps): Promise<void> {
  try {
    const hook = await deps.adapters.hooks.registerHook({ scope: CART_CONVERTED, destination, secret });
    deps.adapters.log.info('registration.created', { hookId: hook.id, scope: hook.scope });
  } catch (error) {
    // Another poll may have registered it first, or the answer was lost.
    const hooks = await findOurs(destination, deps);
    if (!hooks.some(({ scope }) => bringsOrders(scope))) throw error;
  }
}

function inactiveAlert({ id, scope, updated_at: changedAt }: Hook, nextStep: string) {
  const since = changedAt === undefined ? '' : ` since ${iso(changedAt * 1000)}, its last change`;
  return {
    subject: `webhook ${id} was inactive`,
    message: [
      `The webhook ${id} (${scope}) was inactive${since}. ${nextStep}`,
      'BigCommerce deactivates a webhook when deliveries failed for 48 hours, or after 90 days without an event. Polls found the orders meanwhile: no order is lost.',
      'If deliveries failed, look for webhook.rejected and webhook.not_queued in the log group of the function CartConvertedWebhook.',
      'If you deactivated it on purpose, deploy with CheckWebhook=false.',
    ].join('\n\n'),
    command: 'webhook show',
    runbook: 'webhook-was-inactive' as const,
  };
}

function notCheckedAlert(error: unknown) {
  return {
    subject: 'webhook cannot be checked',
    message: [
      "The poll succeeded, but the store's webhook could not be verified.",
      formatError(error),
      'Polls find the orders. Fix the cause that the error names. If you only poll, deploy with CheckWebhook=false.',
    ].join('\n\n'),
    command: 'webhook list',
    runbook: 'webhook-cannot-be-checked' as const,
  };
}
