// webhook create: registers the stack's webhook if it is missing, and repairs all webhooks of the stack.
import { BigCommerceError } from '../../../lambda/shared/runtime/errors';
import { destinationOf } from '../../service/service';
import type { Service } from '../../service/service';
import { isLoopback } from '../../service/local-endpoint';
import { CommandError } from '../../terminal/command-error';
import type { WebhookDeps, WebhookFlow } from './deps';
import { listOurs } from './find-hooks';
import { changeData, changeLine, repair } from './repair';
import type { WebhookChange } from './repair';

export interface CreateRequest {
  readonly scope: string;
}

/** Changes only wrong webhooks. */
export const create: WebhookFlow<CreateRequest> = async ({ scope }, deps) => {
  const { service, note } = deps;
  requireReachable(service);
  const ours = await listOurs(service);
  const secret = await service.secrets.webhook();
  const changes: WebhookChange[] = [];
  try {
    if (!ours.some((hook) => hook.scope === scope)) changes.push(await register(scope, secret, deps));
    for (const hook of ours) changes.push(await repair(hook, secret, service));
  } catch (error) {
    for (const change of changes) note(changeLine(change));
    throw error;
  }
  const { clientSecret } = await service.secrets.bigCommerce();
  if (clientSecret === '') {
    note(
      'BigCommerceClientSecret is empty: deliveries are authenticated by the secret header, not by their signature.',
    );
  }
  return {
    data: { webhooks: changes.map((change) => changeData(change, service)) },
    lines: changes.map(changeLine),
  };
};

/** A local run must never be registered with a real store, which could not reach it. */
function requireReachable(service: Service): void {
  const destination = destinationOf(service);
  const apiUrl = service.parameters['BigCommerceApiUrl'] ?? '';
  if (destination.startsWith('https://') || isLoopback(apiUrl)) return;
  throw new CommandError(
    `${destination} was not registered: the store at ${apiUrl} is a real one, and delivers only to https:// addresses.`,
  );
}

async function register(scope: string, secret: string, deps: WebhookDeps): Promise<WebhookChange> {
  const { service } = deps;
  try {
    const hook = await service.store.registerHook({ scope, destination: destinationOf(service), secret });
    return { hook, result: 'registered' };
  } catch (error) {
    // A poll may have been quicker, or the answer may be lost.
    const hook = (await listOurs(service)).find((one) => one.scope === scope);
    if (hook === undefined) throw explainRefusal(error, deps);
    return repair(hook, secret, service);
  }
}

function explainRefusal(error: unknown, { recommend }: WebhookDeps): unknown {
  if (!(error instanceof BigCommerceError) || error.status !== 422) return error;
  return new CommandError(
    `BigCommerce refuses to register it. ${error.message}\n` +
      `An API account can have ten webhooks per scope. To see them: ${recommend('webhook list')}\n` +
      'To make room, delete one: webhook delete <id>.',
    { cause: error },
  );
}
