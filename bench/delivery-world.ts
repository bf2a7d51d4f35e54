// What the measurements of deliveries run on: the worker's own flow with its tables on MiniStack, into a real Tryton.
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import template from '../cloudformation/delivery.json';
import { createAdmission } from '../lambda/deliver-orders/admission';
import { deadlinesBefore } from '../lambda/deliver-orders/batch';
import type { DeliverDeps } from '../lambda/deliver-orders/deliver';
import type { LoadedMapping } from '../lambda/shared/delivery/mapping';
import { createAdapter } from '../lambda/shared/erp/adapters';
import type { Erp, ErpCall } from '../lambda/shared/erp/erp';
import type { Snapshot } from '../lambda/shared/order/order';
import type { Log } from '../lambda/shared/runtime/log';
import { createDeliveries } from '../lambda/shared/tables/deliveries';
import { createDeliveryKeys } from '../lambda/shared/tables/delivery-keys';
import { startMiniStack } from '../scripts/local/ministack';
import { startTryton } from '../scripts/local/tryton';
import type { Tryton } from '../scripts/local/tryton';
import { readMapping } from '../scripts/packages/mapping-file';
import { localClients } from '../scripts/service/clients';

const INVOCATION_MS = 300_000;
const REQUEST_TIMEOUT_MS = 30_000;
const WORKERS = 2;

export interface Invocation {
  readonly deps: DeliverDeps;
  readonly inErpMs: () => number;
}

export interface DeliveryWorld {
  readonly mapping: LoadedMapping;
  readonly documents: DynamoDBDocumentClient;
  readonly deliveries: ReturnType<typeof createDeliveries>;
  /** What the ERP was asked for, in the order of the answers. */
  readonly calls: ErpCall[];
  /** The adapter as an invocation makes it. */
  connect(): Erp;
  /** What an invocation of the worker is given, and how long its calls have taken since. */
  invocationOf(worker: string, snapshots: ReadonlyMap<number, Snapshot>): Invocation;
}

/** Starts everything, lets `measure` use it, and stops everything. */
export async function withDeliveries(measure: (world: DeliveryWorld) => Promise<void>): Promise<void> {
  const miniStack = await startMiniStack();
  const clients = localClients(miniStack.endpoint);
  try {
    await createTables(clients.documents);
    const tryton = await startTryton();
    try {
      await measure(await worldOf(clients.documents, tryton));
    } finally {
      await tryton.stop();
    }
  } finally {
    clients.destroy();
    await miniStack.stop();
  }
}

const TABLES = ['DeliveriesTable', 'DeliveryKeysTable'] as const;

async function createTables(documents: DynamoDBDocumentClient): Promise<void> {
  for (const TableName of TABLES) {
    const { Properties } = template.Resources[TableName];
    const { KeySchema, AttributeDefinitions, BillingMode } = Properties;
    const indexes = 'GlobalSecondaryIndexes' in Properties ? Properties.GlobalSecondaryIndexes : undefined;
    const input = {
      TableName,
      KeySchema,
      AttributeDefinitions,
      BillingMode,
      GlobalSecondaryIndexes: indexes,
    };
    await documents.send(new CreateTableCommand(input as CreateTableCommandInput));
  }
}

async function worldOf(documents: DynamoDBDocumentClient, tryton: Tryton): Promise<DeliveryWorld> {
  const mapping = await readMapping();
  const deliveries = createDeliveries(documents, TABLES[0]);
  const keys = createDeliveryKeys(documents, TABLES[1]);
  const calls: ErpCall[] = [];
  const adapter = createAdapter('tryton');
  const connect = (callsUntil: number, onCall: (call: ErpCall) => void) =>
    adapter({
      url: tryton.url,
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
      mapping: mapping.mapping,
      credentials: () => Promise.resolve(JSON.stringify({ key: tryton.key })),
      callsUntil,
      now: Date.now,
      onCall: (call) => {
        calls.push(call);
        onCall(call);
      },
    });
  return {
    mapping,
    documents,
    deliveries,
    calls,
    connect: () => connect(Date.now() + INVOCATION_MS, () => undefined),
    invocationOf(worker, snapshots) {
      const deadline = Date.now() + INVOCATION_MS;
      let inErpMs = 0;
      const { callsUntil } = deadlinesBefore(deadline, REQUEST_TIMEOUT_MS);
      const erp = connect(callsUntil, ({ durationMs }) => (inErpMs += durationMs));
      const orders = { find: (orderId: number) => Promise.resolve(snapshots.get(orderId)) };
      const deps = depsOf({ deliveries, keys, orders, erp }, mapping, { worker, deadline });
      return { deps, inErpMs: () => inErpMs };
    },
  };
}

/** As the worker's entry makes them, without queue, alerts and log. */
function depsOf(
  adapters: Pick<DeliverDeps['adapters'], 'deliveries' | 'keys' | 'orders' | 'erp'>,
  mapping: LoadedMapping,
  { worker, deadline }: { readonly worker: string; readonly deadline: number },
): DeliverDeps {
  const { callsUntil: _, ...times } = deadlinesBefore(deadline, REQUEST_TIMEOUT_MS);
  const common = { worker, now: Date.now, leaseUntil: times.leaseUntil };
  const { keys } = adapters;
  const waitUntil = times.beginBefore;
  const admission = createAdmission({ ...common, keys, concurrency: WORKERS, sleep, waitUntil });
  return {
    adapters: {
      ...adapters,
      alerts: { sendHourly: ({ subject }) => Promise.reject(new Error(subject)) },
      log: quiet,
      queue: { deadLetter: (body) => Promise.reject(new Error(`Malformed: ${body}`)) },
    },
    policy: {
      mapping,
      mode: 'live',
      createdFrom: undefined,
      concurrency: WORKERS,
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
      settleMs: undefined,
    },
    invocation: { ...common, ...times, admission, random: Math.random },
  };
}

/** What goes wrong shows in the rows, which each measurement checks. */
const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
