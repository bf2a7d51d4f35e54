// The outcome that the documentation promises for an order. It does not use the rules in lambda/, because a local run
// compares the two.
import template from '../../cloudformation/stack.json';
import { Status, statusName } from '../../lambda/shared/order/status';

/** An order as the store shows it, with the types of its lines. */
export interface ShownOrder {
  readonly status_id: number;
  readonly order_is_digital: boolean;
  readonly is_deleted: boolean;
  readonly date_modified: string;
  readonly lineTypes: readonly string[];
}

export interface Expectation {
  readonly stored: boolean;
  /** Undefined if its status stays unchanged. */
  readonly advancedTo?: number;
  /** The reason why it is not stored, or not advanced. */
  readonly why?: string;
}

const { AllowedStatusIds, AdvanceStatusIds, CompletedOrdersLookbackDays } = template.Parameters;
const allowed = ids(AllowedStatusIds.Default);
const advanced = ids(AdvanceStatusIds.Default);
const lookbackMs = CompletedOrdersLookbackDays.Default * 24 * 60 * 60 * 1000;

/** The expected outcome of a poll that finds the order like this, with the template's default settings. */
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
    if (!order.order_is_digital) return { stored: false, why: `${status}, but not completely digital` };
    if (Date.parse(order.date_modified) < now - lookbackMs) {
      return { stored: false, why: `${status} earlier than CompletedOrdersLookbackDays ago` };
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
