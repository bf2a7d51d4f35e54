// Sends one PUT of an order's status, which is never retried, and says whether a failed one may still take effect.
import { BigCommerceError } from '../shared/runtime/errors';
import type { Order, Read } from '../shared/order/order';
import type { Store } from '../shared/bigcommerce/client';
import type { ToAdvance } from './attempt';
import type { Effects } from './effects';

/** The maximum age of the read before a PUT. The PUT overwrites a change that the store makes in this time. */
export const MAX_READ_AGE_MS = 2_000;

export interface PutDeps {
  readonly adapters: { readonly store: Pick<Store, 'putStatus'> };
}

/** A failed PUT may have taken effect, or may still do so. */
export interface FailedPut {
  readonly error: BigCommerceError;
  readonly mayStillLand: boolean;
}

/** Sends one PUT after this read. Throws ConfigurationError and other errors that a second PUT cannot fix. */
export async function put(
  { snapshot, targetStatusId }: ToAdvance,
  basis: Read,
  effects: Effects,
  { adapters: { store } }: PutDeps,
): Promise<'too-late' | { readonly order: Order } | FailedPut> {
  try {
    const order = await store.putStatus(snapshot.id, targetStatusId, basis.readAt + MAX_READ_AGE_MS);
    if (order === 'too-late') return order;
    effects.addPut();
    if (order.statusId === targetStatusId) return { order };
    const text = `The PUT of order ${snapshot.id} returned status ${order.statusId} instead of ${targetStatusId}.`;
    return { error: new BigCommerceError(text, 'retryable'), mayStillLand: false };
  } catch (error) {
    effects.addPut();
    if (!(error instanceof BigCommerceError) || error.kind === 'configuration') throw error;
    return { error, mayStillLand: mayHaveWorked(error) };
  }
}

/** No answer, a 5xx (often from a gateway) and an unreadable 2xx do not say whether the PUT took effect. */
function mayHaveWorked({ kind, status }: BigCommerceError): boolean {
  if (kind !== 'retryable') return false;
  return status === undefined || status >= 500 || (status >= 200 && status < 300);
}
