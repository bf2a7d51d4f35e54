// Erases the people in one stored order, under its lease: in the ledger first. A kill on the next line then leaves an
// order that the next run finds, and that no worker stores again as it was.
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

/** How it ended: `other` if the order does not carry the address any more, `busy` if a worker did not release it. */
export type Erasure = 'erased' | 'other' | 'busy';

/** An item of the Orders table as the whole order that it stands for. The sample stored orders without `replication`. */
export type StoredOrder = RawOrder & { readonly replication?: Replication };

export const readOrder = (item: OrderItem, deps: EraseDeps): Promise<StoredOrder> =>
  readStored(item, partsOf(deps));

const partsOf = ({ documents: client, orderPartsTable: tableName }: EraseDeps) => ({ client, tableName });

/**
 * Erases the order if it carries this address (in lower case); of one that is erased, removes what is left elsewhere.
 * Waits while a worker holds it, and then calls `onWait` once.
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
  // A run that was killed may have left it, or a restore brought it back.
  if (order?.replication?.erased_at !== undefined) await eraseElsewhere(lease.orderId, deps);
  if (order === undefined || !personalEmails(order).has(email)) return 'other';
  const erasedAt = await recordErasure(lease, deps);
  if (erasedAt === undefined) return 'busy';
  const replication = { ...(order.replication ?? unread(order)), erased_at: erasedAt };
  const snapshot = { ...erasePersonal(order), replication } as Snapshot;
  try {
    // Refused if a later read is there; an earlier one cannot have come after ours.
    await createOrdersTable(deps.documents, deps).save(snapshot);
    await eraseElsewhere(lease.orderId, deps);
    return 'erased';
  } catch (error) {
    if (error instanceof RefusedWriteError) return 'busy';
    throw error;
  }
}

/** For a row of the sample: when it was read is unknown, so every read is later. */
function unread({ status_id }: StoredOrder): Replication {
  const never = iso(0);
  return { state: 'copied', source: 'sample', seen_at: never, read_at: never, status_before: status_id };
}

/** The parts of the order's earlier forms, and what leads to a shopper in the records of its webhooks. */
async function eraseElsewhere(orderId: number, deps: EraseDeps): Promise<void> {
  // First what needs the lease: rows of webhooks may be so many that it runs out.
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
