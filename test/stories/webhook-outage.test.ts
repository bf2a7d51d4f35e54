// Webhooks over days of virtual time: the simulator's retry clock, the receiving flow, workers and polls together.
import { ensureWebhook } from '../../lambda/get-new-orders/ensure-webhook';
import { receive } from '../../lambda/new-orders-webhook/receive';
import { toRequest } from '../../lambda/new-orders-webhook/parse-request';
import { createBigCommerce } from '../../lambda/shared/bigcommerce/client';
import { Status } from '../../lambda/shared/order/status';
import type { Delivery } from '../../lambda/shared/tables/webhooks';
import { startSimulator } from '../../simulator';
import type { SendWebhook, Simulator, Switches } from '../../simulator';
import { NOON } from '../support/builders';
import { memoryWebhooks } from '../support/memory-webhooks';
import { aWorld } from '../support/world';
import { virtualTime } from '../support/virtual-time';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const destination = 'http://127.0.0.1:1/dev/cart-converted';
const webhookSecret = 'generated-secret-for-tests';
const SCOPES = ['store/cart/converted', 'store/order/created', 'store/order/statusUpdated'];

let simulator: Simulator | undefined;
afterEach(() => simulator?.stop());

/** A store and a service on one clock; the endpoint is up or down as the test says. */
async function aService(switches: Partial<Switches> = {}) {
  const time = virtualTime(NOON);
  const world = aWorld();
  const endpoint = { isUp: true, answers: [] as number[], deliveries: [] as Delivery[] };
  const passTime = async (ms: number) => {
    await time.advance(ms);
    world.clock.now = time.now();
  };
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const webhooks = {
    ...memoryWebhooks(),
    record: (delivery: Delivery) => Promise.resolve(void endpoint.deliveries.push(delivery)),
  };
  const send: SendWebhook = async ({ headers, body }) => {
    if (!endpoint.isUp) throw new Error('connection refused');
    const event = { headers: { ...headers }, body, isBase64Encoded: false };
    const request = toRequest(event, { awsRequestId: `request-${endpoint.answers.length}` });
    const { status } = await receive(request, {
      adapters: {
        secrets: {
          bigCommerce: () => Promise.resolve({ ...store.credentials }),
          webhook: () => Promise.resolve(webhookSecret),
        },
        queue: world.queue,
        ledger: world.ledger,
        webhooks,
        log,
      },
      policy: { storeHash: store.credentials.storeHash, webhookMaxAgeHours: 72 },
      invocation: { now: time.now },
    });
    endpoint.answers.push(status);
    return { status, body: '' };
  };
  const store = await startSimulator({ seed: 5, now: time.now, setTimer: time.setTimer, send, switches });
  simulator = store;
  const bigCommerce = createBigCommerce({
    apiUrl: store.url,
    storeHash: store.credentials.storeHash,
    quotaReservePercent: 0,
    accessToken: () => Promise.resolve(store.credentials.accessToken),
    now: time.now,
    sleep: () => Promise.resolve(),
  }).until(Infinity);

  /** Workers for all that is queued, and for what their own status changes bring about. */
  const drain = async () => {
    for (let reference = world.queued.shift(); reference; reference = world.queued.shift()) {
      await world.replicate(reference, { deps: { store: bigCommerce } });
      await store.deliveries.idle();
    }
  };
  return {
    time,
    world,
    store,
    endpoint,
    passTime,
    drain,
    register: (scope: string) => store.hooks.create({ scope, destination }),
    async poll() {
      const references = await world.poll({ deps: { store: bigCommerce } });
      await ensureWebhook(destination, {
        adapters: {
          hooks: bigCommerce,
          secrets: { webhookNow: () => Promise.resolve(webhookSecret) },
          alerts: { sendHourly: (alert) => Promise.resolve(void world.alerts.push(alert)) },
          log,
        },
      });
      world.queued.unshift(...references);
      await drain();
      return references.length;
    },
    puts: (orderId: number) => store.log.of('PUT /orders/{id}', orderId).length,
  };
}

/** Every order is stored, advanced in the store, and was advanced by exactly one PUT. */
function expectAllReplicated({ world, store, puts }: Awaited<ReturnType<typeof aService>>) {
  const orders = store.orders.all();
  expect(orders.map(({ status_id }) => status_id)).toEqual(orders.map(() => Status.AwaitingShipment));
  expect(orders.map(({ id }) => world.rows.get(id)?.state)).toEqual(orders.map(() => 'replicated'));
  expect(orders.map(({ id }) => puts(id))).toEqual(orders.map(() => 1));
}

describe.each([true, false])('retries that are signed again: %s', (restampRetries) => {
  it('no order is lost while the endpoint is down for two days and nothing polls', async () => {
    const service = await aService({ restampRetries });
    service.register('store/cart/converted');
    service.endpoint.isUp = false;
    for (let hour = 0; hour < 48; hour += 6) {
      service.store.orders.add({ lines: [{}] });
      await service.passTime(6 * HOUR);
    }
    expect(service.store.hooks.all()).toMatchObject([{ hook: { is_active: true } }]);
    expect(service.world.queued).toEqual([]);

    service.endpoint.isUp = true;
    await service.passTime(49 * HOUR);
    expect(service.endpoint.answers).toEqual(Array(8).fill(200));
    // The last retry comes after 48 hours: a signature of the first attempt is as old by then.
    const ages = service.endpoint.deliveries.map(({ ageSeconds }) => ageSeconds ?? 0);
    expect(Math.max(...ages)).toBe(restampRetries ? 0 : 173_040);
    await service.drain();
    expectAllReplicated(service);
    expect(service.store.deliveries.all().map(({ state }) => state)).toEqual(Array(8).fill('delivered'));
  });
});

it('a poll reactivates a webhook that failed for 48 hours, and polls cover the gap', async () => {
  const service = await aService();
  service.register('store/cart/converted');
  service.endpoint.isUp = false;
  service.store.orders.add({ lines: [{}] });
  await service.passTime(49 * HOUR);
  const deactivatedAt = new Date(NOON + 173_040_000).toISOString();
  expect(service.store.hooks.all()).toMatchObject([{ status: 'deactivated' }]);
  // No alert is sent for this one.
  service.store.orders.add({ lines: [{}] });
  service.endpoint.isUp = true;
  await service.passTime(HOUR);
  expect(service.endpoint.answers).toEqual([]);

  expect(await service.poll()).toBe(2);
  expect(service.store.hooks.all()).toMatchObject([{ status: 'active' }]);
  expect(service.world.alerts).toMatchObject([{ subject: 'webhook 20000001 was inactive' }]);
  expect(service.world.alerts[0]?.message).toContain(`was inactive since ${deactivatedAt}`);
  expectAllReplicated(service);

  service.store.orders.add({ lines: [{}] });
  await service.passTime(MINUTE);
  await service.drain();
  expect(service.endpoint.answers).toEqual([200]);
  expectAllReplicated(service);
  await service.passTime(HOUR);
  // This one may look once more at what was advanced before its date could no longer change.
  await service.poll();
  expectAllReplicated(service);
  await service.passTime(HOUR);
  expect(await service.poll()).toBe(0);
  expect(service.world.alerts).toHaveLength(1);
});

it('the first poll registers the webhook, and no order needs another poll', async () => {
  const service = await aService();
  service.store.orders.add({ lines: [{}] });
  expect(await service.poll()).toBe(1);
  service.store.orders.add({ lines: [{}] });
  await service.passTime(MINUTE);
  await service.drain();
  expect(service.endpoint.deliveries).toMatchObject([{ orderId: 101, authenticatedBy: 'signature' }]);
  expectAllReplicated(service);
});

it('all webhooks of one checkout, delivered twice, late and out of order, cause one advance', async () => {
  const service = await aService();
  SCOPES.forEach(service.register);
  Object.assign(service.store.deliveries.habits, { duplicates: 1, shuffleMs: 2 * MINUTE });
  for (let order = 0; order < 10; order += 1)
    service.store.orders.add({ status_id: Status.Incomplete, lines: [{}] });
  await service.passTime(MINUTE);
  for (const { id } of service.store.orders.all())
    service.store.orders.setStatus(id, Status.AwaitingFulfillment);
  // Deliveries of what was and of what is overtake each other; each arrives twice, and our own PUTs cause webhooks.
  for (let look = 0; look < 30; look += 1) {
    await service.passTime(20_000);
    await service.drain();
  }
  expect(service.endpoint.answers).toHaveLength(80);
  expect(new Set(service.endpoint.answers)).toEqual(new Set([200]));
  expectAllReplicated(service);
  const written = service.world.stream.length;
  await service.passTime(HOUR);
  expect(await service.poll()).toBe(0);
  expect(service.world.stream).toHaveLength(written);
});

it('a replay of a webhook from days ago does not change the order, because the order is read again', async () => {
  const service = await aService();
  service.register('store/cart/converted');
  const { id } = service.store.orders.add({ lines: [{}] });
  await service.passTime(MINUTE);
  await service.drain();
  service.store.orders.setStatus(id, Status.Cancelled);
  await service.passTime(60 * HOUR);
  const timestamp = Math.floor(NOON / 1000);
  for (let replay = 0; replay < 3; replay += 1) {
    expect(await service.store.deliverWebhook({ destination, orderId: id, timestamp })).toMatchObject({
      status: 200,
    });
    await service.drain();
  }
  expect(service.store.orders.get(id)?.status_id).toBe(Status.Cancelled);
  expect(service.puts(id)).toBe(1);
  expect(service.world.rows.get(id)?.state).toBe('copied');
});
