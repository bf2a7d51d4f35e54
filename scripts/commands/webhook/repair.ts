// Repairs one webhook that leads to the stack, and says what a command did with a webhook.
import type { Hook } from '../../../lambda/shared/bigcommerce/webhooks';
import type { Service } from '../../service/service';
import { hookData, nameOf } from './find-hooks';

/** What a command did with a webhook, which is shown as it was before. */
export interface Change {
  readonly hook: Hook;
  readonly result: 'registered' | 'repaired' | 'unchanged';
}

/** Enables it and gives it the current secret; changes nothing where both are right. */
export async function repair(hook: Hook, secret: string, { store }: Service): Promise<Change> {
  return { hook, result: (await store.repairHook(hook, secret)) ? 'repaired' : 'unchanged' };
}

export function changeLine({ hook, result }: Change): string {
  const name = nameOf(hook);
  switch (result) {
    case 'registered':
      return `Registered: ${name}. Its first delivery may take a minute.`;
    case 'repaired':
      return `Repaired: ${name}. It was ${hook.is_active ? 'without the current secret' : 'inactive'}.`;
    case 'unchanged':
      return `Nothing to change: ${name} is active and carries the secret header.`;
  }
}

export const changeData = ({ hook, result }: Change, service: Service) => ({
  ...hookData(hook, service),
  isActive: true,
  result,
});
