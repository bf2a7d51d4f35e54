// Accounts for one day of orders: each that is stored has a row that knows its newest snapshot. What is missing is noted.
import type { DeliveryRow } from '../shared/delivery/delivery-row';
import type { Log } from '../shared/runtime/log';
import { DAY_MS, dayOf, iso } from '../shared/runtime/time';
import { tellDeliveries } from '../shared/steps/tell-deliveries';
import type { TellDeps, Telling } from '../shared/steps/tell-deliveries';
import type { Deliveries } from '../shared/tables/deliveries';
import type { DeliveryAccount, DeliveryKeys } from '../shared/tables/delivery-keys';
import type { FinishedOrders } from '../shared/tables/finished-orders';
import type { StoredOrders } from '../shared/tables/orders';

/** References that one day's account queues; other rows are due, and sweeps queue them as the queue has room. */
const MOST_REFERENCES = 1_000;

export interface AccountDayDeps extends TellDeps {
  readonly adapters: TellDeps['adapters'] & {
    readonly deliveries: Pick<Deliveries, 'tell' | 'among'>;
    readonly keys: Pick<DeliveryKeys, 'recordAccount'>;
    readonly finished: FinishedOrders;
    readonly orders: StoredOrders;
    readonly log: Log;
  };
  readonly invocation: {
    readonly now: () => number;
    /** No page of orders begins later; epoch milliseconds. */
    readonly beginBefore: number;
  };
}

type Counts = { -readonly [count in Exclude<keyof DeliveryAccount, 'day' | 'at'>]: number };

/**
 * Accounts for the orders whose replication ended on the day that begins at `start` (epoch milliseconds), keeps the result and
 * logs it. Undefined if time runs out: what was noted until then stays, and the account of the day can run again.
 */
export async function accountDay(start: number, deps: AccountDayDeps): Promise<DeliveryAccount | undefined> {
  const { adapters, invocation } = deps;
  const counts: Counts = { copied: 0, delivered: 0, held: 0, excluded: 0, cancelled: 0, open: 0, told: 0 };
  for await (const orderIds of adapters.finished.between(start, start + DAY_MS)) {
    if (invocation.now() >= invocation.beginBefore) return undefined;
    await accountPage(orderIds, counts, deps);
  }
  const now = invocation.now();
  const account: DeliveryAccount = { day: dayOf(start), ...counts, at: iso(now) };
  await adapters.keys.recordAccount(account.day, account);
  // Orders of a day that is not over may be open without being late.
  const isOver = now >= start + DAY_MS;
  adapters.log.info('account.finished', { ...account }, isOver ? { DeliveriesOpen: counts.open } : {});
  return account;
}

async function accountPage(orderIds: readonly number[], counts: Counts, deps: AccountDayDeps): Promise<void> {
  const { orders, deliveries } = deps.adapters;
  const stored = await orders.among(orderIds);
  // Read after the snapshots, so that a row which is behind is behind a snapshot that was there before.
  const rows = await deliveries.among([...stored.keys()]);
  const missing: Telling[] = [];
  for (const [orderId, { replication }] of stored) {
    const readAt = replication?.read_at;
    const row = rows.get(orderId);
    const isKnown = row?.wanted_read_at !== undefined && readAt !== undefined && row.wanted_read_at >= readAt;
    if (!isKnown && readAt !== undefined) missing.push({ orderId, readAt });
    counts.copied += 1;
    counts[isKnown ? standingOf(row) : 'open'] += 1;
  }
  const { noted } = await tellDeliveries(missing, deps, Math.max(0, MOST_REFERENCES - counts.told));
  counts.told += noted.length;
}

/** A row that is due, or would be in `live`, is at no end, whatever its state was before. */
function standingOf({ state, due }: DeliveryRow): 'delivered' | 'held' | 'excluded' | 'cancelled' | 'open' {
  return due === 'now' || due === 'shadow' || state === 'waiting' ? 'open' : state;
}
