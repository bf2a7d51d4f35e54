// npm run restore: puts rows of a restored copy of a table back into the service's own table, which stays as it is,
// with its stream. Restoring is AWS's: it makes a new table of what the old one was at some moment.
import {
  ConditionalCheckFailedException,
  DescribeTableCommand,
  paginateScan,
  PutItemCommand,
  ResourceNotFoundException,
  type AttributeValue,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';

import { createLedger } from '../lambda/shared/ledger';
import { CommandError, readArguments, runAsCommand, wholeNumber } from './command';
import { outputOf, serviceFlags, serviceUsage, withService, type Service } from './service';

const tables = ['Orders', 'OrderParts', 'Ledger', 'Jobs', 'Webhooks'];

const usage = `Usage: npm run restore -- --table Orders --from <restored table> [options]

Puts back the rows of a restored copy that the table of the service lacks. What is there stays as it is.

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

interface Wish {
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
  const wish = {
    ...{ table, from, overwrite },
    order: order === undefined ? undefined : wholeNumber('order', order, 1, 999_999_999),
  };
  await withService(values, (service) => putBack(service, wish, print));
}

async function putBack(service: Service, wish: Wish, print: (line: string) => void): Promise<void> {
  const { stackName, parameters, clients } = service;
  const to = outputOf(service, `${wish.table}TableName`);
  if (wish.overwrite && parameters['Paused'] !== 'true') {
    throw new CommandError(
      `${stackName} is at work, and a row that it writes meanwhile would be lost: npm run pause -- --stack-name ${stackName} first.`,
    );
  }
  const key = await commonKey(to, wish.from, clients.dynamoDb);
  const count = { read: 0, put: 0, inParts: 0, erased: 0 };
  for await (const found of rowsOf(wish, key, clients.dynamoDb)) {
    const erased = wish.table === 'Orders' ? await erasedAmong(found, service) : new Set();
    const rows = found.filter((row) => !erased.has(Number(row[key]?.N)));
    count.erased += found.length - rows.length;
    const put = await Promise.all(rows.map((row) => putRow(to, row, key, wish, clients.dynamoDb)));
    count.read += found.length;
    count.put += put.filter(Boolean).length;
    count.inParts += rows.filter((row, index) => put[index] && row['compressed_parts']).length;
  }
  const rest = wish.overwrite ? '' : '; the others are there, and stay as they are';
  print(`Put ${count.put} of ${count.read} rows of ${wish.from} back into ${to}${rest}.`);
  if (count.erased > 0) {
    print(
      `${count.erased} of them are of people who were erased since, and are left out. Where one is missing, npm run audit ` +
        'of the day on which it was made has it stored again, without what was erased.',
    );
  }
  if (count.inParts > 0) {
    print(
      `${count.inParts} of them are kept in parts, which may have expired: put back a copy of the same moment, ` +
        'with --table OrderParts --overwrite.',
    );
  }
}

/** The orders among these rows that must not come back as they were. */
async function erasedAmong(rows: readonly Row[], service: Service): Promise<ReadonlySet<number>> {
  const ledger = createLedger(service.clients.documents, {
    ledgerTable: outputOf(service, 'LedgerTableName'),
  });
  const known = await ledger.find(rows.map((row) => Number(row['id']?.N)));
  return new Set([...known.values()].flatMap((row) => (row.erased_at === undefined ? [] : [row.order_id])));
}

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
    return (Table?.KeySchema ?? []).map(({ AttributeName = '' }) => AttributeName);
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
    throw new CommandError(`There is no table ${TableName}.`, { cause: error });
  }
}

type Row = Record<string, AttributeValue>;

/** Writes under way at once. */
const AT_ONCE = 25;

/** The rows of the copy, so many at a time; numbers and bytes stay as they are stored. */
async function* rowsOf({ from, order }: Wish, key: string, client: DynamoDBClient): AsyncGenerator<Row[]> {
  for await (const { Items = [] } of paginateScan({ client }, { TableName: from, ConsistentRead: true })) {
    const wanted = Items.filter((row) => order === undefined || Number(row[key]?.N) === order);
    for (let start = 0; start < wanted.length; start += AT_ONCE) yield wanted.slice(start, start + AT_ONCE);
  }
}

/** Whether the row was put: not, where one is there that is to stay. */
async function putRow(
  TableName: string,
  Item: Row,
  key: string,
  { overwrite }: Wish,
  dynamoDb: DynamoDBClient,
): Promise<boolean> {
  const onlyIfMissing = {
    ConditionExpression: 'attribute_not_exists(#key)',
    ExpressionAttributeNames: { '#key': key },
  };
  try {
    await dynamoDb.send(new PutItemCommand({ TableName, Item, ...(overwrite ? {} : onlyIfMissing) }));
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

runAsCommand(module, () => restore(process.argv.slice(2), console.log));
