// The gate's rules, written from the specification and not from the code: why an order is not to be delivered.
import type { DeliveryReason } from '../../../../lambda/shared/delivery/reasons';
import type { StoredOrder, Version } from './store';

const VOID: ReadonlySet<number> = new Set([0, 1, 5, 6]);

/** Undefined if nothing speaks against its delivery. A person's hold is not known here. */
export function whyNotDelivered(
  version: Version,
  { planned }: Pick<StoredOrder, 'planned'>,
): DeliveryReason | undefined {
  if (version.isExpired) return 'no-snapshot';
  if (VOID.has(version.statusId) || version.isGone) return 'void';
  if (version.isArchived) return 'archived';
  if (version.statusId === 12 || version.statusId === 13) return 'in-question';
  if (version.isRefunded || version.statusId === 4 || version.statusId === 14) return 'refunded';
  if (version.statusId === 7) return 'payment-open';
  if (planned.isOld) return 'before-start';
  return version.isErased ? 'erased' : undefined;
}
