// The other first stop: queues one reference for a genuine webhook before the webhook is answered.
import { formatError, EnqueueError } from '../shared/runtime/errors';
import type { EventName } from '../shared/runtime/events';
import type { WebhookReason } from '../shared/order/reasons';
import type { OrderReference } from '../shared/order/reference';
import type { Delivery, SignedDelivery, WebhooksTable } from '../shared/tables/webhooks';
import { withoutShopper } from '../shared/order/personal-data';
import { makesReference, readWebhook } from '../shared/order/webhook-event';
import type { Webhook } from '../shared/order/webhook-event';
import type { Log } from '../shared/runtime/log';
import { enqueue } from '../shared/steps/enqueue';
import type { EnqueueDeps } from '../shared/steps/enqueue';
import { authenticate } from './authenticate';
import type { Authentication, AuthenticateDeps, SignedRequest } from './authenticate';
import { isReplay, signedDelivery } from './replays';
import type { ReplayDeps } from './replays';
import { HOUR_MS, iso } from '../shared/runtime/time';

/**
 * From this age on, a valid signature is stale: BigCommerce repeated the delivery without a new timestamp, or it was delayed.
 * It is still accepted, because its effect is the same at any time.
 */
const STALE_MS = 5 * 60 * 1000;

const PRINTABLE = /^[\x20-\x7e]*$/;

export interface WebhookRequest extends SignedRequest {
  readonly requestId: string;
}

export type ReceiveDeps = AuthenticateDeps &
  ReplayDeps &
  EnqueueDeps & {
    readonly adapters: { readonly webhooks: WebhooksTable; readonly log: Log };
    readonly policy: {
      readonly storeHash: string;
      readonly webhookMaxAgeHours: number;
    };
  };

/**
 * The answer to a delivery. `replayed`: genuine, and queued or ignored before. Every genuine delivery gets 200, even if it is
 * unusable: after any other answer BigCommerce would deliver again, and finally deactivate the webhook. 401: not genuine.
 */
export interface Received {
  readonly status: 200 | 401;
  readonly outcome: 'accepted' | 'ignored' | 'replayed' | 'rejected';
  readonly reason?: WebhookReason;
  /** The age of a valid signature outside its time; negative if it is in the future. */
  readonly ageSeconds?: number;
}

/**
 * Handles one delivery. Throws EnqueueError if its reference could not be queued, and the error if a secret could not be read:
 * BigCommerce then delivers again.
 */
export async function receive(request: WebhookRequest, deps: ReceiveDeps): Promise<Received> {
  const { adapters, policy, invocation } = deps;
  const receivedAt = iso(invocation.now());
  const maxAgeMs = policy.webhookMaxAgeHours * HOUR_MS;
  const authentication = await authenticate(request, maxAgeMs, deps);
  if (authentication.by === 'none') return reject(authentication);
  const webhook = readWebhook(request.body, policy.storeHash);
  if ('problem' in webhook) return ignoreUnusable(webhook.problem, authentication, deps);

  const { orderId, scope, content } = webhook;
  const signed = signedDelivery(orderId, request, authentication, invocation.now() + maxAgeMs);
  if (signed !== undefined && (await isReplay(signed, deps))) return ignoreReplay(signed, deps);
  const stale = staleness(authentication);
  if (stale) adapters.log.warn('webhook.stale', { orderId, ...stale }, { StaleWebhooks: 1 });
  if (orderId !== undefined) {
    const { requestId } = request;
    const delivery = {
      orderId,
      webhook: withoutShopper(content),
      receivedAt,
      requestId,
      authenticatedBy: authentication.by,
    };
    const arrival = { delivery: { ...delivery, ...stale }, signed };
    if (makesReference(scope)) return accept(arrival, webhook, deps);
    await Promise.all([record(arrival, { outcome: 'ignored' }, deps), remember(arrival, deps)]);
  }
  adapters.log.info('webhook.ignored', { orderId });
  return { status: 200, outcome: 'ignored' };
}

function reject({ reason, ageMs }: Extract<Authentication, { readonly by: 'none' }>): Received {
  const age = ageMs === undefined ? {} : { ageSeconds: Math.round(ageMs / 1000) };
  return { status: 401, outcome: 'rejected', reason, ...age };
}

/** The answer is 200, so only the warning and the metric show the problem, such as a wrong store hash. */
function ignoreUnusable(
  reason: WebhookReason,
  authentication: Authentication,
  { adapters }: ReceiveDeps,
): Received {
  adapters.log.warn(
    'webhook.unusable',
    { reason, authenticatedBy: authentication.by },
    { WebhooksUnusable: 1 },
  );
  return { status: 200, outcome: 'ignored', reason };
}

function staleness(authentication: Authentication): { readonly ageSeconds: number } | undefined {
  if (authentication.by === 'none' || authentication.ageMs === undefined || authentication.ageMs < STALE_MS)
    return undefined;
  return { ageSeconds: Math.floor(authentication.ageMs / 1000) };
}

function ignoreReplay({ orderId }: SignedDelivery, { adapters }: ReceiveDeps): Received {
  adapters.log.info('webhook.replayed', { orderId }, { WebhooksReplayed: 1 });
  return { status: 200, outcome: 'replayed' };
}

/** A genuine delivery that names an order, without its outcome. */
interface NamedDelivery {
  readonly delivery: Omit<Delivery, 'outcome' | 'messageId'>;
  readonly signed: SignedDelivery | undefined;
}

async function accept(arrival: NamedDelivery, { hash }: Webhook, deps: ReceiveDeps): Promise<Received> {
  const { orderId, receivedAt } = arrival.delivery;
  const reference: OrderReference = {
    orderId,
    source: 'webhook',
    seenAt: receivedAt,
    // SQS would refuse other characters at every delivery.
    ...(hash !== undefined && PRINTABLE.test(hash) ? { webhookHash: hash.slice(0, 128) } : {}),
  };
  const messageId = await queueOne(reference, arrival, deps);
  const fields = { orderId, source: 'webhook', messageId };
  deps.adapters.log.info('webhook.accepted', fields, { WebhooksAccepted: 1 });
  return { status: 200, outcome: 'accepted' };
}

/** Returns the id of the message. */
async function queueOne(
  reference: OrderReference,
  arrival: NamedDelivery,
  deps: ReceiveDeps,
): Promise<string> {
  let messageId = '';
  try {
    // The reference is queued, so a failed record must not make BigCommerce deliver again.
    await enqueue([reference], deps, async ([id = '']) => {
      messageId = id;
      await Promise.all([record(arrival, { outcome: 'accepted', messageId }, deps), remember(arrival, deps)]);
    });
    return messageId;
  } catch (error) {
    // The delivery is not remembered as a replay, so that BigCommerce's next delivery is accepted.
    await record(arrival, { outcome: 'not-queued' }, deps);
    const { orderId } = reference;
    throw new EnqueueError(`Order ${orderId} could not be queued. ${formatError(error)}`, { cause: error });
  }
}

type Recorded = Pick<Delivery, 'outcome' | 'messageId'>;

function record({ delivery }: NamedDelivery, outcome: Recorded, deps: ReceiveDeps): Promise<void> {
  const written = deps.adapters.webhooks.record({ ...delivery, ...outcome });
  return tolerate('webhook.not_recorded', written, delivery.orderId, deps);
}

async function remember({ signed }: NamedDelivery, deps: ReceiveDeps): Promise<void> {
  if (signed === undefined) return;
  const written = deps.adapters.webhooks.remember(signed);
  await tolerate('webhook.not_remembered', written, signed.orderId, deps);
}

async function tolerate(
  event: EventName,
  write: Promise<unknown>,
  orderId: number,
  { adapters: { log } }: ReceiveDeps,
): Promise<void> {
  try {
    await write;
  } catch (error) {
    log.warn(event, { orderId, error: formatError(error) });
  }
}
