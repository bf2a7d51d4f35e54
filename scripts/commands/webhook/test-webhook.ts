// A webhook in the form of BigCommerce: the body with the same order of keys and escaped slashes, signed with the client
// secret according to Standard Webhooks.
import { createHash, randomUUID } from 'node:crypto';

import { Webhook } from 'standardwebhooks';

import { CART_CONVERTED } from '../../../lambda/shared/order/webhook-event';

export interface TestEvent {
  readonly storeHash: string;
  readonly scope: string;
  readonly orderId: number;
  /** UNIX seconds. */
  readonly createdAt: number;
}

/** The raw body. BigCommerce's hash is opaque; this one is the same for the same event. */
export function webhookBody({ storeHash, scope, orderId, createdAt }: TestEvent): string {
  const data = dataFor(scope, orderId);
  const hash = createHash('sha1').update(JSON.stringify([storeHash, scope, data, createdAt]));
  const body = {
    producer: `stores/${storeHash}`,
    hash: hash.digest('hex'),
    created_at: createdAt,
    store_id: '1009999999',
    scope,
    data,
  };
  return JSON.stringify(body).replaceAll('/', '\\/');
}

function dataFor(scope: string, orderId: number): object {
  if (scope === CART_CONVERTED) return { type: 'cart', id: randomUUID(), orderId };
  if (scope !== 'store/order/statusUpdated') return { type: 'order', id: orderId };
  return { type: 'order', id: orderId, status: { previous_status_id: 0, new_status_id: 0 } };
}

/** The three headers of a signed webhook. The key is the bytes of the client secret, which is not decoded. */
export function signedHeaders(clientSecret: string, sentAt: number, body: string): Record<string, string> {
  const id = `msg_${randomUUID()}`;
  const seconds = Math.floor(sentAt / 1000);
  const key = new Webhook(Buffer.from(clientSecret), { format: 'raw' });
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': key.sign(id, new Date(seconds * 1000), body),
  };
}
