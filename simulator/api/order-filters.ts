// Selects and sorts the orders of a list or a count. Unknown parameters are ignored; invalid values are refused.
import { parseDate } from '../clock';
import type { KeptOrder } from '../orders/order-defaults';
import type { OrderFields } from '../orders/order-shapes';
import { STATUS } from '../orders/statuses';
import type { Switches } from '../switches';

/** The selected orders, or the name of the invalid parameter. */
export type Selection = { readonly orders: KeptOrder[] } | { readonly invalid: string };

type OrderTest = (order: Readonly<OrderFields>) => boolean;
type MakeTest = (value: string, switches: Switches) => OrderTest | undefined;

/** The orders that match the filters; `countsAll` includes Incomplete orders and ignores `is_deleted`. */
export function select(
  all: Iterable<KeptOrder>,
  query: URLSearchParams,
  switches: Switches,
  countsAll = false,
): Selection {
  const tests: OrderTest[] = [archivedTest(countsAll ? null : query.get('is_deleted'), switches)];
  if (!countsAll && !query.has('status_id') && switches.incompleteOrders === 'hidden') {
    tests.push((order) => order.status_id !== STATUS.INCOMPLETE);
  }
  for (const [name, value] of query) {
    const make = filters[name];
    const test = make && value !== '' ? make(value, switches) : always;
    if (!test) return { invalid: name };
    tests.push(test);
  }
  const matches = (kept: KeptOrder): boolean => tests.every((test) => test(kept.fields));
  return { orders: [...all].filter(matches) };
}

/** The orders sorted as `sort` says, by default by id; undefined if `sort` is invalid. */
export function sorted(orders: readonly KeptOrder[], sort: string | null): KeptOrder[] | undefined {
  const [, field = 'id', direction = 'asc'] = /^(\w+)(?::(asc|desc))?$/.exec(sort ?? 'id') ?? ['', ''];
  const key = sortKeys[field];
  if (!key) return undefined;
  const sign = direction === 'desc' ? -1 : 1;
  const keyed = orders.map((order) => ({ order, key: key(order.fields) }));
  keyed.sort((a, b) => sign * compare(a.key, b.key) || a.order.fields.id - b.order.fields.id);
  return keyed.map(({ order }) => order);
}

const always: OrderTest = () => true;

const sortKeys: Readonly<Record<string, ((order: OrderFields) => number | string) | undefined>> = {
  id: (order) => order.id,
  customer_id: (order) => order.customer_id,
  date_created: (order) => Date.parse(order.date_created),
  date_modified: (order) => Date.parse(order.date_modified),
  status_id: (order) => order.status_id,
  channel_id: (order) => order.channel_id,
  external_id: (order) => order.external_id ?? '',
};

function compare(a: number | string, b: number | string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

const filters: Readonly<Record<string, MakeTest | undefined>> = {
  min_id: bound(wholeNumber, (order) => order.id, 1, 'idBounds'),
  max_id: bound(wholeNumber, (order) => order.id, -1, 'idBounds'),
  min_total: bound(decimal, (order) => Number(order.total_inc_tax), 1),
  max_total: bound(decimal, (order) => Number(order.total_inc_tax), -1),
  min_date_created: bound(parseDate, (order) => Date.parse(order.date_created), 1, 'dateBounds'),
  max_date_created: bound(parseDate, (order) => Date.parse(order.date_created), -1, 'dateBounds'),
  min_date_modified: bound(parseDate, (order) => Date.parse(order.date_modified), 1, 'dateBounds'),
  max_date_modified: bound(parseDate, (order) => Date.parse(order.date_modified), -1, 'dateBounds'),
  status_id: equals(wholeNumber, (order) => order.status_id),
  customer_id: equals(wholeNumber, (order) => order.customer_id),
  channel_id: equals(wholeNumber, (order) => order.channel_id),
  email: equals(String, (order) => order.billing_address.email),
  cart_id: equals(String, (order) => order.cart_id),
  payment_method: equals(String, (order) => order.payment_method),
  external_order_id: equals(String, (order) => order.external_order_id),
};

function equals(parse: (text: string) => unknown, field: (order: OrderFields) => unknown): MakeTest {
  return (value) => {
    const expected = parse(value);
    return expected === undefined ? undefined : (order) => field(order) === expected;
  };
}

/** A lower (1) or upper (-1) bound, inclusive unless a switch says otherwise. */
function bound(
  parse: (text: string) => number | undefined,
  field: (order: OrderFields) => number,
  side: 1 | -1,
  edge?: 'idBounds' | 'dateBounds',
): MakeTest {
  return (value, switches) => {
    const limit = parse(value);
    if (limit === undefined) return undefined;
    const withEdge = !edge || switches[edge] === 'inclusive';
    return (order) => {
      const distance = side * (field(order) - limit);
      return withEdge ? distance >= 0 : distance > 0;
    };
  };
}

function archivedTest(requested: string | null, switches: Switches): OrderTest {
  const isRequested = requested === 'true' || requested === '1';
  if (switches.archivedOrders === 'listed') return always;
  if (!isRequested || switches.isDeletedFilter === 'ignored') return (order) => !order.is_deleted;
  return switches.isDeletedFilter === 'only' ? (order) => order.is_deleted : always;
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function decimal(text: string): number | undefined {
  return /^\d{1,12}(\.\d{1,8})?$/.test(text) ? Number(text) : undefined;
}
