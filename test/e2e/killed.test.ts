// Functions killed with SIGKILL on the deployed template: at exact points around each of their effects, and all at
// once wherever they are. Every order is stored and advanced once all the same, and nothing is lost.
import { PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import { SetQueueAttributesCommand } from '@aws-sdk/client-sqs';

import { Status } from '../../lambda/shared/order/status';
import { startAwsProxy, type AwsProxy } from '../../scripts/local/aws-proxy';
import {
  deployedFunctions,
  type DeployedFunctions,
  type FunctionOutput,
} from '../../scripts/local/deployed-functions';
import { keptPromise, type KeptPromise } from './kept-promise';
import { amidPages, mayHaveEnded, pointsInDynamoDb, pointsInStore } from './kill-points';
import { startLocalService, type LocalService } from './local-service';
import { until } from '../support/until';

/**
 * A worker begins an order while more than 20 seconds of its time are left, and 35 at a late receive, whose reads may take
 * longer. Its lease lasts 15 seconds longer than its time.
 */
const TIMEOUT_SECONDS = 38;

/** What a killed worker had comes again when its lease is over, as the template's six times the timeout see to. */
const VISIBILITY_SECONDS = 58;

let service: LocalService;
let functions: DeployedFunctions;
let promise: KeptPromise;
let proxy: AwsProxy;

const date_created = Date.now() - 3_600_000;
const add = (status_id: number = Status.AwaitingFulfillment) =>
  service.simulator.orders.add({ date_created, status_id }).id;
/** Of more lines than come with an order. */
const addLong = () =>
  service.simulator.orders.add({ date_created, lines: Array.from({ length: 60 }, () => ({})) }).id;

interface Interrupted {
  readonly id: number;
  killed: number;
}
const atPoint = new Map<string, Interrupted>();
let allAtOnce: { readonly ids: readonly number[]; readonly interrupted: number };

/** What killed polls and a killed webhook leave in the queue, before and after they are repeated. */
let lists: { readonly unpaid: number; readonly paid: number; readonly queued: readonly number[][] };
let notNoted: Interrupted & { readonly found: readonly unknown[] };
let notAnswered: Interrupted & { readonly found: readonly unknown[] };

beforeAll(async () => {
  service = await startLocalService();
  functions = deployedFunctions(service);
  promise = keptPromise(service);
  const { clients, mini, stack } = service;
  proxy = await startAwsProxy(mini.endpoint, promise.see);
  const QueueUrl = stack.outputs['OrdersQueueUrl'] ?? '';
  const ORDERS_QUEUE_URL = `${proxy.url}${new URL(QueueUrl).pathname}`;
  await functions.configure('ProcessOrdersFunctionName', {
    Timeout: TIMEOUT_SECONDS,
    Variables: { AWS_ENDPOINT_URL_DYNAMODB: proxy.url },
  });
  await functions.configure('GetNewOrdersFunctionName', { Variables: { ORDERS_QUEUE_URL } });
  await functions.configure('CartConvertedWebhookFunctionName', { Variables: { ORDERS_QUEUE_URL } });
  const Attributes = { VisibilityTimeout: String(VISIBILITY_SECONDS) };
  await clients.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
  await functions.pauseWorker();
  lists = await killPollAmidItsLists();
  notNoted = await killPollBeforeItsNote();
  notAnswered = await killWebhookBeforeItsAnswer();
  await killAtEachPoint();
  await killAllAtOnce();
}, 180_000);

afterAll(async () => {
  await service.stop();
  await proxy.stop();
});

jest.setTimeout(200_000);

const { AwaitingFulfillment, AwaitingShipment } = Status;

describe('a killed', () => {
  it('poll leaves the rest of its lists to the next one', async () => {
    expect(lists.queued).toEqual([
      [1, 0],
      [1, 1],
    ]);
    await promise.finished(lists.unpaid);
    await promise.expectCopied(lists.unpaid, 'Awaiting Payment is not in AdvanceStatusIds');
    await promise.finished(lists.paid);
    await promise.expectAdvanced(lists.paid, AwaitingFulfillment, AwaitingShipment);
  });

  it('poll that has queued an order and not noted it is followed by one that queues it again', async () => {
    const { id, killed, found } = notNoted;
    expect({ killed, found }).toEqual({ killed: 1, found: [1, undefined, 2, 'queued'] });
    await promise.finished(id);
    await promise.expectAdvanced(id, AwaitingFulfillment, AwaitingShipment);
  });

  it('webhook that has queued an order and not answered is delivered again', async () => {
    const { id, killed, found } = notAnswered;
    expect({ killed, found }).toEqual({ killed: 1, found: [502, 1, 200, 2] });
    await promise.finished(id);
    await promise.expectAdvanced(id, AwaitingFulfillment, AwaitingShipment);
  });
});

describe('a worker that is killed', () => {
  const points = [...Object.keys(pointsInStore), ...Object.keys(pointsInDynamoDb)];
  it.each(points)('%s leaves its order to the next', async (name) => {
    const { id, killed } = atPoint.get(name)!;
    expect(killed).toBe(1);
    await promise.finished(id);
    await promise.expectAdvanced(id, AwaitingFulfillment, AwaitingShipment);
    const { attempts } = (await service.ledgerRow(id))!;
    expect(attempts).toBeGreaterThan(mayHaveEnded.includes(name) ? 0 : 1);
  });

  it('with all others, wherever they are, leaves their orders to the next', async () => {
    expect(allAtOnce.interrupted).toBeGreaterThan(0);
    for (const id of allAtOnce.ids) {
      await promise.finished(id);
      await promise.expectAdvanced(id, AwaitingFulfillment, AwaitingShipment);
    }
  });
});

it('leaves no reference and no dead letter behind, and has sent no PUT in vain and stored nothing twice', async () => {
  await promise.everythingIsTaken();
  expect(await functions.messages('OrdersDeadLetterQueueUrl')).toEqual([]);
  promise.expectNothingInVain();
});

const queued = async (id: number) =>
  (await functions.messages('OrdersQueueUrl')).filter(({ orderId }) => orderId === id).length;

/** When the first status is queued and noted, and the second is not listed yet. */
async function killPollAmidItsLists() {
  const [unpaid, paid] = [add(Status.AwaitingPayment), add()];
  const before = () => void functions.kill('GetNewOrdersFunctionName');
  service.simulator.faults.add({ endpoint: 'GET /orders', skip: 1, times: 1, before });
  await expect(service.stack.poll()).rejects.toThrow('The poll failed');
  const first = [await queued(unpaid), await queued(paid)];
  await service.stack.poll();
  return { unpaid, paid, queued: [first, [await queued(unpaid), await queued(paid)]] };
}

/** When SQS has taken the reference, and its answer is on its way. */
async function killPollBeforeItsNote() {
  const id = add();
  const interrupted = killWhenQueued(id, 'GetNewOrdersFunctionName');
  await expect(service.stack.poll()).rejects.toThrow('The poll failed');
  const first = [await queued(id), (await service.ledgerRow(id))?.state];
  await service.stack.poll();
  return { ...interrupted, found: [...first, await queued(id), (await service.ledgerRow(id))?.state] };
}

/** The same of a webhook. */
async function killWebhookBeforeItsAnswer() {
  const id = add();
  const interrupted = killWhenQueued(id, 'CartConvertedWebhookFunctionName');
  const webhook = { destination: service.stack.webhookUrl, orderId: id };
  const first = [(await service.simulator.deliverWebhook(webhook)).status, await queued(id)];
  const second = [(await service.simulator.deliverWebhook(webhook)).status, await queued(id)];
  return { ...interrupted, found: [...first, ...second] };
}

function killWhenQueued(id: number, output: FunctionOutput): Interrupted {
  const interrupted = { id, killed: 0 };
  const after = () => void (interrupted.killed += functions.kill(output));
  proxy.add({ operation: 'SendMessageBatch', orderId: id, after });
  return interrupted;
}

/** One worker and one order at a time, so that each kill meets its own order alone. */
async function killAtEachPoint(): Promise<void> {
  const worker = (name: string, id: number) => {
    const entry = { id, killed: 0 };
    atPoint.set(name, entry);
    return () => void (entry.killed += functions.kill('ProcessOrdersFunctionName'));
  };
  for (const [name, fault] of Object.entries(pointsInStore)) {
    const orderId = amidPages.includes(name) ? addLong() : add();
    service.simulator.faults.add({ ...fault(worker(name, orderId), service.simulator), orderId, times: 1 });
  }
  for (const [name, fault] of Object.entries(pointsInDynamoDb)) {
    const orderId = add();
    proxy.add({ ...fault(worker(name, orderId)), orderId });
  }
  await service.stack.poll();
  await setWorkers({ atOnce: 1, batchSize: 1 });
  await functions.resumeWorker();
  await until(() => [...atPoint.values()].every(({ killed }) => killed > 0), 60_000);
}

/** All workers, with ten orders each, in the middle of them: at the sixtieth call of what are some 140. */
async function killAllAtOnce(): Promise<void> {
  const { simulator } = service;
  await functions.pauseWorker();
  const ids = Array.from({ length: 30 }, (_, index) => (index % 3 === 0 ? addLong() : add()));
  await service.stack.poll();
  await setWorkers({ atOnce: 3, batchSize: 10 });
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

async function setWorkers({ atOnce, batchSize }: { atOnce: number; batchSize: number }): Promise<void> {
  const FunctionName = service.stack.outputs['ProcessOrdersFunctionName'];
  await service.clients.lambda.send(
    new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: atOnce }),
  );
  await functions.setBatchSize(batchSize);
}
