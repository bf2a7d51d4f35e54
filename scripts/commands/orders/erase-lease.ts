// The lease for erasing an order. It is like that of a worker, so that no worker stores the order at the same time.
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient, UpdateCommandInput } from '@aws-sdk/lib-dynamodb';

import { iso } from '../../../lambda/shared/runtime/time';
import type { Lease } from '../../../lambda/shared/tables/ledger-lease';

export interface LeaseDeps {
  readonly documents: DynamoDBDocumentClient;
  readonly ledgerTable: string;
  /** AWS's time: leases are compared with those of workers. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** Much longer than the few calls take. The lease of a killed command ends after it. */
const LEASE_MS = 2 * 60_000;

/** Clocks differ, also those of workers: a lease of a worker counts as ended only after this margin. */
const CLOCK_MARGIN_MS = 60_000;

/** A worker's lease lasts about 75 s. */
const WAIT_MS = 5 * 60_000;
const PAUSE_MS = 2_000;

/** Waits until no worker holds the order; false after 5 min. Calls `onWait` once, if it has to wait. */
export async function waitForLease(lease: Lease, deps: LeaseDeps, onWait: () => void): Promise<boolean> {
  const until = deps.now() + WAIT_MS;
  for (let tries = 1; !(await takeLease(lease, deps)); tries += 1) {
    if (deps.now() >= until) return false;
    if (tries === 1) onWait();
    await deps.sleep(PAUSE_MS);
  }
  return true;
}

/** A worker's lease without its condition of coverage: what is covered is erased as well. */
async function takeLease(lease: Lease, deps: LeaseDeps): Promise<boolean> {
  const now = deps.now();
  const taken = await update(lease, deps, {
    UpdateExpression: 'SET lease_owner = :owner, lease_until = :until',
    // It may be ours already: the SDK repeats a write whose answer was lost.
    ConditionExpression: 'attribute_not_exists(lease_until) OR lease_until < :past OR lease_owner = :owner',
    ExpressionAttributeValues: {
      ':owner': lease.owner,
      ':until': iso(now + LEASE_MS),
      ':past': iso(now - CLOCK_MARGIN_MS),
    },
  });
  return taken !== undefined;
}

/** Marks the order as erased. Returns when it was erased first; undefined if another owner has taken the lease. */
export async function recordErasure(lease: Lease, deps: LeaseDeps): Promise<string | undefined> {
  const row = await update(lease, deps, {
    UpdateExpression: 'SET erased_at = if_not_exists(erased_at, :now)',
    ConditionExpression: 'lease_owner = :owner',
    ExpressionAttributeValues: { ':owner': lease.owner, ':now': iso(deps.now()) },
  });
  return row && String(row['erased_at']);
}

/** Releases the lease, unless another owner has taken it. */
export async function releaseLease(lease: Lease, deps: LeaseDeps): Promise<void> {
  await update(lease, deps, {
    UpdateExpression: 'REMOVE lease_owner, lease_until',
    ConditionExpression: 'lease_owner = :owner',
    ExpressionAttributeValues: { ':owner': lease.owner },
  });
}

/** The ledger's row after the update, or undefined if it was refused. */
async function update(
  { orderId }: Lease,
  { documents, ledgerTable }: LeaseDeps,
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
