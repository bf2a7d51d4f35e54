// The last stop: for one reference, fetch the order, skip it or store it whole, advance its status, note it, let go.
import { BigCommerceError, describe, LeaseHeldError } from '../shared/errors';
import { contentDigest, isUnchanged, sameSnapshot } from '../shared/content';
import { COPY_ONLY, decide, GONE, isDigital, readReference, whyVoid } from '../shared/order';
import type { Decision, Gone, Order, OrderReference, Rules, Snapshot } from '../shared/order';
import type { Store } from '../shared/bigcommerce';
import type { Ledger } from '../shared/ledger';
import type { Finish, Lease, LedgerRow } from '../shared/ledger-row';
import type { Metrics } from '../shared/log';
import type { OrdersTable } from '../shared/tables';
import { advance } from './advance';
import { enrich, listsAsStored } from './enrich';
import { giveUp } from './give-up';
import type { GiveUpDeps, Message, Outcome } from './give-up';
import { makeSnapshot, toKeep } from './snapshot';
import type { Keeping } from './snapshot';

/**
 * The receive from which on it is believed that there is nothing: an order answered 404, since a webhook may be ahead of
 * the API and a list ahead of the GET; no shipping address, though the order counts one.
 */
const BELIEVED_RECEIVE = 3;

export interface ReplicateDeps extends GiveUpDeps {
  readonly store: Pick<Store, 'getOrder' | 'getLines' | 'getShippingAddresses' | 'getCoupons' | 'putStatus'>;
  readonly orders: OrdersTable;
  readonly ledger: Pick<Ledger, 'takeLease' | 'release' | 'finish' | 'finishAdvance' | 'noteDead'>;
  readonly rules: Rules;
  readonly keeping: Keeping;
  /** Tells this invocation from every other. */
  readonly worker: string;
  /** From when on this invocation begins with no further reference, in epoch milliseconds. */
  readonly beginBefore: number;
  /** When no PUT of this invocation can land any more, in epoch milliseconds. */
  readonly leaseUntil: number;
}

/** Does all that one reference asks for. Never throws: what failed is given back or parked, with its reason. */
export async function replicate(message: Message, deps: ReplicateDeps): Promise<Outcome> {
  let reference: OrderReference | undefined;
  try {
    reference = readReference(message.body);
    const startedAt = deps.now();
    if (startedAt >= deps.beginBefore) throw notBegun(reference);
    const done = await replicateOnce(message, reference, deps);
    const { orderId, source } = reference;
    const endedAt = deps.now();
    const fields = { orderId, source, ...done, duration_ms: endedAt - startedAt };
    deps.log.info(`order ${done.state}`, fields, measure(done, reference, endedAt));
    return 'acknowledged';
  } catch (error) {
    return giveUp(message, reference, error, deps);
  }
}

function notBegun({ orderId }: OrderReference): BigCommerceError {
  const text = `Order ${orderId} was not begun: too little of the invocation's time was left.`;
  return new BigCommerceError(text, 'retryable');
}

interface Done {
  readonly state: Finish['state'] | 'covered';
  readonly reason?: string | undefined;
}

function measure({ state }: Done, { seenAt }: OrderReference, endedAt: number): Metrics {
  // Two clocks: the one that saw the order may be ahead.
  const OrderLatency = Math.max(0, endedAt - Date.parse(seenAt));
  switch (state) {
    case 'replicated':
      return { OrdersReplicated: 1, OrderLatency };
    case 'copied':
      return { OrdersCopied: 1, OrderLatency };
    case 'skipped':
      return { OrdersSkipped: 1 };
    case 'covered':
      return {};
  }
}

async function replicateOnce(
  message: Message,
  reference: OrderReference,
  deps: ReplicateDeps,
): Promise<Done> {
  // The receipt handle tells two deliveries of one message apart, even within one batch.
  const lease: Lease = { orderId: reference.orderId, owner: `${deps.worker}/${message.receiptHandle}` };
  const taken = await deps.ledger.takeLease(lease, reference, deps.leaseUntil, deps.now());
  if (taken.kind === 'covered') return { state: 'covered' };
  if (taken.kind !== 'taken') throw new LeaseHeldError(`Order ${reference.orderId} is with another worker.`);
  try {
    return await replicateHeld({ message, reference, lease, row: taken.row }, deps);
  } catch (error) {
    await release(lease, error, deps);
    throw error;
  }
}

interface Task {
  readonly message: Message;
  readonly reference: OrderReference;
  readonly lease: Lease;
  /** As it stood when the lease was taken. */
  readonly row: LedgerRow;
}

/** Rounds for one reference: an order that keeps changing, or whose date is none, waits in the queue in between. */
const MAX_ROUNDS = 12;

/** From a read to its end; whenever the order turns out to have changed, from the newer read again. */
async function replicateHeld(task: Task, deps: ReplicateDeps): Promise<Done> {
  const { orderId } = task.lease;
  const believesNoAddress = task.message.receiveCount >= BELIEVED_RECEIVE;
  let [read, earlier] = await Promise.all([deps.store.getOrder(orderId), deps.orders.find(orderId)]);
  let failedPuts = 0;
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    if (read.order === undefined) return finishGone(read, earlier, task, deps);
    const voidReason = whyVoid(read.order, deps.rules);
    if (voidReason !== undefined && earlier === undefined && !wasStored(task, deps.now())) {
      return finish(task, { ...read, state: 'skipped', reason: voidReason }, deps);
    }
    const keptNow = (order: Order) => toKeep(order, earlier?.replication.erased_at, deps.keeping);
    const asStored = await listsAsStored(read.order, earlier, task.row, keptNow, deps.store);
    const lists = asStored ?? (await enrich(read.order, believesNoAddress, deps.store));
    const advancedAt = earlier?.replication.advanced_at ?? task.row.advanced_at;
    const decided = decide(read.order, lists.products, earlier, deps.rules, advancedAt);
    const decision = decideFor(task, decided);
    const found = { ...task, read, lists, decision, earlier };
    const snapshot = await store(makeSnapshot(found, deps.keeping, deps.now()), earlier, deps);
    const shown = { digital: isDigital(lists.products), digest: contentDigest(read.order) };
    const end = { ...read, ...shown, ...endOf(snapshot) };
    if (decision.kind === 'copy') {
      return finish(task, { ...end, state: 'copied', reason: decision.reason }, deps);
    }
    if (decision.kind === 'confirm') {
      // No PUT of this round shows whether lists that were fetched still belong to the order: another look does.
      const look = asStored === undefined ? await deps.store.getOrder(orderId) : read;
      if (look.order !== undefined && isUnchanged(look.order, read.order)) {
        return finish(task, { ...end, state: 'replicated' }, deps);
      }
      read = look;
      earlier = snapshot;
      continue;
    }
    const { targetStatusId } = decision;
    const advancing = { snapshot, enriched: read, lines: lists.products, targetStatusId, failedPuts };
    const advanced = await advance(advancing, deps);
    if (advanced.kind === 'advanced') {
      const { order } = advanced;
      const ending = { ...end, state: 'replicated', order, advancedAt: iso(deps.now()) } as const;
      await deps.ledger.finishAdvance(task.lease, snapshot, ending, deps.now());
      return { state: ending.state };
    }
    ({ read, failedPuts } = advanced);
    earlier = snapshot;
  }
  throw new BigCommerceError(`Order ${orderId} kept changing while it was replicated.`, 'retryable');
}

/** Whether an order without a snapshot had one that has not expired: the reference says so, or what the ledger notes of it. */
function wasStored({ reference, row }: Task, now: number): boolean {
  const isExpired = row.kept_until !== undefined && Date.parse(row.kept_until) <= now;
  return reference.wasStored === true || (row.status_before !== undefined && !isExpired);
}

/** What the ledger notes of a snapshot. */
function endOf(snapshot: Snapshot) {
  const { status_before: statusBefore, advanced_at: advancedAt } = snapshot.replication;
  return { statusBefore, advancedAt, keptUntil: keptUntil(snapshot) };
}

function keptUntil({ expires_at: expiresAt }: Snapshot): string | undefined {
  return expiresAt === undefined ? undefined : iso(expiresAt * 1000);
}

/** Who only wants a copy leaves the status to a later poll. */
function decideFor({ reference }: Task, decision: Decision): Decision {
  const isOnlyCopied = decision.kind === 'advance' && reference.advance === false;
  return isOnlyCopied ? { kind: 'copy', reason: COPY_ONLY } : decision;
}

/** Stores what is news, and returns what the table holds then. */
async function store(next: Snapshot, earlier: Snapshot | undefined, deps: ReplicateDeps): Promise<Snapshot> {
  if (earlier !== undefined && sameSnapshot(earlier, next)) return earlier;
  await deps.orders.store(next);
  return next;
}

/** Nothing to store; an earlier snapshot is marked, so that consumers learn that the order is gone. */
async function finishGone(
  gone: Gone,
  earlier: Snapshot | undefined,
  task: Task,
  deps: ReplicateDeps,
): Promise<Done> {
  if (task.message.receiveCount < BELIEVED_RECEIVE) {
    const text = `The store answers 404 for order ${task.lease.orderId}; this is believed at the third receive.`;
    throw new BigCommerceError(text, 'retryable', 404);
  }
  if (earlier === undefined) return finish(task, { ...gone, state: 'skipped', reason: GONE }, deps);
  // What it was to become is off; that it once was advanced stays true.
  const { target_status_id: intended, ...replication } = earlier.replication;
  const marked = { ...replication, state: 'copied', read_at: iso(gone.readAt), gone: true } as const;
  const erasedAt = task.row.erased_at ?? replication.erased_at;
  const kept = toKeep({ ...earlier, replication: marked }, erasedAt, deps.keeping);
  await store(kept, earlier, deps);
  const end = { state: 'copied', reason: GONE, keptUntil: keptUntil(earlier) } as const;
  return finish(task, { ...gone, ...end }, deps);
}

async function finish(task: Task, finish: Finish, deps: ReplicateDeps): Promise<Done> {
  await deps.ledger.finish(task.lease, finish, deps.now());
  return { state: finish.state, reason: finish.reason };
}

/** A lease that cannot be given back ends by itself; what failed first is what counts. */
async function release(lease: Lease, cause: unknown, deps: ReplicateDeps): Promise<void> {
  try {
    await deps.ledger.release(lease, describe(cause));
  } catch (error) {
    deps.log.warn('lease not released', { orderId: lease.orderId, error: describe(error) });
  }
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
