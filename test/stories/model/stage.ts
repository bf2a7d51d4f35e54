// A store and the service around it, on one virtual clock, set up as a plan says and ready to begin.
import { createStore } from '../../../simulator/index';
import type { SendWebhook, Store } from '../../../simulator/index';
import { randomFrom } from '../../../simulator/random';
import { aRuleSet, NOON } from '../../support/builders';
import { virtualTime } from '../../support/virtual-time';
import type { VirtualTime } from '../../support/virtual-time';
import { watch } from './history';
import type { History } from './history';
import type { Plan } from './plan';
import { behindReplicas } from './replicas';
import type { Alert } from './lambda';
import { createService } from './service';
import type { Service } from './service';
import type { Deployed, Settings } from './settings';
import { Sqs } from './sqs';
import type { QueueHabits } from './sqs';
import { withTrouble } from './unreadable';
import type { Trouble } from './unreadable';
import { createTables } from './tables';
import type { TableHabits, Tables } from './tables';

const FIRST_TOKEN = 'the first token';
const CLIENT_SECRET = 'client-secret-of-the-story';
const WEBHOOK_SECRET = 'generated-secret-of-the-story';

export interface Stage {
  readonly plan: Plan;
  readonly time: VirtualTime;
  readonly store: Store;
  readonly history: History;
  readonly sqs: Sqs;
  readonly tables: Tables;
  readonly service: Service;
  /** How untidy the parts of AWS are; live. */
  readonly habits: {
    readonly queue: QueueHabits;
    readonly tables: TableHabits;
    readonly secrets: { failures: number };
  };
  /** What the secret holds; live. */
  readonly secret: { accessToken: string };
  readonly settings: Settings;
  /** What was sent to the operator. */
  readonly alerts: readonly Alert[];
  readonly trouble: Trouble;
  /** All that was deployed so far, in its sequence. */
  readonly deployed: Deployed[];
  /** How often faults of the store struck, and webhooks were not delivered. */
  readonly struck: { storeFaults: number; undelivered: number };
  /** Runs something so many milliseconds from now. */
  readonly at: (ms: number, run: () => unknown) => void;
}

export function setUp(plan: Plan): Stage {
  const time = virtualTime(NOON);
  const habits = habitsOf(plan);
  const secret = { accessToken: FIRST_TOKEN, clientSecret: CLIENT_SECRET, webhook: WEBHOOK_SECRET };
  const settings = settingsOf(plan);
  const deployed: Deployed[] = [{ at: time.now(), rules: settings.rules, dropFields: settings.dropFields }];
  const struck = { storeFaults: 0, undelivered: 0 };
  const sqs = new Sqs(time, randomFrom(plan.seed, 'sqs'), habits.queue, () => service.wake());
  const tables = createTables(
    time,
    randomFrom(plan.seed, 'tables'),
    habits.tables,
    plan.recordRetentionDays ?? 90,
  );
  const store = storeOf(plan, time, (webhook) => {
    if (!isWebhookDown(plan, time)) return service.deliver(webhook);
    struck.undelivered += 1;
    return Promise.reject(new Error('connection refused'));
  });
  register(plan.scopes, store);
  const trouble: Trouble = { unreadable: new Set(), mostRows: Infinity, struck: 0 };
  const history = watch(store, time.now);
  const random = randomFrom(plan.seed, 'service');
  const wire = {
    time,
    store,
    history,
    handle: answering(plan, store, trouble, time),
    pageSize: plan.pageSize,
  };
  const alerts: Alert[] = [];
  const surroundings = {
    alerts,
    time,
    random,
    wire,
    sqs,
    tables,
    secret,
    secretHabits: habits.secrets,
    kills: plan.kills,
    readConsignments: plan.readConsignments,
  };
  const service = createService(surroundings, settings);
  const at = (ms: number, run: () => unknown) => void time.setTimer(() => void run(), ms);
  return {
    plan,
    time,
    store,
    history,
    sqs,
    tables,
    service,
    habits,
    secret,
    settings,
    deployed,
    alerts,
    trouble,
    struck,
    at,
  };
}

function habitsOf(plan: Plan): Stage['habits'] {
  return {
    queue: { ...plan.queue },
    tables: { failures: plan.tableFailures, conflicts: plan.conflicts ?? 0 },
    secrets: { failures: plan.secretFailures ?? 0 },
  };
}

function settingsOf(plan: Plan): Settings {
  return {
    rules: aRuleSet(plan.rules),
    dropFields: plan.dropFields ?? [],
    lookbackDays: plan.lookbackDays ?? 7,
    pollsStopAfterMs: plan.pollsStopAfterMs ?? Infinity,
  };
}

function storeOf(plan: Plan, time: VirtualTime, send: SendWebhook): Store {
  return createStore({
    seed: plan.seed,
    accessToken: FIRST_TOKEN,
    clientSecret: CLIENT_SECRET,
    latencyMs: plan.latencyMs,
    deliveries: plan.deliveries,
    ...(plan.quota ? { quota: plan.quota } : {}),
    now: () => time.now() + plan.storeSkewMs,
    setTimer: time.setTimer,
    send,
  });
}

function isWebhookDown({ webhookDown = { fromMs: 0, forMs: 0 } }: Plan, time: VirtualTime): boolean {
  const { fromMs, forMs } = webhookDown;
  const ms = time.now() - NOON;
  return ms >= fromMs && ms < fromMs + forMs;
}

function answering(plan: Plan, store: Store, trouble: Trouble, { now }: VirtualTime): Store['handle'] {
  const { seed, replicas: [first, ...others] = [], unreadable, largestPage } = plan;
  const whole =
    first === undefined
      ? store.handle
      : behindReplicas(store, [first, ...others], now, randomFrom(seed, 'replicas'));
  return unreadable || largestPage ? withTrouble(whole, trouble, store) : whole;
}

function register(scopes: readonly string[], { hooks }: Store): void {
  const destination = 'http://127.0.0.1:1/dev/cart-converted';
  const headers = { 'X-Order-Replication-Secret': WEBHOOK_SECRET };
  for (const scope of scopes) hooks.create({ scope, destination, headers });
}
