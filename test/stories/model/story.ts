// Tells one story to its end: all that the plan says happens, then everything is repaired, and polls continue until the
// service has come to rest.
import type { NewLine } from '../../../simulator/index';
import type { Audit } from '../../../lambda/shared/order/audit-result';
import { Status } from '../../../lambda/shared/order/status';
import type { Snapshot } from '../../../lambda/shared/order/order';
import { aRuleSet, NOON } from '../../support/builders';
import { junk } from './junk';
import type { Edit, Goods, Plan, StoreFault } from './plan';
import { setUp } from './stage';
import type { Stage } from './stage';

const HOUR_MS = 3_600_000;

/** After so long, all that waits in the queue has come up again, and every webhook has been retried. */
const REST_WITHIN_MS = 6 * 24 * HOUR_MS;

const SECOND_TOKEN = 'the second token';

export interface Story extends Stage {
  /** The ids of the planned orders, in their sequence. */
  readonly ids: readonly number[];
  readonly junkAnswers: readonly { readonly expected: number; readonly status: number }[];
  /** What was stored when the service had come to rest, before any audit of it all. */
  readonly byPolls: { readonly at: number; readonly snapshots: ReadonlyMap<number, Snapshot> };
  /** References that the last poll, at rest, still queued. */
  readonly restless: number;
  /** Of all orders, when everything is repaired, and once more when what the first ones queued has been stored. */
  readonly firstAudits: readonly Audit[];
  readonly audits: readonly Audit[];
}

export interface TellOptions {
  /** The caller closes the store. */
  readonly staysOpen?: boolean;
  /** Sees the stage before anything happens. */
  readonly onSetUp?: (stage: Stage) => void;
}

export async function tell(
  plan: Plan,
  { staysOpen = false, onSetUp = () => undefined }: TellOptions = {},
): Promise<Story> {
  const stage = setUp(plan);
  onSetUp(stage);
  const ids = placeOrders(stage);
  const junkAnswers = sendJunk(stage, ids);
  const { largestPage } = plan;
  if (largestPage) {
    const { fromMs, forMs, rows } = largestPage;
    stage.at(fromMs, () => (stage.trouble.mostRows = rows));
    stage.at(fromMs + forMs, () => (stage.trouble.mostRows = Infinity));
  }
  const { rows, snapshots } = stage.tables;
  for (const { order, atMs, ofRow = false } of plan.losses ?? []) {
    stage.at(atMs, () => whenFree(ids[order], stage, (id) => (ofRow ? rows : snapshots).delete(id)));
  }
  for (const { order, atMs } of plan.erasures ?? []) {
    stage.at(atMs, () => whenFree(ids[order], stage, (id) => stage.tables.erase(id)));
  }
  for (const edit of plan.edits) stage.at(edit.atMs, () => change(edit, ids[edit.order], stage));
  for (const ms of plan.polls) stage.at(ms, stage.service.poll);
  for (const ms of plan.audits) stage.at(ms, () => stage.service.audit(BEGIN));
  for (const one of plan.backfills ?? []) stage.at(one.atMs, () => stage.service.backfill(one));
  for (const ms of plan.redrives) stage.at(ms, () => stage.sqs.redrive());
  for (const fault of plan.storeFaults) if (fault.order === undefined) arm(fault, stage);
  planChanges(stage);

  await stage.time.advance(plan.lastsMs);
  Object.assign(stage.habits.queue, { failures: 0, refusals: 0 });
  Object.assign(stage.habits.tables, { failures: 0, conflicts: 0 });
  stage.habits.secrets.failures = 0;
  stage.settings.pollsStopAfterMs = Infinity;
  await comeToRest(stage);
  const byPolls = { at: stage.time.now(), snapshots: new Map(stage.tables.snapshots) };
  // What left its new status before any poll began to look is found by the first audit, and stored before the second.
  const firstAudits = await auditAll(stage);
  const restless = await comeToRest(stage);
  const audits = await auditAll(stage);
  if (!staysOpen) stage.store.close();
  return { ...stage, ids, junkAnswers, byPolls, restless, firstAudits, audits };
}

/** When every story begins. */
const BEGIN = NOON - HOUR_MS;

/** The audits of all days of the story. */
export async function auditAll({ service, tables, time, at }: Stage): Promise<readonly Audit[]> {
  const before = tables.audits.length;
  at(0, () => service.audit(BEGIN));
  await time.advance(HOUR_MS);
  return tables.audits.slice(before);
}

function placeOrders(stage: Stage): number[] {
  const { plan, store, at } = stage;
  const ids: number[] = [];
  for (const [index, { atMs, statusId, goods, lines }] of plan.orders.entries()) {
    at(atMs, () => {
      const order = { status_id: statusId, staff_notes: 'v0', lines: linesOf(goods, lines, 0) };
      const { id } = store.orders.add(order);
      ids[index] = id;
      for (const fault of plan.storeFaults) if (fault.order === index) arm(fault, stage, id);
      planTroubles(index, id, stage);
    });
  }
  return ids;
}

/** Does it when no worker holds the order, as commands wait for a lease. */
function whenFree(id: number | undefined, stage: Stage, run: (id: number) => unknown): void {
  const { lease_until: until } = stage.tables.rows.get(id ?? 0) ?? {};
  if (id === undefined || until === undefined || Date.parse(until) < stage.time.now()) run(id ?? 0);
  else stage.at(2_000, () => whenFree(id, stage, run));
}

/** What befalls one order; times are from its placing on. */
function planTroubles(index: number, id: number, { plan, store, trouble, at }: Stage): void {
  for (const { order, fromMs, forMs } of plan.unreadable ?? []) {
    if (order !== index) continue;
    at(fromMs, () => trouble.unreadable.add(id));
    at(fromMs + forMs, () => trouble.unreadable.delete(id));
  }
  for (const { order, afterMs, times } of plan.fights ?? []) {
    let left = order === index ? times : 0;
    store.events.listen(({ kind, orderId, by }) => {
      if (orderId !== id || kind !== 'statusUpdated' || by !== 'api' || left === 0) return;
      left -= 1;
      at(afterMs, () => store.orders.kept(id) && store.orders.setStatus(id, Status.AwaitingFulfillment));
    });
  }
}

function linesOf(goods: Goods, count: number, version: number): NewLine[] {
  const typeOf = (index: number) => {
    if (goods === 'mixed') return index === 0 ? 'physical' : 'digital';
    return goods;
  };
  const length = Math.max(count, goods === 'mixed' ? 2 : 1);
  return Array.from({ length }, (_, index) => ({ type: typeOf(index), name: `v${version}` }));
}

/** Faults of single orders last as long as they say; all others end with the day. */
function arm(fault: StoreFault, stage: Stage, orderId?: number): void {
  const { fromMs, forMs, damage, probability, endpoint } = fault;
  const { plan, store, struck, at } = stage;
  const lastsMs = orderId === undefined ? Math.min(forMs, plan.lastsMs - fromMs) : forMs;
  const target = { ...(orderId === undefined ? {} : { orderId }), ...(endpoint ? { endpoint } : {}) };
  const before = () => void (struck.storeFaults += 1);
  at(fromMs, () => at(lastsMs, store.faults.add({ ...damage, ...target, probability, before })));
}

/** What is changed under way in the store's account and in the deployment. */
function planChanges({ plan, store, secret, settings, deployed, time, at }: Stage): void {
  const { rotation, withoutScope, rulesLater = [], otherApps, lastsMs } = plan;
  if (otherApps) {
    const { everyMs, calls } = otherApps;
    for (let ms = 0; ms < lastsMs; ms += everyMs) at(ms, () => store.quota.spend(calls));
  }
  if (rotation) {
    at(rotation.atMs, () => (store.credentials.accessToken = SECOND_TOKEN));
    at(rotation.atMs + rotation.secretAfterMs, () => (secret.accessToken = SECOND_TOKEN));
  }
  if (withoutScope) {
    const { scopes } = store.settings;
    at(withoutScope.fromMs, () => (store.settings.scopes = []));
    at(withoutScope.fromMs + withoutScope.forMs, () => (store.settings.scopes = scopes));
  }
  for (const { atMs, rules, dropFields = [] } of rulesLater) {
    at(atMs, () => {
      Object.assign(settings, { rules: aRuleSet(rules), dropFields });
      deployed.push({ at: time.now(), rules: settings.rules, dropFields });
    });
  }
}

function sendJunk({ plan, store, service, time, at }: Stage, ids: readonly number[]) {
  const answers: { expected: number; status: number }[] = [];
  for (const [index, ms] of plan.junk.entries()) {
    at(ms, async () => {
      const { expected, webhook } = junk(index, ids, time.now(), store);
      const { status } = await service.deliver(webhook);
      answers.push({ expected, status });
    });
  }
  return answers;
}

/** An edit of an order that is gone, or not there yet, is none. */
function change(edit: Edit, id: number | undefined, { store: { orders } }: Stage): void {
  const kept = id === undefined ? undefined : orders.kept(id);
  if (id === undefined || kept === undefined) return;
  const version = Number(String(kept.fields.staff_notes).slice(1)) + 1;
  const staff_notes = `v${version}`;
  if (edit.what === 'status') orders.setStatus(id, edit.statusId);
  else if (edit.what === 'lines') {
    orders.edit(id, { staff_notes, lines: linesOf(edit.goods, kept.lines.length, version) });
  } else if (edit.what === 'note') orders.edit(id, { staff_notes });
  else if (edit.what === 'archive') orders.archive(id);
  else orders.remove(id);
}

/** Polls every hour until two of them find nothing, and nothing waits; returns what the last one still queued. */
async function comeToRest({ time, sqs, store, service, at }: Stage): Promise<number> {
  let queued = 0;
  let quiet = 0;
  for (const until = time.now() + REST_WITHIN_MS; time.now() < until && quiet < 2;) {
    const before = sqs.accepted.length;
    at(0, service.poll);
    await time.advance(HOUR_MS);
    queued = sqs.accepted.length - before;
    const waits =
      sqs.nextAt() !== undefined || store.deliveries.all().some(({ state }) => state === 'waiting');
    quiet = queued === 0 && !waits ? quiet + 1 : 0;
  }
  return queued;
}
