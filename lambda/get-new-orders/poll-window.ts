// Decides which lists of the store a poll reads, and from where: from the beginning, or from where the previous poll ran out
// of time. Pure except for reads of the Jobs table.
import { findCompletedSince, overlap } from '../shared/order/listed';
import { Status } from '../shared/order/status';
import type { Rules } from '../shared/order/rules';
import type { OrderQuery } from '../shared/bigcommerce/order-list';
import type { Cursor, Job, JobsTable } from '../shared/tables/jobs';
import { DAY_MS } from '../shared/runtime/time';

/** The store's date bounds may be inclusive or exclusive, so orders at the split are in both lists. */
const SPLIT_MARGIN_MS = 60_000;

/** The name of the list of changes; the other lists are named by their status id. */
const FOLLOW = 'follow';

export interface PollPolicy {
  readonly rules: Rules;
  readonly completedOrdersLookbackDays: number;
  readonly ignoreOrdersCreatedBefore: number | undefined;
  readonly followUpDays: number;
}

/** The bounds of the lists, in epoch milliseconds. Polls that continue one another use the same bounds. */
export interface Bounds {
  readonly completedSince: number;
  readonly createdSince: number | undefined;
  /** Undefined at the first poll, which has no order to follow. */
  readonly modifiedSince: number | undefined;
  /** Older changes are not followed, nor are older orders that the ledger does not know. */
  readonly followedSince: number;
}

/** A list of the orders in one status, or of the changed orders in any status. */
export interface OrderList {
  readonly name: string;
  readonly statusId: number | undefined;
  readonly query: Omit<OrderQuery, 'minId'>;
  /** The id of the last order that is already read, or 0. */
  readonly afterId: number;
  /** Rows on the first page, if larger pages failed. */
  readonly pageSize?: number | undefined;
}

export interface PollWindow {
  readonly began: number;
  readonly bounds: Bounds;
  /** The names of all lists; `lists` are the unread ones. */
  readonly names: readonly string[];
  readonly lists: readonly OrderList[];
  /** How many polls before this one have read a part of the lists. */
  readonly slices: number;
  /** `waits` of the cursor. */
  readonly waits: boolean;
}

export interface WindowDeps {
  readonly adapters: { readonly jobs: Pick<JobsTable, 'lastFinished' | 'lastSliced'> };
  readonly policy: PollPolicy;
}

/** Continues a sliced poll, unless a failed poll followed it or the settings now require other lists. */
export async function findPollWindow(
  timestamp: number,
  { adapters: { jobs }, policy }: WindowDeps,
): Promise<PollWindow> {
  const sliced = await jobs.lastSliced();
  const resumed = sliced && resume(sliced, policy);
  if (resumed !== undefined) return resumed;
  const lastFinished = await jobs.lastFinished();
  const since = lastFinished === undefined ? undefined : lastFinished - overlap(timestamp - lastFinished);
  const completedSince = findCompletedSince(timestamp, lastFinished, policy.completedOrdersLookbackDays);
  const bounds = findBounds(timestamp, { completedSince, modifiedSince: since }, policy);
  const lists = listsWithin(bounds, policy);
  return { began: timestamp, bounds, names: lists.map(({ name }) => name), lists, slices: 0, waits: false };
}

/** The cursor by which the next poll continues this list after this order. */
export function cursorAt(
  list: OrderList,
  afterId: number,
  { bounds, names, slices }: PollWindow,
  pageSize?: number,
): Cursor {
  return {
    lists: names,
    list: list.name,
    last_id: afterId,
    completed_since: bounds.completedSince,
    modified_since: bounds.modifiedSince,
    slices: slices + 1,
    ...(pageSize === undefined ? {} : { page_size: pageSize }),
  };
}

function resume({ timestamp, began = timestamp, cursor }: Job, policy: PollPolicy): PollWindow | undefined {
  if (cursor === undefined) return undefined;
  const { completed_since: completedSince, modified_since: modifiedSince } = cursor;
  const bounds = findBounds(began, { completedSince, modifiedSince }, policy);
  const all = listsWithin(bounds, policy);
  const names = all.map(({ name }) => name);
  if (names.join() !== cursor.lists.join()) return undefined;
  const [first, ...others] = all.slice(names.indexOf(cursor.list));
  if (first === undefined) return undefined;
  const lists = [{ ...first, afterId: cursor.last_id, pageSize: cursor.page_size }, ...others];
  return { began, bounds, names, lists, slices: cursor.slices, waits: cursor.waits === true };
}

function findBounds(
  began: number,
  since: Pick<Bounds, 'completedSince' | 'modifiedSince'>,
  { ignoreOrdersCreatedBefore, followUpDays }: PollPolicy,
): Bounds {
  return { ...since, createdSince: ignoreOrdersCreatedBefore, followedSince: began - followUpDays * DAY_MS };
}

/**
 * One list for each new status and, if orders are followed, the list of changes in any status. The lists of statuses end where
 * the list of changes starts, so that each order is listed once. The list of changes is last, so it includes changes that
 * happen while the others are read.
 */
function listsWithin(bounds: Bounds, { rules, followUpDays }: PollPolicy): readonly OrderList[] {
  const { completedSince, createdSince, modifiedSince } = bounds;
  const follows = followUpDays > 0 && modifiedSince !== undefined;
  const ofStatus = rules.allowedStatusIds.map((statusId) => {
    // A list of all statuses hides Incomplete orders.
    const isSplit = follows && statusId !== Status.Incomplete;
    const query = {
      statusId,
      createdSince,
      ...(statusId === Status.Completed ? { modifiedSince: completedSince, withLines: true } : {}),
      ...(isSplit ? { modifiedBefore: modifiedSince + SPLIT_MARGIN_MS } : {}),
    };
    return { name: String(statusId), statusId, query, afterId: 0 };
  });
  if (!follows) return ofStatus;
  const query = { modifiedSince, withLines: true };
  return [...ofStatus, { name: FOLLOW, statusId: undefined, query, afterId: 0 }];
}
