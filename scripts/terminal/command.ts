// What a command is: data, from which the program, its help and its reference page are made.
import type { Ask } from './ask';
import type { OptionsOf, OptionSpecs } from './options';
import type { Output } from './progress';

/** As a user types it, in a checkout. */
export const PROGRAM = 'npx order-replication';

/** Writes one line. */
export type Print = (line: string) => void;

/** What a command has of the terminal. Its result is what it returns. */
export interface Terminal {
  /** Writes a line that is not the result, such as progress, to stderr. */
  readonly note: Print;
  readonly ask: Ask;
  /** The stream of the notes, for a line that renews itself; absent where there is none. */
  readonly progress?: Output;
}

/** The result of a command, printed to stdout. */
export interface Report {
  /** Printed by `--output json`: codes, numbers and ISO times, no sentences. */
  readonly data: unknown;
  /** Printed otherwise. */
  readonly lines: readonly string[];
  /** Why the exit code is 1 although the command ran to its end: printed to stderr. */
  readonly problem?: string | undefined;
}

export interface ArgumentSpec {
  /** `<bucket>`, or `[id]` for one that may be omitted. */
  readonly name: string;
  readonly summary: string;
}

/** `S` are its options. */
export interface CommandSpec<S extends OptionSpecs> {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** Further sentences for the command's own help. */
  readonly description?: string;
  readonly arguments?: readonly ArgumentSpec[];
  readonly options: S;
  /** Command lines to copy, without `npx order-replication`. */
  readonly examples: readonly string[];
  /** False for a command that runs until it is stopped: it has no result to print as JSON. */
  readonly hasReport?: boolean;
  /** Throws CommandError for what the user can fix, UsageError for a command line that does not say what to do. */
  readonly run: (
    options: OptionsOf<S>,
    terminal: Terminal,
    args: readonly string[],
  ) => Promise<Report | undefined>;
}

/** A command whatever its options are. */
export interface Command extends Omit<CommandSpec<OptionSpecs>, 'run'> {
  /** `given` has the values as commander has them. */
  readonly run: (
    given: Readonly<Record<string, unknown>>,
    terminal: Terminal,
    args: readonly string[],
  ) => Promise<Report | undefined>;
}

/** A word with commands of its own, such as `webhook list`. */
export interface Noun {
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly Command[];
}

/** A command of its data; its options are read by their specifications. */
export function defineCommand<S extends OptionSpecs>(spec: CommandSpec<S>): Command {
  const { run, ...data } = spec;
  return {
    ...data,
    run: (given, terminal, args) => run(readOptions(spec.options, given), terminal, args),
  };
}

function readOptions<S extends OptionSpecs>(
  specs: S,
  given: Readonly<Record<string, unknown>>,
): OptionsOf<S> {
  const read = Object.entries(specs).map(([name, spec]) => [name, spec.read(given[name])]);
  return Object.fromEntries(read) as OptionsOf<S>;
}
