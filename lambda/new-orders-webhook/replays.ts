// A signed delivery is taken once, for as long as its signature is accepted: who captured one cannot have it cost store
// calls and rows again and again. What cannot be looked up is taken: the worker makes a second reference harmless.
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
 * By what a delivery is known again. `newestUntil`: epoch milliseconds, until when a signature of now would be accepted.
 * Undefined where it names no order, which costs nothing; and without a signature, when its id may be anybody's.
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

/** Whether it was taken before. */
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
