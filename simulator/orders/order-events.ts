// What a change of an order sets off: the events that webhooks announce, the mail to the customer and the flip
// between paid and unpaid.
import type { Actor, Events } from '../events';
import type { KeptOrder } from './order-defaults';
import type { OrderFields } from './order-shapes';
import { paymentClass, STATUS } from './statuses';
import type { Switches } from '../switches';

interface World {
  readonly switches: Switches;
  readonly events: Events;
}

/** Tells of an order that has just come in, at the merchant's or a shopper's doing. */
export function announceNew({ events, switches }: World, order: OrderFields): void {
  events.emit({ kind: 'created', orderId: order.id, by: 'merchant' });
  if (isConverted(order, switches)) events.emit({ kind: 'cartConverted', orderId: order.id, by: 'merchant' });
}

/** Tells of an order that has changed; what is announced depends on what differs. */
export function announceChange(world: World, before: KeptOrder, after: KeptOrder, by: Actor): void {
  const { events, switches } = world;
  const orderId = after.fields.id;
  const repeats = by === 'api' && sameButForDate(before, after);
  if (!repeats || switches.sameStatusFiresUpdated) events.emit({ kind: 'updated', orderId, by });
  if (after.fields.is_deleted && !before.fields.is_deleted) events.emit({ kind: 'archived', orderId, by });
  if (after.fields.status_id !== before.fields.status_id) {
    announceStatus(world, before.fields, after.fields, by);
  }
}

function announceStatus(world: World, before: OrderFields, after: OrderFields, by: Actor): void {
  const { events, switches } = world;
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

/** A cart has become an order once the order is more than Incomplete. */
function isConverted(order: OrderFields, switches: Switches): boolean {
  const hadCart = order.cart_id !== null || switches.cartConvertedWithoutCart;
  return hadCart && order.status_id !== STATUS.INCOMPLETE;
}

function sameButForDate(before: KeptOrder, after: KeptOrder): boolean {
  const text = (order: KeptOrder): string =>
    JSON.stringify({ ...order, fields: { ...order.fields, date_modified: '' } });
  return text(before) === text(after);
}
