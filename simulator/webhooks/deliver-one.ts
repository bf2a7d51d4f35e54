// Delivers one webhook, now and once, and shows the answer: for demonstrations, and for tests that want a
// particular webhook, genuine or not.
import { randomFrom, uuid } from '../random';
import type { SendWebhook } from './send';
import { signWebhook } from './sign';
import type { Clock } from '../clock';
import type { Credentials } from '../credentials';
import type { Orders } from '../orders/orders';
import type { Switches } from '../switches';
import { dataFor, webhookBody } from './bodies';

/** One webhook to deliver. Whatever is left out is made as the store would make it. */
export interface OneWebhook {
  readonly destination: string;
  readonly orderId: number;
  readonly scope?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** UNIX seconds that are signed and sent. */
  readonly timestamp?: number;
  readonly id?: string;
  /** Signs with this instead of the client secret; empty leaves the signature out. */
  readonly secret?: string;
  /** `data` of the envelope. */
  readonly data?: unknown;
  /** The whole raw body. */
  readonly body?: string;
}

/** The parts of a store that one delivery takes. */
interface DeliveringStore {
  readonly seed: number;
  readonly credentials: Credentials;
  readonly switches: Switches;
  readonly clock: Clock;
  readonly orders: Orders;
}

/** What became of it. */
export interface WebhookAnswer {
  readonly status: number;
  readonly body: string;
  readonly durationMs: number;
}

/** The headers that make a webhook genuine; none for an empty secret. */
export function signedHeaders(
  secret: string,
  id: string,
  timestampSeconds: number,
  body: string,
): Record<string, string> {
  if (secret === '') return {};
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': signWebhook(secret, id, timestampSeconds, body),
  };
}

/** Signs and sends one webhook; throws if nobody answers. */
export async function deliverWebhook(
  store: DeliveringStore,
  send: SendWebhook,
  webhook: OneWebhook,
): Promise<WebhookAnswer> {
  const { clock, credentials, switches } = store;
  const startedAt = clock.now();
  const seconds = Math.floor(startedAt / 1000);
  const { scope = 'store/cart/converted', orderId, timestamp = seconds } = webhook;
  const random = randomFrom(store.seed, 'webhook', scope, orderId, timestamp);
  const id = webhook.id ?? `msg_${uuid(random)}`;
  const data = webhook.data ?? dataFor(scope, { orderId, cartId: cartOf(store, orderId) ?? uuid(random) });
  const announcement = { storeHash: credentials.storeHash, scope, data, createdAtSeconds: seconds };
  const body = webhook.body ?? webhookBody(announcement, switches.webhookEscaping);
  const answer = await send({
    url: webhook.destination,
    headers: {
      'content-type': 'application/json',
      ...signedHeaders(webhook.secret ?? credentials.clientSecret, id, timestamp, body),
      ...webhook.headers,
    },
    body,
    timeoutMs: switches.deliveryTimeoutMs,
  });
  return { ...answer, durationMs: clock.now() - startedAt };
}

/** The id of the cart that an order came from, if there is such an order and it had one. */
function cartOf(store: DeliveringStore, orderId: number): string | null | undefined {
  return store.orders.kept(orderId)?.fields.cart_id;
}
