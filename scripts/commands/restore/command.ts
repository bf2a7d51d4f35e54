// npm run restore: puts rows of a restored copy of a table back into the service's own table, which stays as it is,
// with its stream. Restoring is AWS's: it makes a new table of what the old one was at some moment.
import {
  ConditionalCheckFailedException,
  DescribeTableCommand,
  paginateScan,
  PutItemCommand,
  ResourceNotFoundException,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';

import { readArguments, runAsCommand, wholeNumber } from '../../terminal/arguments';
import { CommandError } from '../../terminal/command-error';
import { judgeRows, type RestoreService, type Row, type Verdict } from './restore-erased';
import { outputOf, withService } from '../../service/service';
import { serviceFlags, serviceUsage, fromFlags } from '../../service/service-flags';

const tables = ['Orders', 'OrderParts', 'Ledger', 'Jobs', 'Webhooks'];

const usage = `Usage: npm run restore -- --table Orders --from <restored table> [options]

Puts back the rows of a restored copy that the table of the service lacks. What is there stays as it is.
Rows of people who were erased after the copy's moment are not put back. Put back the Ledger before Orders, and Orders
before OrderParts; then run npm run erase again for each address that was erased after that moment.

  --table         ${tables.join(', ')}: the service's own table
  --from          the copy, as aws dynamodb restore-table-to-point-in-time made it
  --order         only the rows of this order
  --overwrite     puts back what is there and differs, too: for a service that is paused
${serviceUsage}`;

const flags = {
  ...serviceFlags,
  table: { type: 'string' },
  from: { type: 'string' },
  order: { type: 'string' },
  overwrite: { type: 'boolean' },
} as const;

export interface RestoreRequest {
  readonly table: string;
  readonly from: string;
  readonly order: number | undefined;
  readonly overwrite: boolean;
}

/** Runs one command line. Throws CommandError, in plain words, for all that the caller can put right. */
export async function restore(args: readonly string[], print: (line: string) => void): Promise<void> {
  const { values } = readArguments(flags, usage, { args });
  const { table = '', from, order, overwrite = false } = values;
  if (!tables.includes(table)) throw new CommandError(`--table takes one of ${tables.join(', ')}.`);
  if (from === undefined) throw new CommandError(`Which copy? Give --from.\n\n${usage}`);
  const request = {
    ...{ table, from, overwrite },
    order: order === undefined ? undefined : wholeNumber('order', order, 1, 999_999_999),
  };
  await withService(fromFlags(values), (service) => putBack(service, request, print));
}

/** Throws CommandError where the service is at work and rows are to be overwritten, and for a copy that is none. */
export async function putBack(
  service: RestoreService,
  request: RestoreRequest,
  print: (line: string) => void,
): Promise<void> {
  const { stackName, parameters, clients } = service;
  const { table, from, overwrite } = request;
  const to = outputOf(service, `${table}TableName`);
  if (overwrite && parameters['Paused'] !== 'true') {
    throw new CommandError(
      `${stackName} is at work, and a row that it writes meanwhile would be lost: npm run pause -- --stack-name ${stackName} first.`,
    );
  }
  const key = await commonKey(to, from, clients.dynamoDb);
  const count = { read: 0, put: 0, inParts: 0, erased: 0, unnamed: 0 };
  for await (const rows of rowsOf(request, key, clients.dynamoDb)) {
    const verdicts = await judgeRows(table, rows, service);
    const put = await Promise.all(verdicts.map((one) => putRow(to, one, key, overwrite, clients.dynamoDb)));
    const all = (what: Outcome) => put.filter((one) => one === what).length;
    count.read += rows.length;
    count.put += all('put');
    count.erased += all('erased');
    count.unnamed += all('unnamed');
    count.inParts += rows.filter((row, index) => put[index] === 'put' && row['compressed_parts']).length;
  }
  for (const line of report(count, request, to)) print(line);
}

interface Count {
  readonly read: number;
  readonly put: number;
  readonly inParts: number;
  readonly erased: number;
  readonly unnamed: number;
}

function report(count: Count, { from, overwrite }: RestoreRequest, to: string): readonly string[] {
  const rest = overwrite ? '' : '; the others are there, and stay as they are';
  return [
    `Put ${count.put} of ${count.read} rows of ${from} back into ${to}${rest}.`,
    ...(count.erased === 0 ? [] : [`${are(count.erased)} ${notErasedAgain}`]),
    ...(count.unnamed === 0 ? [] : [`${are(count.unnamed)} ${unnamed}`]),
    ...(count.inParts === 0 ? [] : [`${are(count.inParts)} ${inParts}`]),
  ];
}

const are = (count: number) => `${count} of them ${count === 1 ? 'is' : 'are'}`;

const notErasedAgain =
  'of people who were erased since: not put back. If such an order is missing, npm run audit -- --from <its day> ' +
  '--to <its day> stores it again without the erased fields. Run npm run erase again for each address: an order that ' +
  'was missing when its customer was erased does not count as erased.';

const unnamed =
  'of parts that no stored order names: not put back. Put back the orders of the same moment first, with --table Orders.';

const inParts =
  'kept in parts, which may have expired: put back a copy of the same moment, with --table OrderParts --overwrite.';

/** The name of the partition key. Throws CommandError unless both tables have the same key. */
async function commonKey(to: string, from: string, dynamoDb: DynamoDBClient): Promise<string> {
  const [ours, copy] = await Promise.all([keyOf(to, dynamoDb), keyOf(from, dynamoDb)]);
  if (to === from || ours.join() !== copy.join()) {
    throw new CommandError(`${from} is no copy of ${to}: it wants another table with the same key.`);
  }
  return ours[0] ?? '';
}

async function keyOf(TableName: string, dynamoDb: DynamoDBClient): Promise<readonly string[]> {
  try {
    const { Table } = await dynamoDb.send(new DescribeTableCommand({ TableName }));
    const problem = notReady[Table?.TableStatus ?? ''];
    if (problem !== undefined) throw new CommandError(`${TableName} ${problem}`);
    return (Table?.KeySchema ?? []).map(({ AttributeName = '' }) => AttributeName);
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
    throw new CommandError(`There is no table ${TableName}.`, { cause: error });
  }
}

/** A table has its key before it has its rows. */
const notReady: Readonly<Record<string, string>> = {
  CREATING: 'is still being restored: try again in some minutes.',
  DELETING: 'is being deleted: restore another copy.',
};

/** Writes under way at once. */
const AT_ONCE = 25;

/** The rows of the copy, so many at a time; numbers and bytes stay as they are stored. */
async function* rowsOf(
  { from, order }: RestoreRequest,
  key: string,
  client: DynamoDBClient,
): AsyncGenerator<Row[]> {
  for await (const { Items = [] } of paginateScan({ client }, { TableName: from, ConsistentRead: true })) {
    const wanted = Items.filter((row) => order === undefined || Number(row[key]?.N) === order);
    for (let start = 0; start < wanted.length; start += AT_ONCE) yield wanted.slice(start, start + AT_ONCE);
  }
}

/** `kept`: one is there that stays. */
type Outcome = 'put' | 'kept' | 'erased' | 'unnamed';

async function putRow(
  TableName: string,
  verdict: Verdict,
  key: string,
  overwrite: boolean,
  dynamoDb: DynamoDBClient,
): Promise<Outcome> {
  if ('refused' in verdict) return verdict.refused;
  try {
    const condition = overwrite ? verdict.condition : onlyIfMissing(key);
    await dynamoDb.send(new PutItemCommand({ TableName, Item: verdict.row, ...condition }));
    return 'put';
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    // The only condition of an overwriting put.
    return overwrite ? 'erased' : 'kept';
  }
}

const onlyIfMissing = (key: string) => ({
  ConditionExpression: 'attribute_not_exists(#key)',
  ExpressionAttributeNames: { '#key': key },
});

runAsCommand(module, () => restore(process.argv.slice(2), console.log));
