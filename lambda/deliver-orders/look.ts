// look: what the ERP shows of orders, next to what it was given and to what the store has now.
import { buildSalesOrder, referenceOf } from '../shared/delivery/build-sales-order';
import { compareWithErp } from '../shared/delivery/compare';
import { digestOfSeen } from '../shared/delivery/digests';
import type { DeliveryRow } from '../shared/delivery/delivery-row';
import type { ErpOrder } from '../shared/delivery/erp-order';
import type { Mapping } from '../shared/delivery/mapping';
import type { SalesOrder } from '../shared/delivery/sales-order';
import { sentLines } from '../shared/delivery/sent-lines';
import type { LookedOrder, LookResult, LookVerdict, StoreSideOfLook } from '../shared/delivery/task-results';
import type { Erp } from '../shared/erp/erp';
import type { TaskDeps } from './task-deps';

export interface OrdersToLookAt {
  readonly orderIds: readonly number[];
  /** Whether the lines of both sides are in the answer. */
  readonly details: boolean;
}

/** Looks at one order after the other, and stops when no time is left. */
export async function look({ orderIds, details }: OrdersToLookAt, deps: TaskDeps): Promise<LookResult> {
  const erp = deps.adapters.erpWith(deps.policy.mapping.mapping);
  const orders: LookedOrder[] = [];
  for (const orderId of orderIds) {
    if (deps.invocation.now() >= deps.invocation.beginBefore) break;
    orders.push(await lookAt(orderId, details, erp, deps));
  }
  return { orders, left: orderIds.slice(orders.length) };
}

async function lookAt(
  orderId: number,
  details: boolean,
  erp: Erp,
  { adapters, policy }: TaskDeps,
): Promise<LookedOrder> {
  const { mapping } = policy.mapping;
  const [row, snapshot] = await Promise.all([
    adapters.deliveries.find(orderId),
    adapters.orders.find(orderId),
  ]);
  const refs = row?.refs ?? [referenceOf(orderId, mapping)];
  const found = await erp.findOrders(refs, row?.erp?.id);
  const built = snapshot === undefined ? undefined : buildSalesOrder(snapshot, mapping);
  const document = built?.kind === 'document' ? built.document : undefined;
  const live = found.filter(({ state }) => state !== 'cancelled');
  const difference = differenceOf(live[0], document, mapping);
  return {
    orderId,
    state: row?.state ?? null,
    isKept: row?.kept === true,
    refs,
    verdict: verdictOf({ live, found, row, isAsInStore: document !== undefined && difference === null }),
    difference,
    ...(details && { store: storeSideOf(document, mapping), erp: found }),
  };
}

function differenceOf(
  order: ErpOrder | undefined,
  document: SalesOrder | undefined,
  mapping: Mapping,
): string | null {
  if (order === undefined || document === undefined) return null;
  const compared = compareWithErp(document, mapping, order);
  return compared.kind === 'equal' ? null : compared.detail;
}

interface Shown {
  readonly live: readonly ErpOrder[];
  readonly found: readonly ErpOrder[];
  readonly row: DeliveryRow | undefined;
  readonly isAsInStore: boolean;
}

function verdictOf({ live, found, row, isAsInStore }: Shown): LookVerdict {
  const [order, second] = live;
  if (second !== undefined) return 'several';
  if (order === undefined) return found.length > 0 ? 'cancelled' : 'absent';
  const { erp } = row ?? {};
  // An id of an ERP that was restored from a backup may be given a second time, so the look counts, too.
  const isOther = erp !== undefined && erp.id !== order.id;
  const isAsDelivered = erp?.seen !== undefined && digestOfSeen(order) === erp.seen;
  return !isOther && (isAsDelivered || isAsInStore) ? 'same' : 'changed';
}

/** What would be sent now, without the texts of the lines, in which shoppers write. */
function storeSideOf(document: SalesOrder | undefined, mapping: Mapping): StoreSideOfLook | null {
  if (document === undefined) return null;
  const lines = sentLines(document, mapping);
  return {
    currency: document.currency,
    lines: lines.map(({ item, quantity, unitPrice, amount }) => ({ item, quantity, unitPrice, amount })),
    total: document.totals.gross,
  };
}
