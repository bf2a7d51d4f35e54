// Workers killed with SIGKILL on the deployed template: at exact points around each of their effects, and all of them
// wherever they are. Every order is still stored and advanced once. Slow, because a killed worker's lease must run out.
import { Status } from '../../lambda/shared/order/status';
import { amidPages, mayHaveEnded, pointsInDynamoDb, pointsInStore } from './kill-points';
import { startKillableService } from './killable-service';
import type { KillableService } from './killable-service';
import { until } from '../support/until';

let killable: KillableService;

interface Interrupted {
  readonly id: number;
  killed: number;
}
const atPoint = new Map<string, Interrupted>();
let allAtOnce: { readonly ids: readonly number[]; readonly interrupted: number };

beforeAll(async () => {
  killable = await startKillableService();
  await killAtEachPoint();
  await killAllAtOnce();
}, 180_000);

afterAll(() => killable.stop());

jest.setTimeout(200_000);

const { AwaitingFulfillment, AwaitingShipment } = Status;
const points = [...Object.keys(pointsInStore), ...Object.keys(pointsInDynamoDb)];

it.each(points)('a worker that is killed %s leaves its order to the next worker', async (name) => {
  const { service, promise } = killable;
  const { id, killed } = atPoint.get(name)!;
  expect(killed).toBe(1);
  await promise.finished(id);
  await promise.expectAdvanced(id, AwaitingFulfillment, AwaitingShipment);
  const { attempts } = (await service.ledgerRow(id))!;
  expect(attempts).toBeGreaterThan(mayHaveEnded.includes(name) ? 0 : 1);
});

it('workers that are all killed, wherever they are, leave their orders to the next workers', async () => {
  expect(allAtOnce.interrupted).toBeGreaterThan(0);
  for (const id of allAtOnce.ids) {
    await killable.promise.finished(id);
    await killable.promise.expectAdvanced(id, AwaitingFulfillment, AwaitingShipment);
  }
});

it('killed workers leave no reference and no dead letter, no PUT without need and no order stored twice', async () => {
  const { promise, functions } = killable;
  await promise.everythingIsTaken();
  expect(await functions.messages('OrdersDeadLetterQueueUrl')).toEqual([]);
  promise.expectNothingNeedless();
});

/** One worker and one order at a time, so that each kill meets its own order alone. */
async function killAtEachPoint(): Promise<void> {
  const { service, functions, proxy, addOrder, addLongOrder } = killable;
  const worker = (name: string, id: number) => {
    const entry = { id, killed: 0 };
    atPoint.set(name, entry);
    return () => void (entry.killed += functions.kill('ProcessOrdersFunctionName'));
  };
  for (const [name, fault] of Object.entries(pointsInStore)) {
    const orderId = amidPages.includes(name) ? addLongOrder() : addOrder();
    service.simulator.faults.add({ ...fault(worker(name, orderId), service.simulator), orderId, times: 1 });
  }
  for (const [name, fault] of Object.entries(pointsInDynamoDb)) {
    const orderId = addOrder();
    proxy.add({ ...fault(worker(name, orderId)), orderId });
  }
  await service.stack.poll();
  await killable.setWorkers({ atOnce: 1, batchSize: 1 });
  await functions.resumeWorker();
  await until(() => [...atPoint.values()].every(({ killed }) => killed > 0), 60_000);
}

/** All workers, with ten orders each, in the middle of them: at the sixtieth call of some 140. */
async function killAllAtOnce(): Promise<void> {
  const { service, functions, addOrder, addLongOrder } = killable;
  const { simulator } = service;
  await functions.pauseWorker();
  const ids = Array.from({ length: 30 }, (_, index) => (index % 3 === 0 ? addLongOrder() : addOrder()));
  await service.stack.poll();
  await killable.setWorkers({ atOnce: 3, batchSize: 10 });
  simulator.settings.latencyMs = 100;
  let killed = 0;
  simulator.faults.add({
    endpoint: /orders\/\{id\}/,
    skip: 59,
    times: 1,
    before: () => void (killed = functions.kill('ProcessOrdersFunctionName')),
  });
  await functions.resumeWorker();
  await until(() => killed > 0, 60_000);
  simulator.settings.latencyMs = 0;
  const rows = await Promise.all(ids.map(service.ledgerRow));
  const interrupted = rows.filter((row) => row?.lease_owner !== undefined).length;
  allAtOnce = { ids, interrupted };
}
