// Reads a webhook of BigCommerce: its store, its scope and the order that it names, in a form that depends on the scope.
// https://developer.bigcommerce.com/docs/integrations/webhooks/events
import * as v from 'valibot';
import { isRow, parseJson } from '../runtime/json';
import type { Row } from '../runtime/json';
import { toOrderId } from './order';
import type { WebhookReason } from './reasons';

/** The header that our own registration makes BigCommerce send, with the value of the generated secret. */
export const SECRET_HEADER = 'X-Order-Replication-Secret';

/** The scope that is registered by default. */
export const CART_CONVERTED = 'store/cart/converted';

/** Scopes that report every new order of a cart; those of orders also report orders by API, marketplace and import. */
const NEW_ORDER_SCOPES = [CART_CONVERTED, 'store/order/created', 'store/order/statusUpdated'] as const;

/** All scopes that make an order reference. Those of edits report only existing orders. */
export const SCOPES = [
  ...NEW_ORDER_SCOPES,
  'store/order/updated',
  'store/order/archived',
  'store/order/refund/created',
] as const;

/** All events of orders, for which BigCommerce sends each under its own scope. */
const ALL_OF_ORDERS = 'store/order/*';

/** The scopes of orders exist once more for every channel of the store. */
const OF_ONE_CHANNEL = /^store\/channel\/\d+\/order\//;

/** BigCommerce's webhooks have a few hundred bytes. Anything larger is neither hashed nor parsed. */
export const MAX_BODY_BYTES = 64 * 1024;

/** A webhook that makes sense. */
export interface Webhook {
  readonly scope: string;
  /** Undefined for a scope that is about something else. */
  readonly orderId: number | undefined;
  readonly hash: string | undefined;
  /** As it came. */
  readonly content: Row;
}

/** Reads a raw body, or says what is wrong with it, repeating nothing of it. */
export function readWebhook(
  body: Uint8Array,
  storeHash: string,
): Webhook | { readonly problem: WebhookReason } {
  if (body.length > MAX_BODY_BYTES) return { problem: 'body-too-large' };
  const content = parse(body);
  if (!isRow(content)) return { problem: 'not-json' };
  const result = v.safeParse(webhookOf(storeHash), content, { abortEarly: true });
  if (!result.success) return { problem: problemOf(result.issues[0]) };
  const { scope, data, hash } = result.output;
  const orderId = toOrderId(orderNamedBy(scope, data));
  if (orderId === undefined && makesReference(scope)) return { problem: 'no-order-id' };
  return { scope, orderId, hash, content };
}

/** Only these two fields have a form that must be right. */
const problemOf = (issue: v.BaseIssue<unknown>) =>
  v.getDotPath(issue) === 'scope' ? 'no-scope' : 'other-store';

/** Only the fields that are read here. */
const webhookOf = (storeHash: string) =>
  v.object({
    producer: v.literal(`stores/${storeHash}`),
    scope: v.string(),
    data: v.fallback(v.custom<Row>(isRow), {}),
    hash: v.fallback(v.optional(v.string()), undefined),
  });

/** Whether a webhook of this scope makes an order reference. */
export function makesReference(scope: string): boolean {
  return SCOPES.some((taken) => taken === ofStore(scope));
}

/** Whether a webhook registered for this scope delivers any that makes an order reference. */
export function bringsReferences(scope: string): boolean {
  return ofStore(scope) === ALL_OF_ORDERS || makesReference(scope);
}

/** Whether a webhook registered for this scope reports new orders. */
export function bringsOrders(scope: string): boolean {
  return ofStore(scope) === ALL_OF_ORDERS || NEW_ORDER_SCOPES.some((one) => one === ofStore(scope));
}

function ofStore(scope: string): string {
  return scope.replace(OF_ONE_CHANNEL, 'store/order/');
}

/** Whether two URLs are the same, however the host is written: the store may write it in its own way. */
export function sameUrl(one: string, other: string): boolean {
  const href = (text: string) => (URL.canParse(text) ? new URL(text).href.replace(/\/$/, '') : text);
  return href(one) === href(other);
}

/** A number in most scopes, a text in some: carts and shipments, channels and transactions, metafields, the rest. */
function orderNamedBy(scope: string, data: Row): unknown {
  if (scope.startsWith('store/order/metafield/')) return data.resource_id;
  return data.orderId ?? data.order_id ?? (scope.startsWith('store/order/') ? data.id : undefined);
}

function parse(body: Uint8Array): unknown {
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}
