// What a backfill would do: it looks at all that a backfill looks at, and writes nothing anywhere.
import type { Store } from '../../../lambda/shared/bigcommerce/client';
import type { Ledger } from '../../../lambda/shared/tables/ledger';
import type { Checkpoint } from './checkpoint';
import { judgePage } from './classify';
import type { Task } from './classify';
import { pagesOf } from './pages';
import { excluded, nothing, ordersIn, sum } from './tally';
import type { Tally } from './tally';

export interface DryRunDeps {
  readonly store: Pick<Store, 'listOrders' | 'getOrder'>;
  readonly ledger: Pick<Ledger, 'find'>;
  readonly show: (lookedAt: number) => void;
  readonly retry?: <T>(step: () => Promise<T>) => Promise<T>;
  readonly now: () => number;
}

export interface DryRunResult {
  /** Orders that would be queued. */
  readonly queued: number;
  /** How the others ended, or would end. */
  readonly tally: Tally;
  /** Of the store's API, to find all of them. */
  readonly calls: number;
}

/** Continues from the checkpoint, as the backfill would. */
export async function runDry(
  { selection, cursor }: Checkpoint,
  task: Task,
  deps: DryRunDeps,
): Promise<DryRunResult> {
  let [queued, calls, tally] = [0, 0, nothing];
  for await (const found of pagesOf(selection, task.began, cursor, deps)) {
    const rows = await deps.ledger.find(found.orders.map(({ id }) => id));
    const { fresh, underWay, tally: known } = judgePage(found, rows, task, deps.now());
    queued += fresh.length;
    calls += found.calls;
    tally = sum([tally, known, excluded('already-queued', underWay.length)]);
    deps.show(ordersIn(tally) + queued);
  }
  return { queued, tally, calls };
}
