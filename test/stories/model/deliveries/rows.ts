// The two tables of the delivery stage, late and failing as DynamoDB does when it throttles, and what the rows said when.
import type { Deliveries } from '../../../../lambda/shared/tables/deliveries';
import type { DeliveryKeys } from '../../../../lambda/shared/tables/delivery-keys';
import type { Random } from '../../../../simulator/random';
import { memoryDeliveries, memoryDeliveryKeys } from '../../../support/memory-deliveries';
import type { VirtualTime } from '../../../support/virtual-time';
import { latecomer } from '../tables';

export type Rows = ReturnType<typeof createRows>;

export function createRows(time: VirtualTime, random: Random, habits: { readonly failures: number }) {
  const deliveries = memoryDeliveries();
  const keys = memoryDeliveryKeys();
  const struck = { failed: 0 };
  const lateAll = latecomer(time, random, habits, struck);
  /** By order: when each snapshot became known to its row, and when each record of the ERP did. */
  const notified = new Map<number, { readonly at: number; readonly readAt: string }[]>();
  const known = new Map<string, number>();
  const { rows, ...calls } = deliveries;
  const { customers, slotsTaken, ...keyCalls } = keys;

  const noting: Deliveries = {
    ...calls,
    tell: async (orderId, readAt, now) => {
      const isNew = await calls.tell(orderId, readAt, now);
      if (isNew) notified.set(orderId, [...(notified.get(orderId) ?? []), { at: time.now(), readAt }]);
      return isNew;
    },
    changeLeased: async (lease, change, told) => {
      const row = await calls.changeLeased(lease, change, told);
      const recordKey = row?.erp && keyOf(lease.orderId, row.erp.id);
      if (recordKey !== undefined && !known.has(recordKey)) known.set(recordKey, time.now());
      return row;
    },
  };
  return {
    rows,
    customers,
    slotsTaken,
    notified,
    /** When the row of an order learned of a record. */
    knownSince: (orderId: number, recordId: string) => known.get(keyOf(orderId, recordId)),
    struck,
    /** For people's commands and for looks of the story itself: neither late nor failing. */
    plain: noting,
    deliveries: lateAll(noting) satisfies Deliveries,
    keys: lateAll(keyCalls) satisfies DeliveryKeys,
  };
}

const keyOf = (orderId: number, recordId: string) => `${orderId}/${recordId}`;
