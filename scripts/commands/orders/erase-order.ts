// Erases the people in one stored order, under its lease: in the ledger first, so that whoever dies on the next line has
// left an order that is found again, and that no worker stores anew as it was.
import { randomUUID } from 'node:crypto';

import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  GetCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';

import { RefusedWriteError } from '../../../lambda/shared/runtime/errors';
import type { Lease } from '../../../lambda/shared/tables/ledger-updates';
import type { RawOrder, Replication, Snapshot } from '../../../lambda/shared/order/order';
import { erasePersonal, personalEmails } from '../../../lambda/shared/order/personal-data';
import { deleteOtherParts } from '../../../lambda/shared/tables/order-parts';
import { createOrdersTable, readStored, type OrderItem } from '../../../lambda/shared/tables/orders';
import { eraseShopper } from '../../service/webhook-rows';
import { iso } from '../../../lambda/shared/runtime/time';

export interface EraseDeps {
  readonly documents: DynamoDBDocumentClient;
  readonly ordersTable: string;
  readonly orderPartsTable: string;
  readonly ledgerTable: string;
  readonly webhooksTable: string;
  /** AWS's time: leases are held against those of workers. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** Far longer than the few calls take; one that is left behind ends by itself. */
const LEASE_MS = 2 * 60_000;

/** Clocks differ, those of workers too: a lease of theirs counts as past that much later. */
const CLOCK_MARGIN_MS = 60_000;

/** A worker's lease lasts for some 75 s from its beginning. */
const PATIENCE_MS = 5 * 60_000;
const PAUSE_MS = 2_000;

/** What became of it; `other` if it does not carry the address any more, `busy` if a worker would not let go of it. */
export type Erasure = 'erased' | 'other' | 'busy';

/** An item of the Orders table as the whole order that it stands for. The sample stored orders without `replication`. */
export type StoredOrder = RawOrder & { readonly replication?: Replication };

export const readOrder = (item: OrderItem, deps: EraseDeps): Promise<StoredOrder> =>
  readStored(item, partsOf(deps));

const partsOf = ({ documents: client, orderPartsTable: tableName }: EraseDeps) => ({ client, tableName });

/**
 * Erases the order if it carries this address (in lower case); of one that is erased, removes what is left elsewhere.
 * Waits while a worker holds it; `onWait` is told once.
 */
export async function eraseOrder(
  orderId: number,
  email: string,
  deps: EraseDeps,
  onWait: () => void,
): Promise<Erasure> {
  const lease: Lease = { orderId, owner: `erase/${randomUUID()}` };
  const until = deps.now() + PATIENCE_MS;
  for (let tries = 1; !(await takeLease(lease, deps)); tries += 1) {
    if (deps.now() >= until) return 'busy';
    if (tries === 1) onWait();
    await deps.sleep(PAUSE_MS);
  }
  const erasure = await eraseHeld(lease, email, deps);
  await release(lease, deps);
  return erasure;
}

async function eraseHeld(lease: Lease, email: string, deps: EraseDeps): Promise<Erasure> {
  const item = await find(lease.orderId, deps);
  const order = item && (await readOrder(item, deps));
  // A run that was killed may have left it, or a restore brought it back.
  if (order?.replication?.erased_at !== undefined) await eraseElsewhere(lease.orderId, deps);
  if (order === undefined || !personalEmails(order).has(email)) return 'other';
  const erasedAt = await remember(lease, deps);
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

/** For a row of the sample: nobody knows when it was read, so every read is later. */
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

/** A worker's lease without its condition of coverage: what is covered is erased as well. */
async function takeLease(lease: Lease, deps: EraseDeps): Promise<boolean> {
  const now = deps.now();
  const taken = await update(lease, deps, {
    UpdateExpression: 'SET lease_owner = :owner, lease_until = :until',
    // Ours already: the SDK repeats a write whose answer was lost.
    ConditionExpression: 'attribute_not_exists(lease_until) OR lease_until < :past OR lease_owner = :owner',
    ExpressionAttributeValues: {
      ':owner': lease.owner,
      ':until': iso(now + LEASE_MS),
      ':past': iso(now - CLOCK_MARGIN_MS),
    },
  });
  return taken !== undefined;
}

/** When the order was erased first, by the ledger; undefined if another has taken the order over. */
async function remember(lease: Lease, deps: EraseDeps): Promise<string | undefined> {
  const row = await update(lease, deps, {
    UpdateExpression: 'SET erased_at = if_not_exists(erased_at, :now)',
    ConditionExpression: 'lease_owner = :owner',
    ExpressionAttributeValues: { ':owner': lease.owner, ':now': iso(deps.now()) },
  });
  return row && String(row['erased_at']);
}

async function release(lease: Lease, deps: EraseDeps): Promise<void> {
  await update(lease, deps, {
    UpdateExpression: 'REMOVE lease_owner, lease_until',
    ConditionExpression: 'lease_owner = :owner',
    ExpressionAttributeValues: { ':owner': lease.owner },
  });
}

/** The ledger's row after the update, or undefined if it was refused. */
async function update(
  { orderId }: Lease,
  { documents, ledgerTable }: EraseDeps,
  input: Omit<UpdateCommandInput, 'TableName' | 'Key' | 'ReturnValues'>,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const row = { TableName: ledgerTable, Key: { order_id: orderId } };
  try {
    const { Attributes = {} } = await documents.send(
      new UpdateCommand({ ...row, ...input, ReturnValues: 'ALL_NEW' }),
    );
    return Attributes;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}
