// The Jobs table for the real adapters of polls and audits: rows by their time, an index by outcome, and a TTL that deletes
// at once. DynamoDB takes up to some days; sooner is harsher.
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient, PutCommandInput } from '@aws-sdk/lib-dynamodb';
import { isRow } from '../../../lambda/shared/runtime/json';

type Item = Readonly<Record<string, unknown>>;

/** A client that knows what those adapters ask for, and throws at anything else; `now` is epoch milliseconds. */
export function jobRows(now: () => number): DynamoDBDocumentClient {
  const rows = new Map<number, Item>();

  function expire(): void {
    for (const [key, { expires_at: at }] of rows)
      if (typeof at === 'number' && at * 1000 < now()) rows.delete(key);
  }

  function put(input: PutCommandInput): object {
    const { Item: item = {} } = input;
    const key = Number(item.timestamp);
    if (!holds(input, rows.get(key))) {
      throw new ConditionalCheckFailedException({ $metadata: {}, message: 'The conditional request failed' });
    }
    rows.set(key, structuredClone(item));
    return {};
  }

  function query({
    ExpressionAttributeValues: values = {},
    Limit = Infinity,
  }: QueryCommand['input']): object {
    const found = [...rows.values()].filter(({ outcome }) => outcome === values[':outcome']);
    found.sort((one, other) => Number(other.timestamp) - Number(one.timestamp));
    return { Items: structuredClone(found.slice(0, Limit)) };
  }

  function answer(command: unknown): object {
    expire();
    if (command instanceof PutCommand) return put(command.input);
    if (command instanceof QueryCommand) return query(command.input);
    if (!(command instanceof GetCommand))
      throw new Error('The Jobs table of the stories knows no such command.');
    return { Item: structuredClone(rows.get(Number(command.input.Key?.timestamp))) };
  }
  const send = (command: unknown) => Promise.resolve().then(() => answer(command));
  return { send } as unknown as DynamoDBDocumentClient;
}

/** Conditions are `attribute_not_exists(path)` and `path <= :value`, with OR in between. */
function holds(
  { ConditionExpression: condition, ...input }: PutCommandInput,
  row: Item | undefined,
): boolean {
  const valueAt = (path: string) =>
    path.split('.').reduce<unknown>((value, name) => {
      return isRow(value) ? value[input.ExpressionAttributeNames?.[name] ?? name] : undefined;
    }, row);
  const isTrue = (clause: string) => {
    const [, absent] = /^attribute_not_exists\((\S+)\)$/.exec(clause) ?? [];
    const [, path, value] = /^(\S+) <= (:\S+)$/.exec(clause) ?? [];
    if (absent !== undefined) return valueAt(absent) === undefined;
    if (path === undefined || value === undefined)
      throw new Error(`The Jobs table does not know "${clause}".`);
    const known = valueAt(path);
    return known !== undefined && Number(known) <= Number(input.ExpressionAttributeValues?.[value]);
  };
  return condition === undefined || condition.split(' OR ').some(isTrue);
}
