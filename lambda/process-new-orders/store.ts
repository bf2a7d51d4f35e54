// The step `store`: saves the whole order in the Orders table, before its status is advanced.
import { contentDigest } from '../shared/order/content';
import type { Finish } from '../shared/tables/ledger-finish';
import type { OrdersTable } from '../shared/tables/orders';
import { lastAdvance } from './attempt';
import type { Attempt, End, ToAdvance, ToConfirm, ToStore } from './attempt';
import { noAdvanceUntil } from './put-back';
import { keptUntil, makeSnapshot, saveSnapshot } from './snapshot';
import type { Retention } from './snapshot';
import type { Snapshot } from '../shared/order/order';

export interface StoreDeps {
  readonly adapters: { readonly orders: Pick<OrdersTable, 'save'> };
  readonly policy: { readonly retention: Retention };
  readonly invocation: { readonly now: () => number };
}

/** Stores the order as it was read, with the decision. Throws RefusedWriteError if a later read is stored. */
export async function storeOrder(
  state: ToStore,
  attempt: Attempt,
  { adapters, policy, invocation }: StoreDeps,
): Promise<ToAdvance | ToConfirm> {
  const { read, earlier, lists, areListsStored, decision } = state;
  const { row, reference, effects } = attempt;
  const found = {
    read,
    lists,
    decision,
    earlier,
    row,
    reference,
    advancedAt: lastAdvance(attempt, earlier),
  };
  const next = makeSnapshot(found, policy.retention, invocation.now());
  const snapshot = await saveSnapshot(next, earlier, adapters.orders);
  const end = describeEnd(state, snapshot, attempt);
  switch (decision.kind) {
    case 'advance': {
      const { targetStatusId } = decision;
      return { step: 'advance', snapshot, enriched: read, lines: lists.products, targetStatusId, end };
    }
    case 'confirm': {
      const finish: Finish = { ...end, state: 'replicated' };
      return { step: 'confirm', kind: 'in-target', read, snapshot, areListsStored, finish };
    }
    case 'copy': {
      const { reason } = decision;
      const isPutBack = reason === 'put-back-repeatedly';
      const until = isPutBack ? noAdvanceUntil(row, effects, invocation.now()) : undefined;
      const finish: Finish = { ...end, state: 'copied', reason, noAdvanceUntil: until };
      return { step: 'confirm', kind: 'end', finish };
    }
  }
}

/** The facts about the order and its snapshot that the ledger records. */
function describeEnd({ read, isDigital }: ToStore, snapshot: Snapshot, attempt: Attempt): End {
  const { status_before: statusBefore, advanced_at: advancedAt } = snapshot.replication;
  return {
    ...read,
    digital: isDigital,
    digest: contentDigest(read.order),
    listedDigest: attempt.reference.listedDigest,
    statusBefore,
    advancedAt,
    keptUntil: keptUntil(snapshot),
    advances: attempt.effects.madeAdvances,
  };
}
