// The orders whose replication ended on some day, by the index ByState of the ledger.
import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { iso } from '../runtime/time';

/** An order that was skipped may have a snapshot of an earlier read. */
const FINISHED_STATES = ['copied', 'replicated', 'skipped'] as const;

/** Ids in memory at a time. */
const PAGE_SIZE = 500;

export interface FinishedOrders {
  /**
   * Pages of the ids of orders that reached their finished state from `from` on and before `before`, in epoch milliseconds. The
   * index is eventually consistent; an order that moves meanwhile is among those of a later time.
   */
  between(from: number, before: number): AsyncIterable<readonly number[]>;
}

/** Creates the access to the ledger's index ByState. */
export function createFinishedOrders(client: DynamoDBDocumentClient, ledgerTable: string): FinishedOrders {
  return {
    async *between(from, before) {
      for (const state of FINISHED_STATES) {
        const pages = paginateQuery(
          { client, pageSize: PAGE_SIZE },
          {
            TableName: ledgerTable,
            IndexName: 'ByState',
            KeyConditionExpression: '#state = :state AND reached_at BETWEEN :from AND :last',
            ExpressionAttributeNames: { '#state': 'state' },
            ExpressionAttributeValues: { ':state': state, ':from': iso(from), ':last': iso(before - 1) },
          },
        );
        for await (const { Items = [] } of pages) yield Items.map(({ order_id }) => Number(order_id));
      }
    },
  };
}
