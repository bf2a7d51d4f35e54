// Runs commands of a noun as the program does, without a process of its own.
import type { Ask } from '../../scripts/terminal/ask';
import type { Command, Noun } from '../../scripts/terminal/command';
import { createProgram, runProgram } from '../../scripts/terminal/program';
import { runCommand } from './run-command';

/** The command of a noun: `verb(webhook, 'list')`. */
export function verb(noun: Noun, name: string): Command {
  const command = noun.commands.find((one) => one.name === name);
  if (command === undefined) throw new Error(`${noun.name} has no command ${name}.`);
  return command;
}

/** All that a command line such as `list --stage prod` writes. Throws what the command fails with. */
export function runVerb(noun: Noun, line: string | readonly string[], ask?: Ask): Promise<string> {
  const [name = '', ...args] = typeof line === 'string' ? line.split(' ') : line;
  return runCommand(verb(noun, name), args, ask);
}

/** The exit code of a command line, and all that it writes. No one can be asked. */
export async function runLine(
  command: Command | Noun,
  line: string,
): Promise<{ readonly code: number; readonly said: string }> {
  const said: string[] = [];
  const write = (text: string) => void said.push(text);
  const io = {
    print: write,
    note: write,
    ask: () => Promise.reject(new Error('No question was expected.')),
  };
  const words = line.split(' ').filter((word) => word !== '');
  const program = createProgram('order-replication', [command], io);
  const code = await runProgram(program, [command.name, ...words], io);
  return { code, said: said.join('\n') };
}
