// How commands that are no data yet read their command line, and how they end.
import { parseArgs, type ParseArgsConfig } from 'node:util';

import { CommandError } from './command-error';

/** Runs `main` if this file was started by itself and not imported; a failure ends it with exit code 1. */
export function runAsCommand(file: NodeJS.Module, main: () => Promise<void>): void {
  if (require.main !== file) return;
  // The SDK's note that its next versions want a newer Node is for who raises the pinned version, not for users.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  main().catch((error: unknown) => {
    const text = error instanceof Error && !(error instanceof CommandError) ? error.stack : undefined;
    console.error(text ?? (error instanceof Error ? error.message : String(error)));
    process.exitCode = 1;
  });
}

type Options = NonNullable<ParseArgsConfig['options']>;

interface CommandLine {
  readonly args?: readonly string[];
  /** How many words may stand beside the options. */
  readonly mostPositionals?: number;
}

/** Reads a command line; what it does not know it names, with what is known. Throws CommandError. */
export function readArguments<T extends Options>(
  options: T,
  usage: string,
  { args = process.argv.slice(2), mostPositionals = 0 }: CommandLine = {},
) {
  if (args.includes('--help')) {
    console.log(usage);
    process.exit();
  }
  const parsed = parse(args, options, usage);
  const stray = parsed.positionals[mostPositionals];
  if (stray !== undefined) throw new CommandError(`What is "${stray}"?\n\n${usage}`);
  return parsed;
}

function parse<T extends Options>(args: readonly string[], options: T, usage: string) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    if (!isArgumentError(error)) throw error;
    const unknown = error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? unknownOption(args, options) : undefined;
    throw new CommandError(`${unknown ?? error.message}\n\n${usage}`);
  }
}

const isArgumentError = (error: unknown): error is Error & { code: string } =>
  typeof error === 'object' &&
  error !== null &&
  'code' in error &&
  String(error.code).startsWith('ERR_PARSE_ARGS');

function unknownOption(args: readonly string[], options: Options): string | undefined {
  const names = Object.keys(options).map((name) => `--${name}`);
  const unknown = args
    .map((arg) => arg.replace(/=.*/s, ''))
    .find((arg) => isOption(arg) && !names.includes(arg));
  if (unknown === undefined) return undefined;
  return `There is no option ${unknown}. The options are ${names.join(', ')}.`;
}

const isOption = (arg: string) => /^--?[a-z]/i.test(arg);

/** Reads the whole number that an option gives. Throws CommandError. */
export function wholeNumber(option: string, text: string, min: number, max: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new CommandError(`--${option} takes a whole number from ${min} to ${max}.`);
}
