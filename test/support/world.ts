// The flows with everything around them in memory and on virtual time: store, ledger, Orders table, queue, alerts.
import { poll } from '../../lambda/get-new-orders/poll';
import type { PollDeps } from '../../lambda/get-new-orders/poll';
import { deadlinesBefore } from '../../lambda/process-new-orders/batch';
import { replicate } from '../../lambda/process-new-orders/replicate';
import type { ReplicateDeps } from '../../lambda/process-new-orders/replicate';
import type { Outcome } from '../../lambda/process-new-orders/give-up';
import type { Fields, Log, Metrics } from '../../lambda/shared/runtime/log';
import type { RawOrder } from '../../lambda/shared/order/order';
import type { OrderReference } from '../../lambda/shared/order/reference';
import type { Rules } from '../../lambda/shared/order/rules';
import type { Job } from '../../lambda/shared/tables/jobs';
import type { DeadLetterAttributes } from '../../lambda/shared/aws/queue';
import { aReference, aRuleSet, NOON } from './builders';
import { memoryJobs } from './memory-jobs';
import { memoryTables } from './memory-ledger';
import { memoryStore } from './memory-store';
import type { Clock } from './memory-store';

const INVOCATION_MS = 60_000;

/** Parts of a poll's world that a test replaces: adapters, and what its invocation is given. */
export interface PollParts {
  readonly deps?: Partial<PollDeps['adapters'] & PollDeps['invocation']>;
  readonly settings?: Partial<PollDeps['policy']>;
}

/** Parts of the worker's world that a test replaces, whichever member of its `deps` they stand in. */
export type WorkerParts = Partial<
  ReplicateDeps['adapters'] & ReplicateDeps['policy'] & ReplicateDeps['invocation']
>;

export interface WorldOptions {
  readonly rules?: Partial<Rules>;
  readonly latencyMs?: number;
}

export function aWorld({ rules = {}, latencyMs = 100 }: WorldOptions = {}) {
  const clock = { now: NOON };
  const shop = memoryStore(clock, latencyMs);
  const tables = memoryTables();
  const surroundings = surroundingsInMemory();
  const { queue, alerting, log, queued, jobs } = surroundings;
  const settings = aRuleSet(rules);
  const adapters = {
    store: shop.store,
    orders: tables.orders,
    ledger: tables.ledger,
    queue,
    alerts: alerting,
    log,
  };
  const worker = aWorker(clock, adapters, settings);

  const world = {
    clock,
    shop,
    ...tables,
    ...surroundings,
    ...worker,
    rules: settings,

    /** One poll; the references that it queued are taken off the queue and returned. */
    async poll(parts: PollParts = {}) {
      await poll(pollDeps(clock, { ...adapters, jobs: memoryJobs(jobs) }, settings, parts));
      return queued.splice(0);
    },

    /** A poll, and a worker for each of its references; returns how many there were. */
    async pollAndReplicate(): Promise<number> {
      const references = await world.poll();
      for (const reference of references) await world.replicate(reference);
      return references.length;
    },

    /** The reference that a poll just now would queue for this order. */
    referenceTo: (orderId: number) => referenceTo(shop.order(orderId)!, clock.now),
  };
  return world;
}

function referenceTo(order: RawOrder, now: number): OrderReference {
  return aReference({
    orderId: order.id,
    seenAt: new Date(now).toISOString(),
    statusId: order.status_id,
    dateModified: String(order.date_modified),
  });
}

/** The queue, the alerts and the log in memory, and what went into them. */
function surroundingsInMemory() {
  const queued: OrderReference[] = [];
  const deadLetters: ({ body: string } & DeadLetterAttributes)[] = [];
  const returned: { receiptHandle: string; seconds: number }[] = [];
  const alerts: { subject: string; message: string }[] = [];
  const jobs: Job[] = [];
  const lines: { level: string; event: string; metrics?: Metrics | undefined }[] = [];
  const write = (level: string) => (event: string, _fields?: Fields, metrics?: Metrics) =>
    void lines.push({ level, event, metrics });
  const log: Log = { info: write('INFO'), warn: write('WARN'), error: write('ERROR') };
  const queue = {
    enqueue(references: readonly OrderReference[]) {
      queued.push(...references);
      return Promise.resolve(references.map((_, index) => `message-${index}`));
    },
    returnToQueue(receiptHandle: string, seconds: number) {
      returned.push({ receiptHandle, seconds });
      return Promise.resolve();
    },
    deadLetter(body: string, note: DeadLetterAttributes) {
      deadLetters.push({ body, ...note });
      return Promise.resolve();
    },
  };
  const alerting = {
    sendHourly(alert: { subject: string; message: string }) {
      alerts.push(alert);
      return Promise.resolve();
    },
  };
  return { queue, queued, deadLetters, returned, alerting, alerts, jobs, lines, log };
}

/** The worker in this world. `deps` and `parts` replace parts of what its invocation gets. */
function aWorker(clock: Clock, adapters: ReplicateDeps['adapters'], settings: Rules) {
  let invocations = 0;
  const workerDeps = (parts: WorkerParts = {}): ReplicateDeps => {
    const { callsUntil: _, ...deadlines } = deadlinesBefore(clock.now + INVOCATION_MS);
    const { store, orders, ledger, queue, alerts, log, ...others } = { ...adapters, ...parts };
    const { rules = settings, retention, maxReceiveCount = 20, ...invocation } = others;
    return {
      adapters: { store, orders, ledger, queue, alerts, log },
      policy: { rules, retention: retention ?? { dropFields: [], orderRetentionDays: 0 }, maxReceiveCount },
      invocation: {
        worker: `worker-${invocations}`,
        ...deadlines,
        now: () => clock.now,
        random: () => 0.5,
        ...invocation,
      },
    };
  };
  return {
    /** All that an invocation of the worker gets which starts now. */
    workerDeps,
    /** A worker's invocation with one message. */
    replicate(
      reference: OrderReference | string,
      { receiveCount = 1, deps = {} }: { receiveCount?: number; deps?: WorkerParts } = {},
    ): Promise<Outcome> {
      invocations += 1;
      const message = {
        messageId: `message-${invocations}`,
        receiptHandle: `receipt-${invocations}`,
        body: typeof reference === 'string' ? reference : JSON.stringify(reference),
        receiveCount,
      };
      return replicate(message, workerDeps(deps));
    },
  };
}

function pollDeps(
  clock: Clock,
  { store, queue, ledger, jobs, alerts, log }: PollDeps['adapters'],
  rules: Rules,
  { deps = {}, settings = {} }: PollParts,
): PollDeps {
  const { now = () => clock.now, stopBefore = Infinity, ...others } = deps;
  return {
    adapters: { store, queue, ledger, jobs, alerts, log, ...others },
    policy: {
      rules,
      completedOrdersLookbackDays: 7,
      ignoreOrdersCreatedBefore: undefined,
      followUpDays: 30,
      ...settings,
    },
    invocation: { now, stopBefore },
  };
}

export type World = ReturnType<typeof aWorld>;
