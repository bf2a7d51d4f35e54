// Copies rows of a restored copy into the service's own table, which keeps its stream. AWS itself restores only into a
// new table, with the rows of the old one at some time.
import { ConditionalCheckFailedException, paginateScan, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

import { withDelivery } from '../../service/delivery-service';
import { outputOf, withService } from '../../service/service';
import { recommend } from '../../service/service-options';
import { confirmByName } from '../../terminal/ask';
import type { Report, Terminal } from '../../terminal/command';
import { CommandError } from '../../terminal/command-error';
import { commonKey } from './common-key';
import { isOfDelivery } from './options';
import type { RestoreOptions, RestoreRequest } from './options';
import { restoreReport } from './report';
import type { RowCounts } from './report';
import { classifyRows } from './restore-erased';
import type { StoredRow } from '../../service/webhook-rows';
import type { RestoreService, RowDecision } from './restore-erased';

export interface RestoreDeps extends Terminal {
  readonly service: RestoreService;
  /** A command to recommend for the same service, such as `pause`. */
  readonly recommend: (command: string) => string;
}

/** Throws CommandError for a problem that the user can fix. */
export function restore(
  { table, from, order, overwrite, yes, ...options }: RestoreOptions,
  terminal: Terminal,
): Promise<Report> {
  const restoreTo = (service: RestoreService) =>
    putBack(
      { table, from, order, overwrite, yes },
      { ...terminal, service, recommend: (command) => recommend(command, options) },
    );
  return isOfDelivery(table)
    ? withDelivery(options, ({ service }) => restoreTo(service))
    : withService(options, restoreTo);
}

/** Throws CommandError if rows would be overwritten while the service is running, or `from` is not a copy. */
export async function putBack(request: RestoreRequest, deps: RestoreDeps): Promise<Report> {
  const { service, recommend } = deps;
  const to = outputOf(service, `${request.table}TableName`);
  if (request.overwrite) requirePaused(request, deps);
  const key = await commonKey(to, request.from, service.clients.dynamoDb);
  if (request.overwrite && !request.yes) await confirmOverwriting(request, to, deps);
  return restoreReport(await copyRows(request, to, key, service), request, to, recommend);
}

function requirePaused({ table }: RestoreRequest, { service, recommend }: RestoreDeps): void {
  if (service.parameters['Paused'] === 'true') return;
  const pause = isOfDelivery(table) ? 'pause --only delivery' : 'pause';
  throw new CommandError(
    `${service.stackName} is running, and rows that it writes during the restore would be lost. Pause it first: ${recommend(pause)}`,
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

/** Writes at the same time. */
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
    const decisions = await classifyRows(table, rows, service);
    const outcomes = await Promise.all(
      decisions.map((one) => putRow(to, one, key, overwrite, service.clients.dynamoDb)),
    );
    counts.read += rows.length;
    for (const outcome of outcomes) counts[outcome] += 1;
    counts.inParts += rows.filter(
      (row, index) => outcomes[index] === 'put' && row['compressed_parts'] !== undefined,
    ).length;
  }
  return counts;
}

/** The rows of the copy, in groups of CONCURRENT_WRITES; numbers and bytes are not converted. */
async function* rowsOf(
  { from, order }: RestoreRequest,
  key: string,
  client: DynamoDBClient,
): AsyncGenerator<StoredRow[]> {
  for await (const { Items = [] } of paginateScan({ client }, { TableName: from, ConsistentRead: true })) {
    const selected = Items.filter((row) => order === undefined || Number(row[key]?.N) === order);
    for (let start = 0; start < selected.length; start += CONCURRENT_WRITES) {
      yield selected.slice(start, start + CONCURRENT_WRITES);
    }
  }
}

/** `kept`: the existing row stays. */
type RowOutcome = 'put' | 'kept' | 'erased' | 'unnamed';

async function putRow(
  TableName: string,
  decision: RowDecision,
  key: string,
  overwrite: boolean,
  dynamoDb: DynamoDBClient,
): Promise<RowOutcome> {
  if ('refused' in decision) return decision.refused;
  try {
    const condition = overwrite ? decision.condition : onlyIfMissing(key);
    await dynamoDb.send(new PutItemCommand({ TableName, Item: decision.row, ...condition }));
    return 'put';
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    // An overwrite has no other condition.
    return overwrite ? 'erased' : 'kept';
  }
}

const onlyIfMissing = (key: string) => ({
  ConditionExpression: 'attribute_not_exists(#key)',
  ExpressionAttributeNames: { '#key': key },
});
