// Which webhooks an event of the store causes, and which webhooks report deliveries that fail.
import type { Clock } from '../clock';
import type { StoreEvent } from '../events';
import type { Orders } from '../orders/orders';
import { randomFrom, uuid } from '../random';
import { dataFor } from './bodies';

/** One webhook for all hooks of its scope. */
export interface Announcement {
  readonly scope: string;
  readonly data: unknown;
}

/** A delivery exception; the destination that it reports does not get it. */
export interface DeliveryException extends Announcement {
  readonly destination: string;
}

/** The delivery that an exception reports. */
interface FailedDelivery {
  readonly hookId: number;
  readonly scope: string;
  readonly destination: string;
}

const scopes: Partial<Record<StoreEvent['kind'], string>> = {
  created: 'store/order/created',
  updated: 'store/order/updated',
  statusUpdated: 'store/order/statusUpdated',
  archived: 'store/order/archived',
  cartConverted: 'store/cart/converted',
};

/** The webhooks of an event: the store's own, and the channel's if the event is about an order. */
export function announcementsOf(
  event: StoreEvent,
  { seed, orders }: { readonly seed: number; readonly orders: Orders },
): Announcement[] {
  const scope = scopes[event.kind];
  if (scope === undefined) return [];
  const order = orders.kept(event.orderId)?.fields;
  const cartId = order?.cart_id ?? uuid(randomFrom(seed, 'cart', event.orderId));
  const own = { scope, data: dataFor(scope, { ...event, cartId }) };
  if (!order || !scope.startsWith('store/order/')) return [own];
  const channelScope = scope.replace('store/', `store/channel/${order.channel_id}/`);
  return [own, { scope: channelScope, data: dataFor(channelScope, { ...event, cartId }) }];
}

const EXCEPTION_SCOPE = 'store/hook/deliveryException';
// [docs] at most one "will retry" in 10 min.
const RETRY_NOTICE_MS = 600_000;

/** Creates the maker of delivery exceptions. A failed exception causes no further exception. */
export function createExceptions(clock: Clock) {
  let lastRetryNotice = Number.NEGATIVE_INFINITY;
  return {
    willRetry: (failed: FailedDelivery): DeliveryException | undefined => {
      if (clock.now() - lastRetryNotice < RETRY_NOTICE_MS) return undefined;
      lastRetryNotice = clock.now();
      return exceptionFor(failed, 90_001, 'The delivery failed. The store will retry it.');
    },
    givenUp: (failed: FailedDelivery) =>
      exceptionFor(failed, 90_002, 'The store gave the delivery up and disabled the webhook.'),
    blocked: (failed: FailedDelivery) => exceptionFor(failed, 90_003, 'The domain is blocked.'),
  };
}

function exceptionFor(
  { hookId, scope, destination }: FailedDelivery,
  code: number,
  message: string,
): DeliveryException | undefined {
  if (scope === EXCEPTION_SCOPE) return undefined;
  const data = { type: 'webhook', id: hookId, error_code: code, message };
  return { scope: EXCEPTION_SCOPE, data, destination };
}
