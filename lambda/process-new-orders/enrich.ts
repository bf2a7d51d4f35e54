// Joins an order's products, shipping addresses, coupons and fees to it, each in full.
import { feesOf, lacksFees, linesOf } from '../shared/order/consignments';
import { contentDigest, isEqual } from '../shared/order/content';
import { BigCommerceError, DoubtfulListError, failureKind } from '../shared/runtime/errors';
import { dateModified, isSettled } from '../shared/order/version';
import { isDigital } from '../shared/order/rules';
import type { ListName, RawOrder, Snapshot, SubResources } from '../shared/order/order';
import type { Row } from '../shared/runtime/json';
import type { LedgerRow } from '../shared/order/ledger-row';
import { withoutRepeats } from '../shared/order/stored-form';
import type { Store } from '../shared/bigcommerce/client';
import { parseOrder } from '../shared/bigcommerce/parse-order';

export type ListCalls = Pick<Store, 'getLines' | 'getShippingAddresses' | 'getCoupons' | 'getFees'>;

/** The lists of an order as far as they could be had; those that `incomplete` names are empty here. */
export interface Enriched {
  readonly lists: SubResources;
  readonly incomplete: readonly ListName[];
  /** Why a list is incomplete; undefined if none is. */
  readonly error: Error | undefined;
}

/** One list: its rows, or why they are not believed. */
interface Found {
  readonly rows: readonly Row[];
  readonly error?: Error;
}

/**
 * The lists belong to the read: what did not come with its GET is fetched after it. An empty list that something
 * contradicts is incomplete; what only leaves it in doubt counts no more if `believesDoubts`. Never throws.
 */
export async function enrich(order: RawOrder, believesDoubts: boolean, store: ListCalls): Promise<Enriched> {
  const ask = (rows: Promise<readonly Row[]>) => foundIn(rows, believesDoubts);
  const coupons = ask(store.getCoupons(order.id));
  const came = linesOf(order);
  const lines = came === undefined ? ask(store.getLines(order.id)) : Promise.resolve<Found>({ rows: came });
  const addresses = seemsDigital(order)
    ? lines.then((found) =>
        isDigital(found.rows) ? { rows: [] } : ask(store.getShippingAddresses(order.id)),
      )
    : ask(store.getShippingAddresses(order.id));
  const fees = lacksFees(order) ? ask(store.getFees(order.id)) : Promise.resolve(feesAlong(order));
  const [products, shipping_addresses, foundCoupons, foundFees] = await Promise.all([
    lines,
    addresses,
    coupons,
    fees,
  ]);
  const found = { products, shipping_addresses, coupons: foundCoupons };
  const withFees = foundFees === undefined ? found : { ...found, fees: foundFees };
  return toEnriched(withDoubts(order, withFees, believesDoubts));
}

/** An order that shows neither fees nor a link to them has no such list. */
type Lists = Readonly<Record<Exclude<ListName, 'fees'>, Found>> & { readonly fees?: Found };

/** A list that could not be had is as good as none: its error is kept beside it. */
async function foundIn(rows: Promise<readonly Row[]>, believesDoubts: boolean): Promise<Found> {
  try {
    return { rows: await rows };
  } catch (error) {
    if (believesDoubts && isDoubt(error)) return { rows: [] };
    return { rows: [], error: error instanceof Error ? error : new Error(String(error)) };
  }
}

/** Whether the store may have meant that there is nothing: it answered 404, or in an unusual form. */
function isDoubt(error: unknown): boolean {
  return error instanceof DoubtfulListError || (error instanceof BigCommerceError && error.status === 404);
}

function toEnriched({ products, shipping_addresses, coupons, fees }: Lists): Enriched {
  const found: Lists = { products, shipping_addresses, coupons, ...(fees === undefined ? {} : { fees }) };
  const incomplete = (Object.keys(found) as ListName[]).filter((name) => found[name]?.error !== undefined);
  const errors = incomplete.flatMap((name) => found[name]?.error ?? []);
  const lists = {
    products: products.rows,
    shipping_addresses: shipping_addresses.rows,
    coupons: coupons.rows,
    ...(fees === undefined ? {} : { fees: fees.rows }),
  };
  return { lists, incomplete, error: worstOf(errors) };
}

/** The one to act on: a wrong setting is alerted, and while one list may still come the others wait for it. */
function worstOf(errors: readonly Error[]): Error | undefined {
  const ofKind = (kind: string) => errors.find((error) => failureKind(error) === kind);
  return ofKind('configuration') ?? ofKind('retryable') ?? ofKind('permanent');
}

/** As a list, whatever the form in which they came with the order; undefined where it shows none. */
function feesAlong(order: RawOrder): Found | undefined {
  const rows = feesOf(order);
  return rows === undefined ? undefined : { rows };
}

/** Where nothing may have been shipped the lines are looked at first: a digital order costs no address call. */
function seemsDigital(order: RawOrder): boolean {
  const lines = linesOf(order);
  return lines === undefined
    ? order.order_is_digital === true || order.shipping_address_count === 0
    : isDigital(lines);
}

/**
 * The lists of an order that shows itself exactly as it was stored, in the same version; undefined if it does not, or came
 * without its lines, or was not stored whole. Addresses and fees are part of what it shows. Coupons are not: of a version
 * that could still change when it was read, as of one that our own PUT made, they are fetched, and an error of theirs is
 * thrown; fees that the order does not show always are. `toKeep` is what is kept of an order nowadays: one that shows other fields
 * than were stored is fetched whole.
 */
export async function listsAsStored(
  order: RawOrder,
  stored: Snapshot | undefined,
  row: LedgerRow,
  toKeep: (order: RawOrder) => RawOrder,
  {
    believesDoubts,
    store,
  }: { readonly believesDoubts: boolean; readonly store: Pick<ListCalls, 'getCoupons' | 'getFees'> },
): Promise<SubResources | undefined> {
  const products = linesOf(order);
  if (products === undefined || stored === undefined) return undefined;
  if (stored.replication.gone === true || stored.replication.parts_missing === true) return undefined;
  const { shipping_addresses } = stored;
  const same =
    stored.replication.state !== 'stored' &&
    stored.replication.incomplete === undefined &&
    stored.status_id === order.status_id &&
    dateModified(stored) === dateModified(order) &&
    contentDigest(parseOrder(order)) === row.content_digest &&
    isEqual(consignmentsToStore(order, stored, toKeep), stored.consignments);
  if (!same) return undefined;
  const isSure = isSettled(stored.date_modified, Date.parse(stored.replication.read_at));
  const ask = (rows: Promise<readonly Row[]>) => foundIn(rows, believesDoubts);
  const [found, fees] = await Promise.all([
    isSure ? Promise.resolve<Found>({ rows: stored.coupons }) : ask(store.getCoupons(order.id)),
    lacksFees(order) ? ask(store.getFees(order.id)) : feesAlong(order),
  ]);
  // Coupons that were stored do not vanish by one empty answer, either. DropFields may have left none.
  const hadSome = Array.isArray(stored.coupons) && stored.coupons.length > 0;
  const isDoubted = !believesDoubts && hadSome;
  const coupons = isDoubted ? unlessCounted(order, found, 'coupon_discount', 'coupons') : found;
  const error = coupons.error ?? fees?.error;
  if (error !== undefined) throw error;
  const lists = { products, shipping_addresses, coupons: coupons.rows };
  return fees === undefined ? lists : { ...lists, fees: fees.rows };
}

/**
 * The lists with the rows that are stored where a list came empty although the order still counts something in it: an
 * empty answer that is believed in the end must not take away what is known.
 */
export function keepCounted(
  order: RawOrder,
  lists: SubResources,
  stored: Snapshot | undefined,
): SubResources {
  const keep = (name: 'shipping_addresses' | 'coupons', field: CountField) => {
    // DropFields may have left neither.
    const [came, known]: readonly unknown[] = [lists[name], stored?.[name]];
    const isEmpty = Array.isArray(came) && came.length === 0;
    const isKept = isEmpty && Array.isArray(known) && Number(order[field] ?? 0) > 0;
    return isKept ? (known as readonly Row[]) : lists[name];
  };
  return {
    ...lists,
    shipping_addresses: keep('shipping_addresses', 'shipping_address_count'),
    coupons: keep('coupons', 'coupon_discount'),
  };
}

/** In the form in which they are stored: the lines are those that came with the order, the addresses those in the table. */
function consignmentsToStore(
  order: RawOrder,
  { shipping_addresses }: Snapshot,
  toKeep: (order: RawOrder) => RawOrder,
) {
  return withoutRepeats(toKeep({ ...order, products: linesOf(order), shipping_addresses })).consignments;
}

/**
 * An empty answer looks the same as an empty list: it is incomplete where the order counts something in it. `items_total`
 * is sure. What BigCommerce counts as a shipping address is not, nor is what a `coupon_discount` comes from: these are
 * doubts, believed in the end. Gift certificates and pickups have no address.
 */
function withDoubts(order: RawOrder, found: Lists, believesDoubts: boolean): Lists {
  const { products, shipping_addresses, coupons } = found;
  const mayBeShipped = products.error !== undefined || products.rows.some(isShipped);
  return {
    ...found,
    products: unlessCounted(order, products, 'items_total', 'products'),
    shipping_addresses:
      mayBeShipped && !believesDoubts
        ? unlessCounted(order, shipping_addresses, 'shipping_address_count', 'shipping addresses')
        : shipping_addresses,
    coupons: believesDoubts ? coupons : unlessCounted(order, coupons, 'coupon_discount', 'coupons'),
  };
}

function isShipped(line: Row): boolean {
  return !isDigital([line]) && !line.order_pickup_method_id;
}

type CountField = 'items_total' | 'shipping_address_count' | 'coupon_discount';

function unlessCounted({ id, ...order }: RawOrder, found: Found, field: CountField, what: string): Found {
  const count = Number(order[field] ?? 0);
  if (found.rows.length > 0 || found.error !== undefined || !(count > 0)) return found;
  const text = `The store lists no ${what} of order ${id}, although its ${field} is ${count}.`;
  return { rows: [], error: new BigCommerceError(text, 'retryable') };
}
