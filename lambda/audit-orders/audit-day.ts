// The audit of one day: every order that the store lists is accounted for, and what is missing is queued again.
import { DAY_MS, HOUR_MS, dayOf, iso } from '../shared/runtime/time';
import { dateModified } from '../shared/order/version';
import type { OrderReference } from '../shared/order/reference';
import type { Rules } from '../shared/order/rules';
import type { LedgerRow } from '../shared/order/ledger-row';
import type { StoredOrders, StoredVersion } from '../shared/tables/orders';
import type { Audit } from '../shared/order/audit-result';
import { findCompletedSince } from '../shared/order/listed';
import { listedPages, TooManyUnreadableError } from '../shared/steps/list-orders';
import { referToUnreadable, UNREADABLE } from '../shared/steps/unreadable-orders';
import { recordQueued } from '../shared/steps/enqueue';
import type { Audits } from '../shared/tables/audits';
import type { ListedOrder } from '../shared/order/order';
import type { Store } from '../shared/bigcommerce/client';
import type { JobsTable } from '../shared/tables/jobs';
import type { Ledger } from '../shared/tables/ledger';
import type { ListedPage } from '../shared/steps/list-orders';
import type { Log } from '../shared/runtime/log';
import type { Queue } from '../shared/aws/queue';
import { classify } from './classify';
import type { Circumstances, Finding } from './classify';
import { countOrder, countUnreadable, newTally, toAudit } from './tally';
import type { Tally } from './tally';

/** One audit queues no more: a flood of history would hold up the orders of today. */
const MOST_ENQUEUED = 1_000;

/** So long after it was found a gap that is still one stays. */
const STORED_WITHIN_MS = HOUR_MS;

/** Polls send a reference each day to what no list can show; an audit sends its own where they did not for so long. */
const AFTER_POLLS_MS = 1.5 * DAY_MS;

/** Whether the store includes the bounds of dates is not known, so that a little more is asked for. */
const WIDER_MS = 1_000;

export interface AuditSettings {
  readonly rules: Rules;
  readonly ignoreOrdersCreatedBefore: number | undefined;
  readonly completedOrdersLookbackDays: number;
}

export interface AuditDayDeps {
  readonly store: Pick<Store, 'listOrders'>;
  readonly ledger: Pick<Ledger, 'find' | 'recordQueued' | 'recordUnreadable'>;
  readonly orders: StoredOrders;
  readonly queue: Pick<Queue, 'enqueue'>;
  readonly jobs: Pick<JobsTable, 'lastFinished'>;
  readonly audits: Audits;
  readonly log: Log;
  readonly now: () => number;
}

/** The audit of one day. A dry run queues and records nothing. */
interface Pass {
  readonly day: string;
  readonly dryRun: boolean;
  readonly timestamp: number;
  readonly tally: Tally;
}

/**
 * Audits the day that begins at `start` (epoch milliseconds). The result is kept once all of it is known: an audit that is
 * ended half way is simply made again.
 */
export async function auditDay(
  { start, dryRun }: { readonly start: number; readonly dryRun: boolean },
  settings: AuditSettings,
  deps: AuditDayDeps,
): Promise<Audit> {
  const timestamp = deps.now();
  const day = dayOf(start);
  const [earlier, lastPoll] = await Promise.all([deps.audits.newestOf(day), deps.jobs.lastFinished()]);
  // What an audit of just now found has had no time yet to be stored.
  const before = earlier && timestamp - earlier.timestamp >= STORED_WITHIN_MS ? earlier : undefined;
  const pass: Pass = { day, dryRun, timestamp, tally: newTally(before) };
  const { rules, ignoreOrdersCreatedBefore: createdSince } = settings;
  const completedSince = findCompletedSince(timestamp, lastPoll, settings.completedOrdersLookbackDays);
  const bounds = { createdSince: start - WIDER_MS, createdBefore: start + DAY_MS + WIDER_MS };
  const query = { ...bounds, withLines: true };
  for await (const page of listedPages(query, 0, deps)) {
    const { orders, unreadable, seenAt } = page;
    // No audit stops for lack of time.
    if (page.stopped) throw new TooManyUnreadableError(page.stopped.cause.message, 'permanent');
    countUnreadable(pass.tally, unreadable);
    await leaveOpen(page, pass, deps);
    const ofDay = orders.filter((order) => isOfDay(order, start));
    const circumstances = { rules, createdSince, completedSince, lastPoll, now: deps.now() };
    await auditOrders(ofDay, seenAt, circumstances, pass, deps);
  }
  const audit = toAudit(pass.tally, { timestamp, day, duration_ms: deps.now() - timestamp });
  if (dryRun) return audit;
  await deps.audits.record(audit);
  report(audit, deps.log);
  return audit;
}

/**
 * Orders that no list can show stay open, whatever the tables have of them. A poll's reference comes first: it may advance
 * the order, where the audit does not know whether a poll would.
 */
async function leaveOpen(
  { unreadableIds, seenAt }: ListedPage,
  pass: Pass,
  deps: AuditDayDeps,
): Promise<void> {
  for (const id of unreadableIds) countOrder(pass.tally, id, { kind: 'gap', reason: UNREADABLE });
  pass.tally.unreadableIds.push(...unreadableIds);
  if (unreadableIds.length === 0 || pass.dryRun) return;
  deps.log.warn('bigcommerce.orders_unlistable', { orderIds: unreadableIds, day: pass.day });
  const about = { source: 'audit', advance: false, jobTimestamp: pass.timestamp };
  pass.tally.enqueued += await referToUnreadable(
    unreadableIds,
    { ...about, seenAt, afterMs: AFTER_POLLS_MS },
    deps,
  );
}

/** An order whose date cannot be read belongs to the day that the store listed it for. */
function isOfDay(order: ListedOrder, start: number): boolean {
  const { createdAt = start } = order;
  return createdAt >= start && createdAt < start + DAY_MS;
}

async function auditOrders(
  orders: readonly ListedOrder[],
  seenAt: number,
  circumstances: Circumstances,
  pass: Pass,
  deps: AuditDayDeps,
): Promise<void> {
  const ids = orders.map(({ id }) => id);
  const rows = await deps.ledger.find(ids);
  // After the rows: a worker that ends meanwhile has stored the snapshot before it says so.
  const stored = await deps.orders.among(ids);
  const findings = orders.map((order) => {
    const [row, version] = [rows.get(order.id), stored.get(order.id)];
    const isIncomplete = version?.replication?.incomplete !== undefined;
    const isStored = version !== undefined;
    const found = { order, row, isStored, isIncomplete, isStale: differs(version, row) };
    return { order, finding: classify(found, circumstances) };
  });
  const toSend = findings.filter(({ finding }) => finding.send !== undefined);
  // References to orders that no list can show may exceed the limit by a few.
  const sent = new Set(toSend.slice(0, Math.max(0, MOST_ENQUEUED - pass.tally.enqueued)));
  if (!pass.dryRun) await enqueue([...sent], seenAt, pass, deps);
  pass.tally.enqueued += sent.size;
  for (const one of findings) {
    const isLeft = one.finding.kind === 'queued' && one.finding.send !== undefined && !sent.has(one);
    countOrder(pass.tally, one.order.id, isLeft ? { ...one.finding, kind: 'gap' } : one.finding);
  }
}

/** By the version that the snapshot and the row show. */
function differs(stored: StoredVersion | undefined, row: LedgerRow | undefined): boolean {
  if (stored?.date_modified === undefined || row === undefined) return false;
  return stored.date_modified !== row.date_modified || stored.status_id !== row.status_id;
}

interface Judged {
  readonly order: ListedOrder;
  readonly finding: Finding;
}

async function enqueue(
  judged: readonly Judged[],
  seenAt: number,
  { day, timestamp }: Pass,
  deps: AuditDayDeps,
): Promise<void> {
  const references = judged.map(({ order, finding }): OrderReference => ({
    orderId: order.id,
    source: 'audit',
    seenAt: iso(seenAt),
    ...(order.statusId === undefined ? {} : { statusId: order.statusId }),
    dateModified: dateModified(order.raw),
    jobTimestamp: timestamp,
    ...finding.send,
  }));
  await deps.queue.enqueue(references);
  for (const { order, finding } of judged) {
    const { kind, reason } = finding;
    if (kind === 'gap') deps.log.warn('audit.gap_queued', { orderId: order.id, day, reason });
  }
  await recordQueued(references, deps);
}

function report(audit: Audit, log: Log): void {
  const { timestamp: auditTimestamp, gaps: _, dead_orders: __, open_ids: ___, ...outcome } = audit;
  const { listed: OrdersAudited, open: GapsFound, staying: GapsRemaining } = audit;
  const metrics = { AuditsFinished: 1, OrdersAudited, GapsFound, GapsRemaining };
  log.info('audit.finished', { auditTimestamp, ...outcome }, metrics);
}
