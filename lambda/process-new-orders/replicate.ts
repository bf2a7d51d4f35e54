// The last stop: for one reference, fetch the order, skip it or store it whole, advance its status, note it, let go.
import { BigCommerceError, formatError, LeaseHeldError } from '../shared/runtime/errors';
import { contentDigest, isUnchanged } from '../shared/order/content';
import { COPY_ONLY, FOUGHT_OVER, GONE, NOT_DIGITAL } from '../shared/order/reasons';
import { decide, isDigital, staysNotDigital, whyVoid } from '../shared/order/rules';
import type { Decision, Rules } from '../shared/order/rules';
import { readReference } from '../shared/order/reference';
import type { OrderReference } from '../shared/order/reference';
import type { Gone, RawOrder, Read, Snapshot } from '../shared/order/order';
import type { Finish, Lease } from '../shared/tables/ledger-updates';
import type { LedgerRow } from '../shared/order/ledger-row';
import type { Store } from '../shared/bigcommerce/client';
import { parseOrder } from '../shared/bigcommerce/parse-order';
import type { Ledger } from '../shared/tables/ledger';
import type { Metrics } from '../shared/runtime/log';
import type { OrdersTable } from '../shared/tables/orders';
import { advance } from './advance';
import { Effects } from './effects';
import { keepCounted, listsAsStored } from './enrich';
import { giveUp } from './give-up';
import type { GiveUpDeps, Message, Outcome } from './give-up';
import { markGone, notYetGone, whyNotGone } from './gone';
import { wholeLists } from './incomplete';
import { alertFoughtOver, leftAloneUntil } from './put-back';
import { makeSnapshot, storeNews, toKeep } from './snapshot';
import type { Keeping } from './snapshot';
import { whyStale } from './stale';
import { iso } from '../shared/runtime/time';

/**
 * The receive from which on it is believed that there is nothing: an order answered 404, since a webhook may be ahead of
 * the API and a list ahead of the GET; a list of an order that is in doubt.
 */
const BELIEVED_RECEIVE = 3;

/** From this receive on a read that looks stale is believed: the store's clock may have been set back. */
const STALE_BELIEVED_RECEIVE = 10;

export interface ReplicateDeps extends GiveUpDeps {
  readonly store: Pick<
    Store,
    'getOrder' | 'getLines' | 'getShippingAddresses' | 'getCoupons' | 'getFees' | 'putStatus' | 'listOrders'
  >;
  readonly orders: OrdersTable;
  readonly ledger: Pick<Ledger, 'takeLease' | 'release' | 'recordEnd' | 'recordAdvance' | 'recordDead'>;
  readonly rules: Rules;
  readonly keeping: Keeping;
  /** Tells this invocation from every other. */
  readonly worker: string;
  /** From when on this invocation begins with no further reference, in epoch milliseconds. */
  readonly beginBefore: number;
  /** Until when a write to the tables is repeated, in epoch milliseconds. */
  readonly writesUntil: number;
  /** When no PUT of this invocation can land any more, in epoch milliseconds. */
  readonly leaseUntil: number;
}

/** Does all that one reference asks for. Never throws: what failed is given back or parked, with its reason. */
export async function replicate(message: Message, deps: ReplicateDeps): Promise<Outcome> {
  let reference: OrderReference | undefined;
  try {
    reference = readReference(message.body);
    const startedAt = deps.now();
    if (startedAt >= deps.beginBefore) throw notStarted(reference);
    const done = await replicateOnce(message, reference, deps);
    const { orderId, source } = reference;
    const endedAt = deps.now();
    const fields = { orderId, source, ...done, duration_ms: endedAt - startedAt };
    deps.log.info(`order.${done.state}`, fields, measure(done, reference, endedAt));
    return 'acknowledged';
  } catch (error) {
    return giveUp(message, reference, error, deps);
  }
}

function notStarted({ orderId }: OrderReference): BigCommerceError {
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
  const { row } = taken;
  const effects = new Effects(row.advances);
  try {
    return await replicateHeld({ message, reference, lease, row, effects }, deps);
  } catch (error) {
    await release(lease, error, effects, deps);
    throw error;
  }
}

interface Task {
  readonly message: Message;
  readonly reference: OrderReference;
  readonly lease: Lease;
  /** As it stood when the lease was taken. */
  readonly row: LedgerRow;
  /** What this attempt has done to the store so far. */
  readonly effects: Effects;
}

/** Rounds for one reference: an order that keeps changing, or whose date is none, waits in the queue in between. */
const MAX_ROUNDS = 12;

/** From a read to its end; whenever the order turns out to have changed, from the newer read again. */
async function replicateHeld(task: Task, deps: ReplicateDeps): Promise<Done> {
  const { orderId } = task.lease;
  const { receiveCount } = task.message;
  const [believesDoubts, isLast] = [receiveCount >= BELIEVED_RECEIVE, receiveCount >= deps.maxReceiveCount];
  const { effects } = task;
  let [read, earlier] = await Promise.all([deps.store.getOrder(orderId), deps.orders.find(orderId)]);
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    effects.noteRead(read.order);
    if (read.order === undefined) return finishGone(read, earlier, task, deps);
    refuseStale(read, earlier, task, deps);
    refuseUnchanged(read, task);
    const voidReason = whyVoid(parseOrder(read.order), deps.rules);
    if (voidReason !== undefined && earlier === undefined && !wasStored(task, deps.now())) {
      return finish(task, { ...read, state: 'skipped', reason: voidReason }, deps);
    }
    const keptNow = (order: RawOrder) => toKeep(order, earlier?.replication.erased_at, deps.keeping);
    const doubting = { believesDoubts, store: deps.store };
    const asStored = await listsAsStored(read.order, earlier, task.row, keptNow, doubting);
    const look = { ...task, read, earlier, advancedAt: lastAdvance(task, earlier), believesDoubts, isLast };
    const lists = keepCounted(read.order, asStored ?? (await wholeLists(look, deps)), earlier);
    const isOnceNotDigital = staysNotDigital(parseOrder(read.order), lists.products, task.row.digital);
    const decided = decide(parseOrder(read.order), lists.products, earlier, deps.rules, look.advancedAt);
    const decision = decideFor(task, decided, isOnceNotDigital, deps.now());
    if (decision.kind === 'confirm') noteConfirmed(read.order, earlier, task, deps);
    const found = { ...task, read, lists, decision, earlier, advancedAt: lastAdvance(task, earlier) };
    const snapshot = await storeNews(makeSnapshot(found, deps.keeping, deps.now()), earlier, deps.orders);
    const digital = isDigital(lists.products) && !isOnceNotDigital;
    const shown = { digital, digest: contentDigest(parseOrder(read.order)) };
    const { listedDigest } = task.reference;
    const end = { ...read, ...shown, listedDigest, ...endOf(snapshot), advances: effects.madeAdvances };
    if (decision.kind === 'copy') return finishCopy(task, { ...end, reason: decision.reason }, deps);
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
    const advancing = { snapshot, enriched: read, lines: lists.products, targetStatusId, effects };
    const advanced = await advance(advancing, deps);
    if (advanced.kind === 'advanced') {
      const { order } = advanced;
      const made = { advancedAt: effects.advancedAt ?? iso(deps.now()), advances: effects.madeAdvances };
      const ending = { ...end, ...made, state: 'replicated', order } as const;
      const now = deps.now();
      await deps.ledger.recordAdvance(task.lease, snapshot, ending, now, deps.writesUntil - now);
      return { state: ending.state };
    }
    read = advanced.read;
    earlier = snapshot;
  }
  throw new BigCommerceError(`Order ${orderId} kept changing while it was replicated.`, 'retryable');
}

/** Throws where a newer version is known than this read shows. From the tenth receive on the read is believed. */
function refuseStale(read: Read, earlier: Snapshot | undefined, task: Task, deps: ReplicateDeps): void {
  const { reference, row, effects, message } = task;
  const reason = whyStale(read, { reference, row, earlier, answer: effects.answer });
  if (reason === undefined) return;
  const text = `The store shows an old version of order ${read.order.id}: ${reason}.`;
  if (message.receiveCount < STALE_BELIEVED_RECEIVE) throw new BigCommerceError(text, 'retryable');
  deps.log.warn('order.stale_read_accepted', {
    orderId: read.order.id,
    receiveCount: message.receiveCount,
    text,
  });
}

/**
 * Throws where a list showed other content, and this read shows what was stored before: it may lag behind that list. From
 * the third receive on it is believed, since lists and reads may differ for good.
 */
function refuseUnchanged({ order }: Read, { reference: { listedDigest }, row, message }: Task): void {
  const isNews = listedDigest !== undefined && listedDigest !== row.listed_digest;
  if (!isNews || message.receiveCount >= BELIEVED_RECEIVE) return;
  const digest = contentDigest(parseOrder(order));
  if (digest === undefined || digest !== row.content_digest || digest === listedDigest) return;
  const text = `A list shows other content of order ${order.id} than this read; the read is believed at the third receive.`;
  throw new BigCommerceError(text, 'retryable');
}

/** When it was advanced last, by this attempt or before: the snapshot may be lost, and the row may know more. */
function lastAdvance({ row, effects }: Task, earlier: Snapshot | undefined): string | undefined {
  const known = [effects.advancedAt, row.advanced_at, earlier?.replication.advanced_at];
  return known
    .filter((at) => at !== undefined)
    .sort()
    .at(-1);
}

/** A PUT of an earlier attempt had worked, and no row says so: that worker died. */
function noteConfirmed(
  order: RawOrder,
  earlier: Snapshot | undefined,
  task: Task,
  { now }: ReplicateDeps,
): void {
  const stored = earlier?.replication;
  const isNoted = (lastAdvance(task, earlier) ?? '') >= (stored?.read_at ?? '');
  const isWhole = stored?.incomplete === undefined;
  if (stored?.state === 'stored' && isWhole && !isNoted) task.effects.noteAdvanced(order, now());
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

/** Who only wants a copy leaves the status to a later poll; an order that is put back each time is left alone. */
function decideFor(task: Task, decision: Decision, isOnceNotDigital: boolean, now: number): Decision {
  if (decision.kind !== 'advance') return decision;
  if (isOnceNotDigital) return { kind: 'copy', reason: NOT_DIGITAL };
  if (leftAloneUntil(task.row, task.effects, now) !== undefined) return { kind: 'copy', reason: FOUGHT_OVER };
  return task.reference.advance === false ? { kind: 'copy', reason: COPY_ONLY } : decision;
}

async function finishCopy(
  task: Task,
  end: Omit<Finish, 'state'> & { readonly reason: string },
  deps: ReplicateDeps,
): Promise<Done> {
  if (end.reason !== FOUGHT_OVER) return finish(task, { ...end, state: 'copied' }, deps);
  const until = leftAloneUntil(task.row, task.effects, deps.now());
  const done = await finish(task, { ...end, state: 'copied', leftAloneUntil: until }, deps);
  if (until !== task.row.left_alone_until) await alertFoughtOver(task.lease.orderId, until, deps.alerts);
  return done;
}

/** Nothing to store; an earlier snapshot is marked, so that consumers learn that the order is gone. */
async function finishGone(
  gone: Gone,
  earlier: Snapshot | undefined,
  task: Task,
  deps: ReplicateDeps,
): Promise<Done> {
  const { row, effects, message } = task;
  const { orderId } = task.lease;
  if (message.receiveCount < BELIEVED_RECEIVE) throw notYetGone(orderId, 'believed at the third receive');
  if (earlier === undefined) return finish(task, { ...gone, state: 'skipped', reason: GONE }, deps);
  // What an earlier attempt noted counts no more where this one found the order first.
  const since = effects.wasFound ? undefined : row.missing_since;
  const doubt = await whyNotGone({ orderId, readAt: gone.readAt, since }, deps);
  if (doubt !== undefined) throw notYetGone(orderId, doubt);
  const advancedAt = lastAdvance(task, earlier);
  const erasedAt = row.erased_at ?? earlier.replication.erased_at;
  const marked = toKeep(markGone(earlier, gone.readAt, advancedAt), erasedAt, deps.keeping);
  await storeNews(marked, earlier, deps.orders);
  const end = { state: 'copied', reason: GONE, keptUntil: keptUntil(earlier), advancedAt } as const;
  return finish(task, { ...gone, ...end }, deps);
}

async function finish(task: Task, finish: Finish, deps: ReplicateDeps): Promise<Done> {
  await deps.ledger.recordEnd(task.lease, finish, deps.now());
  return { state: finish.state, reason: finish.reason };
}

/** A lease that cannot be released expires; what failed first is what counts. */
async function release(lease: Lease, cause: unknown, effects: Effects, deps: ReplicateDeps): Promise<void> {
  try {
    await deps.ledger.release(lease, formatError(cause), effects.learnt(), deps.now());
  } catch (error) {
    deps.log.warn('ledger.lease_not_released', { orderId: lease.orderId, error: formatError(error) });
  }
}
