// npm run webhook: registers the store's webhook with BigCommerce, shows and changes it, and tests it.
import { CART_CONVERTED, SCOPES } from '../../../lambda/shared/order/webhook-event';
import { readArguments, runAsCommand, wholeNumber } from '../../terminal/arguments';
import { CommandError } from '../../terminal/command-error';
import { withService } from '../../service/service';
import { serviceFlags, serviceUsage, fromFlags } from '../../service/service-flags';
import { send } from './send';
import { create, enable, list, remove, show, type Command } from './manage';

const usage = `Usage: npm run webhook -- <command> [id] [options]

  create          registers the webhook at BigCommerce with the secret header, or sets right what is not
  list            all webhooks of the stack's API account; BigCommerce shows it no others
  show [id]       one of them; this stack's, if no id is given
  enable [id]     switches one of this stack's on again, with the secret of now
  delete [id]     deletes one of this account; this stack's, if no id is given
  send            delivers a signed test webhook to the stack and shows the answer

  --order ID      send: the order that it names
  --scope SCOPE   what it tells of; the first of these if left out:
                  ${SCOPES.join(',\n                  ')}
${serviceUsage}`;

const flags = {
  ...serviceFlags,
  order: { type: 'string' },
  scope: { type: 'string', default: CART_CONVERTED },
} as const;

const commands: Readonly<Record<string, Command>> = { create, list, show, enable, delete: remove, send };

/** Runs one command line. Throws CommandError, in plain words, for all that the caller can put right. */
export async function webhook(args: readonly string[], print: (line: string) => void): Promise<void> {
  const { values, positionals } = readArguments(flags, usage, { args, mostPositionals: 2 });
  const [name = '', idText] = positionals;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    throw new CommandError(name === '' ? usage : `There is no command "${name}".\n\n${usage}`);
  }
  const { scope } = values;
  if (!SCOPES.some((one) => one === scope)) {
    throw new CommandError(`--scope takes one of ${SCOPES.join(', ')}.`);
  }
  const wish = { scope, id: readId(name, idText), orderId: readOrder(name, values.order) };
  await withService(fromFlags(values), (service) => command(service, wish, print));
}

function readId(command: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (command === 'send') throw new CommandError(`send takes its order as an option: --order ${text}`);
  if (!['show', 'enable', 'delete'].includes(command)) {
    throw new CommandError(`What is "${text}"?\n\n${usage}`);
  }
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new CommandError(`A webhook's id is a number, not "${text}".`);
  return Number(text);
}

function readOrder(command: string, text: string | undefined): number | undefined {
  if (text !== undefined) return wholeNumber('order', text, 1, 999_999_999);
  if (command !== 'send') return undefined;
  throw new CommandError('send wants the order that the webhook is to name, such as --order 100.');
}

runAsCommand(module, () => webhook(process.argv.slice(2), console.log));
