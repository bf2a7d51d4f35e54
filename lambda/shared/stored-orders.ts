// Which orders the Orders table has. Apart from tables.ts, which reads and writes single snapshots: nothing is read of
// these but that they are there.
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { batchGet } from './batch-get';

export interface StoredOrders {
  /** Those of the orders that have a snapshot, strongly consistent. */
  among(orderIds: readonly number[]): Promise<ReadonlySet<number>>;
}

export function createStoredOrders(client: DynamoDBDocumentClient, tableName: string): StoredOrders {
  return {
    async among(orderIds) {
      const keys = [...new Set(orderIds)].map((id) => ({ id }));
      // The sample, whose table this may once have been, stored orders without saying when they were read.
      const options = { ProjectionExpression: 'id, replication.read_at' };
      const items = (await batchGet(client, tableName, keys, options)) as readonly Projected[];
      return new Set(items.filter(({ replication }) => replication !== undefined).map(({ id }) => id));
    },
  };
}

interface Projected {
  readonly id: number;
  readonly replication?: unknown;
}
