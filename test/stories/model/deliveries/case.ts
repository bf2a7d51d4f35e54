// One order at the end of its story, and why the store's side keeps it from the ERP.
import type { DeliveryRow } from '../../../../lambda/shared/delivery/delivery-row';
import type { DeliveryReason } from '../../../../lambda/shared/delivery/reasons';
import type { ErpChange, ErpRecord } from '../../../support/simulated-erp/records';
import { whyNotDelivered } from './gate';
import type { StoredOrder, Version } from './store';
import type { DeliveryStory } from './story';

export interface Case {
  readonly id: number;
  readonly story: DeliveryStory;
  readonly order: StoredOrder;
  readonly last: Version;
  readonly row: DeliveryRow;
  /** What happened to its records in the ERP. */
  readonly changes: readonly ErpChange[];
  /** Its records that are not cancelled. */
  readonly living: readonly ErpRecord[];
  /** Why the store's order is not to be delivered. */
  readonly gate: DeliveryReason | undefined;
}

/** Nothing is notified of a snapshot that expires, so that the reason may be of the one before. */
export function isGate(reason: DeliveryReason, { gate, order, last }: Case): boolean {
  const before = last.isExpired ? order.versions : [];
  return reason === gate || before.some((version) => whyNotDelivered(version, order) === reason);
}
