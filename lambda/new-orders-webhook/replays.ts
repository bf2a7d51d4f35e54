// Accepts a signed delivery once while its signature is valid, so that a captured one cannot cause more store calls and rows.
// If the look-up fails, the delivery is accepted: a second reference does no harm.
import { formatError } from '../shared/runtime/errors';
import type { Log } from '../shared/runtime/log';
import type { SignedDelivery, WebhooksTable } from '../shared/tables/webhooks';
import type { Authentication, SignedRequest } from './authenticate';
import { digestOf } from './signature';

export interface ReplayDeps {
  readonly adapters: {
    readonly webhooks: Pick<WebhooksTable, 'isRemembered'>;
    readonly log: Pick<Log, 'warn'>;
  };
  readonly invocation: { readonly now: () => number };
}

/**
 * The key by which a replay of a delivery is recognized. `newestUntil` is the end of a signature that was made now, in epoch
 * milliseconds. Undefined if the delivery names no order, which costs nothing, or has no signature, so that its id is not authenticated.
 */
export function signedDelivery(
  orderId: number | undefined,
  { body }: SignedRequest,
  authentication: Authentication,
  newestUntil: number,
): SignedDelivery | undefined {
  if (orderId === undefined || authentication.by !== 'signature') return undefined;
  return {
    orderId,
    digest: digestOf(authentication.id, body),
    acceptedUntil: newestUntil - authentication.ageMs,
  };
}

/** Whether the delivery was accepted before. Never throws. */
export async function isReplay(
  delivery: SignedDelivery,
  { adapters: { webhooks, log }, invocation }: ReplayDeps,
): Promise<boolean> {
  try {
    return await webhooks.isRemembered(delivery, invocation.now());
  } catch (error) {
    log.warn('webhook.replay_check_failed', { orderId: delivery.orderId, error: formatError(error) });
    return false;
  }
}
