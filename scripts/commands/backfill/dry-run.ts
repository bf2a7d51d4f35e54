// The preview of a backfill: it reads everything that a backfill reads, and writes nothing.
import type { Store } from '../../../lambda/shared/bigcommerce/client';
import type { Ledger } from '../../../lambda/shared/tables/ledger';
import type { Checkpoint } from './checkpoint';
import { classifyPage } from './classify';
import type { BackfillTask } from './classify';
import { pagesOf } from './pages';
import { excluded, nothing, ordersIn, sum } from './tally';
import type { BackfillTally } from './tally';

export interface DryRunDeps {
  readonly store: Pick<Store, 'listOrders' | 'getOrder'>;
  readonly ledger: Pick<Ledger, 'find'>;
  readonly show: (ordersRead: number) => void;
  readonly retry?: <T>(step: () => Promise<T>) => Promise<T>;
  readonly now: () => number;
}

export interface DryRunResult {
  /** Orders that would be queued. */
  readonly queued: number;
  /** The tally of the others. */
  readonly tally: BackfillTally;
  /** Calls of the store's API to find all orders. */
  readonly calls: number;
}

/** Continues from the checkpoint, as the backfill would. */
export async function runDry(
  { selection, cursor }: Checkpoint,
  task: BackfillTask,
  deps: DryRunDeps,
): Promise<DryRunResult> {
  let [queued, calls, tally] = [0, 0, nothing];
  for await (const found of pagesOf(selection, task.began, cursor, deps)) {
    const rows = await deps.ledger.find(found.orders.map(({ id }) => id));
    const { fresh, underWay, tally: known } = classifyPage(found, rows, task, deps.now());
    queued += fresh.length;
    calls += found.calls;
    tally = sum([tally, known, excluded('already-queued', underWay.length)]);
    deps.show(ordersIn(tally) + queued);
  }
  return { queued, tally, calls };
}
