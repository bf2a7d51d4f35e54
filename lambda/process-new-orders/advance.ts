// Moves an order on in BigCommerce. There is no compare-and-set: every PUT rests on a read of the last two seconds.
import { BigCommerceError, failureKind } from '../shared/errors';
import { dateModified, isEqual, isSettled, sameContent, Status } from '../shared/order';
import type { Gone, Order, Read, Snapshot } from '../shared/order';
import type { Store } from '../shared/bigcommerce';

/** The oldest read that a PUT may rest on. What the store changes within it is overwritten. */
export const MAX_READ_AGE_MS = 2_000;

/** PUTs of one advance; after that the reference waits in the queue, as BigCommerce asks of writes. */
const MAX_PUTS = 2;

export interface AdvanceDeps {
  readonly store: Pick<Store, 'getOrder' | 'getLines' | 'putStatus'>;
  readonly now: () => number;
}

/** `advanced` with the newest truth; `changed` with the read to decide on anew. */
export type Advance = { readonly kind: 'advanced'; readonly order: Order } | Changed;
type Changed = { readonly kind: 'changed'; readonly read: Read | Gone };

/** Advances a stored snapshot to `targetStatusId`; `enriched` is the read that the snapshot was made of. */
export async function advance(
  snapshot: Snapshot,
  enriched: Read,
  targetStatusId: number,
  deps: AdvanceDeps,
): Promise<Advance> {
  let basis = enriched;
  let puts = 0;
  for (;;) {
    if (deps.now() - basis.readAt > MAX_READ_AGE_MS) {
      const again = await confirm(snapshot, enriched, deps);
      if (again.kind === 'changed') return again;
      basis = again.read;
    }
    const answer = await put(snapshot.id, targetStatusId, basis, deps);
    if (answer === 'too late') continue;
    if (!(answer instanceof Error)) return settle(answer, snapshot, deps);
    // Nobody knows whether a failed PUT took effect: only another GET tells, and no PUT goes out before it.
    puts += 1;
    // One that did shows the target status now, and is decided on anew like every other change.
    const after = await confirm(snapshot, enriched, deps);
    if (after.kind === 'changed') return after;
    if (puts >= MAX_PUTS) throw answer;
    basis = after.read;
  }
}

/** The order as the PUT answered, or the failure after which it may or may not have worked. Throws what is hopeless. */
async function put(orderId: number, targetStatusId: number, basis: Read, deps: AdvanceDeps) {
  try {
    const answer = await deps.store.putStatus(orderId, targetStatusId, basis.readAt + MAX_READ_AGE_MS);
    if (answer === 'too late' || answer.status_id === targetStatusId) return answer;
    const text = `PUT of order ${orderId} answered with status ${answer.status_id} instead of ${targetStatusId}.`;
    return new BigCommerceError(text, 'retryable');
  } catch (error) {
    const missing = error instanceof BigCommerceError && error.status === 404;
    if (error instanceof Error && (failureKind(error) === 'retryable' || missing)) return error;
    throw error;
  }
}

type Confirmation = Changed | { readonly kind: 'same'; readonly read: Read };

/** Reads the order again: it is the same as it was enriched, or it has changed. */
async function confirm(snapshot: Snapshot, enriched: Read, deps: AdvanceDeps): Promise<Confirmation> {
  // A Completed order is advanced only for its lines: they are part of what must not have changed.
  const withLines = enriched.order.status_id === Status.Completed;
  const [read, lines] = await Promise.all([
    deps.store.getOrder(snapshot.id),
    withLines ? deps.store.getLines(snapshot.id) : snapshot.products,
  ]);
  if (read.order === undefined) return { kind: 'changed', read };
  const same =
    read.order.status_id === enriched.order.status_id &&
    dateModified(read.order) === dateModified(enriched.order) &&
    sameContent(read.order, snapshot) &&
    isEqual(lines, snapshot.products) &&
    // Of a version that could still change when it was enriched, equality proves nothing.
    isSettled(dateModified(enriched.order), enriched.readAt);
  return same ? { kind: 'same', read } : { kind: 'changed', read };
}

/** The answer is the newest truth: where it shows other content than was stored, the order is read once more. */
async function settle(answer: Order, snapshot: Snapshot, deps: AdvanceDeps): Promise<Advance> {
  if (sameContent(answer, snapshot)) return { kind: 'advanced', order: answer };
  return { kind: 'changed', read: await deps.store.getOrder(snapshot.id) };
}
