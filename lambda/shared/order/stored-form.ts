// The form in which an order is stored: each line and each address once. Digests and comparisons of two looks go by the
// order as it was read; this form is what an item shows.
import { isEqual } from './content';
import { isRow } from '../runtime/json';
import type { Row } from '../runtime/json';

/**
 * The order, its lists joined, without what its `consignments` repeat: a line that `products` has too keeps its id and its
 * quantity there, and a shipping consignment the fields in which it differs from the address of the same id.
 */
export function withoutRepeats<T extends Row>(order: T): T {
  if (!isRow(order.consignments) && !Array.isArray(order.consignments)) return order;
  const lineIds = new Set(rowsOf(order.products).map(({ id }) => id));
  const addresses = new Map(rowsOf(order.shipping_addresses).map((address) => [address.id, address]));
  return { ...order, consignments: slim(order.consignments, { lineIds, addresses }) };
}

interface Listed {
  readonly lineIds: ReadonlySet<unknown>;
  readonly addresses: ReadonlyMap<unknown, Row>;
}

/** Goes through both structures of consignments, and through lists that are objects, since it goes by names alone. */
function slim(value: unknown, listed: Listed): unknown {
  if (Array.isArray(value)) return value.map((one) => slim(one, listed));
  if (!isRow(value)) return value;
  return mapFields(value, (name, inner) => {
    if (name === 'line_items') return slimLines(inner, listed);
    return name === 'shipping' ? slimShipping(inner, listed) : slim(inner, listed);
  });
}

/** One line alone, a list of them, or an object in place of a list. */
function slimLines(lines: unknown, listed: Listed): unknown {
  if (Array.isArray(lines)) return lines.map((line) => slimLines(line, listed));
  if (!isRow(lines)) return lines;
  if (lines.id === undefined) return mapFields(lines, (_, line) => slimLines(line, listed));
  if (!listed.lineIds.has(lines.id)) return lines;
  return Object.fromEntries(Object.entries(lines).filter(([name]) => name === 'id' || name === 'quantity'));
}

function slimShipping(shipping: unknown, listed: Listed): unknown {
  if (Array.isArray(shipping)) return shipping.map((one) => slimShipping(one, listed));
  if (!isRow(shipping)) return shipping;
  if (shipping.id === undefined) return mapFields(shipping, (_, one) => slimShipping(one, listed));
  const address = listed.addresses.get(shipping.id);
  const isRepeated = (name: string, value: unknown) =>
    name !== 'id' && address !== undefined && name in address && isSameValue(value, address[name]);
  return slim(
    Object.fromEntries(Object.entries(shipping).filter(([name, value]) => !isRepeated(name, value))),
    listed,
  );
}

/** A consignment has its costs as numbers, an address as texts of four decimals. */
function isSameValue(one: unknown, other: unknown): boolean {
  return isEqual(one, other) || isSameAmount(one, other) || isSameAmount(other, one);
}

function isSameAmount(amount: unknown, text: unknown): boolean {
  return (
    typeof amount === 'number' &&
    typeof text === 'string' &&
    /^-?\d{1,12}(\.\d{1,4})?$/.test(text) &&
    Number(text) === amount
  );
}

function mapFields(row: Row, map: (name: string, value: unknown) => unknown): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, map(name, value)]));
}

function rowsOf(list: unknown): readonly Row[] {
  return Array.isArray(list) ? (list as unknown[]).filter(isRow) : [];
}
