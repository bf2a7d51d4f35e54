// The tree of commands with commands that do nothing: whether a command line is one of the program, without running it.
import { commands } from '../../scripts/cli';
import type { Command } from '../../scripts/terminal/command';
import { commandOf, createProgram, runProgram } from '../../scripts/terminal/program';

/** Each command with the words that select it, such as `webhook list`. */
export const allCommands = commands.flatMap((one) =>
  'commands' in one
    ? one.commands.map((verb) => ({ path: `${one.name} ${verb.name}`, command: verb }))
    : [{ path: one.name, command: one }],
);

const idle = (command: Command): Command => ({ ...command, run: () => Promise.resolve(undefined) });
const idleTree = commands.map((one) =>
  'commands' in one ? { ...one, commands: one.commands.map(idle) } : idle(one),
);

/** Reads a command line as the program does. The code is 0 for one that it would run, 2 for any other. */
export async function runIdle(args: readonly string[]) {
  const printed: string[] = [];
  const noted: string[] = [];
  const io = {
    print: (line: string) => printed.push(line),
    note: (line: string) => noted.push(line),
    ask: () => Promise.reject(new Error('An idle command asks nothing.')),
  };
  const code = await runProgram(createProgram('order-replication', idleTree, io), args, io);
  return { code, printed: printed.join('\n'), noted: noted.join('\n') };
}

/** The options of a command as they are typed, `--help` included. */
export function optionNames(command: Command): ReadonlySet<string> {
  const io = { print: () => undefined, note: () => undefined, ask: () => Promise.resolve('') };
  const names = commandOf(idle(command), io).options.flatMap(({ long }) => long ?? []);
  return new Set([...names, '--help']);
}
