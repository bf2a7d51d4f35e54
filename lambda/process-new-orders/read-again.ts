// Reads a stored order again, before a PUT and after a failed one, and says whether it has changed.
import { BigCommerceError } from '../shared/runtime/errors';
import { isEqual, isUnchanged } from '../shared/order/content';
import { isSettledAt } from '../shared/order/version';
import { Status } from '../shared/order/status';
import type { Gone, Read } from '../shared/order/order';
import type { Store } from '../shared/bigcommerce/client';
import type { ToAdvance } from './attempt';

export interface ReadAgainDeps {
  readonly adapters: { readonly store: Pick<Store, 'getOrder' | 'getLines'> };
}

export type Again =
  { readonly kind: 'same'; readonly read: Read } | { readonly kind: 'changed'; readonly read: Read | Gone };

/** Reads the order again; with `plainly`, by the lightest GET. */
export async function readAgain(
  { snapshot, enriched, lines: stored }: ToAdvance,
  { adapters: { store } }: ReadAgainDeps,
  plainly = false,
): Promise<Again> {
  // A Completed order is advanced because of its lines, so they must not have changed. If they do not come with the order,
  // they are fetched before it: many pages would use up the 2 s of the order's read. Its date shows later edits.
  const withLines = enriched.order.statusId === Status.Completed;
  const comeAlong = enriched.order.lines !== undefined && !plainly;
  const fetched = withLines && !comeAlong ? await store.getLines(snapshot.id) : undefined;
  const read = await store.getOrder(snapshot.id, { plainly });
  if (read.order === undefined) return { kind: 'changed', read };
  const lines = withLines ? (fetched ?? read.order.lines) : stored;
  const same =
    isUnchanged(read.order, enriched.order) &&
    isEqual(lines, stored) &&
    // Within 10 s of its date a version can change under the same date, so equality alone is not enough.
    isSettledAt(enriched.order.modifiedAt, enriched.readAt);
  return same ? { kind: 'same', read } : { kind: 'changed', read };
}

/** Reads the order again. If the store does not answer, the error says that the order is stored but not advanced. */
export async function readAgainInTime(
  task: ToAdvance,
  deps: ReadAgainDeps,
  plainly: boolean,
): Promise<Again> {
  try {
    return await readAgain(task, deps, plainly);
  } catch (error) {
    const isLate = error instanceof BigCommerceError && error.status === undefined;
    if (!isLate) throw error;
    const text = `Order ${task.snapshot.id} is stored but not advanced: ${error.message}`;
    throw new BigCommerceError(text, error.kind);
  }
}
