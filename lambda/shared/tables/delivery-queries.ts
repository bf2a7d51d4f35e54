// The queries of the Deliveries table's indexes. An index is eventually consistent: a lease's condition decides what is due.
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient, QueryCommandInput, QueryCommandOutput } from '@aws-sdk/lib-dynamodb';
import type { DeliveryRow } from '../delivery/delivery-row';
import { iso } from '../runtime/time';
import { aliasesIn, freeOrPast } from './aliased-update';
import { placeholders } from './update-expression';

/** The indexes as the template names them. */
const DUE = 'Due';
const BY_STATE = 'ByState';

/** A page is at most 1 MB, some 8,000 rows of the index Due. */
const MOST_PAGES = 10;

/** A page of less costs the same. */
const LEAST_ROWS_OF_A_PAGE = 100;

export interface DueRow {
  readonly orderId: number;
  readonly dueAt: string;
}

export interface DeliveriesTable {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}

/** The oldest rows that are due now, without leased ones. */
export function queryDueNow(table: DeliveriesTable, limit: number, now: number): Promise<readonly DueRow[]> {
  const key = '#due = :due AND #due_at <= :now';
  return queryDue(table, limit, { key, values: { due: 'now', now: iso(now) } });
}

/** Held rows that rest on another mapping, or on none; the pages read hold some 80,000 rows, however many of them match. */
export function queryHeld(
  table: DeliveriesTable,
  limit: number,
  mapping: string,
  now: number,
): Promise<readonly DueRow[]> {
  const filter = '(attribute_not_exists(#mapping) OR #mapping <> :mapping)';
  return queryDue(table, limit, {
    key: '#due = :due',
    filter,
    values: { due: 'held', mapping, now: iso(now) },
  });
}

/** The oldest rows that wait for the mode `live`. */
export function queryShadow(table: DeliveriesTable, limit: number, now: number): Promise<readonly DueRow[]> {
  return queryDue(table, limit, { key: '#due = :due', values: { due: 'shadow', now: iso(now) } });
}

/** Rows in a state, the newest first, after the last one of an earlier page. */
export async function queryState(
  { client, tableName }: DeliveriesTable,
  state: DeliveryRow['state'],
  limit: number,
  before?: DeliveryRow,
): Promise<readonly DeliveryRow[]> {
  const last = before && { order_id: before.order_id, state: before.state, state_at: before.state_at };
  const rows: DeliveryRow[] = [];
  let start: Record<string, unknown> | undefined = last;
  do {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName: tableName,
        IndexName: BY_STATE,
        KeyConditionExpression: '#state = :state',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':state': state },
        ScanIndexForward: false,
        Limit: limit - rows.length,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    rows.push(...(Items as DeliveryRow[]));
    start = LastEvaluatedKey;
  } while (start !== undefined && rows.length < limit);
  return rows;
}

/**
 * How many rows are late, and are held since before a time; of very many, the first pages only. Each failed attempt sets a new
 * `due_at`, so that a row counts as late, too, if it has waited for its first end so long.
 */
export async function countOverdue(table: DeliveriesTable, dueSince: number, heldSince: number) {
  const inState = '#state = :key AND #state_at < :since';
  const late = { key: 'waiting', since: iso(dueSince), now: 'now' };
  const [due, waiting, held] = await Promise.all([
    count(table, DUE, '#due = :key AND #due_at < :since', { key: 'now', since: iso(dueSince) }),
    count(table, BY_STATE, inState, late, '#due = :now'),
    count(table, BY_STATE, inState, { key: 'held', since: iso(heldSince) }),
  ]);
  return { due: Math.max(due, waiting), held };
}

interface DueQuery {
  readonly key: string;
  readonly filter?: string;
  /** Has `now`, ISO text. */
  readonly values: Readonly<Record<string, unknown>>;
}

async function queryDue(table: DeliveriesTable, limit: number, query: DueQuery): Promise<readonly DueRow[]> {
  if (limit <= 0) return [];
  const { key, filter, values } = query;
  const FilterExpression = [freeOrPast('lease_until'), ...(filter === undefined ? [] : [filter])].join(
    ' AND ',
  );
  const input = {
    IndexName: DUE,
    KeyConditionExpression: key,
    FilterExpression,
    ProjectionExpression: '#order_id, #due_at',
    ExpressionAttributeNames: aliasesIn(key, FilterExpression, '#order_id, #due_at'),
    ExpressionAttributeValues: placeholders(values),
    // The limit counts rows before the filter, which passes nearly all of the rows, or may pass none.
    ...(filter === undefined ? { Limit: Math.max(limit, LEAST_ROWS_OF_A_PAGE) } : {}),
  };
  const found: DueRow[] = [];
  for await (const { Items = [] } of pagesOf(table, input)) {
    found.push(
      ...Items.map(({ order_id, due_at }) => ({ orderId: Number(order_id), dueAt: String(due_at) })),
    );
    if (found.length >= limit) break;
  }
  return found.slice(0, limit);
}

async function count(
  table: DeliveriesTable,
  IndexName: string,
  key: string,
  values: Readonly<Record<string, string>>,
  filter?: string,
) {
  const input = {
    IndexName,
    KeyConditionExpression: key,
    ...(filter === undefined ? {} : { FilterExpression: filter }),
    ExpressionAttributeNames: aliasesIn(key, filter ?? ''),
    ExpressionAttributeValues: placeholders(values),
    Select: 'COUNT',
  } as const;
  let rows = 0;
  for await (const { Count = 0 } of pagesOf(table, input)) rows += Count;
  return rows;
}

/** The first pages of a query, one after the other. */
async function* pagesOf(
  { client, tableName }: DeliveriesTable,
  input: Omit<QueryCommandInput, 'TableName'>,
): AsyncGenerator<QueryCommandOutput> {
  let start: Record<string, unknown> | undefined;
  for (let pages = 0; pages < MOST_PAGES && (pages === 0 || start !== undefined); pages += 1) {
    const from = start === undefined ? {} : { ExclusiveStartKey: start };
    const page: QueryCommandOutput = await client.send(
      new QueryCommand({ TableName: tableName, ...input, ...from }),
    );
    yield page;
    start = page.LastEvaluatedKey;
  }
}
