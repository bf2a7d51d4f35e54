// webhook enable and webhook delete, each for one webhook.
import { bringsOrders } from '../../../lambda/shared/order/webhook-event';
import { destinationOf } from '../../service/service';
import { confirmByName } from '../../terminal/ask';
import { CommandError } from '../../terminal/command-error';
import type { WebhookFlow } from './deps';
import { findHook, hookData, isOurs, listOurs, nameOf, noSuchHook } from './find-hooks';
import type { HookRequest } from './find-hooks';
import { changeData, changeLine, repair } from './repair';

/** Enables a webhook of this stack: the secret must not be sent to another address. */
export const enable: WebhookFlow<HookRequest> = async (request, deps) => {
  const { service } = deps;
  const hook = await findHook(request, deps);
  if (!isOurs(hook, service)) {
    throw new CommandError(
      `${nameOf(hook)} does not belong to this stack (${destinationOf(service)}). It was not changed.`,
    );
  }
  const change = await repair(hook, await service.secrets.webhook(), service);
  return { data: changeData(change, service), lines: [changeLine(change)] };
};

export interface DeleteRequest extends HookRequest {
  readonly yes: boolean;
}

/** Deletes a webhook, also one that belongs to another stack. */
export const remove: WebhookFlow<DeleteRequest> = async (request, deps) => {
  const { service, note, ask } = deps;
  const hook = await findHook(request, deps);
  if (!request.yes) {
    note(`It would delete ${nameOf(hook)}.`);
    await confirmByName('To delete it', String(hook.id), ask);
  }
  if (!(await service.store.deleteHook(hook.id))) throw noSuchHook(hook.id);
  const isChecked = isOurs(hook, service) && service.parameters['CheckWebhook'] === 'true';
  if (isChecked && !(await listOurs(service)).some((one) => bringsOrders(one.scope))) {
    note(
      'The next poll registers the webhook of this stack again. To prevent that, deploy with --parameter CheckWebhook=false.',
    );
  }
  return { data: hookData(hook, service), lines: [`Deleted: ${nameOf(hook)}.`] };
};
