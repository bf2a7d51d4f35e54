// Audits one page of a day: classifies each order by its records in the tables, and queues the missing ones again.
import type { LedgerRow } from '../shared/order/ledger-row';
import type { ListedOrder } from '../shared/order/order';
import type { OrderReference } from '../shared/order/reference';
import type { Rules } from '../shared/order/rules';
import { dateModified } from '../shared/order/version';
import type { Log } from '../shared/runtime/log';
import { iso } from '../shared/runtime/time';
import { enqueue } from '../shared/steps/enqueue';
import type { EnqueueDeps } from '../shared/steps/enqueue';
import type { Ledger } from '../shared/tables/ledger';
import type { StoredOrders, StoredVersion } from '../shared/tables/orders';
import { classify } from './classify';
import type { AuditContext, Finding } from './classify';
import type { AuditTally } from './tally';

/** The most orders that one audit queues: many old orders would delay today's orders. */
const MOST_ENQUEUED = 1_000;

export interface AuditPageDeps extends EnqueueDeps {
  readonly adapters: EnqueueDeps['adapters'] & {
    readonly ledger: Pick<Ledger, 'find' | 'recordQueued'>;
    readonly orders: StoredOrders;
    readonly log: Pick<Log, 'warn'>;
  };
  readonly policy: { readonly rules: Rules };
}

/** The settings and counts of the audit of one day. */
export interface DayAudit extends Pick<AuditContext, 'createdSince' | 'completedSince' | 'lastPoll'> {
  readonly day: string;
  /** If set, nothing is queued or recorded. */
  readonly dryRun: boolean;
  readonly timestamp: number;
  readonly tally: AuditTally;
}

interface Classified {
  readonly order: ListedOrder;
  readonly finding: Finding;
}

/** Counts each order of the page, and queues those that need a worker, up to the limit. */
export async function auditOrders(
  orders: readonly ListedOrder[],
  seenAt: number,
  audit: DayAudit,
  deps: AuditPageDeps,
): Promise<void> {
  const { tally, dryRun } = audit;
  const context = { ...audit, rules: deps.policy.rules, now: deps.invocation.now() };
  const all = await classifyAll(orders, context, deps);
  const toSend = all.filter(({ finding }) => finding.send !== undefined);
  // References to unlistable orders may exceed the limit by a few.
  const sent = new Set(toSend.slice(0, Math.max(0, MOST_ENQUEUED - tally.enqueued)));
  if (!dryRun) await send([...sent], seenAt, audit, deps);
  tally.addEnqueued(sent.size);
  for (const one of all) {
    const isLeft = one.finding.kind === 'queued' && one.finding.send !== undefined && !sent.has(one);
    tally.countOrder(one.order.id, isLeft ? { ...one.finding, kind: 'gap' } : one.finding);
  }
}

async function classifyAll(
  orders: readonly ListedOrder[],
  context: AuditContext,
  deps: AuditPageDeps,
): Promise<readonly Classified[]> {
  const ids = orders.map(({ id }) => id);
  const rows = await deps.adapters.ledger.find(ids);
  // Read after the rows: a worker stores the snapshot before it updates the row.
  const stored = await deps.adapters.orders.among(ids);
  return orders.map((order) => {
    const [row, version] = [rows.get(order.id), stored.get(order.id)];
    const isIncomplete = version?.replication?.incomplete !== undefined;
    const isStored = version !== undefined;
    const found = { order, row, isStored, isIncomplete, isStale: differs(version, row) };
    return { order, finding: classify(found, context) };
  });
}

/** Whether the snapshot and the row show different versions. */
function differs(stored: StoredVersion | undefined, row: LedgerRow | undefined): boolean {
  if (stored?.date_modified === undefined || row === undefined) return false;
  return stored.date_modified !== row.date_modified || stored.status_id !== row.status_id;
}

async function send(
  classified: readonly Classified[],
  seenAt: number,
  { day, timestamp }: DayAudit,
  deps: AuditPageDeps,
): Promise<void> {
  const references = classified.map(({ order, finding }): OrderReference => ({
    orderId: order.id,
    source: 'audit',
    seenAt: iso(seenAt),
    ...(order.statusId === undefined ? {} : { statusId: order.statusId }),
    dateModified: dateModified(order.raw),
    jobTimestamp: timestamp,
    ...finding.send,
  }));
  await enqueue(references, deps);
  for (const { order, finding } of classified) {
    const { kind, reason } = finding;
    if (kind === 'gap') {
      deps.adapters.log.warn('audit.gap_queued', { orderId: order.id, day, reason });
    }
  }
}
