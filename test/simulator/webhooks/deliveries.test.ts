// The webhooks that the store's events cause, for 48 hours of virtual time.
import { Webhook } from 'standardwebhooks';
import { createStore } from '../../../simulator/index';
import type { Hook, Store, WebhookRequest } from '../../../simulator/index';
import { ask } from '../../support/store-client';
import { virtualTime } from '../../support/virtual-time';
import type { VirtualTime } from '../../support/virtual-time';

const destination = 'http://127.0.0.1:1/hook';
const SCHEDULE = [60, 180, 300, 600, 900, 1800, 3600, 7200, 21_600, 50_400, 86_400];
const HOURS_48 = SCHEDULE.reduce((sum, seconds) => sum + seconds, 0) * 1000;

let time: VirtualTime;
let sent: (WebhookRequest & { at: number })[];
let answer: (webhook: WebhookRequest) => number;
let store: Store;
beforeEach(() => {
  time = virtualTime();
  sent = [];
  answer = () => 200;
  store = createStore({
    ...time,
    send: (webhook) => {
      sent.push({ ...webhook, at: time.now() });
      return Promise.resolve({ status: answer(webhook), body: '' });
    },
  });
});

const hook = (scope: string, to = destination): Hook =>
  store.hooks.create({ scope, destination: to }) as Hook;
const parse = (body: string) =>
  JSON.parse(body) as { scope: string; data: Record<string, unknown>; hash: string };
const announced = () => sent.map(({ body }) => parse(body));

it('hooks get every event of an order that matches their scope', async () => {
  for (const scope of ['store/order/*', 'store/cart/converted', 'store/channel/1/order/statusUpdated'])
    hook(scope);
  store.orders.add();
  await ask(store, 'PUT', '/orders/100', { status_id: 9 });
  store.orders.archive(100);
  await store.deliveries.idle();
  const data = { type: 'order', id: 100 };
  expect(announced().map(({ scope, data }) => [scope, data])).toEqual([
    ['store/order/created', data],
    ['store/cart/converted', { type: 'cart', id: store.orders.get(100)?.cart_id, orderId: 100 }],
    ['store/order/updated', data],
    ['store/order/statusUpdated', { ...data, status: { previous_status_id: 11, new_status_id: 9 } }],
    ['store/channel/1/order/statusUpdated', { order_id: 100 }],
    ['store/order/updated', data],
    ['store/order/archived', data],
  ]);
});

it('a cart is converted once: when the order is placed or leaves Incomplete, and never without a cart', () => {
  hook('store/cart/converted');
  store.orders.add({ status_id: 0 });
  store.orders.add({ cart_id: null });
  expect(sent).toHaveLength(0);
  store.orders.setStatus(100, 11);
  store.orders.setStatus(100, 9);
  expect(announced()).toMatchObject([{ data: { orderId: 100 } }]);
  store.switches.cartConvertedWithoutCart = true;
  store.orders.add({ cart_id: null });
  expect(announced()).toHaveLength(2);
});

it('a failed delivery is retried by the schedule for 48 hours, and then its hook is deactivated with a mail', async () => {
  answer = () => 500;
  store.hooks.emails = ['ops@example.com'];
  const { id } = hook('store/order/created');
  store.orders.add();
  await time.advance(HOURS_48 - 1);
  expect(store.hooks.get(id)?.status).toBe('active');
  await time.advance(1);
  const waits = sent.slice(1).map(({ at }, index) => (at - (sent[index]?.at ?? 0)) / 1000);
  expect(waits).toEqual(SCHEDULE);
  expect(store.hooks.get(id)).toMatchObject({ status: 'deactivated', hook: { is_active: false } });
  expect(store.hooks.notices).toMatchObject([{ to: 'ops@example.com' }]);
  expect(store.deliveries.all()).toMatchObject([{ state: 'givenUp', attempts: { length: 12 } }]);
  store.orders.add();
  await time.advance(HOURS_48);
  expect(sent).toHaveLength(12);
  await ask(store, 'PUT', `/v3/hooks/${id}`, { is_active: true });
  store.orders.add();
  expect(sent).toHaveLength(13);
});

it('retries stop after a success, and a broken connection is a failure', async () => {
  answer = () => {
    if (sent.length === 1) throw new Error('connection refused');
    return sent.length < 3 ? 404 : 204;
  };
  hook('store/order/created');
  store.orders.add();
  await time.advance(HOURS_48);
  expect(sent).toHaveLength(3);
  expect(store.deliveries.all()).toMatchObject([
    { state: 'delivered', attempts: [{ error: 'connection refused' }, { status: 404 }, { status: 204 }] },
  ]);
});

it.each([
  [true, 60],
  [false, 0],
])(
  'with restampRetries %s a retry has a timestamp %d s after the first',
  async (restampRetries, ageSeconds) => {
    store.switches.restampRetries = restampRetries;
    answer = () => (sent.length === 1 ? 500 : 200);
    hook('store/order/created');
    store.orders.add();
    await time.advance(60_000);
    const [first, second] = sent;
    const stamp = (request = first): number => Number(request?.headers['webhook-timestamp']);
    expect(stamp(second) - stamp()).toBe(ageSeconds);
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(second?.body).toBe(first?.body);
    const library = new Webhook(Buffer.from(store.credentials.clientSecret).toString('base64'));
    const signed = library.sign(second!.headers['webhook-id']!, new Date(stamp(second) * 1000), second!.body);
    expect(second?.headers['webhook-signature']).toBe(signed);
  },
);

it('deliveries arrive twice, late and out of order if the habits say so', async () => {
  Object.assign(store.deliveries.habits, { duplicates: 0.5, lateMs: 5000, shuffleMs: 60_000 });
  hook('store/order/created');
  for (let made = 0; made < 40; made += 1) store.orders.add();
  await time.advance(4999);
  expect(sent).toHaveLength(0);
  await time.advance(70_000);
  const ids = announced().map(({ data }) => Number(data.id));
  expect(new Set(ids).size).toBe(40);
  expect(ids.length).toBeGreaterThan(50);
  expect(ids.length).toBeLessThan(75);
  expect(ids).not.toEqual([...ids].sort((a, b) => a - b));
  expect(new Set(announced().map(({ hash }) => hash)).size).toBe(40);
});

it('a new hook gets no events for a minute if the habits say so', async () => {
  store.deliveries.habits.newHookDelayMs = 60_000;
  hook('store/order/created');
  store.orders.add();
  await time.advance(60_000);
  store.orders.add();
  expect(announced()).toMatchObject([{ data: { id: 101 } }]);
});

it('deliveries of V2 hooks are unsigned if the switch says so', async () => {
  await ask(store, 'POST', '/hooks', {
    scope: 'store/order/created',
    destination,
    headers: { 'x-secret': 'hush' },
  });
  store.switches.v2HooksSigned = false;
  store.orders.add();
  expect(sent[0]?.headers).toEqual({ 'content-type': 'application/json', 'x-secret': 'hush' });
});

describe('the blocklist', () => {
  const addOrders = async (count: number, failing: number): Promise<void> => {
    let left = failing;
    answer = () => ((left -= 1) >= 0 ? 500 : 200);
    for (let made = 0; made < count; made += 1) store.orders.add();
    await store.deliveries.idle();
    answer = () => 200;
  };

  it('no domain is blocked before its hundredth delivery', async () => {
    hook('store/order/created');
    await addOrders(99, 99);
    expect(store.deliveries.blocked()).toEqual([]);
  });

  it('a domain below 90 % success is blocked for 3 min, and the delayed deliveries arrive later', async () => {
    hook('store/order/created');
    await addOrders(100, 10);
    expect(store.deliveries.blocked()).toEqual([]);
    await time.advance(120_000);
    sent.length = 0;
    await addOrders(100, 11);
    expect(store.deliveries.blocked()).toMatchObject([{ destination: '127.0.0.1:1', time_left: 180 }]);
    const before = sent.length;
    store.orders.add();
    await store.deliveries.idle();
    expect(sent).toHaveLength(before);
    await time.advance(179_000);
    expect((await ask(store, 'GET', '/v3/hooks/admin')).body).toMatchObject({
      data: { blocked_domains: [{ time_left: 1 }] },
    });
    await time.advance(HOURS_48);
    expect(store.deliveries.all().every(({ state }) => state === 'delivered')).toBe(true);
  });

  it('events for a blocked domain are lost if the switch says so', async () => {
    store.switches.eventsDuringBlock = 'lost';
    hook('store/order/created');
    await addOrders(100, 20);
    store.orders.add();
    await time.advance(HOURS_48);
    expect(store.deliveries.all().at(-1)).toMatchObject({ state: 'lost' });
  });
});

it('exceptions report failures to another destination: retries at most once in 10 min, and the end', async () => {
  const watcher = 'http://localhost:2/watch';
  answer = ({ url }) => (url === watcher ? 200 : 500);
  hook('store/hook/deliveryException', watcher);
  const { id } = hook('store/order/created');
  store.orders.add();
  await time.advance(HOURS_48);
  const exceptions = sent.filter(({ url }) => url === watcher).map(({ body }) => parse(body).data);
  expect(exceptions[0]).toMatchObject({ type: 'webhook', id, error_code: 90_001 });
  expect(exceptions.at(-1)).toMatchObject({ id, error_code: 90_002 });
  expect(exceptions.length).toBeLessThan(12);
});

it('a hook without events for 90 days is deactivated', async () => {
  const { id } = hook('store/order/created');
  await time.advance(91 * 86_400_000);
  store.orders.add();
  expect(sent).toHaveLength(0);
  expect(store.hooks.get(id)?.status).toBe('deactivated');
});

it('deliveries go to this machine only', async () => {
  const careful = createStore(time);
  careful.hooks.create({ scope: 'store/order/created', destination: 'https://hooks.example.com/' });
  careful.orders.add();
  await careful.deliveries.idle();
  expect(careful.deliveries.all()[0]?.attempts[0]?.error).toMatch(/delivers to http:\/\/127\.0\.0\.1/);
});
