// The store's webhooks to a stack. They are deleted before it: otherwise deliveries to its address would fail for 2 days.
import type { Stack } from '@aws-sdk/client-cloudformation';

import type { Hook } from '../../../lambda/shared/bigcommerce/webhooks';
import { sameUrl } from '../../../lambda/shared/order/webhook-event';
import { inWords } from '../../service/aws-errors';
import type { Clients } from '../../service/clients';
import { CommandError } from '../../terminal/command-error';
import { printable } from '../../terminal/printable';
import { destinationOf, serviceOf } from '../../service/service';
import type { Print } from '../../terminal/command';

/** The webhook in words. */
export const nameOf = ({ id, scope }: Hook) => `webhook ${id}, ${printable(scope)}`;

/** The webhooks of the stack's API account that call the stack; a sentence with the reason if they cannot be read. */
export async function findWebhooks(stack: Stack, clients: Clients): Promise<readonly Hook[] | string> {
  try {
    const service = serviceOf(stack, clients);
    const destination = destinationOf(service);
    return (await service.store.listHooks()).filter((hook) => sameUrl(hook.destination, destination));
  } catch (error) {
    return `${inWords(error)} ${MANUAL_REMOVAL}`;
  }
}

/** Deletes the webhooks. Throws CommandError at the first failure, unless `isForced`. */
export async function deleteWebhooks(
  stack: Stack,
  hooks: readonly Hook[],
  isForced: boolean,
  clients: Clients,
  print: Print,
): Promise<void> {
  // A new service: the time limit of the one that found them may have passed while the user was asked.
  const { store } = serviceOf(stack, clients);
  for (const hook of hooks) {
    try {
      await store.deleteHook(hook.id);
      print(`Deleted in the store: ${nameOf(hook)}.`);
    } catch (error) {
      const problem = `${nameOf(hook)} was not deleted: ${inWords(error)} ${MANUAL_REMOVAL}`;
      if (!isForced)
        throw new CommandError(`${problem}\nThe stack was not deleted. To delete it anyway, add --yes.`, {
          cause: error,
        });
      print(problem);
    }
  }
}

const MANUAL_REMOVAL =
  'To remove the webhooks, delete the API account in the store. Otherwise BigCommerce disables them after 2 days of failed deliveries.';
