// An order as a response shows it: with links, or with the parts that `include` names.
import { consignmentsOf } from '../orders/consignments';
import type { KeptOrder } from '../orders/order-defaults';
import { linkBaseFrom, withLinks } from '../orders/order-links';
import type { Call } from './routing';

/** The order, with the parts that `include` names in place of their links. */
export function showOrder(call: Call, kept: KeptOrder): unknown {
  const { store, query } = call;
  const order = withLinks(kept.fields, linkBase(call), store.switches);
  const include = (query.get('include') ?? '').split(',');
  const full = include.includes('consignments.line_items');
  const asObject =
    query.get('consignment_structure') === 'object' || store.switches.consignmentsDefault === 'object';
  const consignments = (): unknown => {
    const all = consignmentsOf(kept, linkBase(call), full, store.switches);
    return asObject ? all : [all];
  };
  return {
    ...order,
    ...(full || include.includes('consignments') ? { consignments: consignments() } : {}),
    ...(include.includes('fees') && store.switches.includesFees ? { fees: kept.fees } : {}),
  };
}

/** The start of the links in a response: `http://127.0.0.1:8080/stores/abc123xyz/v2`. */
export function linkBase(call: Call): string {
  const { credentials, switches, settings } = call.store;
  const host = call.header('host');
  const origin = host === undefined ? settings.origin : `http://${host}`;
  return linkBaseFrom(origin, credentials.storeHash, switches);
}
