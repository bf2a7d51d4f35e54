// What npm run webhook can do: each command takes the service, says what it did, and throws what it cannot.
import { BigCommerceError } from '../../../lambda/shared/runtime/errors';
import { secretOf, type Hook } from '../../../lambda/shared/bigcommerce/webhooks';
import { bringsOrders, sameUrl } from '../../../lambda/shared/order/webhook-event';
import { CommandError } from '../../terminal/command-error';
import { isLoopback } from '../../service/local-endpoint';
import { destinationOf, type Service } from '../../service/service';

/** What the command line asked for. */
export interface Wish {
  readonly scope: string;
  readonly id: number | undefined;
  /** Given for send. */
  readonly orderId: number | undefined;
}

type Print = (line: string) => void;

export type Command = (service: Service, wish: Wish, print: Print) => Promise<void>;

/** Registers the webhook if it is missing, and sets right all that lead here; changes nothing when nothing is wrong. */
export const create: Command = async (service, { scope }, print) => {
  requireReachable(service);
  const ours = await listOurs(service);
  const secret = await service.secrets.webhook();
  if (!ours.some((hook) => hook.scope === scope)) await register(scope, secret, service, print);
  for (const hook of ours) await setRight(hook, secret, service, print);
  const { clientSecret } = await service.secrets.bigCommerce();
  if (clientSecret === '') {
    print(
      'BigCommerceClientSecret is empty: deliveries get in by the secret header, not by their signature.',
    );
  }
};

export const list: Command = async (service, _, print) => {
  const hooks = await service.store.listHooks();
  if (hooks.length === 0) print(`No webhook belongs to this API account. ${onlyOwn}`);
  for (const hook of hooks) {
    const mark = isOurs(hook, service) ? '  (this stack)' : '';
    print(`${hook.is_active ? 'active  ' : 'INACTIVE'}  ${inWords(hook)}${mark}`);
  }
};

export const show: Command = async (service, wish, print) => {
  const hook = await find(service, wish);
  const { id, scope, destination, is_active: isActive, updated_at: changedAt } = hook;
  const mend = isOurs(hook, service) ? `: enable ${id} sets it right` : '';
  const rows = {
    Webhook: String(id),
    Scope: scope,
    Destination: `${destination}${isOurs(hook, service) ? ' (this stack)' : ''}`,
    Active: isActive ? 'yes' : `NO${mend}`,
    'Last change': changedAt === undefined ? 'not told' : new Date(changedAt * 1000).toISOString(),
    Headers: Object.keys(hook.headers).join(', ') || 'none',
    'Secret header': await aboutSecret(hook, mend, service),
  };
  for (const [name, value] of Object.entries(rows)) print(`${name.padEnd(14)} ${value}`);
};

export const enable: Command = async (service, wish, print) => {
  const hook = await find(service, wish);
  if (!isOurs(hook, service)) {
    throw new CommandError(
      `${inWords(hook)} does not lead to this stack (${destinationOf(service)}): it is left alone.`,
    );
  }
  await setRight(hook, await service.secrets.webhook(), service, print);
};

export const remove: Command = async (service, wish, print) => {
  const hook = await find(service, wish);
  if (!(await service.store.deleteHook(hook.id))) throw noSuchHook(hook.id);
  print(`Deleted: ${inWords(hook)}.`);
  const isChecked = isOurs(hook, service) && service.parameters['CheckWebhook'] === 'true';
  if (isChecked && !(await listOurs(service)).some((one) => bringsOrders(one.scope))) {
    print(
      'A poll that finds no webhook to this stack registers one: deploy with CheckWebhook=false to poll only.',
    );
  }
};

const inWords = ({ id, scope, destination }: Hook) => `webhook ${id}, ${scope} to ${destination}`;

const isOurs = (hook: Hook, service: Service) => sameUrl(hook.destination, destinationOf(service));

/** A local run must never be registered with a real store, which could not reach it either. */
function requireReachable(service: Service): void {
  const destination = destinationOf(service);
  const apiUrl = service.parameters['BigCommerceApiUrl'] ?? '';
  if (destination.startsWith('https://') || isLoopback(apiUrl)) return;
  throw new CommandError(
    `${destination} is not registered: the store at ${apiUrl} is a real one, and delivers to https:// addresses only.`,
  );
}

async function listOurs(service: Service): Promise<readonly Hook[]> {
  return (await service.store.listHooks()).filter((hook) => isOurs(hook, service));
}

async function findOurs(service: Service, scope: string): Promise<Hook | undefined> {
  return (await listOurs(service)).find((hook) => hook.scope === scope);
}

/** The one with the id that was given, else this stack's own. */
async function find(service: Service, { id, scope }: Wish): Promise<Hook> {
  const hook = await (id === undefined ? findOurs(service, scope) : service.store.getHook(id));
  if (hook !== undefined) return hook;
  if (id !== undefined) throw noSuchHook(id);
  throw new CommandError(
    `No webhook for ${scope} leads to ${destinationOf(service)}: create registers one. ${onlyOwn}`,
  );
}

const onlyOwn =
  'Those that another API account has made are not shown, and can be changed with its token only.';

function noSuchHook(id: number): CommandError {
  return new CommandError(`This API account has no webhook ${id}. ${onlyOwn}`);
}

async function register(scope: string, secret: string, service: Service, print: Print): Promise<void> {
  try {
    const hook = await service.store.registerHook({ scope, destination: destinationOf(service), secret });
    print(`Registered: ${inWords(hook)}. It may take a minute until it fires.`);
  } catch (error) {
    // A poll may have been quicker, or the answer may be lost.
    const hook = await findOurs(service, scope);
    if (hook === undefined) throw inPlainWords(error);
    await setRight(hook, secret, service, print);
  }
}

function inPlainWords(error: unknown): unknown {
  if (!(error instanceof BigCommerceError) || error.status !== 422) return error;
  return new CommandError(
    `BigCommerce refuses to register it. ${error.message}\n` +
      'An API account may have ten webhooks per scope: list shows them, delete <id> makes room.',
    { cause: error },
  );
}

async function setRight(hook: Hook, secret: string, { store }: Service, print: Print): Promise<void> {
  const was = hook.is_active ? 'without the secret of now' : 'inactive';
  if (await store.repairHook(hook, secret)) print(`Set right: ${inWords(hook)}. It was ${was}.`);
  else print(`Nothing to change: ${inWords(hook)} is active and carries the secret header.`);
}

async function aboutSecret(hook: Hook, mend: string, { secrets }: Service): Promise<string> {
  const carried = secretOf(hook);
  if (carried === undefined) return `none${mend}`;
  return carried === (await secrets.webhook()) ? "the stack's" : `NOT the stack's${mend}`;
}
