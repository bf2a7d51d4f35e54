// Reads every stored order, to find those that contain an address.
import { paginateScan } from '@aws-sdk/lib-dynamodb';

import { personalEmails } from '../../../lambda/shared/order/personal-data';
import { MissingPartsError } from '../../../lambda/shared/runtime/errors';
import type { OrderItem } from '../../../lambda/shared/tables/orders';
import type { Print } from '../../terminal/command';
import { readOrder } from './erase-order';
import type { EraseDeps, StoredOrder } from './erase-order';

const PROGRESS_ORDERS = 10_000;

export interface FoundOrders {
  /** The number of orders that were read. */
  readonly read: number;
  /** Ids of the orders that contain the address. */
  readonly matching: readonly number[];
  /** The same, and those erased before: a restore or a killed command may have left data of them. */
  readonly toErase: readonly number[];
  /** Orders whose parts are missing. */
  readonly unreadable: readonly number[];
}

/** The orders that contain this address, which is in lower case. */
export async function findOrders(email: string, deps: EraseDeps, note: Print): Promise<FoundOrders> {
  let read = 0;
  const matching: number[] = [];
  const toErase: number[] = [];
  const unreadable: number[] = [];
  for await (const { id, order } of ordersIn(deps)) {
    read += 1;
    if (read % PROGRESS_ORDERS === 0) note(`Read ${read} orders …`);
    if (order === undefined) unreadable.push(id);
    const isMatching = order !== undefined && personalEmails(order).has(email);
    if (isMatching) matching.push(id);
    if (isMatching || order?.replication?.erased_at !== undefined) toErase.push(id);
  }
  return { read, matching, toErase, unreadable };
}

/** Every row of the table, in DynamoDB's own order; without the order where its parts are missing. */
async function* ordersIn(deps: EraseDeps) {
  const { documents: client, ordersTable: TableName } = deps;
  for await (const { Items = [] } of paginateScan({ client }, { TableName, ConsistentRead: true })) {
    for (const item of Items) yield { id: Number(item['id']), order: await readWhole(item, deps) };
  }
}

async function readWhole(item: OrderItem, deps: EraseDeps): Promise<StoredOrder | undefined> {
  try {
    return await readOrder(item, deps);
  } catch (error) {
    if (error instanceof MissingPartsError) return undefined;
    throw error;
  }
}
