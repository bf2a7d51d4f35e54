// The other first stop: a genuine webhook becomes one reference, safely queued before it is answered.
import { describe, EnqueueError } from '../shared/errors';
import type { OrderReference } from '../shared/order';
import { withoutShopper } from '../shared/personal';
import { isTaken, readWebhook } from '../shared/webhook';
import type { Webhook } from '../shared/webhook';
import type { Ledger } from '../shared/ledger';
import type { Log } from '../shared/log';
import type { Queue } from '../shared/queue';
import type { Delivery, WebhooksTable } from '../shared/tables';
import { proofOf } from './proof';
import type { Proof, ProofDeps, SignedRequest } from './proof';

/**
 * From this age on a true signature is stale: BigCommerce repeated the delivery without a new time stamp, or somebody
 * replayed it. It is accepted all the same, since its effect is the same at any time; many of them are worth a look.
 */
const STALE_MS = 5 * 60 * 1000;

const HOUR_MS = 60 * 60 * 1000;

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
  readonly ledger: Pick<Ledger, 'noteQueued'>;
  readonly webhooks: WebhooksTable;
  readonly log: Log;
}

/**
 * 200 for all that is genuine, also where it cannot be used: BigCommerce would repeat any other answer, then deactivate
 * the webhook. 401: not genuine.
 */
export interface Received {
  readonly status: 200 | 401;
  readonly outcome: 'accepted' | 'ignored' | 'rejected';
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
  const receivedAt = new Date(deps.now()).toISOString();
  const proof = await proofOf(request, settings.webhookMaxAgeHours * HOUR_MS, deps);
  if (proof.by === 'nothing') return { status: 401, outcome: 'rejected', reason: proof.reason };
  const webhook = readWebhook(request.body, settings.storeHash);
  if ('problem' in webhook) return ignoreUnusable(webhook.problem, proof, deps);

  const { scope, orderId, content } = webhook;
  const stale = staleness(proof);
  const arrival = {
    webhook: withoutShopper(content),
    receivedAt,
    requestId: request.requestId,
    proof: proof.by,
    ...stale,
  };
  if (stale) deps.log.warn('stale webhook', { orderId, ...stale }, { StaleWebhooks: 1 });
  if (orderId !== undefined && isTaken(scope)) return accept({ ...arrival, orderId }, webhook, deps);
  if (orderId !== undefined) await record({ ...arrival, orderId, outcome: 'ignored' }, deps);
  deps.log.info('webhook ignored', { orderId });
  return { status: 200, outcome: 'ignored' };
}

/** No status code shows that it happens, a wrong store hash for instance: hence the warning and the metric. */
function ignoreUnusable(reason: string, proof: Proof, { log }: ReceiveDeps): Received {
  log.warn('webhook unusable', { reason, proof: proof.by }, { WebhooksUnusable: 1 });
  return { status: 200, outcome: 'ignored', reason };
}

function staleness(proof: Proof): { readonly ageSeconds: number } | undefined {
  if (proof.by === 'nothing' || proof.ageMs === undefined || proof.ageMs < STALE_MS) return undefined;
  return { ageSeconds: Math.floor(proof.ageMs / 1000) };
}

/** A genuine delivery that names an order, before it is known what becomes of it. */
type Arrival = Omit<Delivery, 'outcome' | 'messageId'>;

async function accept(arrival: Arrival, { hash }: Webhook, deps: ReceiveDeps): Promise<Received> {
  const { orderId, receivedAt } = arrival;
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
    tolerate('queued order not noted', deps.ledger.noteQueued(reference, deps.now()), orderId, deps.log),
    record({ ...arrival, outcome: 'accepted', messageId }, deps),
  ]);
  deps.log.info('webhook accepted', { orderId, source: 'webhook', messageId }, { WebhooksAccepted: 1 });
  return { status: 200, outcome: 'accepted' };
}

async function enqueue(reference: OrderReference, arrival: Arrival, deps: ReceiveDeps): Promise<string> {
  try {
    const [messageId = ''] = await deps.queue.enqueue([reference]);
    return messageId;
  } catch (error) {
    await record({ ...arrival, outcome: 'not queued' }, deps);
    const { orderId } = arrival;
    throw new EnqueueError(`Order ${orderId} could not be queued. ${describe(error)}`, { cause: error });
  }
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
