// Joins an order's products, shipping addresses, coupons and fees to it, each in full.
import { areFeesLinked, feesOf, linesOf } from '../shared/consignments';
import { contentDigest, isEqual } from '../shared/content';
import { BigCommerceError } from '../shared/errors';
import { dateModified, isDigital, isSettled } from '../shared/order';
import { withoutRepeats } from '../shared/stored-form';
import type { Order, Row, Snapshot, SubResources } from '../shared/order';
import type { Store } from '../shared/bigcommerce';
import type { LedgerRow } from '../shared/ledger-row';

type Calls = Pick<Store, 'getLines' | 'getShippingAddresses' | 'getCoupons' | 'getFees'>;

/**
 * The lists belong to the read: what did not come with its GET is fetched after it. Throws what the store's calls throw,
 * and BigCommerceError where a list is empty that cannot be; no address at all is believed if `believesNoAddress`.
 */
export async function enrich(order: Order, believesNoAddress: boolean, store: Calls): Promise<SubResources> {
  const coupons = store.getCoupons(order.id);
  const lines = Promise.resolve(linesOf(order) ?? store.getLines(order.id));
  const addresses = seemsDigital(order)
    ? lines.then((found) => (isDigital(found) ? [] : store.getShippingAddresses(order.id)))
    : store.getShippingAddresses(order.id);
  const fees = areFeesLinked(order) ? feesByLink(order, believesNoAddress, store) : feesAlong(order);
  const [products, shipping_addresses, foundCoupons, foundFees] = await Promise.all([
    lines,
    addresses,
    coupons,
    fees,
  ]);
  const lists = { products, shipping_addresses, coupons: foundCoupons, ...foundFees };
  assertComplete(order, lists, believesNoAddress);
  return lists;
}

/** As a list, whatever the form in which they came with the order; without any they stay as the order shows them. */
function feesAlong(order: Order): Pick<SubResources, 'fees'> {
  const fees = feesOf(order);
  return fees === undefined ? {} : { fees };
}

/** A store that has no such list, though an order links to it, has no fees: believed as late as that there is no address. */
async function feesByLink(
  { id }: Order,
  isBelieved: boolean,
  store: Pick<Calls, 'getFees'>,
): Promise<Pick<SubResources, 'fees'>> {
  try {
    return { fees: await store.getFees(id) };
  } catch (error) {
    if (isBelieved && error instanceof BigCommerceError && error.status === 404) return { fees: [] };
    throw error;
  }
}

/** Where nothing may have been shipped the lines are looked at first: a digital order costs no address call. */
function seemsDigital(order: Order): boolean {
  const lines = linesOf(order);
  return lines === undefined
    ? order.order_is_digital === true || order.shipping_address_count === 0
    : isDigital(lines);
}

/**
 * The lists of an order that shows itself exactly as it was stored, in the same version; undefined if it does not, or came
 * without its lines. Addresses and fees are part of what it shows. Coupons are not: of a version that could still change when
 * it was read, as of one that our own PUT made, they are fetched; fees that are only linked always are. `toKeep` is what is kept of an order nowadays: one that shows
 * other fields than were stored is fetched whole.
 */
export async function listsAsStored(
  order: Order,
  stored: Snapshot | undefined,
  row: LedgerRow,
  toKeep: (order: Order) => Order,
  store: Pick<Calls, 'getCoupons' | 'getFees'>,
): Promise<SubResources | undefined> {
  const products = linesOf(order);
  if (products === undefined || stored === undefined) return undefined;
  if (stored.replication.gone === true || stored.replication.parts_missing === true) return undefined;
  const { shipping_addresses } = stored;
  const same =
    stored.replication.state !== 'stored' &&
    stored.status_id === order.status_id &&
    dateModified(stored) === dateModified(order) &&
    contentDigest(order) === row.content_digest &&
    isEqual(consignmentsToStore(order, stored, toKeep), stored.consignments);
  if (!same) return undefined;
  const isSure = isSettled(stored.date_modified, Date.parse(stored.replication.read_at));
  const [coupons, fees] = await Promise.all([
    isSure ? stored.coupons : store.getCoupons(order.id),
    areFeesLinked(order) ? store.getFees(order.id) : feesOf(order),
  ]);
  return { products, shipping_addresses, coupons, ...(fees === undefined ? {} : { fees }) };
}

/** In the form in which they are stored: the lines are those that came with the order, the addresses those in the table. */
function consignmentsToStore(
  order: Order,
  { shipping_addresses }: Snapshot,
  toKeep: (order: Order) => Order,
) {
  return withoutRepeats(toKeep({ ...order, products: linesOf(order), shipping_addresses })).consignments;
}

/**
 * Throws when a list is empty although the order counts something in it: an empty answer looks the same as an empty list.
 * `items_total` is sure; what BigCommerce counts as a shipping address is not, so that is believed in the end. Gift
 * certificates and pickups have none.
 */
function assertComplete(order: Order, lists: SubResources, believesNoAddress: boolean): void {
  if (lists.products.length === 0) assertNone(order, 'items_total', 'products');
  if (lists.shipping_addresses.length === 0 && lists.products.some(isShipped) && !believesNoAddress) {
    assertNone(order, 'shipping_address_count', 'shipping addresses');
  }
}

function isShipped(line: Row): boolean {
  return !isDigital([line]) && !line.order_pickup_method_id;
}

function assertNone({ id, ...order }: Order, field: 'items_total' | 'shipping_address_count', what: string) {
  const count = Number(order[field] ?? 0);
  if (!(count > 0)) return;
  const text = `The store lists no ${what} of order ${id}, although its ${field} is ${count}.`;
  throw new BigCommerceError(text, 'retryable');
}
