// dead-letters: shows which references could not be replicated and why, returns them to the worker, or deletes them.
import { serviceOptions } from '../../service/service-options';
import type { ServiceOptions } from '../../service/service-options';
import { defineCommand } from '../../terminal/command';
import type { Noun, Report, Terminal } from '../../terminal/command';
import { UsageError } from '../../terminal/command-error';
import { flag, text, wholeNumber, without } from '../../terminal/options';
import type { OptionsOf } from '../../terminal/options';
import type { DeadLetterChoice, DeadLetterFlow } from './deps';

const choiceOptions = {
  order: without(wholeNumber('<id>', [1, 999_999_999], 'those of this order'), 'message', 'all'),
  message: without(text('<id>', 'the one with this message id'), 'order', 'all'),
  all: without(flag('all of them'), 'order', 'message'),
} as const;

const dryRun = flag('show a preview and change nothing');

const HIDDEN =
  'While a command reads dead letters, SQS hides them from other readers, a second such command included. They ' +
  'are visible again when it ends, or after 2 min if it is killed. The alarm may end meanwhile and send a second ' +
  'email.';

const list = defineCommand({
  name: 'list',
  summary: 'List the dead letters, each with its order, its age and its reason',
  description: HIDDEN,
  options: serviceOptions,
  examples: ['dead-letters list --stage prod', 'dead-letters list --local --output json'],
  run: (options, terminal) => onService(async () => (await import('./inspect')).list, {}, options, terminal),
});

const show = defineCommand({
  name: 'show',
  summary: 'Show all details of dead letters, and the ledger rows of their orders',
  description: HIDDEN,
  options: { ...serviceOptions, ...choiceOptions },
  examples: ['dead-letters show --stage prod', 'dead-letters show --order 100 --stage prod'],
  run: ({ order, message, all: _, ...options }, terminal) =>
    onService(
      async () => (await import('./inspect')).show,
      { orderId: order, messageId: message },
      options,
      terminal,
    ),
});

const redrive = defineCommand({
  name: 'redrive',
  summary: 'Move dead letters back to the Orders queue, for the worker to try again',
  description: `Fix the causes that the reasons name first. Needs --order, --message or --all.\n\n${HIDDEN}`,
  options: { ...serviceOptions, ...choiceOptions, dryRun },
  examples: ['dead-letters redrive --order 100 --stage prod', 'dead-letters redrive --all --dry-run'],
  run: ({ order, message, all, dryRun, ...options }, terminal) =>
    onService(
      async () => (await import('./redrive')).redrive,
      { ...requireChoice({ order, message, all }), dryRun },
      options,
      terminal,
    ),
});

const drop = defineCommand({
  name: 'drop',
  summary: 'Delete dead letters permanently',
  description: `Shows a preview and asks for confirmation. Needs --order, --message or --all.\n\n${HIDDEN}`,
  options: { ...serviceOptions, ...choiceOptions, dryRun, yes: flag('do not ask for confirmation') },
  examples: ['dead-letters drop --order 100 --stage prod', 'dead-letters drop --all --dry-run'],
  run: ({ order, message, all, dryRun, yes, ...options }, terminal) =>
    onService(
      async () => (await import('./drop')).drop,
      { ...requireChoice({ order, message, all }), dryRun, yes },
      options,
      terminal,
    ),
});

export const deadLetters: Noun = {
  name: 'dead-letters',
  summary: 'List, show, redrive or drop the references that could not be replicated',
  commands: [list, show, redrive, drop],
};

/** Throws UsageError if none of the options is given. */
function requireChoice({ order, message, all }: OptionsOf<typeof choiceOptions>): DeadLetterChoice {
  if (order === undefined && message === undefined && !all) {
    throw new UsageError('missing option: --order, --message or --all');
  }
  return { orderId: order, messageId: message };
}

/** Runs a flow, which is imported only now, on the service that the options name. */
async function onService<R>(
  load: () => Promise<DeadLetterFlow<R>>,
  request: R,
  options: ServiceOptions,
  terminal: Terminal,
): Promise<Report> {
  const [{ withDeps }, flow] = await Promise.all([import('./deps'), load()]);
  return withDeps(options, terminal, (deps) => flow(request, deps));
}
