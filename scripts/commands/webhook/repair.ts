// Repairs one webhook of the stack, and reports the change of a webhook.
import type { Hook } from '../../../lambda/shared/bigcommerce/webhooks';
import type { Service } from '../../service/service';
import { hookData, nameOf } from './find-hooks';

/** The change of a webhook, with its state before. */
export interface WebhookChange {
  readonly hook: Hook;
  readonly result: 'registered' | 'repaired' | 'unchanged';
}

/** Enables the webhook and sets the current secret; changes nothing if both are right. */
export async function repair(hook: Hook, secret: string, { store }: Service): Promise<WebhookChange> {
  return { hook, result: (await store.repairHook(hook, secret)) ? 'repaired' : 'unchanged' };
}

/** The change in words. */
export function changeLine({ hook, result }: WebhookChange): string {
  const name = nameOf(hook);
  switch (result) {
    case 'registered':
      return `Registered: ${name}. Its first delivery may take 1 min.`;
    case 'repaired':
      return `Repaired: ${name}. It was ${hook.is_active ? 'without the current secret' : 'inactive'}.`;
    case 'unchanged':
      return `Nothing to change: ${name} is active and has the current secret.`;
  }
}

/** The change as data, for programs. */
export const changeData = ({ hook, result }: WebhookChange, service: Service) => ({
  ...hookData(hook, service),
  isActive: true,
  result,
});
