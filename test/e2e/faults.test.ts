// The main faults of the store and of AWS on the deployed template, all at once, with a poll and webhooks at once:
// every order that was seen in a new status ends as the rules say, and is advanced once.
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';

import { Status } from '../../lambda/shared/order/status';
import { receiveAlerts } from '../../scripts/local/alerts';
import type { AlertEmail } from '../../scripts/local/alerts';
import { startAwsProxy } from '../../scripts/local/aws-proxy';
import type { AwsProxy } from '../../scripts/local/aws-proxy';
import { deployedFunctions } from '../../scripts/local/deployed-functions';
import type { DeployedFunctions } from '../../scripts/local/deployed-functions';
import { keptPromise } from './kept-promise';
import type { KeptPromise } from './kept-promise';
import { startLocalService } from './local-service';
import type { LocalService } from './local-service';
import { addShaped, changeOrders, LONG, placeOrders } from './orders-under-fault';
import type { PlacedOrders } from './orders-under-fault';
import { awsFaults, storeFaults } from './passing-faults';
import { rotateToken } from './rotated-token';
import type { RotatedToken } from './rotated-token';
import { until } from '../support/until';

let service: LocalService;
let functions: DeployedFunctions;
let promise: KeptPromise;
let proxy: AwsProxy;
let stopAlerts: () => Promise<void>;
const alerts: AlertEmail[] = [];

let token: RotatedToken & { readonly orders: readonly { readonly id: number; readonly target: number }[] };
let removed: number;
let sevenfold: number;
let placed: PlacedOrders;

// Everything waits in the queue at once, so that what returns for a minute waits for the same minute.
beforeAll(async () => {
  service = await startLocalService();
  const { simulator, clients, mini, stack } = service;
  functions = deployedFunctions(service);
  promise = keptPromise(service);
  stopAlerts = await receiveAlerts(clients, mini.endpoint, stack.stackName, (alert) => alerts.push(alert));
  proxy = await startAwsProxy(mini.endpoint, promise.see);
  await functions.configure('ProcessOrdersFunctionName', {
    Variables: { AWS_ENDPOINT_URL_DYNAMODB: proxy.url },
  });

  const orders = [0, 1, 2, 3, 0, 1].map((shape) => addShaped(simulator, shape));
  const ids = orders.map(({ id }) => id);
  token = { orders, ...(await rotateToken(service, functions, ids)) };
  removed = await removeWhileQueued();
  sevenfold = await queueSevenTimes();
  placed = placeOrders(simulator, proxy);
  await Promise.all([stack.poll(), deliverWebhooks()]);
  changeOrders(simulator, placed);
  await until(() => Date.now() > token.effectiveFrom);
  await functions.resumeWorker();
}, 120_000);

afterAll(async () => {
  await stopAlerts();
  await service.stop();
  await proxy.stop();
});

jest.setTimeout(150_000);

/** A 404 is believed at the third receive: the first two, as of workers that died, are this test's. */
async function removeWhileQueued(): Promise<number> {
  const { simulator, stack } = service;
  const { id } = addShaped(simulator, 0);
  const webhook = { destination: stack.webhookUrl, orderId: id };
  await Promise.all([stack.poll(), simulator.deliverWebhook(webhook)]);
  await functions.receiveWithoutSuccess(id, 2);
  simulator.orders.remove(id);
  return id;
}

/** One after the other: all at once would be a process each. The refused order is known from the poll alone. */
async function deliverWebhooks(): Promise<void> {
  const { simulator, stack } = service;
  const { underStoreFault, underAwsFault, removeRefusal: _, refused: __, ...others } = placed;
  const struck = [...underStoreFault.values(), ...underAwsFault.values()].map(({ id }) => id);
  for (const orderId of [...struck, ...Object.values(others)]) {
    const answer = await simulator.deliverWebhook({ destination: stack.webhookUrl, orderId });
    expect(answer.status).toBe(200);
  }
}

/** By a poll, by a webhook, and five times more as the poll did; with a PUT long enough for them to meet. */
async function queueSevenTimes(): Promise<number> {
  const { simulator, stack, clients } = service;
  const { id } = addShaped(simulator, 0);
  simulator.faults.add({ endpoint: 'PUT /orders/{id}', orderId: id, kind: 'slow', delayMs: 1_000 });
  await stack.poll();
  const { body } = (await functions.messages('OrdersQueueUrl')).find(({ orderId }) => orderId === id)!;
  await simulator.deliverWebhook({ destination: stack.webhookUrl, orderId: id });
  const Entries = [1, 2, 3, 4, 5].map((copy) => ({ Id: String(copy), MessageBody: body }));
  const QueueUrl = stack.outputs['OrdersQueueUrl'];
  await clients.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  return id;
}

const { AwaitingFulfillment, AwaitingShipment, AwaitingPickup, Completed } = Status;

describe('orders under a fault that passes', () => {
  it.each(Object.keys(storeFaults))(
    'an order is stored whole and advanced once in spite of %s',
    async (name) => {
      const { id, target, strikes } = placed.underStoreFault.get(name)!;
      await promise.finished(id);
      expect(strikes.map(({ struck }) => struck())).toEqual(strikes.map(({ times }) => times));
      await promise.expectAdvanced(id, AwaitingFulfillment, target);
    },
  );

  it.each(Object.keys(awsFaults))(
    'an order is stored whole and advanced once although DynamoDB %s',
    async (name) => {
      const { id, target, strikes } = placed.underAwsFault.get(name)!;
      await promise.finished(id);
      expect(strikes.map(({ struck }) => struck())).toEqual(strikes.map(({ times }) => times));
      await promise.expectAdvanced(id, AwaitingFulfillment, target);
    },
  );

  it('an order with seven references from both sources is stored whole and advanced once', async () => {
    await promise.finished(sevenfold);
    await promise.expectAdvanced(sevenfold, AwaitingFulfillment, AwaitingShipment);
  });

  it('an order that was edited while it was queued is stored whole and advanced once', async () => {
    await promise.finished(placed.edited);
    await promise.expectAdvanced(placed.edited, AwaitingFulfillment, AwaitingShipment);
  });

  it('an order that was edited between its read and its PUT is stored whole and advanced once', async () => {
    await promise.finished(placed.editedLate);
    await promise.expectAdvanced(placed.editedLate, AwaitingFulfillment, AwaitingShipment);
  });
});

it('a Completed order is advanced when all of it is digital', async () => {
  await promise.finished(placed.completed);
  await promise.expectAdvanced(placed.completed, Completed, AwaitingPickup);
});

describe('orders that are not advanced', () => {
  it('an order that was cancelled while it was queued is skipped as void', async () => {
    await promise.finished(placed.cancelled);
    await promise.expectSkipped(placed.cancelled, 'void-status');
  });

  it('an order that was archived while it was queued is skipped as archived', async () => {
    await promise.finished(placed.archived);
    await promise.expectSkipped(placed.archived, 'archived');
  });

  it('an order that was removed while it was queued is skipped as not found', async () => {
    await promise.finished(removed);
    await promise.expectSkipped(removed, 'not-found');
  });

  it('an order that was shipped while it was queued is copied and keeps its status', async () => {
    await promise.finished(placed.shipped);
    await promise.expectCopied(placed.shipped, 'moved-before-copy');
  });

  it('an order that was cancelled before the retry of its failed PUT is copied and stays cancelled', async () => {
    await promise.finished(placed.cancelledLate);
    await promise.expectCopied(placed.cancelledLate, 'void-status');
  });

  it('an order that awaits payment is copied and keeps its status', async () => {
    await promise.finished(placed.unpaid);
    await promise.expectCopied(placed.unpaid, 'status-not-advanced');
  });
});

it('an order that the store always answers with 400 becomes one dead letter, and its next version is queued again', async () => {
  const id = placed.refused;
  const deadLetters = async () =>
    (await functions.messages('OrdersDeadLetterQueueUrl')).filter(({ orderId }) => orderId === id);
  await promise.finished(id);
  const [message] = await deadLetters();
  const { seenAt } = JSON.parse(message!.body) as { readonly seenAt: string };
  expect(message!.attributes).toMatchObject({
    reason: { StringValue: 'rejected' },
    error: { StringValue: expect.stringContaining('answered 400') as string },
    orderId: { StringValue: String(id) },
    firstSeenAt: { StringValue: seenAt },
  });
  expect(await service.ledgerRow(id)).toMatchObject({ state: 'dead', reason: 'rejected' });
  expect(await service.stack.poll()).toMatchObject({ excluded: { 'already-dead': 1 } });

  placed.removeRefusal();
  service.simulator.orders.edit(id, { staff_notes: 'Fixed.' });
  await service.stack.poll();
  await until(async () => (await service.ledgerRow(id))?.state === 'replicated');
  await promise.expectAdvanced(id, AwaitingFulfillment, AwaitingShipment);
  expect(await deadLetters()).toHaveLength(1);
});

it('the service waits while the token is wrong, sends one alert per container, and continues automatically', async () => {
  for (const row of token.rows) {
    expect(row).toMatchObject({ state: 'queued', last_error: expect.stringContaining('401') as string });
  }
  expect(token.pollError).toMatchObject({ message: expect.stringContaining('401') as string });
  for (const { id, target } of token.orders) {
    await promise.finished(id);
    await promise.expectAdvanced(id, AwaitingFulfillment, target);
  }
  const sent = alerts.filter(({ subject }) => subject.includes('ProcessOrders: BigCommerce refuses'));
  expect(sent.length).toBeGreaterThan(0);
  // There are no more containers than the mapping's MaximumConcurrency.
  expect(sent.length).toBeLessThanOrEqual(3);
});

it('an order that a poll queues again after its advance is neither stored nor advanced again', async () => {
  const { id, target } = addShaped(service.simulator, LONG);
  for (const attempts of [1, 2]) {
    await service.stack.poll();
    await promise.finished(id);
    expect(await service.ledgerRow(id)).toMatchObject({ attempts });
    await promise.expectAdvanced(id, AwaitingFulfillment, target);
  }
});

it('the service leaves no reference, sends no PUT without need or against the merchant, and stores no order twice', async () => {
  await promise.everythingIsTaken();
  const deadLetters = await functions.messages('OrdersDeadLetterQueueUrl');
  expect(deadLetters.map(({ orderId }) => orderId)).toEqual([placed.refused]);
  promise.expectNothingNeedless();
});
