// The stored orders of the last days for a check: found by the ledger, the newest day first, and checked in bounded parts.
import type { LoadedMapping } from '../../../lambda/shared/delivery/mapping';
import { DAY_MS, dayOf } from '../../../lambda/shared/runtime/time';
import { checkOrders } from '../../service/delivery-tasks';
import type { CheckedOrders } from '../../service/delivery-tasks';
import { CommandError } from '../../terminal/command-error';
import type { CheckDeps } from './check-deps';

/** Orders of one invocation: each is a read of a few milliseconds, and their items a few questions to the ERP. */
const ORDERS_OF_A_PART = 500;

/** Enough examples to find what is missing. A store with more orders is checked from the newest on. */
const MOST_ORDERS = 20_000;

export type Held = CheckedOrders['held'][number];
export type MissingItem = CheckedOrders['missingItems'][number];

export interface OrdersResult {
  readonly read: number;
  readonly documents: number;
  readonly notDelivered: Readonly<Record<string, number>>;
  /** The most frequent first. */
  readonly held: readonly Held[];
  readonly missingItems: readonly MissingItem[];
  /** The earliest day of which orders were checked; undefined if there are none. */
  readonly since: string | undefined;
  /** False if the limit was reached before the first day. */
  readonly isComplete: boolean;
}

/** Checks the orders whose replication ended on one of the last days, today included. */
export async function checkRecentOrders(
  mapping: LoadedMapping,
  days: number,
  deps: CheckDeps,
): Promise<OrdersResult> {
  const sum = createSum();
  const today = deps.now() - (deps.now() % DAY_MS);
  let found: readonly number[] = [];
  for (let nth = 0; nth < days && sum.seen.size < MOST_ORDERS; nth += 1) {
    const start = today - nth * DAY_MS;
    for await (const page of deps.finished.between(start, start + DAY_MS)) {
      const fresh = page.filter((id) => !sum.seen.has(id)).slice(0, MOST_ORDERS - sum.seen.size);
      for (const id of fresh) sum.seen.add(id);
      found = [...found, ...fresh];
      if (fresh.length > 0) sum.since = dayOf(start);
      if (found.length >= ORDERS_OF_A_PART)
        found = await checkParts(found, ORDERS_OF_A_PART, mapping, sum, deps);
    }
  }
  await checkParts(found, 1, mapping, sum, deps);
  return resultOf(sum, sum.seen.size < MOST_ORDERS);
}

/** Checks orders while there are at least `enough` of them; returns the others. */
async function checkParts(
  ids: readonly number[],
  enough: number,
  { mapping }: LoadedMapping,
  sum: Sum,
  { service, stop, note }: CheckDeps,
): Promise<readonly number[]> {
  let left = ids;
  while (left.length >= enough) {
    stop.throwIfAborted();
    const part = left.slice(0, ORDERS_OF_A_PART);
    const checked = await checkOrders(mapping, part, service);
    if (checked.left.length === part.length) {
      throw new CommandError(`The worker had no time to check an order. ${left.length} orders are left.`);
    }
    add(checked, sum);
    sum.read += part.length - checked.left.length;
    note(`Checked ${sum.read} stored orders …`);
    left = [...checked.left, ...left.slice(part.length)];
  }
  return left;
}

interface Sum {
  readonly seen: Set<number>;
  read: number;
  documents: number;
  readonly notDelivered: Map<string, number>;
  readonly held: Map<string, Held>;
  readonly items: Map<string, MissingItem>;
  since: string | undefined;
}

const createSum = (): Sum => ({
  seen: new Set(),
  read: 0,
  documents: 0,
  notDelivered: new Map(),
  held: new Map(),
  items: new Map(),
  since: undefined,
});

function add({ documents, notDelivered, held, missingItems }: CheckedOrders, sum: Sum): void {
  sum.documents += documents;
  for (const [word, orders] of Object.entries(notDelivered)) {
    sum.notDelivered.set(word, (sum.notDelivered.get(word) ?? 0) + orders);
  }
  for (const one of held) addTo(sum.held, `${one.reason} ${one.about}`, one);
  for (const one of missingItems) addTo(sum.items, one.about, one);
}

function addTo<T extends MissingItem>(all: Map<string, T>, key: string, one: T): void {
  const before = all.get(key);
  all.set(key, before === undefined ? one : { ...before, orders: before.orders + one.orders });
}

function resultOf(
  { read, documents, notDelivered, held, items, since }: Sum,
  isComplete: boolean,
): OrdersResult {
  return {
    read,
    documents,
    notDelivered: Object.fromEntries(notDelivered),
    held: byCount(held),
    missingItems: byCount(items),
    since,
    isComplete,
  };
}

const byCount = <T extends MissingItem>(all: ReadonlyMap<string, T>): readonly T[] =>
  [...all.values()].sort((one, other) => other.orders - one.orders);
