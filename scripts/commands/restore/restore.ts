// Puts rows of a restored copy back into the service's own table, which stays in place with its stream. AWS restores
// only into a new table, as the old one was at some moment.
import { ConditionalCheckFailedException, paginateScan, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

import { outputOf, withService } from '../../service/service';
import { recommend } from '../../service/service-options';
import { confirmByName } from '../../terminal/ask';
import type { Report, Terminal } from '../../terminal/command';
import { CommandError } from '../../terminal/command-error';
import { commonKey } from './common-key';
import type { RestoreOptions, RestoreRequest } from './options';
import { restoreReport } from './report';
import type { RowCounts } from './report';
import { classifyRows } from './restore-erased';
import type { Ruling, RestoreService, StoredRow } from './restore-erased';

export interface RestoreDeps extends Terminal {
  readonly service: RestoreService;
  /** A command to recommend for the same service, such as `pause`. */
  readonly recommend: (command: string) => string;
}

/** Throws CommandError for a problem that the user can fix. */
export const restore = (
  { table, from, order, overwrite, yes, ...options }: RestoreOptions,
  terminal: Terminal,
): Promise<Report> =>
  withService(options, (service) =>
    putBack(
      { table, from, order, overwrite, yes },
      { ...terminal, service, recommend: (command) => recommend(command, options) },
    ),
  );

/** Throws CommandError if rows would be overwritten while the service is running, and for a copy that is none. */
export async function putBack(request: RestoreRequest, deps: RestoreDeps): Promise<Report> {
  const { service, recommend } = deps;
  const to = outputOf(service, `${request.table}TableName`);
  if (request.overwrite) requirePaused(deps);
  const key = await commonKey(to, request.from, service.clients.dynamoDb);
  if (request.overwrite && !request.yes) await confirmOverwriting(request, to, deps);
  return restoreReport(await copyRows(request, to, key, service), request, to, recommend);
}

function requirePaused({ service, recommend }: RestoreDeps): void {
  if (service.parameters['Paused'] === 'true') return;
  throw new CommandError(
    `${service.stackName} is running, and a row that it writes meanwhile would be lost. Pause it first: ${recommend('pause')}`,
  );
}

async function confirmOverwriting(
  { from, order }: RestoreRequest,
  to: string,
  { service, note, ask }: RestoreDeps,
): Promise<void> {
  const rows = order === undefined ? 'All rows' : `The rows of order ${order}`;
  note(`${rows} of ${from} would replace those of ${to} with the same key.`);
  await confirmByName('To overwrite them', service.stackName, ask);
}

/** Writes under way at the same time. */
const CONCURRENT_WRITES = 25;

async function copyRows(
  request: RestoreRequest,
  to: string,
  key: string,
  service: RestoreService,
): Promise<RowCounts> {
  const { table, overwrite } = request;
  const counts = { read: 0, put: 0, kept: 0, erased: 0, unnamed: 0, inParts: 0 };
  for await (const rows of rowsOf(request, key, service.clients.dynamoDb)) {
    const rulings = await classifyRows(table, rows, service);
    const outcomes = await Promise.all(
      rulings.map((one) => putRow(to, one, key, overwrite, service.clients.dynamoDb)),
    );
    counts.read += rows.length;
    for (const outcome of outcomes) counts[outcome] += 1;
    counts.inParts += rows.filter(
      (row, index) => outcomes[index] === 'put' && row['compressed_parts'] !== undefined,
    ).length;
  }
  return counts;
}

/** The rows of the copy, so many at a time; numbers and bytes stay as they are stored. */
async function* rowsOf(
  { from, order }: RestoreRequest,
  key: string,
  client: DynamoDBClient,
): AsyncGenerator<StoredRow[]> {
  for await (const { Items = [] } of paginateScan({ client }, { TableName: from, ConsistentRead: true })) {
    const wanted = Items.filter((row) => order === undefined || Number(row[key]?.N) === order);
    for (let start = 0; start < wanted.length; start += CONCURRENT_WRITES) {
      yield wanted.slice(start, start + CONCURRENT_WRITES);
    }
  }
}

/** `kept`: a row is there that stays. */
type RowOutcome = 'put' | 'kept' | 'erased' | 'unnamed';

async function putRow(
  TableName: string,
  ruling: Ruling,
  key: string,
  overwrite: boolean,
  dynamoDb: DynamoDBClient,
): Promise<RowOutcome> {
  if ('refused' in ruling) return ruling.refused;
  try {
    const condition = overwrite ? ruling.condition : onlyIfMissing(key);
    await dynamoDb.send(new PutItemCommand({ TableName, Item: ruling.row, ...condition }));
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
