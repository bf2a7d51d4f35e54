// One story in which both run: orders of the simulated store are replicated, and delivered from the very stream of their
// snapshots, with faults on both sides.
import { Status } from '../../../../lambda/shared/order/status';
import { findBreaches } from '../../../support/simulated-erp/breaches';
import { isLiving, totalsOf } from '../../../support/simulated-erp/records';
import type { Plan } from '../plan';
import { tell } from '../story';
import type { Story } from '../story';
import { checkPromise } from '../verdict';
import { complaints } from '../survive';
import { createNotifier } from './notifier';
import type { DeliveryPlan } from './plan';
import { setUp } from './stage';
import type { Stage } from './stage';
import { LOOK_MS } from './verdict';
import { createDeliveryWorker } from './worker';

/** How late the stream is, at most. */
const STREAM_MS = 10_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Longer than any wait of a delivery. */
const QUIET_MS = 4 * HOUR_MS;

export interface BothStories {
  readonly story: Story;
  readonly deliveries: Stage;
  /** How either promise was broken, if it was. */
  readonly broken: readonly string[];
  readonly delivered: number;
}

/** Faults of deliveries end with the day of the plan. */
export async function tellBoth(plan: Plan, deliveryPlan: DeliveryPlan): Promise<BothStories> {
  let deliveries: Stage | undefined;
  let isOver = false;
  const story = await tell(plan, {
    onSetUp: ({ time, tables, at }) => {
      deliveries = setUp(deliveryPlan, { time, snapshots: tables.snapshots });
      const { wake, habits, erp } = deliveries;
      const notifier = createNotifier(deliveries);
      wake.worker = createDeliveryWorker(deliveries);
      let seen = 0;
      const readStream = () => {
        for (const snapshot of tables.stream.slice(seen)) notifier.onRecord(snapshot);
        seen = tables.stream.length;
        if (!isOver) at(STREAM_MS, readStream);
      };
      const sweep = () => {
        void notifier.sweep();
        if (!isOver) at(MINUTE_MS, sweep);
      };
      readStream();
      sweep();
      at(plan.lastsMs, () => {
        habits.tables.failures = 0;
        Object.assign(habits.stream, { lost: 0, doubled: 0 });
        Object.assign(erp.habits, { failures: 0, late: 0 });
      });
      at(plan.lastsMs + HOUR_MS, notifier.account);
    },
  });
  if (deliveries === undefined) throw new Error('The stage was never set up.');
  await story.time.advance(QUIET_MS);
  isOver = true;
  const broken = [...complaints(checkPromise(story)), ...breachesOf(story, deliveries)];
  const { rows } = deliveries.rows;
  const delivered = [...rows.values()].filter(({ state }) => state === 'delivered').length;
  return { story, deliveries, broken, delivered };
}

function breachesOf(story: Story, { erp, rows }: Stage): readonly string[] {
  const breaches = findBreaches({
    history: erp.history,
    customers: erp.records.customers.values(),
    versionsOf: (orderId) =>
      story.tables.stream
        .filter(({ id }) => id === orderId)
        .map((snapshot) => ({
          since:
            rows.notified.get(orderId)?.find(({ readAt }) => readAt >= snapshot.replication.read_at)?.at ??
            Infinity,
          currency: String(snapshot.default_currency_code),
          lines: [
            snapshot.products.map((line) => ({
              item: String(line.sku),
              quantity: String(line.quantity),
              unitPrice: String(line.price_ex_tax),
            })),
          ],
          total: String(snapshot.total_inc_tax),
        })),
    isKnown: ({ id, orderId }, at) => (rows.knownSince(orderId, id) ?? Infinity) <= at,
    mayBeCreatedAgain: () => false,
    lookMs: LOOK_MS,
    findLagMs: erp.facts.findLagMs,
  });
  return [...breaches, ...story.ids.flatMap((id) => notDelivered(id, story, { erp, rows } as Stage))];
}

const ON_ITS_WAY: ReadonlySet<number> = new Set([
  Status.Shipped,
  Status.PartiallyShipped,
  Status.AwaitingPickup,
  Status.AwaitingShipment,
  Status.Completed,
  Status.AwaitingFulfillment,
]);

/** Each stored order that is paid and on its way is confirmed with its total, or held with a reason. */
function notDelivered(id: number, { tables }: Story, { erp, rows }: Stage): readonly string[] {
  const snapshot = tables.snapshots.get(id);
  const row = rows.rows.get(id);
  if (snapshot === undefined || snapshot.replication.state === 'stored') return [];
  if (row === undefined || row.state === 'waiting' || row.due === 'now')
    return [`Order ${id}: waits unseen.`];
  if (row.state !== 'delivered')
    return (row.reason ?? row.state === 'cancelled') ? [] : [`Order ${id}: has no reason.`];
  const [record, other] = erp.staff.recordsFor(id).filter(isLiving);
  if (record === undefined || other !== undefined) return [`Order ${id}: is not in the ERP exactly once.`];
  const isSame = Number(totalsOf(record).total) === Number(snapshot.total_inc_tax);
  return isSame || !ON_ITS_WAY.has(snapshot.status_id)
    ? []
    : [`Order ${id}: is delivered with another total.`];
}
