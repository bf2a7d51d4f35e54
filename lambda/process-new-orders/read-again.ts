// Another look at an order that is stored: it is the same as it was enriched, or it has changed.
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

/** Reads the order again; `plainly` without anything that need not come with it. */
export async function readAgain(
  { snapshot, enriched, lines: stored }: ToAdvance,
  { adapters: { store } }: ReadAgainDeps,
  plainly = false,
): Promise<Again> {
  // A Completed order is advanced only for its lines: they are part of what must not have changed. Where they do not come
  // with the order they come before it, whose two seconds many pages would use up; its date tells of later edits.
  const withLines = enriched.order.statusId === Status.Completed;
  const comeAlong = enriched.order.lines !== undefined && !plainly;
  const fetched = withLines && !comeAlong ? await store.getLines(snapshot.id) : undefined;
  const read = await store.getOrder(snapshot.id, { plainly });
  if (read.order === undefined) return { kind: 'changed', read };
  const lines = withLines ? (fetched ?? read.order.lines) : stored;
  const same =
    isUnchanged(read.order, enriched.order) &&
    isEqual(lines, stored) &&
    // Of a version that could still change when it was enriched, equality proves nothing.
    isSettledAt(enriched.order.modifiedAt, enriched.readAt);
  return same ? { kind: 'same', read } : { kind: 'changed', read };
}

/** A read that gets no answer in time is no reason to look for the order elsewhere: the error says that it is stored. */
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
