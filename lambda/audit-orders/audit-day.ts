// Audits one day: accounts for every order that the store lists, and queues the missing ones again.
import type { Store } from '../shared/bigcommerce/client';
import type { Audit } from '../shared/order/audit-result';
import { findCompletedSince } from '../shared/order/listed';
import type { ListedOrder } from '../shared/order/order';
import type { Rules } from '../shared/order/rules';
import type { Log } from '../shared/runtime/log';
import { DAY_MS, HOUR_MS, dayOf } from '../shared/runtime/time';
import { listedPages } from '../shared/steps/list-orders';
import type { ListedPage } from '../shared/steps/list-reader';
import { TooManyUnlistableError } from '../shared/steps/step-over';
import { enqueueUnlistable } from '../shared/steps/unlistable-orders';
import type { UnlistableDeps } from '../shared/steps/unlistable-orders';
import type { Audits } from '../shared/tables/audits';
import type { JobsTable } from '../shared/tables/jobs';
import { auditOrders } from './audit-page';
import type { AuditPageDeps, DayAudit } from './audit-page';
import { AuditTally } from './tally';

/** A gap that an earlier audit found at least this long ago, and that is still open, counts as remaining. */
const STORED_WITHIN_MS = HOUR_MS;

/** Polls queue an unlistable order once a day. An audit queues it only if no poll has for this long. */
const AFTER_POLLS_MS = 1.5 * DAY_MS;

/** The store's date bounds may be exclusive, so a little more than the day is requested. */
const WIDER_MS = 1_000;

export interface AuditPolicy {
  readonly rules: Rules;
  readonly ignoreOrdersCreatedBefore: number | undefined;
  readonly completedOrdersLookbackDays: number;
}

export type AuditDayDeps = AuditPageDeps &
  UnlistableDeps & {
    readonly adapters: {
      readonly store: Pick<Store, 'listOrders'>;
      readonly jobs: Pick<JobsTable, 'lastFinished'>;
      readonly audits: Audits;
      readonly log: Log;
    };
    readonly policy: AuditPolicy;
  };

/** The day begins at `start`, in epoch milliseconds. A dry run queues and records nothing. */
interface DayRequest {
  readonly start: number;
  readonly dryRun: boolean;
}

/** Audits a day. The result is recorded only when it is complete, so an interrupted audit can run again. */
export async function auditDay({ start, dryRun }: DayRequest, deps: AuditDayDeps): Promise<Audit> {
  const { adapters, invocation, policy } = deps;
  const timestamp = invocation.now();
  const day = dayOf(start);
  const [earlier, lastPoll] = await Promise.all([
    adapters.audits.newestOf(day),
    adapters.jobs.lastFinished(),
  ]);
  // The gaps of an audit within the last hour had no time yet to be stored.
  const before = earlier && timestamp - earlier.timestamp >= STORED_WITHIN_MS ? earlier : undefined;
  const audit: DayAudit = {
    day,
    dryRun,
    timestamp,
    tally: new AuditTally(before),
    createdSince: policy.ignoreOrdersCreatedBefore,
    completedSince: findCompletedSince(timestamp, lastPoll, policy.completedOrdersLookbackDays),
    lastPoll,
  };
  for await (const page of listedPages({ query: queryOf(start), afterId: 0 }, deps)) {
    await auditPage(page, start, audit, deps);
  }
  const result = audit.tally.toAudit({ timestamp, day, duration_ms: invocation.now() - timestamp });
  if (dryRun) return result;
  await adapters.audits.record(result);
  report(result, adapters.log);
  return result;
}

function queryOf(start: number) {
  return { createdSince: start - WIDER_MS, createdBefore: start + DAY_MS + WIDER_MS, withLines: true };
}

async function auditPage(
  page: ListedPage,
  start: number,
  audit: DayAudit,
  deps: AuditDayDeps,
): Promise<void> {
  // An audit sets no time limit, so the reader stops only because of too many unlistable orders.
  if (page.stopped) throw new TooManyUnlistableError(page.stopped.cause.message, 'permanent');
  audit.tally.countUnreadableRows(page.unreadable);
  await countUnlistable(page, audit, deps);
  const ofDay = page.orders.filter((order) => isOfDay(order, start));
  await auditOrders(ofDay, page.seenAt, audit, deps);
}

/**
 * Counts orders that no list can show as gaps, even if they are stored. A poll's reference has priority, because it may
 * advance the order; an audit does not know whether a poll would.
 */
async function countUnlistable(
  { unlistableIds, seenAt }: ListedPage,
  { tally, day, dryRun, timestamp }: DayAudit,
  deps: AuditDayDeps,
): Promise<void> {
  for (const id of unlistableIds) tally.countOrder(id, { kind: 'gap', reason: 'unlistable' });
  tally.addUnlistable(unlistableIds);
  if (unlistableIds.length === 0 || dryRun) return;
  deps.adapters.log.warn('bigcommerce.orders_unlistable', { orderIds: unlistableIds, day });
  const sender = {
    source: 'audit',
    advance: false,
    jobTimestamp: timestamp,
    seenAt,
    afterMs: AFTER_POLLS_MS,
  };
  tally.addEnqueued(await enqueueUnlistable(unlistableIds, sender, deps));
}

/** An order without a readable date belongs to the day for which the store listed it. */
function isOfDay(order: ListedOrder, start: number): boolean {
  const { createdAt = start } = order;
  return createdAt >= start && createdAt < start + DAY_MS;
}

function report(audit: Audit, log: Log): void {
  const { timestamp: auditTimestamp, gaps: _, dead_orders: __, open_ids: ___, ...outcome } = audit;
  const { listed: OrdersAudited, open: GapsFound, staying: GapsRemaining } = audit;
  const metrics = { AuditsFinished: 1, OrdersAudited, GapsFound, GapsRemaining };
  log.info('audit.finished', { auditTimestamp, ...outcome }, metrics);
}
