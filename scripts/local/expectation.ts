// What the README promises for an order, in words and to be checked. Written apart from the rules in lambda/, on
// purpose: a local run compares the two.
import template from '../../cloudformation/stack.json';
import { Status, statusName } from '../../lambda/shared/order/status';

/** An order as the store shows it, with what its lines are. */
export interface ShownOrder {
  readonly status_id: number;
  readonly order_is_digital: boolean;
  readonly is_deleted: boolean;
  readonly date_modified: string;
  readonly lineTypes: readonly string[];
}

export interface Expectation {
  readonly stored: boolean;
  /** Undefined: its status is left alone. */
  readonly advancedTo?: number;
  /** Why it is not stored, or not advanced. */
  readonly why?: string;
}

const { AllowedStatusIds, AdvanceStatusIds, CompletedOrdersLookbackDays } = template.Parameters;
const allowed = ids(AllowedStatusIds.Default);
const advanced = ids(AdvanceStatusIds.Default);
const lookbackMs = CompletedOrdersLookbackDays.Default * 24 * 60 * 60 * 1000;

/** What a poll makes of an order that it finds like this, with the template's own settings. */
export function expectationFor(order: ShownOrder, now: number): Expectation {
  const status = statusName(order.status_id);
  const digital =
    order.lineTypes.length > 0 &&
    order.lineTypes.every((type) => type === 'digital' || type === 'giftcertificate');
  if (order.is_deleted) return { stored: false, why: 'it is archived' };
  if (!allowed.includes(order.status_id)) {
    return { stored: false, why: `${status} is not one of AllowedStatusIds` };
  }
  if (order.status_id === Status.Completed) {
    if (!order.order_is_digital) return { stored: false, why: `${status}, and not all of it is digital` };
    if (Date.parse(order.date_modified) < now - lookbackMs) {
      return { stored: false, why: `${status} longer ago than CompletedOrdersLookbackDays` };
    }
    if (!digital) return { stored: true, why: `${status}, but not all of its lines are digital` };
  }
  if (!advanced.includes(order.status_id)) {
    return { stored: true, why: `${status} is not one of AdvanceStatusIds` };
  }
  return { stored: true, advancedTo: digital ? Status.AwaitingPickup : Status.AwaitingShipment };
}

function ids(list: string): number[] {
  return list.split(',').map(Number);
}
