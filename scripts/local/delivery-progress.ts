// The delivery of each order in a local run: the rows of the Deliveries table in words, and the check against the ERP's own
// sales. It does not use the rules in lambda/, because a local run compares the two.
import { paginateScan } from '@aws-sdk/lib-dynamodb';

import type { DeliveryRow } from '../../lambda/shared/delivery/delivery-row';
import { deliveryReasonText } from '../../lambda/shared/delivery/reasons';
import type { Snapshot } from '../../lambda/shared/order/order';
import { Status } from '../../lambda/shared/order/status';
import type { Clients } from '../service/clients';
import { isConfirmed, isLiving } from './tryton-sales';
import type { Sale } from './tryton-sales';

/** What a run with an ERP knows of an order's delivery. */
export interface DeliveryProgress {
  /** Undefined before the order is noted. */
  readonly row: DeliveryRow | undefined;
}

/** Reads every row of the Deliveries table, by order id. */
export async function readDeliveryRows(
  { documents }: Pick<Clients, 'documents'>,
  tableName: string,
): Promise<ReadonlyMap<number, DeliveryRow>> {
  const rows = new Map<number, DeliveryRow>();
  const scan = { TableName: tableName, ConsistentRead: true };
  for await (const { Items = [] } of paginateScan({ client: documents }, scan)) {
    for (const row of Items as DeliveryRow[]) rows.set(row.order_id, row);
  }
  return rows;
}

/** The cell of the table: the number of the sales order, or why there is none. */
export function deliveryInWords({ row }: DeliveryProgress, hasSnapshot: boolean): string {
  if (row === undefined) return hasSnapshot ? 'waiting' : '';
  const { state, erp, reason, last_error: error } = row;
  const number = erp === undefined ? '' : (erp.number ?? `id ${erp.id}`);
  const why = reason === undefined ? '' : deliveryReasonText(reason);
  switch (state) {
    case 'delivered':
      return number;
    case 'waiting':
      return error === undefined ? 'waiting' : `waiting: ${error}`;
    case 'held':
      return `held: ${[why, detailOf(row)].filter((part) => part !== '').join(' ')}`;
    case 'excluded':
      return `not delivered: ${why}`;
    case 'cancelled':
      return `cancelled ${number}`.trim();
  }
}

const detailOf = ({ detail }: DeliveryRow) => (detail === undefined ? '' : `(${detail})`);

/** Whether something is still to be done without a person. */
export function isDeliveryUnderWay({ row }: DeliveryProgress, hasSnapshot: boolean): boolean {
  return row === undefined ? hasSnapshot : row.state === 'waiting' || row.due === 'now';
}

/** Paid, and on its way or completed: statuses in which the ERP must have an order. */
const PAID: readonly number[] = [
  Status.Shipped,
  Status.PartiallyShipped,
  Status.AwaitingPickup,
  Status.AwaitingShipment,
  Status.Completed,
  Status.AwaitingFulfillment,
];

/** An order with its snapshot, and what became of its delivery. */
export interface DeliveredOrder {
  readonly id: number;
  readonly snapshot: Snapshot | undefined;
  readonly delivery: DeliveryProgress;
}

/** Whether the ERP must have a sales order for it. */
export const mustBeInErp = ({ snapshot }: Pick<DeliveredOrder, 'snapshot'>): boolean =>
  snapshot !== undefined && PAID.includes(snapshot.status_id);

/** The differences from the promise, in words: one confirmed sale with the store's total for each paid order, else none. */
export function deliveryShortcomings(
  order: DeliveredOrder,
  sales: readonly Sale[],
  prefix: string,
): string[] {
  const { id, delivery, snapshot } = order;
  const living = sales.filter((sale) => isLiving(sale) && isOf(sale, `${prefix}${id}`));
  if (isDeliveryUnderWay(delivery, snapshot !== undefined)) return ['its delivery is not finished'];
  if (!mustBeInErp(order)) {
    return [
      ...(living.length === 0 ? [] : [`it is not paid, but the ERP has ${living.map(nameOf).join(' and ')}`]),
      ...(snapshot === undefined || isExplained(delivery) ? [] : ['nothing says why it is not delivered']),
    ];
  }
  const [sale, another] = living;
  if (sale === undefined) return [`the ERP has no sale for it: ${deliveryInWords(delivery, true)}`];
  if (another !== undefined)
    return [`the ERP has ${living.length} sales for it: ${living.map(nameOf).join(', ')}`];
  return saleProblems(sale, snapshot);
}

const isOf = ({ webId, reference }: Sale, expected: string) =>
  [webId, reference].some((text) => text === expected || text.startsWith(`${expected}-`));

const isExplained = ({ row }: DeliveryProgress) => row?.reason !== undefined && row.state !== 'delivered';

function saleProblems(sale: Sale, snapshot: Snapshot | undefined): string[] {
  const [total, currency] = [snapshot?.['total_inc_tax'], snapshot?.['default_currency_code']];
  return [
    ...(isConfirmed(sale) ? [] : [`its sale ${nameOf(sale)} is not confirmed`]),
    ...(sale.currency === currency ? [] : [`its sale is in ${sale.currency} instead of ${String(currency)}`]),
    ...(tenThousandths(sale.total) === tenThousandths(String(total))
      ? []
      : [`its sale has the total ${sale.total} instead of ${String(total)}`]),
  ];
}

const nameOf = ({ number, id, state }: Sale) => `${number === '' ? `id ${id}` : number} (${state})`;

/** An amount as a whole number, so that 12.5 and 12.5000 are equal. */
function tenThousandths(amount: string): bigint | undefined {
  const [, sign, whole, decimals = ''] = /^(-?)(\d+)(?:\.(\d{0,4})0*)?$/.exec(amount) ?? [];
  return whole === undefined ? undefined : BigInt(`${sign ?? ''}${whole}${decimals.padEnd(4, '0')}`);
}
