// Polls and webhooks killed with SIGKILL on the deployed template, around the call that queues an order. Every order is
// stored and advanced once, and nothing is lost. Workers are killed in killed.slow.test.ts.
import { Status } from '../../lambda/shared/order/status';
import type { FunctionOutput } from '../../scripts/local/deployed-functions';
import { startKillableService } from './killable-service';
import type { KillableService } from './killable-service';

let killable: KillableService;

/** What killed polls and a killed webhook leave in the queue, before and after they are repeated. */
let lists: { readonly unpaid: number; readonly paid: number; readonly queued: readonly number[][] };
let notNoted: Interrupted & { readonly found: readonly unknown[] };
let notAnswered: Interrupted & { readonly found: readonly unknown[] };

interface Interrupted {
  readonly id: number;
  killed: number;
}

beforeAll(async () => {
  killable = await startKillableService();
  lists = await killPollAmidItsLists();
  notNoted = await killPollBeforeItsNote();
  notAnswered = await killWebhookBeforeItsAnswer();
  // One worker: two references to one order must not meet, or the second waits for half a minute.
  await killable.setWorkers({ atOnce: 1, batchSize: 1 });
  await killable.functions.resumeWorker();
}, 60_000);

afterAll(() => killable.stop());

jest.setTimeout(60_000);

const { AwaitingFulfillment, AwaitingShipment } = Status;

it('a killed poll leaves the rest of its lists to the next poll', async () => {
  const { promise } = killable;
  expect(lists.queued).toEqual([
    [1, 0],
    [1, 1],
  ]);
  await promise.finished(lists.unpaid);
  await promise.expectCopied(lists.unpaid, 'status-not-advanced');
  await promise.finished(lists.paid);
  await promise.expectAdvanced(lists.paid, AwaitingFulfillment, AwaitingShipment);
});

it('an order is queued again when a poll is killed after it queued the order and before it recorded it', async () => {
  const { id, killed, found } = notNoted;
  expect({ killed, found }).toEqual({ killed: 1, found: [1, undefined, 2, 'queued'] });
  await killable.promise.finished(id);
  await killable.promise.expectAdvanced(id, AwaitingFulfillment, AwaitingShipment);
});

it('a webhook is delivered again when its function is killed after it queued the order and before it answered', async () => {
  const { id, killed, found } = notAnswered;
  expect({ killed, found }).toEqual({ killed: 1, found: [502, 1, 200, 2] });
  await killable.promise.finished(id);
  await killable.promise.expectAdvanced(id, AwaitingFulfillment, AwaitingShipment);
});

it('killed polls and webhooks leave no reference and no dead letter, no PUT without need and no order stored twice', async () => {
  const { promise, functions } = killable;
  await promise.everythingIsTaken();
  expect(await functions.messages('OrdersDeadLetterQueueUrl')).toEqual([]);
  promise.expectNothingNeedless();
});

/** When the first status is queued and recorded, and the second is not listed yet. */
async function killPollAmidItsLists() {
  const { service, functions, addOrder, queued } = killable;
  const [unpaid, paid] = [addOrder(Status.AwaitingPayment), addOrder()];
  const before = () => void functions.kill('GetNewOrdersFunctionName');
  service.simulator.faults.add({ endpoint: 'GET /orders', skip: 1, times: 1, before });
  await expect(service.stack.poll()).rejects.toThrow('The poll failed');
  const first = [await queued(unpaid), await queued(paid)];
  await service.stack.poll();
  return { unpaid, paid, queued: [first, [await queued(unpaid), await queued(paid)]] };
}

/** When SQS has taken the reference, and its answer is on its way. */
async function killPollBeforeItsNote() {
  const { service, addOrder, queued } = killable;
  const id = addOrder();
  const interrupted = killWhenQueued(id, 'GetNewOrdersFunctionName');
  await expect(service.stack.poll()).rejects.toThrow('The poll failed');
  const first = [await queued(id), (await service.ledgerRow(id))?.state];
  await service.stack.poll();
  return { ...interrupted, found: [...first, await queued(id), (await service.ledgerRow(id))?.state] };
}

/** The same of a webhook. */
async function killWebhookBeforeItsAnswer() {
  const { service, addOrder, queued } = killable;
  const id = addOrder();
  const interrupted = killWhenQueued(id, 'CartConvertedWebhookFunctionName');
  const webhook = { destination: service.stack.webhookUrl, orderId: id };
  const first = [(await service.simulator.deliverWebhook(webhook)).status, await queued(id)];
  const second = [(await service.simulator.deliverWebhook(webhook)).status, await queued(id)];
  return { ...interrupted, found: [...first, ...second] };
}

function killWhenQueued(id: number, output: FunctionOutput): Interrupted {
  const interrupted = { id, killed: 0 };
  const after = () => void (interrupted.killed += killable.functions.kill(output));
  killable.proxy.add({ operation: 'SendMessageBatch', orderId: id, after });
  return interrupted;
}
