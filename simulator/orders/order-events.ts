// The events that a change of an order causes: those that webhooks announce, the mail to the customer, and the change
// between paid and unpaid.
import type { Actor, Events } from '../events';
import type { KeptOrder } from './order-defaults';
import type { OrderFields } from './order-shapes';
import { paymentClass, STATUS } from './statuses';
import type { Switches } from '../switches';

interface EventsContext {
  readonly switches: Switches;
  readonly events: Events;
}

/** Announces a new order, which the merchant or a shopper placed. */
export function announceNew({ events, switches }: EventsContext, order: OrderFields): void {
  events.emit({ kind: 'created', orderId: order.id, by: 'merchant' });
  if (isConverted(order, switches)) events.emit({ kind: 'cartConverted', orderId: order.id, by: 'merchant' });
}

/** Announces a changed order; the events depend on the fields that differ. */
export function announceChange(context: EventsContext, before: KeptOrder, after: KeptOrder, by: Actor): void {
  const { events, switches } = context;
  const orderId = after.fields.id;
  const isRepeated = by === 'api' && differsOnlyInDate(before, after);
  if (!isRepeated || switches.sameStatusFiresUpdated) events.emit({ kind: 'updated', orderId, by });
  if (after.fields.is_deleted && !before.fields.is_deleted) events.emit({ kind: 'archived', orderId, by });
  if (after.fields.status_id !== before.fields.status_id) {
    announceStatus(context, before.fields, after.fields, by);
  }
}

function announceStatus(context: EventsContext, before: OrderFields, after: OrderFields, by: Actor): void {
  const { events, switches } = context;
  const change = { orderId: after.id, by, from: before.status_id, to: after.status_id };
  events.emit({ kind: 'statusUpdated', ...change });
  events.emit({ kind: 'mail', ...change });
  const flip = paymentClass(after.status_id, switches.partiallyRefundedIsPaid);
  const wasPaid = paymentClass(before.status_id, switches.partiallyRefundedIsPaid);
  if (flip !== wasPaid && flip !== 'neither' && wasPaid !== 'neither') events.emit({ kind: flip, ...change });
  if (!isConverted(before, switches) && isConverted(after, switches)) {
    events.emit({ kind: 'cartConverted', orderId: after.id, by });
  }
}

/** Whether a cart has become an order: the order is no longer Incomplete. */
function isConverted(order: OrderFields, switches: Switches): boolean {
  const hadCart = order.cart_id !== null || switches.cartConvertedWithoutCart;
  return hadCart && order.status_id !== STATUS.INCOMPLETE;
}

function differsOnlyInDate(before: KeptOrder, after: KeptOrder): boolean {
  const text = (order: KeptOrder): string =>
    JSON.stringify({ ...order, fields: { ...order.fields, date_modified: '' } });
  return text(before) === text(after);
}
