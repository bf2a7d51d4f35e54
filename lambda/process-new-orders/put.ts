// One PUT of an order's status, which is never repeated, and what is known of it when it fails.
import { BigCommerceError } from '../shared/runtime/errors';
import type { Order, Read } from '../shared/order/order';
import type { Store } from '../shared/bigcommerce/client';
import type { ToAdvance } from './attempt';
import type { Effects } from './effects';

/** The oldest read that a PUT may rest on. What the store changes within it is overwritten. */
export const MAX_READ_AGE_MS = 2_000;

export interface PutDeps {
  readonly adapters: { readonly store: Pick<Store, 'putStatus'> };
}

/** A PUT that failed may have worked, and may even land later. */
export interface FailedPut {
  readonly error: BigCommerceError;
  readonly mayStillLand: boolean;
}

/** Sends one PUT that rests on this read. Throws what no other PUT of this invocation can help. */
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
    const text = `PUT of order ${snapshot.id} answered with status ${order.statusId} instead of ${targetStatusId}.`;
    return { error: new BigCommerceError(text, 'retryable'), mayStillLand: false };
  } catch (error) {
    effects.addPut();
    if (!(error instanceof BigCommerceError) || error.kind === 'configuration') throw error;
    return { error, mayStillLand: mayHaveWorked(error) };
  }
}

/** A 5xx, a gateway's above all, says no more of the PUT than no answer does; nor does a 2xx that cannot be read. */
function mayHaveWorked({ kind, status }: BigCommerceError): boolean {
  if (kind !== 'retryable') return false;
  return status === undefined || status >= 500 || (status >= 200 && status < 300);
}
