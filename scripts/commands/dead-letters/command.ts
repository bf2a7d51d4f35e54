// npm run dead-letters: shows what could not be replicated and why, sends it back to the worker, or deletes it.
import { readArguments, runAsCommand, wholeNumber } from '../../terminal/arguments';
import { CommandError } from '../../terminal/command-error';
import { drop, redrive } from './redrive';
import { list, show, type Command } from './inspect';
import { withService } from '../../service/service';
import { serviceFlags, serviceUsage, fromFlags } from '../../service/service-flags';
import { stopOnSignals } from '../../terminal/signals';

const usage = `Usage: npm run dead-letters -- <command> [options]

  list            every dead letter: its order, its age and its reason
  show            everything about those of one order, about one, or about all, and the order's ledger row
  redrive         moves them back to the Orders queue, for the worker to try again
  drop            deletes them for good

  --order ID      those of this order
  --message ID    the one with this message id
  --all           all of them; redrive and drop want one of these three
  --dry-run       redrive, drop: say what would be done, and change nothing
${serviceUsage}

While a command looks at letters, SQS hides them from all others, another such command included. They are shown again
when it ends, or after two minutes if it is killed. The alarm may take them for gone meanwhile and send a second email.`;

const flags = {
  ...serviceFlags,
  order: { type: 'string' },
  message: { type: 'string' },
  all: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
} as const;

const commands: Readonly<Record<string, Command>> = { list, show, redrive, drop };

/** Runs one command line. Throws CommandError, in plain words, for all that the caller can put right. */
export async function deadLetters(
  args: readonly string[],
  print: (line: string) => void,
  stop: AbortSignal = new AbortController().signal,
): Promise<void> {
  const { values, positionals } = readArguments(flags, usage, { args, mostPositionals: 1 });
  const [name = ''] = positionals;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    throw new CommandError(name === '' ? usage : `There is no command "${name}".\n\n${usage}`);
  }
  const { order, message: messageId, all = false, 'dry-run': dryRun = false } = values;
  requireChoice(name, [order, messageId, all || undefined].filter((one) => one !== undefined).length);
  if (dryRun && !changes(name))
    throw new CommandError(`${name} changes nothing: --dry-run is for redrive and drop.`);
  const orderId = order === undefined ? undefined : wholeNumber('order', order, 1, 999_999_999);
  await withService(fromFlags(values), (service) =>
    command(service, { orderId, messageId, dryRun, stop }, print),
  );
}

const changes = (command: string) => command === 'redrive' || command === 'drop';

function requireChoice(command: string, given: number): void {
  if (given > 1) throw new CommandError('Give one of --order, --message and --all.');
  if (command === 'list' && given > 0) {
    throw new CommandError('list lists all of them; show takes --order or --message.');
  }
  if (changes(command) && given === 0) {
    throw new CommandError(`${command} wants to know which: give --order, --message or --all.`);
  }
}

const interrupted = 'Interrupted. What was not moved or dropped is in the dead letter queue as before.';

runAsCommand(module, () => deadLetters(process.argv.slice(2), console.log, stopOnSignals(interrupted)));
