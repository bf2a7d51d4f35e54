// The options of a command as data, each with its type: the accepted values, and the value that the command reads.
import { InvalidArgumentError } from 'commander';

export interface OptionSpec<T> {
  /** As help shows the value, such as `<date>`; undefined for a switch. */
  readonly placeholder?: string;
  readonly summary: string;
  readonly choices?: readonly string[];
  readonly initial?: string | number;
  /** The environment variable to read if the command line has no value. An empty variable counts as not set. */
  readonly variable?: string;
  /** Options, by their keys, that cannot be given together with this one. */
  readonly conflicts?: readonly string[];
  readonly isRequired?: boolean;
  readonly isList?: boolean;
  /** The option is `--no-<key>`, and the value is true unless it is given. */
  readonly isNegated?: boolean;
  /** Throws InvalidArgumentError, whose message commander completes with the option and its value: not for secrets. */
  readonly parse?: (text: string) => string | number;
  /** The value as the command reads it; `given` is undefined if the option was not given. */
  readonly read: (given: unknown) => T;
}

/** Options by their names in camel case: `stackName` is `--stack-name`. */
export type OptionSpecs = Readonly<Record<string, OptionSpec<unknown>>>;

/** The values of the options, as a command gets them. */
export type OptionsOf<S> = { readonly [K in keyof S]: S[K] extends OptionSpec<infer T> ? T : never };

/** A switch, off unless it is given. */
export const flag = (summary: string): OptionSpec<boolean> => ({
  summary,
  read: (given) => given === true,
});

/** A switch named `no…`, such as `--no-poll` for the key `poll`: true unless it is given. */
export const negatedFlag = (summary: string): OptionSpec<boolean> => ({
  summary,
  isNegated: true,
  read: (given) => given !== false,
});

/** A text, undefined if it is not given. */
export const text = (placeholder: string, summary: string): OptionSpec<string | undefined> => ({
  placeholder,
  summary,
  read: (given) => (typeof given === 'string' ? given : undefined),
});

/** One of these values, undefined if it is not given. */
export function choice<const C extends string>(
  placeholder: string,
  choices: readonly C[],
  summary: string,
): OptionSpec<C | undefined> {
  return { placeholder, summary, choices, read: (given) => choices.find((one) => one === given) };
}

/** A whole number from `min` to `max`. */
export const wholeNumber = (
  placeholder: string,
  [min, max]: readonly [number, number],
  summary: string,
): OptionSpec<number | undefined> => ({
  placeholder,
  summary,
  parse: (given) => toWholeNumber(given, min, max),
  read: (given) => (typeof given === 'number' ? given : undefined),
});

/** Reads a whole number. Throws InvalidArgumentError. */
export function toWholeNumber(given: string, min: number, max: number): number {
  const number = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
}

/** The option with a default value. */
export function withDefault<T extends string | number>(
  spec: OptionSpec<T | undefined>,
  initial: T,
): OptionSpec<T> {
  return { ...spec, initial, read: (given) => spec.read(given) ?? initial };
}

/** The option as a required one. */
export function required<T>(spec: OptionSpec<T | undefined>): OptionSpec<T> {
  const read = (given: unknown): T => {
    const value = spec.read(given);
    if (value === undefined) throw new Error('A required option was not checked by commander.');
    return value;
  };
  return { ...spec, isRequired: true, read };
}

/** The option as one that may be given more than once. */
export function repeated<T>(spec: OptionSpec<T | undefined>): OptionSpec<readonly T[]> {
  const read = (given: unknown): readonly T[] => {
    const all: readonly unknown[] = Array.isArray(given) ? given : [];
    return all.map(spec.read).filter((one) => one !== undefined);
  };
  return { ...spec, isList: true, read };
}

/** The option, also read from an environment variable. */
export const fromVariable = <T>(spec: OptionSpec<T>, variable: string): OptionSpec<T> => ({
  ...spec,
  variable,
});

/** The option as one that cannot be given together with others. */
export const without = <T>(spec: OptionSpec<T>, ...conflicts: readonly string[]): OptionSpec<T> => ({
  ...spec,
  conflicts,
});
