// Reuses the stored lists of an order that is exactly as stored, so that they need not be fetched again.
import { lacksFees } from '../shared/order/consignments';
import { contentDigest, isEqual } from '../shared/order/content';
import { dateModified, isSettled } from '../shared/order/version';
import type { Order, Snapshot, SubResources } from '../shared/order/order';
import type { LedgerRow } from '../shared/order/ledger-row';
import type { Row } from '../shared/runtime/json';
import { withoutRepeats } from '../shared/order/stored-form';
import type { ListCalls } from './enrich';
import { ownFees, toFoundList, checkCount } from './found-list';
import type { FoundList } from './found-list';
import type { EnrichTask } from './incomplete';
import { applyRetention } from './snapshot';
import type { Retention } from './snapshot';

export interface ListsAsStoredDeps {
  readonly adapters: { readonly store: Pick<ListCalls, 'getCoupons' | 'getFees'> };
  readonly policy: { readonly retention: Retention };
}

/**
 * The lists of an order that shows the stored version. Undefined if it shows another one, came without its lines, or was not
 * stored whole; also if today's DropFields would keep other fields. The order does not show its coupons: they are fetched if
 * the stored version could still change when it was read. Fees that the order does not show are always fetched. Throws if one
 * of these calls fails.
 */
export async function listsAsStored(
  { read: { order }, earlier: stored, row, acceptsDoubtful }: EnrichTask,
  { adapters: { store }, policy: { retention } }: ListsAsStoredDeps,
): Promise<SubResources | undefined> {
  const { lines: products } = order;
  if (products === undefined || stored === undefined) return undefined;
  if (!isAsStored(order, stored, row, retention)) return undefined;
  const isVersionSettled = isSettled(stored.date_modified, Date.parse(stored.replication.read_at));
  const [found, fees] = await Promise.all([
    isVersionSettled
      ? Promise.resolve<FoundList>({ rows: stored.coupons })
      : toFoundList(store.getCoupons(order.id), acceptsDoubtful),
    lacksFees(order) ? toFoundList(store.getFees(order.id), acceptsDoubtful) : ownFees(order),
  ]);
  // One empty answer does not delete stored coupons, either. DropFields may have removed them.
  const hadSome = Array.isArray(stored.coupons) && stored.coupons.length > 0;
  const isDoubted = !acceptsDoubtful && hadSome;
  const coupons = isDoubted ? checkCount(order, found, 'coupon_discount', 'coupons') : found;
  const error = coupons.error ?? fees?.error;
  if (error !== undefined) throw error;
  const lists = { products, shipping_addresses: stored.shipping_addresses, coupons: coupons.rows };
  return fees === undefined ? lists : { ...lists, fees: fees.rows };
}

/** Whether the order was stored whole, in this very version. */
function isAsStored(order: Order, stored: Snapshot, row: LedgerRow, retention: Retention): boolean {
  if (stored.replication.gone === true || stored.replication.parts_missing === true) return false;
  return (
    stored.replication.state !== 'stored' &&
    stored.replication.incomplete === undefined &&
    stored.status_id === order.statusId &&
    dateModified(stored) === dateModified(order.raw) &&
    contentDigest(order) === row.content_digest &&
    isEqual(consignmentsToStore(order, stored, retention), stored.consignments)
  );
}

/** The consignments in the stored form, made of the order's own lines and the stored addresses. */
function consignmentsToStore(
  order: Order,
  { shipping_addresses, replication }: Snapshot,
  retention: Retention,
): unknown {
  const whole: Row = { ...order.raw, products: order.lines, shipping_addresses };
  return withoutRepeats(applyRetention(whole, replication.erased_at, retention)).consignments;
}
