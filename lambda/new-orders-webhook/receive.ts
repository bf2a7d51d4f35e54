// The other first stop: a genuine webhook becomes one reference, safely queued before it is answered.
import { describe } from '../shared/errors';
import { isRow, parseJson, toOrderId } from '../shared/order';
import type { OrderReference } from '../shared/order';
import type { Ledger } from '../shared/ledger';
import type { Log } from '../shared/log';
import type { Queue } from '../shared/queue';
import type { BigCommerceCredentials } from '../shared/secrets';
import type { Delivery, WebhooksTable } from '../shared/tables';
import { isSecret, isSigned } from './signature';

/** The one scope that is taken; others are genuine but not for us. */
const SCOPE = 'store/cart/converted';

/** BigCommerce's webhooks have a few hundred bytes. Anything larger is not even hashed. */
const MAX_BODY_BYTES = 64 * 1024;

const HOUR_MS = 60 * 60 * 1000;

export interface WebhookRequest {
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  readonly requestId: string;
}

export interface ReceiveSettings {
  readonly storeHash: string;
  readonly webhookMaxAgeHours: number;
}

export interface ReceiveDeps {
  readonly secrets: { bigCommerce(): Promise<BigCommerceCredentials>; webhook(): Promise<string> };
  readonly queue: Pick<Queue, 'enqueue'>;
  readonly ledger: Pick<Ledger, 'noteQueued'>;
  readonly webhooks: WebhooksTable;
  readonly log: Log;
  readonly now: () => number;
}

/** 200 accepted or ignored; 401 rejected, not genuine; 400 genuine, but it makes no sense. */
export interface Received {
  readonly status: 200 | 400 | 401;
  readonly outcome: 'accepted' | 'ignored' | 'rejected';
  readonly reason?: string;
}

/** Decides on one delivery. Throws only when the reference could not be queued: BigCommerce then delivers again. */
export async function receive(
  request: WebhookRequest,
  settings: ReceiveSettings,
  deps: ReceiveDeps,
): Promise<Received> {
  const now = deps.now();
  if (!(await isGenuine(request, now, settings, deps))) {
    return { status: 401, outcome: 'rejected', reason: 'neither a valid signature nor the secret header' };
  }
  const webhook = parse(request.body);
  if (!isRow(webhook)) return { status: 400, outcome: 'rejected', reason: 'the body is no JSON object' };
  if (webhook.producer !== `stores/${settings.storeHash}`) {
    return { status: 400, outcome: 'rejected', reason: 'the producer is another store' };
  }
  const orderId = toOrderId(isRow(webhook.data) ? webhook.data.orderId : undefined);
  const arrival = { webhook, receivedAt: new Date(now).toISOString(), requestId: request.requestId };
  if (webhook.scope !== SCOPE) return ignore(arrival, orderId, deps);
  if (orderId === undefined)
    return { status: 400, outcome: 'rejected', reason: 'data.orderId is no positive integer' };
  return accept(arrival, orderId, deps);
}

async function isGenuine(
  { headers, body }: WebhookRequest,
  now: number,
  settings: ReceiveSettings,
  { secrets }: ReceiveDeps,
): Promise<boolean> {
  if (body.length === 0 || body.length > MAX_BODY_BYTES) return false;
  const { clientSecret } = await secrets.bigCommerce();
  const signature = {
    id: headers['webhook-id'],
    timestamp: headers['webhook-timestamp'],
    signature: headers['webhook-signature'],
  };
  const maxAgeMs = settings.webhookMaxAgeHours * HOUR_MS;
  return (
    isSigned({ ...signature, clientSecret, body, now, maxAgeMs }) ||
    isSecret(headers['x-order-replication-secret'], await secrets.webhook())
  );
}

/** A genuine delivery, when it came (ISO) and in which invocation. */
interface Arrival {
  readonly webhook: Readonly<Record<string, unknown>>;
  readonly receivedAt: string;
  readonly requestId: string;
}

async function accept(arrival: Arrival, orderId: number, deps: ReceiveDeps): Promise<Received> {
  const { hash } = arrival.webhook;
  const reference: OrderReference = {
    orderId,
    source: 'webhook',
    seenAt: arrival.receivedAt,
    ...(typeof hash === 'string' ? { webhookHash: hash.slice(0, 128) } : {}),
  };
  const [messageId = ''] = await deps.queue.enqueue([reference]);
  // The reference is safe: nothing that fails from here on may make BigCommerce deliver it again.
  await Promise.all([
    tolerate('queued order not noted', deps.ledger.noteQueued(reference, deps.now()), orderId, deps.log),
    record({ ...arrival, orderId, outcome: 'accepted', messageId }, deps),
  ]);
  deps.log.info('webhook accepted', { orderId, source: 'webhook', messageId });
  return { status: 200, outcome: 'accepted' };
}

async function ignore(arrival: Arrival, orderId: number | undefined, deps: ReceiveDeps): Promise<Received> {
  if (orderId !== undefined) await record({ ...arrival, orderId, outcome: 'ignored' }, deps);
  deps.log.info('webhook ignored', { orderId });
  return { status: 200, outcome: 'ignored', reason: `only ${SCOPE} is taken` };
}

function record(delivery: Delivery, deps: ReceiveDeps): Promise<void> {
  return tolerate('webhook not recorded', deps.webhooks.record(delivery), delivery.orderId, deps.log);
}

async function tolerate(what: string, write: Promise<unknown>, orderId: number, log: Log): Promise<void> {
  try {
    await write;
  } catch (error) {
    log.warn(what, { orderId, error: describe(error) });
  }
}

function parse(body: Uint8Array): unknown {
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}
