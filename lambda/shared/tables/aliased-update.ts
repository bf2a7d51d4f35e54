// Updates in which every attribute's name is an alias: some of the names are reserved words of DynamoDB.
import type { UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { defined, placeholders } from './update-expression';

export interface Update {
  /** A value that is undefined is omitted. */
  readonly set?: Readonly<Record<string, unknown>>;
  readonly remove?: readonly string[];
  readonly add?: Readonly<Record<string, number>>;
  /** Each name in it has a # before it. */
  readonly condition: string;
  /** The values of the condition that are not among those set, without the colon before their names. */
  readonly values?: Readonly<Record<string, unknown>>;
}

/** The input of an UpdateItem that returns the row as written; in its condition, `:name` is a value set or one of `values`. */
export function aliasedUpdate({ set = {}, remove = [], add = {}, condition, values = {} }: Update) {
  const given = defined(set);
  const clauses = [
    clause('SET', Object.keys(given), (name) => `#${name} = :${name}`),
    clause('REMOVE', remove, (name) => `#${name}`),
    clause('ADD', Object.keys(add), (name) => `#${name} :${name}`),
  ];
  const expression = clauses.filter((text) => text !== '').join(' ');
  const all = placeholders({ ...given, ...add, ...values });
  return {
    // DynamoDB refuses an empty expression.
    ...(expression === '' ? {} : { UpdateExpression: expression }),
    ConditionExpression: condition,
    ExpressionAttributeNames: aliasesIn(expression, condition),
    ...(Object.keys(all).length === 0 ? {} : { ExpressionAttributeValues: all }),
    ReturnValues: 'ALL_NEW',
  } as const satisfies Omit<UpdateCommandInput, 'TableName' | 'Key'>;
}

/** The aliases that occur in the expressions: DynamoDB refuses one that does not occur. */
export function aliasesIn(...expressions: readonly string[]): Record<string, string> {
  const names = expressions.flatMap((text) => [...text.matchAll(/#(\w+)/g)]);
  return Object.fromEntries(names.map(([alias, name = '']) => [alias, name]));
}

/** The condition that an attribute is free of a time, or that the time is past; `:now` is ISO text. */
export const freeOrPast = (name: string) => `(attribute_not_exists(#${name}) OR #${name} < :now)`;

function clause(verb: string, names: readonly string[], write: (name: string) => string): string {
  return names.length === 0 ? '' : `${verb} ${names.map(write).join(', ')}`;
}
