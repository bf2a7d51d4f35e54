// Makes the snapshot of an order for the Orders table: the order without dropped and erased fields, its replication state and
// its expiry.
import { isStoredVersion, sameSnapshot } from '../shared/order/content';
import { isRow } from '../shared/runtime/json';
import type { Row } from '../shared/runtime/json';
import { OUR_FIELDS } from '../shared/order/order';
import type { ListName, RawOrder, Read, Replication, Snapshot, SubResources } from '../shared/order/order';
import type { Decision } from '../shared/order/rules';
import type { OrderReference } from '../shared/order/reference';
import type { LedgerRow } from '../shared/order/ledger-row';
import { dropFields, erasePersonal } from '../shared/order/personal-data';
import { withoutRepeats } from '../shared/order/stored-form';
import type { OrdersTable } from '../shared/tables/orders';
import { iso } from '../shared/runtime/time';

const DAY_SECONDS = 24 * 60 * 60;

/** The merchant's settings for stored orders. */
export interface Retention {
  readonly dropFields: readonly string[];
  /** 0 keeps orders indefinitely. */
  readonly orderRetentionDays: number;
}

/** An order with missing lists is stored without a decision. */
interface Incomplete {
  readonly kind: 'incomplete';
  readonly incomplete: readonly ListName[];
}

/** An order as read, with its lists, the decision and the earlier records. */
export interface FoundOrder {
  readonly read: Read;
  readonly lists: SubResources;
  readonly decision: Decision | Incomplete;
  /** The snapshot in the Orders table. */
  readonly earlier: Snapshot | undefined;
  readonly row: LedgerRow;
  readonly reference: OrderReference;
  /** ISO time of our last advance, if there was one. */
  readonly advancedAt: string | undefined;
}

/** Makes the snapshot of an order; `now` is epoch milliseconds. */
export function makeSnapshot(found: FoundOrder, retention: Retention, now: number): Snapshot {
  const replication = describeReplication(found, now);
  const order = {
    ...moveStoreFields(found.read.order.raw),
    ...storedConsignments(found, replication, retention),
  };
  const whole: Snapshot = { ...order, ...found.lists, replication };
  // After fields are dropped: a field that an address no longer has stays in its consignment.
  return {
    ...withoutRepeats(applyRetention(whole, replication.erased_at, retention)),
    ...expiry(retention, now),
  };
}

/** A plain read shows a link in place of the consignments, or nothing. If the version is the stored one, its consignments stay. */
function storedConsignments(
  {
    read: {
      order: { raw },
    },
    earlier,
  }: FoundOrder,
  { erased_at: erasedAt }: Replication,
  retention: Retention,
): { readonly consignments?: unknown } {
  if (earlier === undefined || hasConsignments(raw) || !hasConsignments(earlier)) return {};
  return isStoredVersion(applyRetention(raw, erasedAt, retention), earlier)
    ? { consignments: earlier.consignments }
    : {};
}

function hasConsignments({ consignments }: Row): boolean {
  const isLink = isRow(consignments) && ('url' in consignments || 'resource' in consignments);
  return typeof consignments === 'object' && consignments !== null && !isLink;
}

/** Moves the store's fields that have our names into `store_fields`, so that they do not replace ours. */
function moveStoreFields(order: RawOrder): RawOrder {
  const taken = Object.entries(order).filter(([name]) => OUR_FIELDS.has(name));
  if (taken.length === 0) return order;
  const rest = Object.entries(order).filter(([name]) => !OUR_FIELDS.has(name));
  return { ...Object.fromEntries(rest), store_fields: Object.fromEntries(taken) } as unknown as RawOrder;
}

/** Removes the fields of an order or snapshot that must not be stored; `erasedAt` is when its personal fields were erased. */
export function applyRetention<T extends Row>(
  order: T,
  erasedAt: string | undefined,
  retention: Retention,
): T {
  return dropFields(erasedAt === undefined ? order : erasePersonal(order), retention.dropFields);
}

/** Stores a snapshot that differs from the earlier one, and returns the stored one. Throws RefusedWriteError if a later read is stored. */
export async function saveSnapshot(
  next: Snapshot,
  earlier: Snapshot | undefined,
  orders: Pick<OrdersTable, 'save'>,
): Promise<Snapshot> {
  if (earlier !== undefined && sameSnapshot(earlier, next)) return earlier;
  await orders.save(next);
  return next;
}

/** The expiry for DynamoDB's TTL, in epoch seconds. */
function expiry({ orderRetentionDays }: Retention, now: number): Pick<Snapshot, 'expires_at'> {
  if (orderRetentionDays === 0) return {};
  return { expires_at: Math.ceil(now / 1000 + orderRetentionDays * DAY_SECONDS) };
}

function describeReplication(found: FoundOrder, now: number): Replication {
  const { read, decision, earlier, row, reference, advancedAt } = found;
  const erasedAt = row.erased_at ?? earlier?.replication.erased_at;
  const common = {
    source: reference.source,
    seen_at: reference.seenAt,
    read_at: iso(read.readAt),
    status_before: read.order.statusId,
    ...(advancedAt === undefined ? {} : { advanced_at: advancedAt }),
    ...(erasedAt === undefined ? {} : { erased_at: erasedAt }),
  };
  if (decision.kind === 'incomplete') {
    // A PUT of an earlier attempt may still take effect, or has done so.
    const intended = earlier?.replication.target_status_id;
    const target = intended === undefined ? {} : { target_status_id: intended };
    const isThere = intended === read.order.statusId;
    const status_before = (isThere ? earlier?.replication.status_before : undefined) ?? common.status_before;
    return { ...common, state: 'stored', incomplete: decision.incomplete, ...target, status_before };
  }
  if (decision.kind === 'advance') {
    return { ...common, state: 'stored', target_status_id: decision.targetStatusId };
  }
  if (decision.kind === 'copy') {
    // A PUT of an earlier attempt may still take effect, although this reference asks for a copy only.
    const intended = decision.reason === 'copy-only' ? earlier?.replication.target_status_id : undefined;
    return { ...common, state: 'copied', ...(intended === undefined ? {} : { target_status_id: intended }) };
  }
  return {
    ...common,
    state: 'replicated',
    status_before: earlier?.replication.status_before ?? read.order.statusId,
    target_status_id: decision.targetStatusId,
    advanced_at: advancedAt ?? iso(now),
  };
}

/** The ISO time at which a snapshot expires; undefined if it does not. */
export function keptUntil({ expires_at: expiresAt }: Snapshot): string | undefined {
  return expiresAt === undefined ? undefined : iso(expiresAt * 1000);
}
