// Reading orders: counts, lists, one order, and its sub-resources.
import { invalidField, json, list, notFound } from './response';
import type { Answer } from './response';
import { consignmentsOf } from '../orders/consignments';
import { select, sorted } from './order-filters';
import { link } from '../orders/order-links';
import { linkBase, showOrder } from './order-view';
import type { KeptOrder } from '../orders/order-defaults';
import { isRefusal, pageOf } from './paging';
import type { Call, Route } from './routing';
import { orderStatuses } from '../orders/statuses';

const scope = 'store_v2_orders';

/** The routes that read orders. */
export const orderRoutes: readonly Route[] = [
  { method: 'GET', template: '/v2/orders/count', scope, run: countOrders },
  { method: 'GET', template: '/v2/orders', scope, run: listOrders },
  {
    method: 'GET',
    template: '/v2/orders/{id}',
    scope,
    run: withOrder((call, kept) => json(showOrder(call, kept), call.store.switches)),
  },
  subList('products', (_, kept) => kept.lines),
  subItem('products/{line}', (call, kept) => kept.lines.find(({ id }) => id === call.ids.line)),
  subList('shipping_addresses', addresses),
  subItem('shipping_addresses/{address}', (call, kept) =>
    addresses(call, kept).find(({ id }) => id === call.ids.address),
  ),
  subList('shipping_addresses/{address}/shipping_quotes', () => []),
  subList('shipping_addresses/{address}/shippingquotes', () => []),
  subList('coupons', coupons),
  subList('shipments', () => []),
  { method: 'GET', template: '/v2/orders/{id}/consignments', scope, run: withOrder(showConsignments) },
  { method: 'GET', template: '/v2/orders/{id}/fees', scope, run: withOrder(showFees) },
];

function countOrders(call: Call): Answer {
  const { orders, switches } = call.store;
  const selection = select(orders.allKept(), call.query, switches, true);
  if ('invalid' in selection) return invalidField(selection.invalid, switches);
  const counts = new Map<number, number>();
  for (const { fields } of selection.orders) {
    counts.set(fields.status_id, (counts.get(fields.status_id) ?? 0) + 1);
  }
  const statuses = orderStatuses.map(({ order, ...status }) => ({
    ...status,
    count: counts.get(status.id) ?? 0,
    sort_order: order,
  }));
  return json({ statuses, count: selection.orders.length }, switches);
}

function listOrders(call: Call): Answer {
  const { orders, switches } = call.store;
  const selection = select(orders.allKept(), call.query, switches);
  if ('invalid' in selection) return invalidField(selection.invalid, switches);
  const inOrder = sorted(selection.orders, call.query.get('sort'));
  if (!inOrder) return invalidField('sort', switches);
  const page = pageOf(call, inOrder);
  return isRefusal(page)
    ? page
    : list(
        page.map((kept) => showOrder(call, kept)),
        switches,
      );
}

/** A route that runs with the order of its path, or answers 404. */
function withOrder(run: (call: Call, kept: KeptOrder) => Answer): Route['run'] {
  return (call) => {
    const kept = call.store.orders.kept(call.ids.id ?? 0);
    return kept ? run(call, kept) : notFound(call.store.switches);
  };
}

function subList(name: string, items: (call: Call, kept: KeptOrder) => readonly unknown[]): Route {
  const run = withOrder((call, kept) => {
    const page = pageOf(call, items(call, kept));
    return isRefusal(page) ? page : list(page, call.store.switches);
  });
  return { method: 'GET', template: `/v2/orders/{id}/${name}`, scope, run };
}

function subItem(name: string, item: (call: Call, kept: KeptOrder) => unknown): Route {
  const run = withOrder((call, kept) => {
    const found = item(call, kept);
    return found ? json(found, call.store.switches) : notFound(call.store.switches);
  });
  return { method: 'GET', template: `/v2/orders/{id}/${name}`, scope, run };
}

function addresses(call: Call, kept: KeptOrder): { id: number }[] {
  return kept.addresses.map((address) => {
    const resource = `/orders/${kept.fields.id}/shipping_addresses/${address.id}/shipping_quotes`;
    return { ...address, shipping_quotes: link(linkBase(call), resource) };
  });
}

function coupons(call: Call, kept: KeptOrder): unknown[] {
  const form = (amount: string | number): string | number =>
    call.store.switches.couponAmounts === 'number' ? Number(amount) : Number(amount).toFixed(4);
  return kept.coupons.map((coupon) => ({
    ...coupon,
    amount: form(coupon.amount),
    discount: form(coupon.discount),
  }));
}

function showConsignments(call: Call, kept: KeptOrder): Answer {
  const full = (call.query.get('include') ?? '').includes('consignments.line_items');
  const { switches } = call.store;
  return json(consignmentsOf(kept, linkBase(call), full, switches), switches);
}

function showFees(call: Call, kept: KeptOrder): Answer {
  const { switches } = call.store;
  const fees = kept.fees.map(({ cost_ex_tax, ...fee }) => ({ ...fee, [switches.feesSpelling]: cost_ex_tax }));
  return fees.length > 0 ? json({ fees }, switches) : list([], switches);
}
