// Fetches all lists of an order. If a list is permanently missing, stores the order without it, and says so in the snapshot.
import { isStoredVersion, showsContent } from '../shared/order/content';
import { BigCommerceError, formatError, failureKind } from '../shared/runtime/errors';
import type { Read, SubResources } from '../shared/order/order';
import type { OrdersTable } from '../shared/tables/orders';
import { enrich } from './enrich';
import type { Enriched, ListCalls } from './enrich';
import { makeSnapshot, saveSnapshot, applyRetention } from './snapshot';
import type { FoundOrder, Retention } from './snapshot';

/** An order whose lists are needed. */
export interface EnrichTask extends Omit<FoundOrder, 'read' | 'lists' | 'decision'> {
  readonly read: Read;
  /** Whether a doubtful empty list is accepted at this receive. */
  readonly acceptsDoubtful: boolean;
  /** Whether this is the last receive. */
  readonly isLast: boolean;
}

export interface FetchListsDeps {
  readonly adapters: { readonly store: ListCalls; readonly orders: Pick<OrdersTable, 'save'> };
  readonly policy: { readonly retention: Retention };
  readonly invocation: { readonly now: () => number };
}

/**
 * Fetches the lists of an order. Throws if a list is incomplete. At the last receive, or if a retry cannot help, it stores the
 * incomplete order first, because that is of more use than no order.
 */
export async function fetchLists(task: EnrichTask, deps: FetchListsDeps): Promise<SubResources> {
  const { order } = task.read;
  const enriched = await enrich(order, task.acceptsDoubtful, deps.adapters.store);
  const { error } = enriched;
  if (error === undefined) return enriched.lists;
  const isFinal = task.isLast || failureKind(error) === 'permanent';
  if (!isFinal || isStoredWhole(task, deps.policy.retention)) throw error;
  await storeIncomplete(task, enriched, deps);
  const what = enriched.incomplete.join(' and ');
  const text = `Order ${order.id} is stored but not advanced: no complete list of its ${what}. ${formatError(error)}`;
  const status = error instanceof BigCommerceError ? error.status : undefined;
  throw new BigCommerceError(text, failureKind(error), status);
}

/** Whether the table has this version complete. An incomplete snapshot must not replace it. */
function isStoredWhole({ read: { order }, earlier, row }: EnrichTask, retention: Retention): boolean {
  // The date may stay the same when the content changes, and a stored order has its lines in another place.
  if (earlier === undefined || showsContent(order, row.content_digest) === false) return false;
  const { incomplete, gone, parts_missing, erased_at } = earlier.replication;
  const isWhole = incomplete === undefined && gone !== true && parts_missing !== true;
  return isWhole && isStoredVersion(applyRetention(order.raw, erased_at, retention), earlier);
}

async function storeIncomplete(
  task: EnrichTask,
  { lists, incomplete }: Enriched,
  { adapters, policy, invocation }: FetchListsDeps,
): Promise<void> {
  const { earlier } = task;
  const known = Object.fromEntries(incomplete.map((name) => [name, earlier?.[name] ?? []]));
  const found = {
    ...task,
    lists: { ...lists, ...known },
    decision: { kind: 'incomplete', incomplete } as const,
  };
  const snapshot = makeSnapshot(found, policy.retention, invocation.now());
  await saveSnapshot(snapshot, earlier, adapters.orders);
}
