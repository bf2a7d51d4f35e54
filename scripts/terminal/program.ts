// Turns our commands into commander's, and runs them: the result goes to stdout, everything else to stderr.
import { Argument, Command as Program, CommanderError, Option } from 'commander';

import { PROGRAM } from './command';
import type { Command, Noun, Print, Report, Terminal } from './command';
import { CommandError, UsageError } from './command-error';
import type { OptionSpec } from './options';
import { printable } from './printable';

/** Input and output of a program. */
export interface Io extends Terminal {
  /** Writes a line of the result to stdout. */
  readonly print: Print;
}

/** Runs one command line. Returns the exit code: 0 done, 1 failed, 2 wrong usage. */
export async function runProgram(program: Program, args: readonly string[], { note }: Io): Promise<number> {
  try {
    await parse(program, args);
    return 0;
  } catch (error) {
    // commander has written its message already.
    if (error instanceof CommanderError) return error.code === 'commander.helpDisplayed' ? 0 : 2;
    if (error instanceof CommandError) note(error.message);
    else note(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return 1;
  }
}

/** Parses the command line and runs the command. Throws CommanderError for a wrong one, and the errors of the command. */
export const parse = (program: Program, args: readonly string[]) =>
  program.parseAsync(withoutEqualSigns(args), { from: 'user' });

/** `--name=value` as two words: for an unknown name commander would print the value, which may be a secret. */
function withoutEqualSigns(args: readonly string[]): readonly string[] {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  return args.flatMap((arg, index) => {
    const [, name, value] = /^(--[a-z][a-z-]*)=(.*)$/s.exec(arg) ?? [];
    return name === undefined || value === undefined || index >= end ? [arg] : [name, value];
  });
}

/** The program of these commands. It throws CommanderError instead of ending the process. */
export function createProgram(name: string, commands: readonly (Command | Noun)[], io: Io): Program {
  const program = prepared(new Program(name), io);
  for (const one of commands) {
    program.addCommand('commands' in one ? nounOf(one, io) : commandOf(one, io));
  }
  return program;
}

function nounOf({ name, summary, commands }: Noun, io: Io): Program {
  const noun = prepared(new Program(name), io).summary(summary).description(`${summary}.`);
  for (const one of commands) noun.addCommand(commandOf(one, io));
  return noun;
}

/** One command as commander's; `run` gets its options and arguments as commander has read them. */
export function commandOf(command: Command, io: Io): Program {
  const { name, summary, description, options, examples } = command;
  const made = prepared(new Program(name), io)
    .summary(summary)
    .description([`${summary}.`, ...(description === undefined ? [] : ['', description])].join('\n'))
    .allowExcessArguments();
  for (const one of command.arguments ?? []) made.addArgument(new Argument(one.name, one.summary));
  for (const [key, spec] of Object.entries(options)) made.addOption(optionOf(key, spec));
  if (command.hasReport !== false) made.addOption(outputOption());
  if (examples.length > 0) made.addHelpText('after', examplesOf(examples));
  return made.action(() => execute(made, command, io));
}

async function execute(made: Program, command: Command, io: Io): Promise<void> {
  try {
    const takesMore = made.registeredArguments.at(-1)?.variadic === true;
    const excess = made.args[made.registeredArguments.length];
    if (excess !== undefined && !takesMore)
      throw new UsageError(`unexpected argument '${printable(excess)}'`);
    const { output, ...given } = withoutEmptyVariables(made);
    const report = await command.run(given, io, made.args);
    if (report !== undefined) printReport(report, output === 'json', io);
  } catch (error) {
    if (error instanceof UsageError) made.error(`error: ${error.message}`);
    throw error;
  }
}

function printReport({ data, lines, problem }: Report, asJson: boolean, { print }: Io): void {
  if (asJson) print(JSON.stringify(data, null, 2));
  else for (const line of lines) print(line);
  if (problem !== undefined) throw new CommandError(problem);
}

const prepared = (program: Program, { print, note }: Io) =>
  program
    .exitOverride()
    .helpCommand(false)
    .showHelpAfterError('Add --help to see all options.')
    .configureHelp({ helpWidth: 100 })
    .configureOutput({
      writeOut: (text) => print(text.replace(/\n$/, '')),
      writeErr: (text) => note(text.replace(/\n$/, '')),
    });

const examplesOf = (examples: readonly string[]) =>
  ['', 'Examples:', ...examples.map((example) => `  ${PROGRAM} ${example}`)].join('\n');

const outputOption = () =>
  new Option('--output <format>', 'how the result is printed').choices(['text', 'json']).default('text');

function optionOf(key: string, spec: OptionSpec<unknown>): Option {
  const name = `--${spec.isNegated === true ? 'no-' : ''}${kebab(key)}`;
  const flags = spec.placeholder === undefined ? name : `${name} ${spec.placeholder}`;
  const option = new Option(flags, spec.summary);
  if (spec.parse !== undefined) option.argParser(spec.parse);
  if (spec.choices !== undefined) option.choices(spec.choices);
  if (spec.isList === true) collect(option);
  if (spec.initial !== undefined) option.default(spec.initial);
  if (spec.variable !== undefined) option.env(spec.variable);
  if (spec.conflicts !== undefined) option.conflicts([...spec.conflicts]);
  return option.makeOptionMandatory(spec.isRequired ?? false);
}

const kebab = (key: string) => key.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);

/** Each occurrence of the option adds a value; commander's own lists would also take the words that follow. */
function collect(option: Option): void {
  const parse: (given: string, before: unknown) => unknown = option.parseArg ?? ((given) => given);
  option.argParser<readonly unknown[] | undefined>((given, before = []) => [
    ...before,
    parse(given, undefined),
  ]);
}

/** GitHub Actions sets a variable that has no value to the empty text. */
function withoutEmptyVariables(program: Program): Record<string, unknown> {
  const values: readonly (readonly [string, unknown])[] = Object.entries(program.opts());
  return Object.fromEntries(
    values.filter(([name, value]) => value !== '' || program.getOptionValueSource(name) !== 'env'),
  );
}
