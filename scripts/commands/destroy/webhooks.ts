// The store's webhooks that lead to a stack: they go before it, since deliveries to an address that is gone fail for
// two days.
import type { Stack } from '@aws-sdk/client-cloudformation';

import type { Hook } from '../../../lambda/shared/bigcommerce/webhooks';
import { sameUrl } from '../../../lambda/shared/order/webhook-event';
import { inWords } from '../../service/aws-errors';
import type { Clients } from '../../service/clients';
import { CommandError } from '../../terminal/command-error';
import { printable } from '../../terminal/printable';
import { destinationOf, serviceOf } from '../../service/service';
import type { Print } from '../../terminal/command';

export const nameOf = ({ id, scope }: Hook) => `webhook ${id}, ${printable(scope)}`;

/** The webhooks of the stack's API account that lead to it; a sentence where that cannot be found out. */
export async function findWebhooks(stack: Stack, clients: Clients): Promise<readonly Hook[] | string> {
  try {
    const service = serviceOf(stack, clients);
    const destination = destinationOf(service);
    return (await service.store.listHooks()).filter((hook) => sameUrl(hook.destination, destination));
  } catch (error) {
    return `${inWords(error)} ${byHand}`;
  }
}

/** Deletes them. Throws CommandError at the first that cannot be, unless the stack is to go all the same. */
export async function deleteWebhooks(
  stack: Stack,
  hooks: readonly Hook[],
  goOn: boolean,
  clients: Clients,
  print: Print,
): Promise<void> {
  // Not the service that they were found by: its time for the store may have run out while somebody was asked.
  const { store } = serviceOf(stack, clients);
  for (const hook of hooks) {
    try {
      await store.deleteHook(hook.id);
      print(`Deleted in the store: ${nameOf(hook)}.`);
    } catch (error) {
      const problem = `${nameOf(hook)} was not deleted: ${inWords(error)} ${byHand}`;
      if (!goOn)
        throw new CommandError(`${problem}\nThe stack is still there; --yes goes on all the same.`, {
          cause: error,
        });
      print(problem);
    }
  }
}

const byHand =
  'To have none left, delete the API account in the store: its webhooks go with it. Else BigCommerce gives them up by itself after two days of deliveries that fail.';
