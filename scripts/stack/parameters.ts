// Checks the given values against the template's own rules before anything is uploaded or changed.
import type { Parameter } from '@aws-sdk/client-cloudformation';

/** A parameter as the template declares it, with the rules that CloudFormation checks too. */
export interface Declaration {
  readonly Type: string;
  readonly Default?: string | number;
  readonly NoEcho?: boolean;
  readonly AllowedPattern?: string;
  readonly AllowedValues?: readonly (string | number)[];
  readonly MaxLength?: number;
  readonly MinValue?: number;
  readonly MaxValue?: number;
  readonly ConstraintDescription?: string;
}

export type Declarations = Readonly<Record<string, Declaration>>;
export type Values = Readonly<Record<string, string>>;

/** All problems, one sentence each. Never a value: a secret may have been given to the wrong parameter. */
export function parameterProblems(
  declared: Declarations,
  given: Values,
  previous: readonly string[],
  label: (name: string) => string = (name) => name,
): string[] {
  const unknown = Object.keys(given)
    .filter((name) => !(name in declared))
    .map((name) => `${name} is not a parameter of the template.`);
  const wrong = Object.entries(declared).flatMap(([name, declaration]) => {
    const value = given[name];
    if (value !== undefined)
      return fits(value, declaration) ? [] : [`${label(name)} ${constraint(declaration)}`];
    const known = declaration.Default !== undefined || previous.includes(name);
    return known ? [] : [`${label(name)} is missing: it ${constraint(declaration)}`];
  });
  return [...unknown, ...wrong];
}

/** The parameters of the change set: given values, else those of the stack. The others have defaults and are omitted. */
export function stackParameters(
  names: readonly string[],
  given: Values,
  previous: readonly string[],
): Parameter[] {
  return names.flatMap((name): Parameter[] => {
    const value = given[name];
    if (value !== undefined) return [{ ParameterKey: name, ParameterValue: value }];
    return previous.includes(name) ? [{ ParameterKey: name, UsePreviousValue: true }] : [];
  });
}

function fits(value: string, declaration: Declaration): boolean {
  const { Type, AllowedPattern, AllowedValues } = declaration;
  const { MaxLength = Infinity, MinValue = -Infinity, MaxValue = Infinity } = declaration;
  if (value.length > MaxLength) return false;
  // The pattern of a list is that of each item, and allows an empty one only as an empty list.
  const parts = Type === 'CommaDelimitedList' ? listOf(value) : [value];
  if (parts.length > 1 && parts.includes('')) return false;
  if (AllowedPattern !== undefined && !parts.every(matching(AllowedPattern))) return false;
  if (AllowedValues !== undefined && !AllowedValues.map(String).includes(value)) return false;
  if (Type !== 'Number') return true;
  return /^-?\d+(\.\d+)?$/.test(value) && Number(value) >= MinValue && Number(value) <= MaxValue;
}

/** The items of a CommaDelimitedList, without the spaces around them. */
export const listOf = (value: string): readonly string[] => value.split(',').map((item) => item.trim());

const matching = (pattern: string) => (part: string) => new RegExp(`^(?:${pattern})$`).test(part);

const constraint = ({ ConstraintDescription }: Declaration) =>
  ConstraintDescription ?? 'does not fit its pattern.';
