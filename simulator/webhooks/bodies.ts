// The body of a webhook: the envelope with its order of keys, and data that names the id as its scope does.
import { createHash } from 'node:crypto';
import { toJson } from '../json';
import type { Switches } from '../switches';

/** The content of a webhook. */
interface Envelope {
  readonly storeHash: string;
  readonly scope: string;
  readonly data: unknown;
  readonly createdAtSeconds: number;
}

/** The order of a webhook, and its cart: cart webhooks name both. */
interface Subject {
  readonly orderId: number;
  readonly cartId: string;
  readonly from?: number;
  readonly to?: number;
}

// BigCommerce writes this id as a string.
const STORE_ID = '1009999999';

/** `data` for a scope that is about an order. */
export function dataFor(scope: string, subject: Subject): unknown {
  const { orderId, cartId, from, to } = subject;
  if (scope.startsWith('store/cart/')) return { type: 'cart', id: cartId, orderId };
  if (scope.startsWith('store/shipment/')) return { type: 'shipment', id: 1, orderId };
  if (scope.startsWith('store/channel/')) return { order_id: orderId };
  if (scope.startsWith('store/order/metafield/')) return { metafield_id: 14, resource_id: String(orderId) };
  if (scope !== 'store/order/statusUpdated') return { type: 'order', id: orderId };
  const status = { previous_status_id: from ?? 0, new_status_id: to ?? 0 };
  return { type: 'order', id: orderId, status };
}

/** The raw body. `hash` is opaque, like the real one, and equal for equal content. */
export function webhookBody(envelope: Envelope, escaping: Switches['webhookEscaping']): string {
  const { storeHash, scope, data, createdAtSeconds } = envelope;
  const content = JSON.stringify([storeHash, scope, data, createdAtSeconds]);
  return toJson(
    {
      producer: `stores/${storeHash}`,
      hash: createHash('sha1').update(content).digest('hex'),
      created_at: createdAtSeconds,
      store_id: STORE_ID,
      scope,
      data,
    },
    escaping,
  );
}
