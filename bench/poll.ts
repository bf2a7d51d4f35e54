// A poll of 10,000 new orders: its BigCommerce calls, its time on the deployed stack, its row, and, in a process of its
// own, its memory compared with that of a poll of a quarter of them.
import { fork } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { paginateScan } from '@aws-sdk/lib-dynamodb';
import { poll } from '../lambda/get-new-orders/poll';
import { createBigCommerce } from '../lambda/shared/bigcommerce/client';
import type { JobsTable } from '../lambda/shared/tables/jobs';
import { startSimulator } from '../simulator';
import type { Simulator } from '../simulator';
import { addOrders } from './drain';
import { withDeployed } from './deployed';
import type { Limits } from './limits';
import type { Print } from '../scripts/terminal/command';

const ORDERS = 10_000;
const LATENCY_MS = 150;
const MAX_CALLS = 50;
/** The function's Timeout. */
const TIMEOUT_S = 300;

/** Polls twice on the deployed stack, once in a watched process, and prints the results. */
export async function measurePoll(print: Print, limits: Limits): Promise<void> {
  print(`A poll of ${ORDERS} new orders at ${LATENCY_MS} ms API latency, the worker paused:`);
  await withDeployed({ latencyMs: LATENCY_MS, parameters: { Paused: 'true' } }, async (deployed) => {
    const { simulator, stack, clients } = deployed;
    addOrders(simulator, ORDERS);
    for (const title of ['the first', 'the next, which finds all of them queued']) {
      simulator.log.clear();
      const startedAt = Date.now();
      const { enqueued } = await stack.poll();
      const seconds = (Date.now() - startedAt) / 1_000;
      limits.atMost(MAX_CALLS, simulator.log.count(), `BigCommerce calls of ${title} poll`);
      limits.atMost(TIMEOUT_S, seconds, `seconds of ${title} poll`);
      print(
        `  ${title}: ${simulator.log.count()} BigCommerce calls (at most ${MAX_CALLS}), ${enqueued} queued in ${seconds.toFixed(0)} s (at most ${TIMEOUT_S} s)`,
      );
    }
    const scan = { TableName: stack.outputs['JobsTableName'] };
    for await (const { Items = [] } of paginateScan({ client: clients.documents }, scan)) {
      const rows = Items.filter(({ outcome }) => outcome !== undefined);
      const sizes = rows.map((job) => JSON.stringify(job).length);
      print(`  ${rows.length} job rows of ${Math.max(...sizes)} bytes at most`);
    }
  });
  const [few, many] = [await peakOf(ORDERS / 4), await peakOf(ORDERS)];
  print(
    `  memory in use beyond that of its first page: ${few.toFixed(1)} MB for ${ORDERS / 4} orders, ${many.toFixed(1)} MB for ${ORDERS}`,
  );
}

/** The process is made by Node alone, which does not know TypeScript. */
const loader = pathToFileURL(require.resolve('tsx')).href;

/** By how many MB the heap of a poll grows at most after its first page, in a process without the store. */
async function peakOf(orders: number): Promise<number> {
  const simulator = await startSimulator({ seed: 1 });
  addOrders(simulator, orders);
  try {
    return await new Promise<number>((resolve, reject) => {
      const child = fork(__filename, { execArgv: ['--import', loader] });
      child.once('message', (peak) => resolve(Number(peak)));
      child.once('exit', (code) => reject(new Error(`The poll's process ended with ${code ?? 'a signal'}.`)));
      child.send({ url: simulator.url, credentials: simulator.credentials });
    });
  } finally {
    await simulator.stop();
  }
}

type StoreAddress = Pick<Simulator, 'url' | 'credentials'>;

async function pollWatched({ url, credentials }: StoreAddress): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used: number[] = [];
  const { store } = connect({ url, credentials });
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const queue = {
    enqueue(references: readonly unknown[]) {
      collect();
      used.push(process.memoryUsage().heapUsed);
      return Promise.resolve(references.map(String));
    },
  };
  await poll({
    adapters: {
      store,
      queue,
      jobs: emptyJobs,
      log: silent,
      ledger: {
        find: () => Promise.resolve(new Map()),
        recordQueued: () => Promise.resolve(true),
        recordUnlistable: () => Promise.resolve(),
      },
      alerts: { sendHourly: () => Promise.resolve() },
    },
    policy,
    invocation: { now: Date.now, stopBefore: Infinity },
  });
  return (Math.max(...used) - (used[0] ?? 0)) / 1e6;
}

const policy = {
  rules: {
    allowedStatusIds: [7, 10, 11],
    advanceStatusIds: [10, 11],
    advanceOrders: true,
    newPhysicalOrderStatusId: 9,
    newDigitalOrderStatusId: 8,
  },
  completedOrdersLookbackDays: 7,
  ignoreOrdersCreatedBefore: undefined,
  followUpDays: 30,
};

/** A Jobs table before the first poll; it stores nothing. */
const emptyJobs: JobsTable = {
  record: () => Promise.resolve(),
  lastFinished: () => Promise.resolve(undefined),
  heldSince: () => Promise.resolve(undefined),
  lastSliced: () => Promise.resolve(undefined),
};

function connect({ url: apiUrl, credentials: { storeHash, accessToken } }: StoreAddress) {
  const options = {
    apiUrl,
    storeHash,
    quotaReservePercent: 0,
    accessToken: () => Promise.resolve(accessToken),
  };
  return { store: createBigCommerce(options).until(Infinity) };
}

if (process.send) {
  process.once('message', (place) => {
    void pollWatched(place as StoreAddress).then((peak) => process.send?.(peak, () => process.disconnect()));
  });
}
