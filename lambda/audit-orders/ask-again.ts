// Queues the orders that are marked as gone again each night, while the schedule audits the day of their creation: they may
// come back without appearing in any list.
import { DAY_MS, dayOf, iso } from '../shared/runtime/time';
import type { OrderReference } from '../shared/order/reference';
import type { Audit } from '../shared/order/audit-result';
import type { Queue } from '../shared/aws/queue';
import type { Log } from '../shared/runtime/log';
import type { Audits } from '../shared/tables/audits';
import type { Ledger } from '../shared/tables/ledger';
import { recentDays } from './due-days';

/** The number of ids in one look-up of the ledger. */
const IDS_AT_ONCE = 1_000;

/** The most ids that one night looks up, the newest days first. This takes about 2 min. */
const MOST_IDS = 200_000;

/** An order is not queued in the night in which it was marked. */
const ASKED_AFTER_MS = DAY_MS / 2;

export interface AskAgainDeps {
  readonly adapters: {
    readonly audits: Pick<Audits, 'newestOf'>;
    readonly ledger: Pick<Ledger, 'find'>;
    readonly queue: Pick<Queue, 'enqueue'>;
    readonly log: Pick<Log, 'info'>;
  };
  readonly invocation: { readonly now: () => number };
}

/** Returns how many orders were queued. */
export async function askAgain(deps: AskAgainDeps): Promise<number> {
  const { audits, log } = deps.adapters;
  const now = deps.invocation.now();
  const newest = await Promise.all(recentDays(now).map((start) => audits.newestOf(dayOf(start))));
  let [left, asked] = [MOST_IDS, 0];
  for (const [first, last] of newest.flatMap(idsOf)) {
    for (let from = first; from <= last && left > 0; from += IDS_AT_ONCE) {
      const length = Math.min(IDS_AT_ONCE, last - from + 1, left);
      left -= length;
      asked += await enqueueGone(
        Array.from({ length }, (_, nth) => from + nth),
        now,
        deps,
      );
    }
  }
  if (asked > 0) log.info('audit.gone_queued', { asked });
  return asked;
}

/** Does not change their rows: a reference without a version changes no row that has a state. */
async function enqueueGone(
  ids: readonly number[],
  now: number,
  { adapters: { ledger, queue } }: AskAgainDeps,
): Promise<number> {
  const rows = await ledger.find(ids);
  const gone = [...rows.values()].filter(({ state, reason, reached_at: at = '' }) => {
    return state === 'copied' && reason === 'not-found' && now - Date.parse(at) >= ASKED_AFTER_MS;
  });
  await queue.enqueue(gone.map(({ order_id }) => toReference(order_id, now)));
  return gone.length;
}

function idsOf(audit: Audit | undefined): (readonly [number, number])[] {
  const { first_id: first, last_id: last } = audit ?? {};
  return first === undefined || last === undefined ? [] : [[first, last]];
}

/** The order's age is unknown, so it is not advanced. A poll advances it if it is new again. */
function toReference(orderId: number, now: number): OrderReference {
  const seenAt = iso(now);
  return { orderId, source: 'audit', seenAt, jobTimestamp: now, advance: false };
}
