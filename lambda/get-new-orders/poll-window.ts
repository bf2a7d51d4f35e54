// Where a poll begins: anew, or where the one before it ran out of time; and which lists of the store it reads. Pure, but
// for what the Jobs table tells.
import { findCompletedSince, overlap } from '../shared/order/listed';
import { Status } from '../shared/order/status';
import type { Rules } from '../shared/order/rules';
import type { OrderQuery } from '../shared/bigcommerce/order-list';
import type { Cursor, Job, JobsTable } from '../shared/tables/jobs';
import { DAY_MS } from '../shared/runtime/time';

/** Whether the store includes the bounds of dates is not known: what is at the split is in both lists. */
const SPLIT_MARGIN_MS = 60_000;

/** The name of the list of orders that changed; the others are named by their status id. */
const FOLLOW = 'follow';

export interface PollPolicy {
  readonly rules: Rules;
  readonly completedOrdersLookbackDays: number;
  readonly ignoreOrdersCreatedBefore: number | undefined;
  readonly followUpDays: number;
}

/** What is looked at, in epoch milliseconds; the same in all polls that read the store between them. */
export interface Bounds {
  readonly completedSince: number;
  readonly createdSince: number | undefined;
  /** Undefined on first contact: there is nothing yet that could be followed. */
  readonly modifiedSince: number | undefined;
  /** Changes of earlier, and orders of earlier that the ledger does not know, are not followed. */
  readonly followedSince: number;
}

/** Orders of one status, or those of any that have changed. */
export interface OrderList {
  readonly name: string;
  readonly statusId: number | undefined;
  readonly query: Omit<OrderQuery, 'minId'>;
  /** The last order of it that is read already, or 0. */
  readonly afterId: number;
  /** Rows on its first page, where larger pages failed. */
  readonly pageSize?: number | undefined;
}

export interface PollWindow {
  readonly began: number;
  readonly bounds: Bounds;
  /** The names of all lists; `lists` are those that are still to be read. */
  readonly names: readonly string[];
  readonly lists: readonly OrderList[];
  /** How many polls have read the store before this one, and did not get to its end. */
  readonly slices: number;
  /** As the cursor says it. */
  readonly waits: boolean;
}

export interface WindowDeps {
  readonly adapters: { readonly jobs: Pick<JobsTable, 'lastFinished' | 'lastSliced'> };
  readonly policy: PollPolicy;
}

/** A sliced poll is taken up, unless it was followed by another one that failed, or reads other lists by now. */
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

/** What the next poll needs to go on with this list after this order. */
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
 * Each status that is new, and, where there is something to follow, what has changed of any status: new orders too, so
 * that each order is listed once. Changes come last: what changes before that is among them.
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
