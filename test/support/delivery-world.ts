// The worker's flow with everything around it in memory and on virtual time: Orders table, Deliveries tables, an ERP.
import { createAdmission } from '../../lambda/deliver-orders/admission';
import { deadlinesBefore, deliverBatch } from '../../lambda/deliver-orders/batch';
import type { DeliverDeps, Outcome } from '../../lambda/deliver-orders/deliver';
import type { Alert } from '../../lambda/shared/aws/alerts';
import { sentLines } from '../../lambda/shared/delivery/sent-lines';
import type { DeliveryRow } from '../../lambda/shared/delivery/delivery-row';
import type { Mapping } from '../../lambda/shared/delivery/mapping';
import type { Snapshot } from '../../lambda/shared/order/order';
import type { Fields, Log, Metrics } from '../../lambda/shared/runtime/log';
import { memoryDeliveries, memoryDeliveryKeys } from './memory-deliveries';
import { aMapping, aSnapshotToDeliver } from './sales-order';
import { createSimulatedErp } from './simulated-erp';
import type { ErpOptions } from './simulated-erp';
import type { CallName } from './simulated-erp/requests';
import { virtualTime } from './virtual-time';

const INVOCATION_MS = 300_000;
const REQUEST_TIMEOUT_MS = 30_000;

export interface WorldOptions {
  readonly erp?: Partial<Omit<ErpOptions, 'time' | 'sentLines'>>;
  readonly policy?: Partial<DeliverDeps['policy']>;
  readonly mapping?: Partial<Mapping>;
}

export type DeliveryWorld = ReturnType<typeof deliveryWorld>;

/** A world with the ERP of a kind; `tell` stores a snapshot and reports it, `run` delivers what is queued. */
export function deliveryWorld(options: WorldOptions = {}) {
  const time = virtualTime(Date.UTC(2026, 0, 6, 14, 0));
  let mapping = { mapping: aMapping(options.mapping), digest: 'mapping-1' };
  const snapshots = new Map<number, Snapshot>();
  const deliveries = memoryDeliveries();
  const keys = memoryDeliveryKeys();
  const erp = createSimulatedErp({
    time,
    sentLines: (document) => sentLines(document, mapping.mapping),
    canCancel: true,
    ...options.erp,
  });
  const alerts: Alert[] = [];
  const logged: { event: string; fields?: Fields | undefined; metrics?: Metrics | undefined }[] = [];
  const deadLetters: string[] = [];
  let policy: Partial<DeliverDeps['policy']> = options.policy ?? {};
  let invocations = 0;

  const note: Log['info'] = (event, fields, metrics) => void logged.push({ event, fields, metrics });

  /** `now` is the clock of the worker's container. */
  function depsOf(worker: string, now: () => number = time.now): DeliverDeps {
    const { callsUntil: _, ...times } = deadlinesBefore(now() + INVOCATION_MS, REQUEST_TIMEOUT_MS);
    const admission = createAdmission({
      keys,
      concurrency: policy.concurrency ?? 2,
      worker,
      now,
      sleep: time.sleep,
      waitUntil: times.beginBefore,
      leaseUntil: times.leaseUntil,
    });
    return {
      adapters: {
        deliveries,
        keys,
        orders: { find: (id) => Promise.resolve(snapshots.get(id)) },
        erp: erp.connect({ requestTimeoutMs: REQUEST_TIMEOUT_MS, now }),
        alerts: { sendHourly: (alert) => Promise.resolve(void alerts.push(alert)) },
        log: { info: note, warn: note, error: note },
        queue: { deadLetter: (body) => Promise.resolve(void deadLetters.push(body)) },
      },
      policy: {
        mapping,
        mode: 'live',
        createdFrom: undefined,
        concurrency: 2,
        requestTimeoutMs: REQUEST_TIMEOUT_MS,
        settleMs: undefined,
        ...policy,
      },
      invocation: { ...times, admission, worker, now, random: () => 0.5 },
    };
  }

  const send = (bodies: readonly string[], deps: DeliverDeps): Promise<readonly Outcome[]> =>
    deliverBatch(
      bodies.map((body, nth) => ({ messageId: `m${nth}`, receiptHandle: `r${nth}`, body })),
      deps,
    );

  /** One invocation whose adapters a test replaces in part, to its end on virtual time. */
  const runWith = async (
    change: (adapters: DeliverDeps['adapters']) => Partial<DeliverDeps['adapters']>,
    ...ids: readonly number[]
  ): Promise<readonly Outcome[]> => {
    invocations += 1;
    const bodies = ids.map((orderId) =>
      JSON.stringify({ orderId, seenAt: new Date(time.now()).toISOString() }),
    );
    const deps = depsOf(`worker-${invocations}`);
    const ended = send(bodies, { ...deps, adapters: { ...deps.adapters, ...change(deps.adapters) } });
    let outcomes: readonly Outcome[] | undefined;
    void ended.then((all) => (outcomes = all));
    for (let waited = 0; outcomes === undefined && waited < INVOCATION_MS; waited += 250) {
      await time.advance(250);
    }
    if (outcomes === undefined) throw new Error('The invocation did not end in time.');
    return outcomes;
  };

  return {
    time,
    snapshots,
    deliveries,
    keys,
    erp,
    alerts,
    logged,
    deadLetters,
    row: (id: number): DeliveryRow => deliveries.rows.get(id)!,
    setMapping: (changes: Partial<Mapping>, digest: string) => {
      mapping = { mapping: aMapping(changes), digest };
    },
    setPolicy: (changes: Partial<DeliverDeps['policy']>) => {
      policy = { ...policy, ...changes };
    },
    /** Stores a snapshot read now, and reports it. */
    tell: async (overrides: Parameters<typeof aSnapshotToDeliver>[0] = {}): Promise<Snapshot> => {
      const readAt = new Date(time.now()).toISOString();
      const replication = { state: 'copied', read_at: readAt, ...overrides.replication } as const;
      const snapshot = aSnapshotToDeliver({ ...overrides, replication });
      snapshots.set(snapshot.id, snapshot);
      await deliveries.tell(snapshot.id, snapshot.replication.read_at, time.now());
      return snapshot;
    },
    depsOf,
    send,
    /** One invocation with references to these orders, to its end on virtual time. */
    run: (...ids: readonly number[]): Promise<readonly Outcome[]> => runWith(() => ({}), ...ids),
    runWith,
    /** How many requests of this name the ERP was sent. */
    calls: (call: CallName): number => erp.requests.sent.filter((one) => one.call === call).length,
    /** What a command or a clock may do to a row between two attempts. */
    change: (id: number, changes: Partial<DeliveryRow>): void => {
      deliveries.rows.set(id, { ...deliveries.rows.get(id)!, ...changes });
    },
  };
}
