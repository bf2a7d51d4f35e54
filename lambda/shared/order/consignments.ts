// What comes with an order itself when it is asked for with `include=consignments.line_items,fees`: the lines, under its
// consignments, and the fees. https://developer.bigcommerce.com/docs/rest-management/orders
import { isErrorRow, toOrderId } from './order';
import type { ListedOrder } from './order';
import { isRow, toList } from '../runtime/json';
import type { Row } from '../runtime/json';

/** What every line of `/products` has that any rule, total or ERP goes by: a line without one of them is not whole. */
const LINE_FIELDS = [
  'product_id',
  'order_address_id',
  'name',
  'sku',
  'type',
  'quantity',
  'product_options',
  'base_price',
  'price_ex_tax',
  'price_inc_tax',
  'base_total',
  'total_ex_tax',
  'total_inc_tax',
];

/**
 * The lines of an order as `/products` would list them, or undefined where only that list is sure: the API cuts them at 50
 * a consignment, leaving a `__warning__`, and orders were seen whose consignments had none.
 * https://github.com/bigcommerce/docs/issues/960
 */
export function linesOf(order: Row): readonly Row[] | undefined {
  const consignments = toConsignments(order.consignments);
  if (consignments === undefined) return undefined;
  const groups = [consignments, ...groupsOf(consignments)];
  if (groups.some((group) => '__warning__' in group)) return undefined;
  const lines = groups.flatMap(({ line_items: items = [] }) => toList(items) ?? [items]);
  return isAll(lines, order) ? [...lines].sort((one, other) => Number(one.id) - Number(other.id)) : undefined;
}

/** The fees of an order that came with them; undefined where it does not show them, as where a link stands in their place. */
export function feesOf(order: Row): readonly Row[] | undefined {
  const fees = toList(order.fees);
  return fees?.every(isRow) === true && !fees.some(isErrorRow) ? fees : undefined;
}

/** Whether an order names its fees without showing them: a link, an error, or nothing of a known form. */
export function lacksFees({ raw, fees }: Pick<ListedOrder, 'raw' | 'fees'>): boolean {
  return raw.fees !== undefined && fees === undefined;
}

/** An object by `consignment_structure=object`; in its older form it stands in an array alone. */
function toConsignments(value: unknown): Row | undefined {
  const list = toList(value);
  const one: unknown = list?.length === 1 ? list[0] : value;
  return isRow(one) ? one : undefined;
}

function groupsOf({ pickups, shipping, downloads, email }: Row): Row[] {
  const certificates = isRow(email) ? [email, email.gift_certificates] : [];
  return [pickups, shipping, downloads, ...certificates]
    .flatMap((group) => toList(group) ?? [group])
    .filter(isRow);
}

/** Every line is whole and there once, and they are as many as the order counts. */
function isAll(lines: readonly unknown[], order: Row): lines is readonly Row[] {
  const rows = lines.filter(isWhole);
  const pieces = rows.reduce((sum, { quantity }) => sum + Number(quantity), 0);
  return (
    rows.length > 0 &&
    rows.length === lines.length &&
    new Set(rows.map(({ id }) => id)).size === rows.length &&
    pieces === order.items_total
  );
}

function isWhole(line: unknown): line is Row {
  return (
    isRow(line) && toOrderId(line.id) === line.id && LINE_FIELDS.every((field) => line[field] !== undefined)
  );
}
