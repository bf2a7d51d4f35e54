// webhook: registers the store's webhook at BigCommerce, shows and changes it, and tests it.
import { CART_CONVERTED, SCOPES } from '../../../lambda/shared/order/webhook-event';
import { serviceOptions } from '../../service/service-options';
import type { ServiceOptions } from '../../service/service-options';
import { defineCommand } from '../../terminal/command';
import type { Noun, Report, Terminal } from '../../terminal/command';
import { UsageError } from '../../terminal/command-error';
import { choice, flag, required, wholeNumber, withDefault } from '../../terminal/options';
import type { WebhookFlow } from './deps';

const scope = withDefault(choice('<scope>', SCOPES, 'the event that it reports'), CART_CONVERTED);
const id = { name: '[id]', summary: "the webhook's id; the webhook of this stack, if omitted" };

const list = defineCommand({
  name: 'list',
  summary: "List the webhooks of the stack's API account",
  description: 'BigCommerce does not show the webhooks of other API accounts.',
  options: serviceOptions,
  examples: ['webhook list --stage prod', 'webhook list --local --output json'],
  run: (options, terminal) => onService(async () => (await import('./inspect')).list, {}, options, terminal),
});

const show = defineCommand({
  name: 'show',
  summary: 'Show a webhook, and whether it has the secret of the stack',
  arguments: [id],
  options: { ...serviceOptions, scope },
  examples: ['webhook show --stage prod', 'webhook show 21 --stage prod'],
  run: ({ scope, ...options }, terminal, [text]) =>
    onService(async () => (await import('./inspect')).show, { scope, id: readId(text) }, options, terminal),
});

const create = defineCommand({
  name: 'create',
  summary: "Register the stack's webhook, and repair all webhooks of the stack",
  description: 'Changes only wrong webhooks. Run it after a rotation of the webhook secret.',
  options: { ...serviceOptions, scope },
  examples: ['webhook create --stage prod', 'webhook create --stage prod --scope store/order/created'],
  run: ({ scope, ...options }, terminal) =>
    onService(async () => (await import('./create')).create, { scope }, options, terminal),
});

const enable = defineCommand({
  name: 'enable',
  summary: 'Enable a webhook of this stack again, with the current secret',
  arguments: [id],
  options: { ...serviceOptions, scope },
  examples: ['webhook enable --stage prod', 'webhook enable 21 --stage prod'],
  run: ({ scope, ...options }, terminal, [text]) =>
    onService(async () => (await import('./change')).enable, { scope, id: readId(text) }, options, terminal),
});

const remove = defineCommand({
  name: 'delete',
  summary: "Delete a webhook of the stack's API account",
  description: 'Shows the webhook and asks for confirmation.',
  arguments: [id],
  options: { ...serviceOptions, scope, yes: flag('do not ask for confirmation') },
  examples: ['webhook delete --stage prod', 'webhook delete 21 --stage prod --yes'],
  run: ({ scope, yes, ...options }, terminal, [text]) =>
    onService(
      async () => (await import('./change')).remove,
      { scope, id: readId(text), yes },
      options,
      terminal,
    ),
});

const send = defineCommand({
  name: 'send',
  summary: 'Deliver a signed test webhook to the stack, and show the answer',
  description: 'The worker then reads the order that the webhook names, and stores it.',
  options: {
    ...serviceOptions,
    scope,
    order: required(wholeNumber('<id>', [1, 999_999_999], 'the order that the webhook names')),
  },
  examples: ['webhook send --order 100 --stage prod', 'webhook send --order 100 --local'],
  run: ({ scope, order, ...options }, terminal) =>
    onService(async () => (await import('./send')).send, { scope, orderId: order }, options, terminal),
});

export const webhook: Noun = {
  name: 'webhook',
  summary: "Register, show, change and test the store's webhooks",
  commands: [list, show, create, enable, remove, send],
};

/** Runs a flow, which is imported only now, on the service that the options name. */
async function onService<R>(
  load: () => Promise<WebhookFlow<R>>,
  request: R,
  options: ServiceOptions,
  terminal: Terminal,
): Promise<Report> {
  const [{ withDeps }, flow] = await Promise.all([import('./deps'), load()]);
  return withDeps(options, terminal, (deps) => flow(request, deps));
}

/** Throws UsageError. */
function readId(text: string | undefined): number | undefined {
  if (text === undefined || /^[1-9]\d{0,14}$/.test(text)) return text === undefined ? text : Number(text);
  throw new UsageError(`the id of a webhook is a number, not '${text}'`);
}
