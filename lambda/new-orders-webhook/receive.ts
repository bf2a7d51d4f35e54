// The other first stop: a genuine webhook becomes one reference, safely queued before it is answered.
import { formatError, EnqueueError } from '../shared/runtime/errors';
import type { OrderReference } from '../shared/order/reference';
import type { Delivery, SignedDelivery, WebhooksTable } from '../shared/tables/webhooks';
import { withoutShopper } from '../shared/order/personal-data';
import { isTaken, readWebhook } from '../shared/order/webhook-event';
import type { Webhook } from '../shared/order/webhook-event';
import type { Ledger } from '../shared/tables/ledger';
import type { EventName } from '../shared/runtime/events';
import type { Log } from '../shared/runtime/log';
import type { Queue } from '../shared/aws/queue';
import { authenticate } from './authenticate';
import type { Proof, ProofDeps, SignedRequest } from './authenticate';
import { isReplay, signedDelivery } from './replays';
import { HOUR_MS, iso } from '../shared/runtime/time';

/**
 * From this age on a true signature is stale: BigCommerce repeated the delivery without a new time stamp, or it was held
 * up. It is accepted still, since its effect is the same at any time.
 */
const STALE_MS = 5 * 60 * 1000;

const PRINTABLE = /^[\x20-\x7e]*$/;

export interface WebhookRequest extends SignedRequest {
  readonly requestId: string;
}

export interface ReceiveSettings {
  readonly storeHash: string;
  readonly webhookMaxAgeHours: number;
}

export interface ReceiveDeps extends ProofDeps {
  readonly queue: Pick<Queue, 'enqueue'>;
  readonly ledger: Pick<Ledger, 'recordQueued'>;
  readonly webhooks: WebhooksTable;
  readonly log: Log;
}

/**
 * `replayed`: genuine, and queued or ignored before. 200 for all that is genuine, also where it cannot be used: BigCommerce would repeat any other answer, then deactivate
 * the webhook. 401: not genuine.
 */
export interface Received {
  readonly status: 200 | 401;
  readonly outcome: 'accepted' | 'ignored' | 'replayed' | 'rejected';
  readonly reason?: string;
}

/**
 * Decides on one delivery. Throws EnqueueError when its reference could not be queued, and whatever kept a secret from
 * being read: BigCommerce then delivers again.
 */
export async function receive(
  request: WebhookRequest,
  settings: ReceiveSettings,
  deps: ReceiveDeps,
): Promise<Received> {
  const receivedAt = iso(deps.now());
  const maxAgeMs = settings.webhookMaxAgeHours * HOUR_MS;
  const proof = await authenticate(request, maxAgeMs, deps);
  if (proof.by === 'nothing') return { status: 401, outcome: 'rejected', reason: proof.reason };
  const webhook = readWebhook(request.body, settings.storeHash);
  if ('problem' in webhook) return ignoreUnusable(webhook.problem, proof, deps);

  const { orderId, scope, content } = webhook;
  const signed = signedDelivery(orderId, request, proof, deps.now() + maxAgeMs);
  if (signed !== undefined && (await isReplay(signed, deps))) return ignoreReplay(signed, deps);
  const stale = staleness(proof);
  if (stale) deps.log.warn('webhook.stale', { orderId, ...stale }, { StaleWebhooks: 1 });
  if (orderId !== undefined) {
    const { requestId } = request;
    const delivery = { orderId, webhook: withoutShopper(content), receivedAt, requestId, proof: proof.by };
    const arrival = { delivery: { ...delivery, ...stale }, signed };
    if (isTaken(scope)) return accept(arrival, webhook, deps);
    await Promise.all([record(arrival, { outcome: 'ignored' }, deps), rememberIt(arrival, deps)]);
  }
  deps.log.info('webhook.ignored', { orderId });
  return { status: 200, outcome: 'ignored' };
}

/** No status code shows that it happens, a wrong store hash for instance: hence the warning and the metric. */
function ignoreUnusable(reason: string, proof: Proof, { log }: ReceiveDeps): Received {
  log.warn('webhook.unusable', { reason, proof: proof.by }, { WebhooksUnusable: 1 });
  return { status: 200, outcome: 'ignored', reason };
}

function staleness(proof: Proof): { readonly ageSeconds: number } | undefined {
  if (proof.by === 'nothing' || proof.ageMs === undefined || proof.ageMs < STALE_MS) return undefined;
  return { ageSeconds: Math.floor(proof.ageMs / 1000) };
}

function ignoreReplay({ orderId }: SignedDelivery, { log }: ReceiveDeps): Received {
  log.info('webhook.replayed', { orderId }, { WebhooksReplayed: 1 });
  return { status: 200, outcome: 'replayed' };
}

/** A genuine delivery that names an order, before it is known what becomes of it. */
interface Arrival {
  readonly delivery: Omit<Delivery, 'outcome' | 'messageId'>;
  readonly signed: SignedDelivery | undefined;
}

async function accept(arrival: Arrival, { hash }: Webhook, deps: ReceiveDeps): Promise<Received> {
  const { orderId, receivedAt } = arrival.delivery;
  const reference: OrderReference = {
    orderId,
    source: 'webhook',
    seenAt: receivedAt,
    // Characters that SQS refuses would be refused at each repetition.
    ...(hash !== undefined && PRINTABLE.test(hash) ? { webhookHash: hash.slice(0, 128) } : {}),
  };
  const messageId = await enqueue(reference, arrival, deps);
  // The reference is safe: nothing that fails from here on may make BigCommerce deliver it again.
  await Promise.all([
    tolerate(
      'ledger.queued_not_recorded',
      deps.ledger.recordQueued(reference, deps.now()),
      orderId,
      deps.log,
    ),
    record(arrival, { outcome: 'accepted', messageId }, deps),
    rememberIt(arrival, deps),
  ]);
  deps.log.info('webhook.accepted', { orderId, source: 'webhook', messageId }, { WebhooksAccepted: 1 });
  return { status: 200, outcome: 'accepted' };
}

async function enqueue(reference: OrderReference, arrival: Arrival, deps: ReceiveDeps): Promise<string> {
  try {
    const [messageId = ''] = await deps.queue.enqueue([reference]);
    return messageId;
  } catch (error) {
    // Not remembered: BigCommerce delivers it again, and then it must get in.
    await record(arrival, { outcome: 'not queued' }, deps);
    const { orderId } = reference;
    throw new EnqueueError(`Order ${orderId} could not be queued. ${formatError(error)}`, { cause: error });
  }
}

type Outcome = Pick<Delivery, 'outcome' | 'messageId'>;

function record({ delivery }: Arrival, outcome: Outcome, deps: ReceiveDeps): Promise<void> {
  const written = deps.webhooks.record({ ...delivery, ...outcome });
  return tolerate('webhook.not_recorded', written, delivery.orderId, deps.log);
}

async function rememberIt({ signed }: Arrival, deps: ReceiveDeps): Promise<void> {
  if (signed === undefined) return;
  await tolerate('webhook.not_remembered', deps.webhooks.remember(signed), signed.orderId, deps.log);
}

async function tolerate(event: EventName, write: Promise<unknown>, orderId: number, log: Log): Promise<void> {
  try {
    await write;
  } catch (error) {
    log.warn(event, { orderId, error: formatError(error) });
  }
}
