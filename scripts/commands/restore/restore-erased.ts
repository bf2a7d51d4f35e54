// Decides which rows of a copy may be restored: none of people who were erased after the copy was made. Both the ledger
// and the erased order itself record an erasure, because either of them may be the table that is restored.

import { batchGet } from '../../../lambda/shared/tables/batch-get';
import type { PartsName } from '../../../lambda/shared/tables/order-parts';
import { outputOf } from '../../service/service';
import type { Service } from '../../service/service';
import { recordable } from '../../service/webhook-rows';
import type { StoredRow } from '../../service/webhook-rows';

export type RestoreService = Pick<Service, 'stackName' | 'outputs' | 'parameters'> & {
  readonly clients: Pick<Service['clients'], 'dynamoDb' | 'documents'>;
};

/** The row to restore, or the reason why it is not: its people were erased, or no order names the part. */
export type RowDecision = RestoredRow | { readonly refused: 'erased' | 'unnamed' };

/** A row to restore. */
export interface RestoredRow {
  readonly row: StoredRow;
  /** The condition on the existing row, also for an overwrite: an erasure may run at the same time. */
  readonly condition?: {
    readonly ConditionExpression: string;
    readonly ExpressionAttributeValues?: StoredRow;
  };
}

/** Decides for each of these rows whether it is restored. */
export async function classifyRows(
  table: string,
  rows: readonly StoredRow[],
  service: RestoreService,
): Promise<readonly RowDecision[]> {
  if (table === 'Webhooks') return rows.map((row) => ({ row: recordable(row) }));
  const decide = decisions[table];
  if (decide === undefined) return rows.map((row) => ({ row }));
  const ids = rows.map(orderIdOf);
  const known = await lookUp([...new Set(ids)], service);
  return rows.map((row, index) => decide(row, known.get(ids[index] ?? 0) ?? {}));
}

/** The erasure of an order, as the service's own tables record it. */
interface KnownErasure {
  /** From the ledger. */
  readonly erasedAt?: string | undefined;
  /** From the item in Orders. */
  readonly itemErasedAt?: string | undefined;
  readonly parts?: PartsName | undefined;
}

const decisions: Readonly<Record<string, (row: StoredRow, known: KnownErasure) => RowDecision>> = {
  Orders(row, { erasedAt, itemErasedAt }) {
    // An erased order may be restored: it contains no personal data.
    if (row['replication']?.M?.['erased_at'] !== undefined) return { row };
    if ((erasedAt ?? itemErasedAt) !== undefined) return { refused: 'erased' };
    return { row, condition: { ConditionExpression: 'attribute_not_exists(replication.erased_at)' } };
  },

  OrderParts(row, { erasedAt, itemErasedAt, parts }) {
    const isNamed = parts !== undefined && namesPart(parts, row['part']?.S ?? '');
    const wasErased = (erasedAt ?? itemErasedAt) !== undefined;
    // The name contains a hash of the bytes: a part that an erased order names is erased too.
    if (isNamed && (!wasErased || itemErasedAt !== undefined)) return { row };
    return { refused: wasErased ? 'erased' : 'unnamed' };
  },

  Ledger(row, { erasedAt, itemErasedAt }) {
    const since = erasedAt ?? itemErasedAt ?? row['erased_at']?.S;
    if (since === undefined) return { row, condition: { ConditionExpression: NOT_ERASED } };
    return {
      row: { ...row, erased_at: { S: since } },
      condition: {
        ConditionExpression: `(${NOT_ERASED} OR erased_at = :since)`,
        ExpressionAttributeValues: { ':since': { S: since } },
      },
    };
  },
};

const NOT_ERASED = 'attribute_not_exists(erased_at)';

const namesPart = ({ key, count }: PartsName, part: string) =>
  part.startsWith(`${key}#`) && Number(part.slice(key.length + 1)) < count;

const orderIdOf = (row: StoredRow) => Number((row['order_id'] ?? row['id'])?.N);

async function lookUp(
  ids: readonly number[],
  service: RestoreService,
): Promise<ReadonlyMap<number, KnownErasure>> {
  const { documents } = service.clients;
  const [rows, items] = await Promise.all([
    batchGet(
      documents,
      outputOf(service, 'LedgerTableName'),
      ids.map((order_id) => ({ order_id })),
      { ProjectionExpression: 'order_id, erased_at' },
    ) as Promise<readonly LedgerErasure[]>,
    batchGet(
      documents,
      outputOf(service, 'OrdersTableName'),
      ids.map((id) => ({ id })),
      { ProjectionExpression: 'id, replication.erased_at, compressed_parts' },
    ) as Promise<readonly OrderErasure[]>,
  ]);
  const known = new Map<number, KnownErasure>(
    items.map(({ id, replication, compressed_parts }) => [
      id,
      { itemErasedAt: replication?.erased_at, parts: compressed_parts },
    ]),
  );
  for (const { order_id: id, erased_at } of rows) known.set(id, { ...known.get(id), erasedAt: erased_at });
  return known;
}

interface LedgerErasure {
  readonly order_id: number;
  readonly erased_at?: string;
}

interface OrderErasure {
  readonly id: number;
  readonly replication?: { readonly erased_at?: string };
  readonly compressed_parts?: PartsName;
}
