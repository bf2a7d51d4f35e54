// The Rules of a template, checked before anything is changed: CloudFormation itself names only the first that fails.
import { listOf } from './parameters';
import type { Declarations, Values } from './parameters';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html */
export interface Rule {
  readonly RuleCondition?: unknown;
  readonly Assertions: readonly { readonly Assert: unknown; readonly AssertDescription: string }[];
}

export type Rules = Readonly<Record<string, Rule>>;

/** The descriptions of the assertions that fail for these values; a parameter without a value has its default. */
export function ruleProblems(rules: Rules, declared: Declarations, values: Values): readonly string[] {
  const valueOf = (name: string) => values[name] ?? String(declared[name]?.Default ?? '');
  const isList = (name: string) => declared[name]?.Type === 'CommaDelimitedList';
  const evaluate = (expression: unknown): unknown => {
    if (typeof expression !== 'object' || expression === null) return expression;
    const [[name, given] = ['', undefined]] = Object.entries(expression);
    if (name === 'Ref')
      return isList(String(given)) ? listOf(valueOf(String(given))) : valueOf(String(given));
    const operands = (given as readonly unknown[]).map(evaluate);
    const apply = functions[name];
    if (apply === undefined)
      throw new Error(`The rules of a template use ${name}, which is not checked here.`);
    return apply(operands);
  };
  return Object.values(rules)
    .filter(({ RuleCondition }) => RuleCondition === undefined || evaluate(RuleCondition) === true)
    .flatMap(({ Assertions }) => Assertions)
    .filter(({ Assert }) => evaluate(Assert) !== true)
    .map(({ AssertDescription }) => AssertDescription);
}

const functions: Readonly<Record<string, (operands: readonly unknown[]) => boolean>> = {
  'Fn::Equals': ([one, other]) => one === other,
  'Fn::Not': ([operand]) => operand !== true,
  'Fn::And': (operands) => operands.every((one) => one === true),
  'Fn::Or': (operands) => operands.includes(true),
  'Fn::Contains': ([list, item]) => (list as readonly unknown[]).includes(item),
};
