// Reads the orders that a backfill is about, page after page, by ascending id: from the store's lists, or one by one.
import { newEffort } from '../../../lambda/shared/steps/list-effort';
import type { Effort } from '../../../lambda/shared/steps/list-effort';
import { ListReader } from '../../../lambda/shared/steps/list-reader';
import type { ListToRead } from '../../../lambda/shared/steps/list-reader';
import type { Store } from '../../../lambda/shared/bigcommerce/client';
import type { ListedOrder } from '../../../lambda/shared/order/order';
import { parseDate } from '../../../lambda/shared/runtime/time';
import { Status } from '../../../lambda/shared/order/status';
import type { Selection } from './options';
import { CommandError } from '../../terminal/command-error';

/** Whether BigCommerce's bounds take their own second in is not known: it is asked for more, and the rest left out here. */
const WIDENED_MS = 1_000;

/** As many as have to be asked for again, at the most, after a kill. */
const NAMED_AT_ONCE = 25;

const HOW_TO_CONTINUE = 'Run the same command again: it continues behind those that it has stepped over.';

/** Where a backfill stands: the last order of a page, and the status whose list that is, if there is one to each. */
export interface Cursor {
  readonly status_id?: number | undefined;
  readonly order_id: number;
}

export interface FoundPage {
  readonly cursor: Cursor;
  readonly orders: readonly ListedOrder[];
  /** When the answer was in, in epoch milliseconds: never earlier, or an edit since would count as read. */
  readonly seenAt: number;
  /** Ids that the store does not have. */
  readonly missing: readonly number[];
  /** Rows without a usable id. */
  readonly unreadable: number;
  /** Orders that no list can show. */
  readonly unreadableIds: readonly number[];
  /** How many calls it took. */
  readonly calls: number;
}

/** A selection with its bounds in epoch milliseconds. */
interface Window {
  readonly createdSince: number;
  readonly createdBefore: number;
}

interface Deps {
  readonly store: Pick<Store, 'listOrders' | 'getOrder'>;
  readonly now: () => number;
  /** Repeats the reading of a page until the store answers; once, if left out. */
  readonly retry?: <T>(step: () => Promise<T>) => Promise<T>;
}

/** Without --to a backfill ends where it began: what comes later is for the polls. */
function windowOf(selection: Omit<Selection, 'advance'>, began: number): Window {
  return {
    createdSince: parseDate(selection.created_since) ?? 0,
    createdBefore: parseDate(selection.created_before) ?? began,
  };
}

/** The bounds to ask the store for. */
const widened = ({ createdSince, createdBefore }: Window) => ({
  createdSince: createdSince - WIDENED_MS,
  createdBefore: createdBefore + WIDENED_MS,
});

/** As many as the store counts; what is listed has the last word. */
export async function countOrders(
  { order_ids: orderIds, status_ids: statusIds, ...selection }: Selection,
  began: number,
  store: Pick<Store, 'countOrders'>,
): Promise<number> {
  if (orderIds !== undefined) return orderIds.length;
  const counts = await store.countOrders(widened(windowOf(selection, began)));
  const isListed = (id: number) => statusIds?.includes(id) ?? id !== Status.Incomplete;
  return [...counts].reduce((sum, [id, orders]) => sum + (isListed(id) ? orders : 0), 0);
}

/** Yields what follows the cursor, or everything. */
export function pagesOf(
  selection: Selection,
  began: number,
  from: Cursor | undefined,
  deps: Deps,
): AsyncGenerator<FoundPage> {
  if (selection.order_ids !== undefined) return named(selection.order_ids, from?.order_id ?? 0, deps);
  return listed(windowOf(selection, began), selection.status_ids ?? [undefined], from, deps);
}

async function* listed(
  window: Window,
  statusIds: readonly (number | undefined)[],
  from: Cursor | undefined,
  deps: Deps,
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

/** A reader, and how many calls it has made since this was last asked. */
function countingReader(
  list: ListToRead,
  effort: Effort,
  { store, now }: Deps,
): readonly [ListReader, () => number] {
  let calls = 0;
  const listOrders: Store['listOrders'] = (asked) => {
    calls += 1;
    return store.listOrders(asked);
  };
  const reader = new ListReader(list, { adapters: { store: { listOrders } }, invocation: { now } }, effort);
  return [reader, () => calls - (calls = 0)];
}

/** An order without a readable date is taken: to copy one too many does no harm. */
function isWithin(order: ListedOrder, { createdSince, createdBefore }: Window): boolean {
  const { createdAt = createdSince } = order;
  return createdAt >= createdSince && createdAt < createdBefore;
}

async function* named(
  ids: readonly number[],
  after: number,
  { store, now }: Deps,
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
