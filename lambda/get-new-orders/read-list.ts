// Reads one list of a poll, page by page, as far as time allows, and checks the end of the list of changes.
import type { Store } from '../shared/bigcommerce/client';
import type { Effort } from '../shared/steps/list-effort';
import { listedPages } from '../shared/steps/list-orders';
import type { ListedPage } from '../shared/steps/list-reader';
import { enqueueUnlistable } from '../shared/steps/unlistable-orders';
import type { UnlistableDeps } from '../shared/steps/unlistable-orders';
import type { Cursor } from '../shared/tables/jobs';
import { countMissing, holdChanges } from './check-changes';
import type { CheckDeps, Hold, ListEnd } from './check-changes';
import { enqueuePage } from './enqueue-page';
import type { EnqueuePageDeps } from './enqueue-page';
import type { PollTally } from './poll-tally';
import { cursorAt } from './poll-window';
import type { OrderList, PollWindow } from './poll-window';

export type ReadListDeps = EnqueuePageDeps &
  UnlistableDeps &
  CheckDeps & {
    readonly adapters: { readonly store: Pick<Store, 'listOrders'> };
    readonly invocation: {
      /** After this time no further page is requested; epoch milliseconds. */
      readonly stopBefore: number;
    };
  };

/** The state that all lists of one poll share. */
export interface Reading {
  readonly window: PollWindow;
  readonly tally: PollTally;
  readonly effort: Effort;
}

/** The result of reading one list. */
export interface ListReading {
  readonly cursor?: Cursor | undefined;
  readonly hold?: Hold | undefined;
  /** A changed order that no list can show has already had its daily reference. */
  readonly waits: boolean;
}

/** Reads one list as far as time allows, and checks the end of the list of changes. */
export async function readList(list: OrderList, reading: Reading, deps: ReadListDeps): Promise<ListReading> {
  const { window, tally, effort } = reading;
  // Every poll reads at least one page, or polls would continue one another indefinitely.
  if (effort.pages > 0 && isTimeUp(deps)) {
    return { cursor: cursorAt(list, list.afterId, window, list.pageSize), waits: false };
  }
  const end = await readPages(list, reading, deps);
  if (end.cursor !== undefined) return end;
  const missing = await countMissing(list, end, deps);
  if (missing === undefined) {
    // The end is read once more and then accepted. The page is read in any case, or polls would continue indefinitely.
    effort.pages = 0;
    const again = await readPages({ ...list, afterId: end.lastId }, reading, deps);
    return { cursor: again.cursor, waits: end.waits || again.waits };
  }
  const hold = missing > 0 ? await holdChanges(missing, tally.timestamp, deps) : undefined;
  return { hold, waits: end.waits };
}

function isTimeUp({ invocation: { now, stopBefore } }: ReadListDeps): boolean {
  return now() >= stopBefore;
}

/** Reads the pages of a list. `cursor` is set if too little time is left for the rest. */
async function readPages(
  list: OrderList,
  { window, tally, effort }: Reading,
  deps: ReadListDeps,
): Promise<ListEnd & ListReading> {
  const { adapters, invocation } = deps;
  const pass = { jobTimestamp: tally.timestamp, bounds: window.bounds };
  const listing = { adapters, invocation: { ...invocation, isTimeUp: () => isTimeUp(deps) } };
  let end = { listed: 0, endsEmpty: false, lastId: list.afterId, waits: false };
  for await (const page of listedPages(list, listing, effort)) {
    tally.addPage(await enqueuePage(page, list, pass, deps));
    const referred = await enqueueUnlistableOf(page, tally, deps);
    const mustWait = list.statusId === undefined && referred < page.unlistableIds.length;
    const shown = page.orders.length + page.unreadable;
    end = {
      listed: end.listed + shown + page.unlistableIds.length,
      endsEmpty: shown === 0,
      lastId: page.lastId,
      waits: end.waits || mustWait,
    };
    if (page.stopped) return { ...end, cursor: cursorAt(list, page.lastId, window, page.stopped.size) };
    if (!page.isLast && isTimeUp(deps)) return { ...end, cursor: cursorAt(list, page.lastId, window) };
  }
  return end;
}

/** Reports the orders that no list can show, and queues each one that had no reference for a day. Returns how many it queued. */
async function enqueueUnlistableOf(
  { unlistableIds, seenAt }: ListedPage,
  tally: PollTally,
  deps: ReadListDeps,
): Promise<number> {
  if (unlistableIds.length === 0) return 0;
  tally.addUnlistable(unlistableIds);
  deps.adapters.log.warn('bigcommerce.orders_unlistable', { orderIds: unlistableIds });
  const sender = { source: 'poll', seenAt, jobTimestamp: tally.timestamp };
  const referred = await enqueueUnlistable(unlistableIds, sender, deps);
  tally.addReferred(referred);
  return referred;
}
