// Which webhooks an event of the store sets off, and which ones tell of deliveries that fail.
import type { Clock } from '../clock';
import type { StoreEvent } from '../events';
import type { Orders } from '../orders/orders';
import { randomFrom, uuid } from '../random';
import { dataFor } from './bodies';

/** One webhook to be sent to whoever listens. */
export interface ToAnnounce {
  readonly scope: string;
  readonly data: unknown;
}

/** A delivery exception; it is not sent to the destination that it is about. */
export interface Exception extends ToAnnounce {
  readonly destination: string;
}

/** What an exception is about. */
interface Failed {
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

/** The webhooks of an event: the store's own, and the channel's for those about an order. */
export function announcementsOf(
  event: StoreEvent,
  world: { readonly seed: number; readonly orders: Orders },
): ToAnnounce[] {
  const scope = scopes[event.kind];
  if (scope === undefined) return [];
  const order = world.orders.kept(event.orderId)?.fields;
  const cartId = order?.cart_id ?? uuid(randomFrom(world.seed, 'cart', event.orderId));
  const own = { scope, data: dataFor(scope, { ...event, cartId }) };
  if (!order || !scope.startsWith('store/order/')) return [own];
  const channelScope = scope.replace('store/', `store/channel/${order.channel_id}/`);
  return [own, { scope: channelScope, data: dataFor(channelScope, { ...event, cartId }) }];
}

const EXCEPTION_SCOPE = 'store/hook/deliveryException';
// [docs] at most one "will retry" in ten minutes.
const RETRY_NOTICE_MS = 600_000;

/** Makes delivery exceptions; none about the delivery of exceptions. */
export function exceptionsOf({ clock }: { readonly clock: Clock }) {
  let lastRetryNotice = Number.NEGATIVE_INFINITY;
  const make = (failed: Failed, code: number, message: string): Exception | undefined => {
    if (failed.scope === EXCEPTION_SCOPE) return undefined;
    const data = { type: 'webhook', id: failed.hookId, error_code: code, message };
    return { scope: EXCEPTION_SCOPE, data, destination: failed.destination };
  };
  return {
    willRetry: (failed: Failed): Exception | undefined => {
      if (clock.now() - lastRetryNotice < RETRY_NOTICE_MS) return undefined;
      lastRetryNotice = clock.now();
      return make(failed, 90_001, 'The delivery failed and will be tried again.');
    },
    givenUp: (failed: Failed) => make(failed, 90_002, 'The delivery was given up, the webhook is disabled.'),
    blocked: (failed: Failed) => make(failed, 90_003, 'The domain is blocked.'),
  };
}
