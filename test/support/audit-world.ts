// The audit with everything around it in memory: what the store lists, the tables, the queue, the results, the alerts.
import { parseOrder } from '../../lambda/shared/bigcommerce/parse-order';
import { audit } from '../../lambda/audit-orders/audit';
import type { AuditDeps } from '../../lambda/audit-orders/audit';
import type { Audit } from '../../lambda/shared/order/audit-result';
import type { OrderQuery } from '../../lambda/shared/bigcommerce/order-list';
import { BigCommerceError } from '../../lambda/shared/runtime/errors';
import type { LedgerRow } from '../../lambda/shared/order/ledger-row';
import { parseDate } from '../../lambda/shared/runtime/time';
import type { RawOrder } from '../../lambda/shared/order/order';
import type { OrderReference } from '../../lambda/shared/order/reference';
import type { Rules } from '../../lambda/shared/order/rules';
import type { Fields, Log, Metrics } from '../../lambda/shared/runtime/log';
import { anOrder, aRuleSet, aSnapshot, iso, NOON, storeDate } from './builders';
import { memoryTables } from './memory-ledger';
import type { MemoryTables } from './memory-ledger';

const HOUR = 3_600_000;

/** The day before NOON, and noon of it. */
export const DAY = '2026-01-09';
export const THEN = NOON - 24 * HOUR;

export interface AuditWorldOptions {
  readonly rules?: Partial<Rules>;
  readonly ignoreOrdersCreatedBefore?: number;
  /** When the last poll that finished began: an hour before NOON by default. */
  readonly lastPoll?: number | 'never';
  /** How many orders fit on one page of a list. */
  readonly pageSize?: number;
}

export function anAuditWorld(options: AuditWorldOptions = {}) {
  const clock = { now: NOON };
  const tables = memoryTables();
  const listed: RawOrder[] = [];
  const { deps, ...outcomes } = auditDeps(clock, tables, listed, options);

  const world = {
    clock,
    ...tables,
    deps,
    ...outcomes,
    ...ordersOf(tables, listed),

    /** What an invocation with this event answers. */
    invoke: (event: unknown, more: Partial<AuditDeps['adapters']> = {}): Promise<readonly Audit[]> =>
      audit(event, {
        adapters: { ...deps, ...more },
        policy: {
          rules: aRuleSet(options.rules),
          ignoreOrdersCreatedBefore: options.ignoreOrdersCreatedBefore,
          completedOrdersLookbackDays: 7,
        },
        invocation: { now: () => clock.now },
      }),

    async audit(event: object = {}): Promise<Audit> {
      const [result] = await world.invoke({ day: DAY, ...event });
      if (result === undefined) throw new Error('No day was audited.');
      return result;
    },
  };
  return world;
}

/** What the audit calls, in memory, and what it did there. */
function auditDeps(
  clock: { now: number },
  tables: MemoryTables,
  listed: RawOrder[],
  options: AuditWorldOptions,
) {
  const { lastPoll = NOON - HOUR, pageSize = 250 } = options;
  const queued: OrderReference[] = [];
  const results: Audit[] = [];
  const alerts: { subject: string; message: string }[] = [];
  const lines: { level: string; event: string; fields?: Fields; metrics?: Metrics }[] = [];
  const queries: OrderQuery[] = [];
  const unreadable = new Set<number>();
  const write = (level: string) => (event: string, fields?: Fields, metrics?: Metrics) =>
    void lines.push({ level, event, ...(fields && { fields }), ...(metrics && { metrics }) });
  const log: Log = { info: write('INFO'), warn: write('WARN'), error: write('ERROR') };

  const deps: AuditDeps['adapters'] = {
    store: { listOrders: listingStore(clock, listed, unreadable, queries, pageSize) },
    ledger: tables.ledger,
    orders: { among: (ids) => Promise.resolve(tables.versions(ids)) },
    queue: {
      enqueue(references) {
        queued.push(...references);
        return Promise.resolve(references.map(({ orderId }) => `message-${orderId}`));
      },
    },
    jobs: { lastFinished: () => Promise.resolve(lastPoll === 'never' ? undefined : lastPoll) },
    audits: {
      record: (result) => Promise.resolve(void results.push(result)),
      newestOf: (day) => Promise.resolve(results.findLast((result) => result.day === day)),
    },
    alerts: { sendHourly: (alert) => Promise.resolve(void alerts.push(alert)) },
    log,
  };

  return { deps, queued, results, unreadable, alerts, lines, queries };
}

/** How a test adds orders, to the store and to the tables. */
function ordersOf(tables: MemoryTables, listed: RawOrder[]) {
  /** An order that the store lists for DAY, an hour old at noon of it. */
  const list = (overrides: Partial<RawOrder> = {}): RawOrder => {
    const order = anOrder({
      id: 100 + listed.length,
      date_created: storeDate(THEN - HOUR),
      date_modified: storeDate(THEN),
      ...overrides,
    });
    listed.push(order);
    return order;
  };

  /** The same, as the worker leaves it: in the ledger in the version that is listed, and stored. */
  const listReplicated = (overrides: Partial<RawOrder> = {}, row: Partial<LedgerRow> = {}): RawOrder => {
    const order = list(overrides);
    note(order, { state: 'replicated', status_before: 11, read_at: iso(THEN + HOUR), ...row });
    tables.snapshots.set(order.id, aSnapshot({ ...order, replication: { state: 'replicated' } }));
    return order;
  };

  /** Puts a row into the ledger, in the version that is listed. */
  const note = (order: RawOrder, row: Partial<LedgerRow>): void => {
    const { id: order_id, status_id, date_modified } = order;
    const version = { status_id, date_modified: String(date_modified) };
    const modified_at = iso(parseDate(date_modified) ?? 0);
    const reached_at = iso(THEN + HOUR);
    tables.rows.set(order_id, { order_id, ...version, modified_at, reached_at, ...row });
  };
  return { list, listReplicated, note };
}

/** A store of these orders, which lists them page by page and notes each query. */
function listingStore(
  clock: { now: number },
  listed: readonly RawOrder[],
  unreadable: ReadonlySet<number>,
  queries: OrderQuery[],
  pageSize: number,
): AuditDeps['adapters']['store']['listOrders'] {
  return (query) => {
    queries.push(query);
    const { minId, maxId = Infinity, createdSince = -Infinity, createdBefore = Infinity } = query;
    const { limit = pageSize } = query;
    const fitting = listed
      .filter(({ id, date_created: date }) => {
        const created = parseDate(date) ?? createdSince;
        return id >= minId && id <= maxId && created >= createdSince && created <= createdBefore;
      })
      .sort((one, other) => one.id - other.id);
    clock.now += 100;
    const orders = structuredClone(fitting.slice(0, Math.min(limit, pageSize)));
    if (orders.some(({ id }) => unreadable.has(id))) {
      return Promise.reject(new BigCommerceError('GET /v2/orders answered 500.', 'retryable', 500));
    }
    return Promise.resolve({
      orders: orders.map(parseOrder),
      unreadable: 0,
      isLast: fitting.length <= orders.length,
    });
  };
}
