// A command as data, from which the program, its help and its reference page are made.
import type { Ask } from './ask';
import type { OptionsOf, OptionSpecs } from './options';
import type { ProgressStream } from './progress';

/** As a user types it, in a checkout. */
export const PROGRAM = 'npx order-replication';

/** Writes one line. */
export type Print = (line: string) => void;

/** The terminal as a command uses it. A command returns its result and does not print it. */
export interface Terminal {
  /** Writes a line, such as progress, to stderr. Results go to stdout. */
  readonly note: Print;
  readonly ask: Ask;
  /** The stream of the notes, for a line that is updated in place; absent if there is none. */
  readonly progress?: ProgressStream;
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
  /** `<bucket>`, or `[id]` for one that may be omitted; the last one may be `<order...>`, for one or more. */
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
  /** Throws CommandError for a problem that the user can fix, UsageError for a wrong command line. */
  readonly run: (
    options: OptionsOf<S>,
    terminal: Terminal,
    args: readonly string[],
  ) => Promise<Report | undefined>;
}

/** A command, independent of the type of its options. */
export interface Command extends Omit<CommandSpec<OptionSpecs>, 'run'> {
  /** `given` has the values as commander has them. */
  readonly run: (
    given: Readonly<Record<string, unknown>>,
    terminal: Terminal,
    args: readonly string[],
  ) => Promise<Report | undefined>;
}

/** A word with subcommands, such as `webhook` with `webhook list`. */
export interface Noun {
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly Command[];
}

/** Makes a command from its specification; each option is read by its own specification. */
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
