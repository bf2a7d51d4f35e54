// The promise of deliveries, spoken over a story that has ended: from the ERP's own history, and from the rows.
import type { DeliveryRow } from '../../../../lambda/shared/delivery/delivery-row';
import type { DeliveryReason } from '../../../../lambda/shared/delivery/reasons';
import { findBreaches } from '../../../support/simulated-erp/breaches';
import type { StoreVersion } from '../../../support/simulated-erp/breaches';
import { isLiving, totalsOf } from '../../../support/simulated-erp/records';
import type { ErpRecord } from '../../../support/simulated-erp/records';
import { isGate } from './case';
import type { Case } from './case';
import { hasCause } from './causes';
import { whyNotDelivered } from './gate';
import { MAPPINGS } from './stage';
import { amountText, sumsOf } from './store';
import type { StoredOrder, Version } from './store';
import type { DeliveryStory } from './story';
import { REQUEST_TIMEOUT_MS } from './worker';

/** A request leaves 2 s after its intent at most, which rests on a look of one request timeout; clocks differ both ways. */
export const LOOK_MS = REQUEST_TIMEOUT_MS + 2_000 + 5_000;

export type DeliveryEnd = 'delivered' | 'held' | 'excluded' | 'cancelled' | 'none';

export interface DeliveryVerdict {
  /** E1, E2 and E4, from the history of the ERP. */
  readonly breaches: readonly string[];
  /** E3: what waits unseen, has no reason or a reason without a cause, or is not where its row says. */
  readonly lost: readonly string[];
  readonly ends: Readonly<Record<DeliveryEnd, number>>;
}

export function checkDeliveries(story: DeliveryStory): DeliveryVerdict {
  const ends = { delivered: 0, held: 0, excluded: 0, cancelled: 0, none: 0 };
  const lost = story.ids.flatMap((id) => {
    const row = story.rows.rows.get(id);
    ends[row === undefined || row.state === 'waiting' ? 'none' : row.state] += 1;
    return lostOf(id, row, story).map((text) => `Order ${id}: ${text}`);
  });
  return {
    breaches: breachesOf(story),
    lost: story.isAtRest ? lost : ['It never comes to rest.', ...lost],
    ends,
  };
}

function breachesOf(story: DeliveryStory): readonly string[] {
  const { erp, rows, store, commanded } = story;
  return findBreaches({
    history: erp.history,
    customers: erp.records.customers.values(),
    versionsOf: (orderId) => versionsOf(store.orders.get(orderId), story),
    isKnown: ({ id, orderId }, at) => (rows.knownSince(orderId, id) ?? Infinity) <= at,
    mayBeCreatedAgain: (orderId, at) =>
      commanded.some((one) => one.orderId === orderId && one.what === 'recreate' && one.at <= at),
    lookMs: LOOK_MS,
    findLagMs: erp.facts.findLagMs,
  });
}

/** Each version with a content of its own, from when the row was notified of it. */
function versionsOf(order: StoredOrder | undefined, { rows }: DeliveryStory): readonly StoreVersion[] {
  if (order === undefined) return [];
  const notified = rows.notified.get(order.id) ?? [];
  return order.versions.map(({ content, readAt }) => ({
    since: notified.find((one) => one.readAt >= readAt)?.at ?? Infinity,
    currency: content.currency,
    lines: MAPPINGS.map(({ mapping }) =>
      content.lines.map(({ sku, quantity, price }) => ({
        item: mapping.items.rename[sku] ?? sku,
        quantity: String(quantity),
        unitPrice: amountText(price, content.currency),
      })),
    ),
    total: amountText(sumsOf(content).total, content.currency),
  }));
}

function lostOf(id: number, row: DeliveryRow | undefined, story: DeliveryStory): readonly string[] {
  const order = story.store.orders.get(id);
  const last = order?.versions.at(-1);
  if (order === undefined || last === undefined) return [];
  // Its snapshot expired before anything was notified of it.
  if (row === undefined) return last.isExpired ? [] : ['has no row'];
  const changes = story.erp.history.filter(({ before, after }) => (after ?? before)!.orderId === id);
  const living = story.erp.staff.recordsFor(id).filter(isLiving);
  const gate = row.hold === undefined ? whyNotDelivered(last, order) : 'by-person';
  const one: Case = { id, story, order, last, row, changes, living, gate };
  return [waitsUnseen(one), notLooked(one), falseEnd(one)].filter((text) => text !== undefined);
}

function waitsUnseen({ row, story }: Case): string | undefined {
  if (row.state === 'waiting') return `waits, due ${row.due ?? 'never'}: ${row.last_error ?? ''}`;
  if (row.due === 'now' || row.due === 'shadow') return `is ${row.state}, and still due ${row.due}`;
  if (row.lease_until !== undefined && Date.parse(row.lease_until) >= story.time.now()) return 'is leased';
  if (row.due === 'held' && row.mapping !== story.settings.mapping.digest)
    return 'is held under an earlier mapping';
  return undefined;
}

function notLooked({ row, last }: Case): string | undefined {
  if (last.isExpired || (row.handled_read_at ?? '') >= last.readAt) return undefined;
  return `has looked at ${row.handled_read_at ?? 'nothing'}, and the store's last version is of ${last.readAt}`;
}

function falseEnd(one: Case): string | undefined {
  switch (one.row.state) {
    case 'delivered':
      return falselyDelivered(one);
    case 'excluded':
      return falselyExcluded(one);
    case 'cancelled':
      return falselyCancelled(one);
    case 'held':
      return falselyHeld(one);
    case 'waiting':
      return undefined;
  }
}

/** What people did to its records, or a restore, without any later look of ours. */
const isTouched = ({ changes }: Case): boolean => changes.some(({ by }) => by !== 'us');

function falselyDelivered(one: Case): string | undefined {
  const { row, living, gate, last, order } = one;
  if (row.reason === 'kept') return hasCause('kept', one) ? undefined : 'is kept, and no one said so';
  if (isTouched(one)) return undefined;
  const [record, other] = living;
  if (record === undefined || other !== undefined)
    return `is delivered, and the ERP has ${living.length} of it`;
  if (record.state === 'draft') return 'is delivered, and a draft in the ERP';
  if (gate !== undefined && !MAY_STAY.has(gate)) return `is delivered, although it is ${gate}`;
  // The row rests on what was delivered before.
  const current = gate === undefined || gate === 'before-start' ? [last] : order.versions;
  return current.some(({ content }) => isSame(record, content))
    ? undefined
    : `is delivered as ${totalsOf(record).total}, and the store has ${JSON.stringify(last.content)}`;
}

/** What a delivered order may be in the store. */
const MAY_STAY: ReadonlySet<DeliveryReason> = new Set([
  'payment-open',
  'before-start',
  'no-snapshot',
  'erased',
]);

function isSame(record: ErpRecord, content: Version['content']): boolean {
  const { total } = sumsOf(content);
  return (
    record.currency === content.currency &&
    Number(totalsOf(record).total) === Number(amountText(total, content.currency)) &&
    record.lines.filter(({ kind }) => kind === 'item').length === content.lines.length
  );
}

function falselyExcluded(one: Case): string | undefined {
  const { row, gate, living } = one;
  if (row.reason === undefined) return 'is excluded without a reason';
  // Nothing is notified of a snapshot that expires.
  const isOlder = one.order.versions.some((version) => whyNotDelivered(version, one.order) === row.reason);
  if (row.reason !== gate && !(gate === 'no-snapshot' && isOlder))
    return `is excluded as ${row.reason}, and is ${gate ?? 'to be delivered'}`;
  if (living.length > 0 && !isTouched(one)) return `is excluded as ${row.reason}, and is in the ERP`;
  return undefined;
}

function falselyCancelled(one: Case): string | undefined {
  if (!isGate('void', one)) return `is cancelled, and is ${one.gate ?? 'to be delivered'}`;
  return one.living.length > 0 && !isTouched(one) ? 'is cancelled, and lives in the ERP' : undefined;
}

function falselyHeld(one: Case): string | undefined {
  const { reason, detail = '' } = one.row;
  if (reason === undefined) return 'is held without a reason';
  return hasCause(reason, one) ? undefined : `is held as ${reason} (${detail}), and nothing caused that`;
}
