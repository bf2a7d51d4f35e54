// What the Orders table is to hold of an order: all of it but what must not be kept, how it stands, and until when.
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

/** The merchant's choices about what is kept of an order. */
export interface Retention {
  readonly dropFields: readonly string[];
  /** 0 keeps orders indefinitely. */
  readonly orderRetentionDays: number;
}

/** Nothing is decided on an order of which lists could not be had: it is only stored. */
interface Incomplete {
  readonly kind: 'incomplete';
  readonly incomplete: readonly ListName[];
}

export interface FoundOrder {
  readonly read: Read;
  readonly lists: SubResources;
  readonly decision: Decision | Incomplete;
  /** What the table holds of it. */
  readonly earlier: Snapshot | undefined;
  readonly row: LedgerRow;
  readonly reference: OrderReference;
  /** ISO time of our last advance, if there was one. */
  readonly advancedAt: string | undefined;
}

/** Makes the snapshot of an order that was found so; `now` is epoch milliseconds. */
export function makeSnapshot(found: FoundOrder, retention: Retention, now: number): Snapshot {
  const replication = describeReplication(found, now);
  const order = {
    ...moveStoreFields(found.read.order.raw),
    ...storedConsignments(found, replication, retention),
  };
  const whole: Snapshot = { ...order, ...found.lists, replication };
  // After what is dropped: what an address does not show stays in its consignment.
  return {
    ...withoutRepeats(applyRetention(whole, replication.erased_at, retention)),
    ...expiry(retention, now),
  };
}

/** A plain read shows a link in the place of the consignments, or nothing: of a version that is stored with them they stay. */
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

/** The order with its fields of our names in one of their own, so that none stands in the place of ours. */
function moveStoreFields(order: RawOrder): RawOrder {
  const taken = Object.entries(order).filter(([name]) => OUR_FIELDS.has(name));
  if (taken.length === 0) return order;
  const rest = Object.entries(order).filter(([name]) => !OUR_FIELDS.has(name));
  return { ...Object.fromEntries(rest), store_fields: Object.fromEntries(taken) } as unknown as RawOrder;
}

/**
 * Of an order, or a snapshot of one, what may be kept; `erasedAt` is when its personal fields were erased, if they were.
 */
export function applyRetention<T extends Row>(
  order: T,
  erasedAt: string | undefined,
  retention: Retention,
): T {
  return dropFields(erasedAt === undefined ? order : erasePersonal(order), retention.dropFields);
}

/** Stores what is news, and returns what the table holds then. Throws what the table throws. */
export async function saveSnapshot(
  next: Snapshot,
  earlier: Snapshot | undefined,
  orders: Pick<OrdersTable, 'save'>,
): Promise<Snapshot> {
  if (earlier !== undefined && sameSnapshot(earlier, next)) return earlier;
  await orders.save(next);
  return next;
}

/** As DynamoDB's TTL wants it, in epoch seconds. */
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
    // What an earlier attempt intended may still land, or has landed.
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
    // A PUT of ours may still land: who only wanted a copy has not called it off.
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

/** ISO time until which a snapshot is kept, if it expires. */
export function keptUntil({ expires_at: expiresAt }: Snapshot): string | undefined {
  return expiresAt === undefined ? undefined : iso(expiresAt * 1000);
}
