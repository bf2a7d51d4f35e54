// Runs a command line as the program does, without a process of its own.
import type { Ask } from '../../scripts/terminal/ask';
import { defineCommand } from '../../scripts/terminal/command';
import type { Command } from '../../scripts/terminal/command';
import type { OptionsOf, OptionSpecs } from '../../scripts/terminal/options';
import { commandOf, parse } from '../../scripts/terminal/program';

export interface Ran {
  /** What went to stdout. */
  readonly out: string;
  /** What went to stderr. */
  readonly notes: string;
  /** All of it, in the order in which it was written. */
  readonly said: string;
}

const refuseQuestions: Ask = (question) => Promise.reject(new Error(`No question was expected: ${question}`));

/** Throws what the command fails with: CommandError, or CommanderError for wrong usage. */
export async function runToEnd(
  command: Command,
  args: readonly string[],
  ask: Ask = refuseQuestions,
  see: (line: string) => void = () => undefined,
): Promise<Ran> {
  const out: string[] = [];
  const notes: string[] = [];
  const said: string[] = [];
  const writeTo = (lines: string[]) => (line: string) => {
    lines.push(line);
    said.push(line);
    see(line);
  };
  const io = { print: writeTo(out), note: writeTo(notes), ask };
  await parse(commandOf(command, io), args);
  return { out: out.join('\n'), notes: notes.join('\n'), said: said.join('\n') };
}

/** All that it writes. */
export const runCommand = async (
  command: Command,
  args: readonly string[],
  ask?: Ask,
  see?: (line: string) => void,
): Promise<string> => (await runToEnd(command, args, ask, see)).said;

/** What `--output json` prints, which must be all of stdout. */
export const runForJson = async (command: Command, args: readonly string[]): Promise<unknown> =>
  JSON.parse((await runToEnd(command, [...args, '--output', 'json'])).out);

/** What a command with these options reads of a command line, where the environment has these variables. */
export async function parseOptions<S extends OptionSpecs>(
  options: S,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<OptionsOf<S>> {
  const before = { ...process.env };
  let read: OptionsOf<S> | undefined;
  const run = (given: OptionsOf<S>) => {
    read = given;
    return Promise.resolve(undefined);
  };
  try {
    Object.assign(process.env, environment);
    await runCommand(defineCommand({ name: 'test', summary: 'Test', options, examples: [], run }), args);
  } finally {
    for (const name of Object.keys(environment)) {
      if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[name];
    }
  }
  if (read === undefined) throw new Error('The command did not run.');
  return read;
}
