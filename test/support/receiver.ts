// The webhook's flow with everything around it in memory, and the requests that BigCommerce or anyone else sends to it.
import { createHmac } from 'node:crypto';
import { toRequest } from '../../lambda/new-orders-webhook/parse-request';
import type { ProxyEvent } from '../../lambda/new-orders-webhook/parse-request';
import { receive } from '../../lambda/new-orders-webhook/receive';
import type { ReceiveDeps } from '../../lambda/new-orders-webhook/receive';
import type { OrderReference } from '../../lambda/shared/order/reference';
import type { Delivery, SignedDelivery } from '../../lambda/shared/tables/webhooks';
import { NOON } from './builders';
import { memoryWebhooks } from './memory-webhooks';

export const clientSecret = 'client-secret-for-tests';
export const webhookSecret = 'generated-secret-for-tests';
export const secretHeader = { 'X-Order-Replication-Secret': webhookSecret };
export const accepted = { status: 200, outcome: 'accepted' };

export const aWebhook = (overrides: object = {}) => ({
  producer: 'stores/abc123xyz',
  hash: '5d2f8b0c',
  created_at: NOON / 1000,
  store_id: '1009999999',
  scope: 'store/cart/converted',
  data: { type: 'cart', id: '72880ea0-43ec-411c-aefd-d2dba47b6552', orderId: 100 },
  ...overrides,
});

let messages = 0;

/** The headers of a signed webhook. Each is a message of its own, unless it is given an id. */
export function signed(
  text: string | Uint8Array,
  { secret = clientSecret, at = NOON, id = `msg_${(messages += 1)}` } = {},
) {
  const timestamp = String(at / 1000);
  const mac = createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(text).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${mac}` };
}

export type Headers = Readonly<Record<string, string>>;

/** Parts of the receiver that a test replaces: adapters, or the clock. */
type ReceiverParts = Partial<ReceiveDeps['adapters'] & ReceiveDeps['invocation']>;

/** The secrets after a rotation: `known` is what the container has, the others are the current ones. */
interface Rotated {
  readonly known?: string;
  readonly clientSecret?: string;
  readonly webhookSecret?: string;
}

export function aReceiver(rotated: Rotated = {}) {
  const order: string[] = [];
  const queued: OrderReference[] = [];
  const lines: { event: string; fields: unknown; metrics?: unknown }[] = [];
  const secretsRead: string[] = [];
  const webhooks = memoryWebhooks();
  const write = (event: string, fields: unknown, metrics?: unknown) =>
    void lines.push({ event, fields, ...(metrics === undefined ? {} : { metrics }) });
  const deps = {
    secrets: secretsThatRotate(rotated, secretsRead),
    queue: {
      enqueue(references: readonly OrderReference[]) {
        order.push('queued');
        queued.push(...references);
        return Promise.resolve(['message-1']);
      },
    },
    ledger: { recordQueued: () => Promise.resolve(order.push('noted') > 0) },
    webhooks: inOrder(webhooks, order),
    log: { info: write, warn: write, error: write },
  };
  const { deliveries } = webhooks;
  return { deps, order, queued, webhooks, deliveries, lines, secretsRead, ...requestsTo(deps) };
}

function secretsThatRotate(rotated: Rotated, secretsRead: string[]): ReceiveDeps['adapters']['secrets'] {
  return {
    bigCommerce: (fresh = false) => {
      secretsRead.push(fresh ? 'client secret, fresh' : 'client secret');
      const known = rotated.known ?? clientSecret;
      const current = fresh ? (rotated.clientSecret ?? known) : known;
      return Promise.resolve({ clientId: 'id', accessToken: 'token', clientSecret: current });
    },
    webhook: (fresh = false) => {
      secretsRead.push(fresh ? 'webhook secret, fresh' : 'webhook secret');
      return Promise.resolve(fresh ? (rotated.webhookSecret ?? webhookSecret) : webhookSecret);
    },
  };
}

/** The Webhooks table, whose writes are noted in `order`. */
function inOrder(webhooks: ReturnType<typeof memoryWebhooks>, order: string[]) {
  return {
    ...webhooks,
    record(delivery: Delivery) {
      order.push('recorded');
      return webhooks.record(delivery);
    },
    remember(delivery: SignedDelivery) {
      order.push('remembered');
      return webhooks.remember(delivery);
    },
  };
}

/** How requests reach the flow; `more` replaces adapters, or the clock. */
function requestsTo(deps: ReceiveDeps['adapters']) {
  /** As API Gateway sends it. */
  const hand = (event: ProxyEvent, { now = () => NOON, ...more }: ReceiverParts = {}) =>
    receive(toRequest(event, { awsRequestId: 'request-1' }), {
      adapters: { ...deps, ...more },
      policy: { storeHash: 'abc123xyz', webhookMaxAgeHours: 72 },
      invocation: { now },
    });
  const post = (body: string | Uint8Array, headers: Headers, more: ReceiverParts = {}) =>
    typeof body === 'string'
      ? hand({ headers, body, isBase64Encoded: false }, more)
      : hand({ headers, body: Buffer.from(body).toString('base64'), isBase64Encoded: true }, more);
  const postSigned = (webhook: unknown, more: ReceiverParts = {}, at = NOON) => {
    const text = JSON.stringify(webhook);
    return post(text, signed(text, { at }), more);
  };
  return { hand, post, postSigned };
}
