// Reads the orders of a backfill, page after page, by ascending id: from the store's lists, or one by one.
import { newEffort } from '../../../lambda/shared/steps/list-effort';
import type { Effort } from '../../../lambda/shared/steps/list-effort';
import { ListReader } from '../../../lambda/shared/steps/list-reader';
import type { ListToRead } from '../../../lambda/shared/steps/list-reader';
import type { Store } from '../../../lambda/shared/bigcommerce/client';
import type { ListedOrder } from '../../../lambda/shared/order/order';
import { parseDate } from '../../../lambda/shared/runtime/time';
import { Status } from '../../../lambda/shared/order/status';
import type { BackfillSelection } from './options';
import { CommandError } from '../../terminal/command-error';

/** It is unknown whether BigCommerce's bounds are inclusive: the query is 1 s wider, and the rest is filtered here. */
const WIDENED_MS = 1_000;

/** Orders per page of single orders: after a kill, at most so many are read again. */
const NAMED_AT_ONCE = 25;

const HOW_TO_CONTINUE = 'Run the same command again. It continues after the orders that it could not list.';

/** The position of a backfill: the last order of a page, and the status of its list if statuses were named. */
export interface BackfillCursor {
  readonly status_id?: number | undefined;
  readonly order_id: number;
}

export interface FoundPage {
  readonly cursor: BackfillCursor;
  readonly orders: readonly ListedOrder[];
  /** The time after the answer, in epoch milliseconds: with an earlier time, a later edit would count as read. */
  readonly seenAt: number;
  /** Ids that the store does not have. */
  readonly missing: readonly number[];
  /** Rows without a usable id. */
  readonly unreadable: number;
  /** Orders that no list can show. */
  readonly unreadableIds: readonly number[];
  /** The number of calls for the page. */
  readonly calls: number;
}

/** A selection with its bounds in epoch milliseconds. */
interface CreationWindow {
  readonly createdSince: number;
  readonly createdBefore: number;
}

interface PageDeps {
  readonly store: Pick<Store, 'listOrders' | 'getOrder'>;
  readonly now: () => number;
  /** Repeats the reading of a page until the store answers; without it a page is read once. */
  readonly retry?: <T>(step: () => Promise<T>) => Promise<T>;
}

/** Without --to a backfill ends at its own start: later orders are for the polls. */
function windowOf(selection: Omit<BackfillSelection, 'advance'>, began: number): CreationWindow {
  return {
    createdSince: parseDate(selection.created_since) ?? 0,
    createdBefore: parseDate(selection.created_before) ?? began,
  };
}

/** The bounds of the query to the store. */
const widened = ({ createdSince, createdBefore }: CreationWindow) => ({
  createdSince: createdSince - WIDENED_MS,
  createdBefore: createdBefore + WIDENED_MS,
});

/** The number of orders by the store's count. Only the lists are exact. */
export async function countOrders(
  { order_ids: orderIds, status_ids: statusIds, ...selection }: BackfillSelection,
  began: number,
  store: Pick<Store, 'countOrders'>,
): Promise<number> {
  if (orderIds !== undefined) return orderIds.length;
  const counts = await store.countOrders(widened(windowOf(selection, began)));
  const isListed = (id: number) => statusIds?.includes(id) ?? id !== Status.Incomplete;
  return [...counts].reduce((sum, [id, orders]) => sum + (isListed(id) ? orders : 0), 0);
}

/** Yields all pages, or those after the cursor. */
export function pagesOf(
  selection: BackfillSelection,
  began: number,
  from: BackfillCursor | undefined,
  deps: PageDeps,
): AsyncGenerator<FoundPage> {
  if (selection.order_ids !== undefined) return named(selection.order_ids, from?.order_id ?? 0, deps);
  return listed(windowOf(selection, began), selection.status_ids ?? [undefined], from, deps);
}

async function* listed(
  window: CreationWindow,
  statusIds: readonly (number | undefined)[],
  from: BackfillCursor | undefined,
  deps: PageDeps,
): AsyncGenerator<FoundPage> {
  const { retry = once } = deps;
  const effort = newEffort();
  const first = Math.max(0, statusIds.indexOf(from?.status_id));
  for (const [index, statusId] of statusIds.slice(first).entries()) {
    const status = statusId === undefined ? {} : { statusId };
    const after = index === 0 ? (from?.order_id ?? 0) : 0;
    const query = { ...status, ...widened(window), withLines: true };
    const [reader, calls] = countingReader({ query, afterId: after }, effort, deps);
    for (let last = false; !last;) {
      const page = await retry(() => reader.next());
      if (page?.stopped) throw new CommandError(`${page.stopped.cause.message} ${HOW_TO_CONTINUE}`);
      if (page === undefined) break;
      last = page.isLast;
      yield {
        cursor: { ...(statusId === undefined ? {} : { status_id: statusId }), order_id: page.lastId },
        orders: page.orders.filter((order) => isWithin(order, window)),
        seenAt: page.seenAt,
        missing: [],
        unreadable: page.unreadable,
        unreadableIds: page.unlistableIds,
        calls: calls(),
      };
    }
  }
}

const once = <T>(step: () => Promise<T>): Promise<T> => step();

/** A reader, and a function that returns the number of its calls since it was last called. */
function countingReader(
  list: ListToRead,
  effort: Effort,
  { store, now }: PageDeps,
): readonly [ListReader, () => number] {
  let calls = 0;
  const listOrders: Store['listOrders'] = (query) => {
    calls += 1;
    return store.listOrders(query);
  };
  const reader = new ListReader(list, { adapters: { store: { listOrders } }, invocation: { now } }, effort);
  return [reader, () => calls - (calls = 0)];
}

/** An order without a readable date is included: one copy too many is harmless. */
function isWithin(order: ListedOrder, { createdSince, createdBefore }: CreationWindow): boolean {
  const { createdAt = createdSince } = order;
  return createdAt >= createdSince && createdAt < createdBefore;
}

async function* named(
  ids: readonly number[],
  after: number,
  { store, now }: PageDeps,
): AsyncGenerator<FoundPage> {
  const rest = ids.filter((id) => id > after);
  for (let start = 0; start < rest.length; start += NAMED_AT_ONCE) {
    const some = rest.slice(start, start + NAMED_AT_ONCE);
    const orders: ListedOrder[] = [];
    for (const id of some) {
      const { order } = await store.getOrder(id);
      if (order !== undefined) orders.push(order);
    }
    const found = new Set(orders.map(({ id }) => id));
    const missing = some.filter((id) => !found.has(id));
    const cursor = { order_id: some.at(-1) ?? after };
    yield { cursor, orders, seenAt: now(), missing, unreadable: 0, unreadableIds: [], calls: some.length };
  }
}
