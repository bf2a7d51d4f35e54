// Erases the people in one stored order, under its lease. The ledger is marked first: after a kill on the next line, no
// worker stores the personal data again, and the next run finds the order.
import { randomUUID } from 'node:crypto';

import { GetCommand } from '@aws-sdk/lib-dynamodb';

import { RefusedWriteError } from '../../../lambda/shared/runtime/errors';
import type { Lease } from '../../../lambda/shared/tables/ledger-lease';
import type { RawOrder, Replication, Snapshot } from '../../../lambda/shared/order/order';
import { erasePersonal, personalEmails } from '../../../lambda/shared/order/personal-data';
import { deleteOtherParts } from '../../../lambda/shared/tables/order-parts';
import { createOrdersTable, readStored } from '../../../lambda/shared/tables/orders';
import type { OrderItem } from '../../../lambda/shared/tables/orders';
import { eraseShopper } from '../../service/webhook-rows';
import { iso } from '../../../lambda/shared/runtime/time';
import { recordErasure, releaseLease, waitForLease } from './erase-lease';
import type { LeaseDeps } from './erase-lease';

export interface EraseDeps extends LeaseDeps {
  readonly ordersTable: string;
  readonly orderPartsTable: string;
  readonly webhooksTable: string;
}

/** The outcome: `other` if the order no longer contains the address, `busy` if a worker did not release it. */
export type Erasure = 'erased' | 'other' | 'busy';

/** The whole order of an item in the Orders table. The original sample stored orders without `replication`. */
export type StoredOrder = RawOrder & { readonly replication?: Replication };

/** Reads the whole order of an item. Throws MissingPartsError. */
export const readOrder = (item: OrderItem, deps: EraseDeps): Promise<StoredOrder> =>
  readStored(item, partsOf(deps));

const partsOf = ({ documents: client, orderPartsTable: tableName }: EraseDeps) => ({ client, tableName });

/**
 * Erases the order if it contains this address (in lower case). For an erased order, deletes the remaining data in other
 * tables. Waits while a worker holds it, and then calls `onWait` once.
 */
export async function eraseOrder(
  orderId: number,
  email: string,
  deps: EraseDeps,
  onWait: () => void,
): Promise<Erasure> {
  const lease: Lease = { orderId, owner: `erase/${randomUUID()}` };
  if (!(await waitForLease(lease, deps, onWait))) return 'busy';
  const erasure = await eraseHeld(lease, email, deps);
  await releaseLease(lease, deps);
  return erasure;
}

async function eraseHeld(lease: Lease, email: string, deps: EraseDeps): Promise<Erasure> {
  const item = await find(lease.orderId, deps);
  const order = item && (await readOrder(item, deps));
  // A killed run may have left data in other tables, or a restore may have brought it back.
  if (order?.replication?.erased_at !== undefined) await eraseElsewhere(lease.orderId, deps);
  if (order === undefined || !personalEmails(order).has(email)) return 'other';
  const erasedAt = await recordErasure(lease, deps);
  if (erasedAt === undefined) return 'busy';
  const replication = { ...(order.replication ?? unread(order)), erased_at: erasedAt };
  const snapshot = { ...erasePersonal(order), replication } as Snapshot;
  try {
    // Refused if the row has a later read. An earlier read cannot be stored after ours.
    await createOrdersTable(deps.documents, deps).save(snapshot);
    await eraseElsewhere(lease.orderId, deps);
    return 'erased';
  } catch (error) {
    if (error instanceof RefusedWriteError) return 'busy';
    throw error;
  }
}

/** For a row of the sample, whose time of reading is unknown: every read is later. */
function unread({ status_id }: StoredOrder): Replication {
  const never = iso(0);
  return { state: 'copied', source: 'sample', seen_at: never, read_at: never, status_before: status_id };
}

/** Deletes the parts of the order's earlier forms, and the shopper's data in the records of its webhooks. */
async function eraseElsewhere(orderId: number, deps: EraseDeps): Promise<void> {
  // Parts first, because they need the lease: there may be so many rows of webhooks that it ends.
  const item = await find(orderId, deps);
  await deleteOtherParts(partsOf(deps), orderId, item?.compressed_parts);
  await eraseShopper(orderId, deps.documents, deps.webhooksTable);
}

async function find(orderId: number, { documents, ordersTable }: EraseDeps): Promise<OrderItem | undefined> {
  const { Item } = await documents.send(
    new GetCommand({ TableName: ordersTable, Key: { id: orderId }, ConsistentRead: true }),
  );
  return Item;
}
