// The webhooks of the stack's API account: those of the stack, and one by its id or its scope.
import type { Hook } from '../../../lambda/shared/bigcommerce/webhooks';
import { sameUrl } from '../../../lambda/shared/order/webhook-event';
import { destinationOf } from '../../service/service';
import type { Service } from '../../service/service';
import { CommandError } from '../../terminal/command-error';
import { printable } from '../../terminal/printable';
import type { WebhookDeps } from './deps';

/** One webhook: by its id, else the stack's webhook with this scope. */
export interface HookRequest {
  readonly scope: string;
  readonly id?: number | undefined;
}

export const OTHER_ACCOUNTS =
  'BigCommerce shows no webhook that another API account created; only the token of that account can change it.';

/** Whether a webhook belongs to the stack. */
export const isOurs = (hook: Hook, service: Service): boolean =>
  sameUrl(hook.destination, destinationOf(service));

/** The webhooks of the stack. */
export async function listOurs(service: Service): Promise<readonly Hook[]> {
  return (await service.store.listHooks()).filter((hook) => isOurs(hook, service));
}

/** The requested webhook. Throws CommandError if there is none. */
export async function findHook(
  { scope, id }: HookRequest,
  { service, recommend }: WebhookDeps,
): Promise<Hook> {
  const hook =
    id === undefined
      ? (await listOurs(service)).find((one) => one.scope === scope)
      : await service.store.getHook(id);
  if (hook !== undefined) return hook;
  if (id !== undefined) throw noSuchHook(id);
  throw new CommandError(
    `No webhook for ${scope} is registered for ${destinationOf(service)}. To register one: ${recommend('webhook create')}\n${OTHER_ACCOUNTS}`,
  );
}

/** The error for an unknown id. */
export const noSuchHook = (id: number): CommandError =>
  new CommandError(`This API account has no webhook ${id}. ${OTHER_ACCOUNTS}`);

/** The webhook on one line. */
export const nameOf = ({ id, scope, destination }: Hook): string =>
  printable(`webhook ${id}, ${scope} to ${destination}`);

/** The webhook as data, for programs. */
export const hookData = (hook: Hook, service: Service) => ({
  id: hook.id,
  scope: hook.scope,
  destination: hook.destination,
  isThisStack: isOurs(hook, service),
  isActive: hook.is_active,
});
