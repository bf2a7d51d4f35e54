// Delivers one webhook immediately and once, and returns the response: for demonstrations, and for tests that need a
// particular webhook, genuine or not.
import { randomFrom, uuid } from '../random';
import type { SendWebhook } from './send';
import { signedHeaders } from './sign';
import type { Clock } from '../clock';
import type { Credentials } from '../credentials';
import type { Orders } from '../orders/orders';
import type { Switches } from '../switches';
import { dataFor, webhookBody } from './bodies';

/** One webhook to deliver. A missing field gets the value that the store would send. */
export interface OneWebhook {
  readonly destination: string;
  readonly orderId: number;
  readonly scope?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** UNIX seconds that are signed and sent. */
  readonly timestamp?: number;
  readonly id?: string;
  /** Signs with this instead of the client secret; empty omits the signature. */
  readonly secret?: string;
  /** `data` of the envelope. */
  readonly data?: unknown;
  /** The whole raw body. */
  readonly body?: string;
}

/** The parts of a store that one delivery uses. */
interface DeliveringStore {
  readonly seed: number;
  readonly credentials: Credentials;
  readonly switches: Switches;
  readonly clock: Clock;
  readonly orders: Orders;
}

/** The response of the destination. */
export interface WebhookAnswer {
  readonly status: number;
  readonly body: string;
  readonly durationMs: number;
}

/** Signs and sends one webhook; throws if the destination does not answer. */
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
  const envelope = { storeHash: credentials.storeHash, scope, data, createdAtSeconds: seconds };
  const body = webhook.body ?? webhookBody(envelope, switches.webhookEscaping);
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

/** The id of the cart that an order came from, if the order exists and had one. */
function cartOf(store: DeliveringStore, orderId: number): string | null | undefined {
  return store.orders.kept(orderId)?.fields.cart_id;
}
