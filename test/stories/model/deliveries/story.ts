// Tells one story of deliveries to its end: everything that the plan says happens, then everything is repaired, people retry
// what failures have held, and time passes until nothing is due.
import type { DeliveryReason } from '../../../../lambda/shared/delivery/reasons';
import type { Backup } from '../../../support/simulated-erp/records';
import type { Span } from '../plan';
import { createNotifier } from './notifier';
import { actAsStaff, give } from './people';
import type { Commanded } from './people';
import type { DeliveryPlan } from './plan';
import { MAPPINGS, setUp } from './stage';
import type { Stage } from './stage';
import { createDeliveryWorker } from './worker';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Longer than any wait: of the back-off, the circuit, a lease, an unfinished replication, and any settle time. */
const QUIET_MS = 150 * MINUTE_MS;
const REST_WITHIN_MS = 4 * 24 * HOUR_MS;

export interface DeliveryStory extends Stage {
  readonly ids: readonly number[];
  readonly commanded: readonly Commanded[];
  /** Whether the last rest came within its time: nothing was due any more. */
  readonly isAtRest: boolean;
  /** When everything was repaired. */
  readonly repairedAt: number;
}

/** Of these a person who retries them must see another end once everything is repaired. */
export const TRANSIENT: ReadonlySet<DeliveryReason> = new Set([
  'refused-by-erp',
  'adapter-bug',
  'erp-answer-unknown',
  'duplicate-not-found',
  'keeps-crashing',
]);

const FIRST_ID = 101;

export async function tellDeliveries(plan: DeliveryPlan): Promise<DeliveryStory> {
  const stage = setUp(plan);
  const { time, at } = stage;
  const ids = plan.orders.map((_, index) => FIRST_ID + index);
  const commanded: Commanded[] = [];
  const notifier = createNotifier(stage);
  stage.records.onRecord = (snapshot) => notifier.onRecord(snapshot);
  stage.wake.worker = createDeliveryWorker(stage);
  planStore(stage, ids);
  planErp(stage);
  planDeployments(stage);
  for (const act of plan.staff) at(act.atMs, () => actAsStaff(act, ids[act.order]!, stage));
  for (const command of plan.commands) {
    at(command.atMs, async () => {
      const done = await give(command, ids[command.order]!, stage);
      if (done) commanded.push(done);
    });
  }
  for (const ms of plan.accounts) at(ms, notifier.account);
  let isOver = false;
  const sweepEachMinute = () => {
    if (isOver) return;
    void notifier.sweep();
    at(MINUTE_MS, sweepEachMinute);
  };
  sweepEachMinute();

  await time.advance(plan.lastsMs);
  repair(stage);
  const repairedAt = time.now();
  await comeToRest(stage, notifier.account);
  await retryHeld(stage, commanded);
  const isAtRest = await comeToRest(stage, notifier.account);
  // The last requests land.
  await time.advance(QUIET_MS / 5);
  isOver = true;
  return { ...stage, ids, commanded, isAtRest, repairedAt };
}

function planStore({ plan, store, at }: Stage, ids: readonly number[]): void {
  for (const [index, order] of plan.orders.entries()) {
    at(order.atMs, () => {
      store.place(ids[index]!, order);
    });
  }
  for (const edit of plan.edits) {
    at(edit.atMs, () => store.edit(ids[edit.order]!, edit));
    if (edit.what === 'stored') at(edit.atMs + 30_000, () => store.finish(ids[edit.order]!));
  }
}

function planErp({ plan, erp, at, wake, settings }: Stage): void {
  const during = (spans: readonly Span[], set: (isOn: boolean) => void) => {
    for (const { fromMs, forMs } of spans) {
      at(fromMs, () => set(true));
      at(fromMs + forMs, () => set(false));
    }
  };
  during(plan.erp.down, (isOn) => (erp.habits.isDown = isOn));
  during(plan.erp.wrongCredentials, (isOn) => (erp.habits.credentialsAreWrong = isOn));
  during(plan.erp.roundsOtherwise, (isOn) => (erp.rules.roundsOtherwise = isOn));
  during(plan.paused, (isOn) => {
    settings.isPaused = isOn;
    wake.worker();
  });
  const { restore } = plan.erp;
  let backup: Backup | undefined;
  if (restore === undefined) return;
  at(restore.backupMs, () => (backup = erp.records.backup()));
  at(restore.atMs, () => backup && erp.records.restore(backup));
}

function planDeployments({ plan, settings, at }: Stage): void {
  at(plan.liveFromMs, () => (settings.mode = 'live'));
  for (const [index, ms] of plan.mappings.entries()) {
    at(ms, () => (settings.mapping = MAPPINGS[(index + 1) % 2]!));
  }
}

function repair({ habits, settings, erp, wake, store }: Stage): void {
  Object.assign(habits.queue, { failures: 0, refusals: 0, duplicates: 0, lateMs: 0 });
  habits.tables.failures = 0;
  Object.assign(habits.stream, { lost: 0, doubled: 0, lateMs: 0 });
  Object.assign(erp.habits, { failures: 0, late: 0, isDown: false, credentialsAreWrong: false });
  erp.rules.roundsOtherwise = false;
  settings.isPaused = false;
  settings.mode = 'live';
  for (const id of store.orders.keys()) store.finish(id);
  wake.worker();
}

/** Accounts, then waits until nothing is due for so long that nothing can come any more. Returns whether that was reached. */
async function comeToRest(stage: Stage, account: () => Promise<void>): Promise<boolean> {
  const { time, rows, at } = stage;
  at(0, account);
  await time.advance(10 * MINUTE_MS);
  const isIdle = () => [...rows.rows.values()].every(({ due }) => due !== 'now' && due !== 'shadow');
  for (const until = time.now() + REST_WITHIN_MS; time.now() < until;) {
    if (isIdle()) return true;
    await time.advance(QUIET_MS / 10);
  }
  return isIdle();
}

async function retryHeld(stage: Stage, commanded: Commanded[]): Promise<void> {
  for (const { order_id, state, reason } of [...stage.rows.rows.values()]) {
    if (state !== 'held' || reason === undefined || !TRANSIENT.has(reason)) continue;
    stage.at(0, async () => {
      const done = await give({ what: 'retry' }, order_id, stage);
      if (done) commanded.push(done);
    });
  }
  await stage.time.advance(MINUTE_MS);
}
