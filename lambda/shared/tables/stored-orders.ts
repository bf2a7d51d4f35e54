// Which orders the Orders table has. Apart from tables.ts, which reads and writes single snapshots: nothing is read of
// these but that they are there, and in which version.
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { batchGet } from './batch-get';
import type { Replication } from '../order/order';

/** The version that a snapshot shows. */
export interface StoredVersion {
  readonly date_modified?: unknown;
  readonly status_id?: unknown;
  readonly replication?: Pick<Replication, 'incomplete'>;
}

export interface StoredOrders {
  /** Those of the orders that have a snapshot, by id, strongly consistent. */
  among(orderIds: readonly number[]): Promise<ReadonlyMap<number, StoredVersion>>;
}

export function createStoredOrders(client: DynamoDBDocumentClient, tableName: string): StoredOrders {
  return {
    async among(orderIds) {
      const keys = [...new Set(orderIds)].map((id) => ({ id }));
      // The sample, whose table this may once have been, stored orders without saying when they were read.
      const options = {
        ProjectionExpression: 'id, date_modified, status_id, replication.read_at, replication.incomplete',
      };
      const items = (await batchGet(client, tableName, keys, options)) as readonly Projected[];
      const stored = items.filter(({ replication }) => replication !== undefined);
      return new Map(stored.map((item) => [item.id, item]));
    },
  };
}

interface Projected extends StoredVersion {
  readonly id: number;
}
