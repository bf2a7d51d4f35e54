// What npm run webhook can do: each command takes the service, says what it did, and throws what it cannot.
import { BigCommerceError } from '../lambda/shared/errors';
import { secretOf, type Hook } from '../lambda/shared/hooks';
import { sameUrl } from '../lambda/shared/webhook';
import { CommandError } from './command';
import { isLoopback } from './local/simulator/send-webhook';
import type { Service } from './service';
import { sendTestWebhook } from './test-webhook';

export interface Wish {
  readonly scope: string;
  readonly id: number | undefined;
  /** Given for send. */
  readonly orderId: number | undefined;
}

type Print = (line: string) => void;

export type Command = (service: Service, wish: Wish, print: Print) => Promise<void>;

/** Registers the webhook, or sets right what is there; changes nothing when nothing is wrong. */
export const create: Command = async (service, { scope }, print) => {
  requireReachable(service);
  const hook = await findOurs(service, scope);
  const secret = await service.secrets.webhook();
  if (hook === undefined) await register(scope, secret, service, print);
  else await setRight(hook, secret, service, print);
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
  const { scope, destination, is_active: isActive, updated_at: changedAt } = hook;
  const rows = {
    Webhook: String(hook.id),
    Scope: scope,
    Destination: `${destination}${isOurs(hook, service) ? ' (this stack)' : ''}`,
    Active: isActive ? 'yes' : 'NO: enable switches it on',
    'Last change': changedAt === undefined ? 'not told' : new Date(changedAt * 1000).toISOString(),
    Headers: Object.keys(hook.headers).join(', ') || 'none',
    'Secret header': await aboutSecret(hook, service),
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
  if (isOurs(hook, service) && service.parameters['CheckWebhook'] === 'true') {
    print(
      'A poll that finds no webhook to this stack registers one: deploy with CheckWebhook=false to poll only.',
    );
  }
};

export const send: Command = async (service, { scope, orderId = 0 }, print) => {
  const { clientSecret } = await service.secrets.bigCommerce();
  const webhookSecret = await service.secrets.webhook();
  const destination = destinationOf(service);
  const storeHash = service.parameters['BigCommerceStoreHash'] ?? '';
  const how =
    clientSecret === ''
      ? 'with the secret header (there is no client secret)'
      : "signed with the stack's client secret";
  print(`POST ${destination}\n${scope}, order ${orderId}, ${how}`);
  const webhook = { destination, storeHash, scope, orderId, clientSecret, webhookSecret };
  const { status, body, durationMs } = await sendTestWebhook(webhook);
  print(`Answer: ${status} ${body.slice(0, 500)} after ${durationMs} ms`);
  if (status < 200 || status > 299) throw new CommandError(adviceFor(status, service));
  print(
    `Its row is in ${outputOf(service, 'WebhooksTableName')}; the order goes on to ${outputOf(service, 'LedgerTableName')}.`,
  );
};

const inWords = ({ id, scope, destination }: Hook) => `webhook ${id}, ${scope} to ${destination}`;

const destinationOf = (service: Service) => outputOf(service, 'WebhookUrl');

const isOurs = (hook: Hook, service: Service) => sameUrl(hook.destination, destinationOf(service));

function outputOf({ outputs, stackName }: Service, name: string): string {
  const value = outputs[name];
  if (value === undefined) throw new CommandError(`${stackName} has no output ${name}: deploy it anew.`);
  return value;
}

/** A local run must never be registered with a real store, which could not reach it either. */
function requireReachable(service: Service): void {
  const destination = destinationOf(service);
  const apiUrl = service.parameters['BigCommerceApiUrl'] ?? '';
  if (destination.startsWith('https://') || isLoopback(apiUrl)) return;
  throw new CommandError(
    `${destination} is not registered: the store at ${apiUrl} is a real one, and delivers to https:// addresses only.`,
  );
}

async function findOurs(service: Service, scope: string): Promise<Hook | undefined> {
  const hooks = await service.store.listHooks();
  return hooks.find((hook) => hook.scope === scope && isOurs(hook, service));
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
    if (hook === undefined) throw explained(error);
    await setRight(hook, secret, service, print);
  }
}

function explained(error: unknown): unknown {
  if (!(error instanceof BigCommerceError) || error.status !== 422) return error;
  return new CommandError(
    `BigCommerce refuses to register it. ${error.message}\n` +
      'An API account may have ten webhooks per scope: list shows them, delete <id> makes room.',
    { cause: error },
  );
}

async function setRight(hook: Hook, secret: string, { store }: Service, print: Print): Promise<void> {
  const was = hook.is_active ? 'without the secret of now' : 'inactive';
  if (await store.setRight(hook, secret)) print(`Set right: ${inWords(hook)}. It was ${was}.`);
  else print(`Nothing to change: ${inWords(hook)} is active and carries the secret header.`);
}

async function aboutSecret(hook: Hook, { secrets }: Service): Promise<string> {
  const carried = secretOf(hook);
  if (carried === undefined) return 'none';
  return carried === (await secrets.webhook()) ? "the stack's" : "NOT the stack's: create sets it right";
}

function adviceFor(status: number, service: Service): string {
  const log = `Its reason is in the log of ${outputOf(service, 'CartConvertedWebhookFunctionName')}.`;
  if (status === 401) {
    return `The service did not take it for genuine: a secret changed minutes ago, or something in between alters the request. ${log}`;
  }
  if (status === 503) return `The service could not queue it; BigCommerce would deliver it again. ${log}`;
  if (status === 403 || status === 404) {
    return 'There is no such address: has the API been deployed to another stage, or WebhookDestination been mistyped?';
  }
  return `BigCommerce would count this as a failure and deliver it again. ${log}`;
}
