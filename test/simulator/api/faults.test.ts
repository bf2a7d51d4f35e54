// Faults on demand: the calls that they strike, the damage, and the effect of the damaged calls.
import { createStore } from '../../../simulator/index';
import type { Fault, Store } from '../../../simulator/index';
import { ask } from '../../support/store-client';
import { virtualTime } from '../../support/virtual-time';
import type { VirtualTime } from '../../support/virtual-time';

let time: VirtualTime;
let store: Store;
beforeEach(() => {
  time = virtualTime();
  store = createStore(time);
  store.orders.add();
  store.orders.add();
});

const put = (id = 100) => ask(store, 'PUT', `/orders/${id}`, { status_id: 9 });
const statusOf = (id: number): number | undefined => store.orders.get(id)?.status_id;
const raw = (method: string, path: string, body = '') =>
  store.handle({
    method,
    path: `/stores/abc123xyz/v2${path}`,
    headers: {
      'x-auth-token': store.credentials.accessToken,
      'content-type': 'application/json',
      accept: 'application/json',
    },
    body,
  });

it.each([
  ['array', [{ status: 503, message: 'A simulated 503.' }]],
  ['object', expect.objectContaining({ status: 503, errors: {} })],
  ['html', undefined],
  ['empty', undefined],
] as const)(
  'a status fault answers with a body in the form %s, and the call has no effect',
  async (form, body) => {
    store.faults.add({ kind: 'status', status: 503, form, headers: { 'retry-after': '7' } });
    const answer = await put();
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '7' } });
    expect(answer.body).toEqual(body);
    expect(statusOf(100)).toBe(11);
  },
);

it('a status fault with "after" answers an error although the call takes effect', async () => {
  store.faults.add({ kind: 'status', status: 500, when: 'after' });
  expect((await put()).status).toBe(500);
  expect(statusOf(100)).toBe(9);
});

it.each([
  ['all', { 'x-rate-limit-time-reset-ms': '1500', 'x-retry-after': '2' }],
  ['msOnly', { 'x-rate-limit-time-reset-ms': '1500' }],
  ['retryAfterOnly', { 'x-retry-after': '2' }],
  ['none', {}],
] as const)('a rate limit fault refuses a call with the headers %s', async (mode, expected) => {
  store.faults.add({ kind: 'rateLimit', mode, resetMs: 1500 });
  const { status, headers } = await put();
  const { 'x-rate-limit-time-reset-ms': reset, 'x-retry-after': after } = headers;
  expect([status, statusOf(100)]).toEqual([429, 11]);
  expect({
    ...(reset === undefined ? {} : { 'x-rate-limit-time-reset-ms': reset }),
    ...(after === undefined ? {} : { 'x-retry-after': after }),
  }).toEqual(expected);
});

it.each([
  [{ kind: 'reset', when: 'before' }, { fault: 'reset' }, 11],
  [{ kind: 'reset', when: 'during' }, { fault: 'reset', partial: { status: 200 } }, 9],
  [{ kind: 'reset', when: 'after' }, { fault: 'reset' }, 9],
  [{ kind: 'hang' }, { fault: 'hang' }, 11],
  [{ kind: 'hang', when: 'after' }, { fault: 'hang' }, 9],
  [{ kind: 'html' }, { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } }, 9],
  [{ kind: 'empty' }, { status: 204, body: '' }, 9],
] satisfies [Fault, unknown, number][])('the fault %j breaks a call', async (fault, outcome, statusId) => {
  store.faults.add(fault);
  expect(await raw('PUT', '/orders/100', '{"status_id":9}')).toMatchObject(outcome);
  expect(statusOf(100)).toBe(statusId);
});

it('a truncated fault sends the first half of the JSON', async () => {
  store.faults.add({ kind: 'truncated' });
  const answer = await ask(store, 'GET', '/orders/100');
  expect(answer).toMatchObject({ status: 200, body: undefined });
  expect(answer.text.startsWith('{"id":100')).toBe(true);
});

it('a slow fault delays a call before or after its effect', async () => {
  store.faults.add({ orderId: 100, kind: 'slow', delayMs: 9000 });
  store.faults.add({ orderId: 101, kind: 'slow', delayMs: 9000, when: 'after' });
  const answers = Promise.all([put(100), put(101)]);
  await time.advance(8999);
  expect([statusOf(100), statusOf(101), store.log.inFlight()]).toEqual([11, 9, 2]);
  await time.advance(1);
  expect((await answers).map(({ status }) => status)).toEqual([200, 200]);
  expect(statusOf(100)).toBe(9);
});

it('a fault strikes only its endpoint and order, after "skip" calls and "times" times', async () => {
  store.faults.add({ endpoint: /^PUT/, orderId: 100, skip: 1, times: 2, kind: 'status', status: 502 });
  expect((await ask(store, 'GET', '/orders/100')).status).toBe(200);
  expect((await put(101)).status).toBe(200);
  const statuses = [await put(), await put(), await put(), await put()].map(({ status }) => status);
  expect(statuses).toEqual([200, 502, 502, 200]);
});

it('a fault with "holding" strikes each response that contains the order, and no other', async () => {
  store.faults.add({ holding: 101, kind: 'status', status: 500 });
  const statusAt = async (path: string) => (await ask(store, 'GET', path)).status;
  const struck = ['/orders/101', '/orders/101/products', '/orders', '/orders?min_id=101&limit=1'];
  const spared = ['/orders/100', '/orders?limit=1', '/orders?min_id=102', '/orders/count'];
  expect(await Promise.all(struck.map(statusAt))).toEqual([500, 500, 500, 500]);
  expect(await Promise.all(spared.map(statusAt))).toEqual([200, 200, 204, 200]);
  expect((await put(101)).status).toBe(200);
});

it('a fault with "limitFrom" strikes calls that request so many rows, and no other', async () => {
  store.faults.add({ limitFrom: 50, kind: 'status', status: 504 });
  const statusAt = async (path: string) => (await ask(store, 'GET', path)).status;
  expect(await statusAt('/orders?limit=50')).toBe(504);
  expect(await statusAt('/orders')).toBe(504);
  expect(await statusAt('/orders?limit=49')).toBe(200);
});

it('faults are removed one by one or all together', async () => {
  const remove = store.faults.add({ kind: 'status', status: 500 });
  store.faults.add({ kind: 'status', status: 502 });
  expect((await put()).status).toBe(500);
  remove();
  expect((await put()).status).toBe(502);
  store.faults.clear();
  expect((await put()).status).toBe(200);
});

it('a fault with a probability strikes the same calls for the same seed, regardless of the order of calls', async () => {
  const run = async (seed: number, ids: readonly number[]): Promise<Record<number, number[]>> => {
    const other = createStore({ seed });
    for (const id of ids) other.orders.add({ id });
    other.faults.add({ endpoint: 'GET /orders/{id}', probability: 0.4, kind: 'status', status: 500 });
    const statuses: Record<number, number[]> = {};
    for (let round = 0; round < 20; round += 1) {
      for (const id of ids) (statuses[id] ??= []).push((await ask(other, 'GET', `/orders/${id}`)).status);
    }
    return statuses;
  };
  const first = await run(7, [100, 101, 102]);
  expect(await run(7, [102, 101, 100])).toEqual(first);
  expect(await run(8, [100, 101, 102])).not.toEqual(first);
  const failed = Object.values(first)
    .flat()
    .filter((status) => status === 500).length;
  expect(failed).toBeGreaterThan(10);
  expect(failed).toBeLessThan(40);
});

it('the hooks of a fault edit the store just before and just after a call takes effect', async () => {
  store.faults.add({
    endpoint: 'GET /orders/{id}',
    times: 1,
    before: ({ orderId = 0 }) => void store.orders.edit(orderId, { staff_notes: 'seen' }),
    after: ({ orderId = 0 }) => void store.orders.setStatus(orderId, 5),
  });
  expect((await ask(store, 'GET', '/orders/100')).body).toMatchObject({ staff_notes: 'seen', status_id: 11 });
  expect((await ask(store, 'GET', '/orders/100')).body).toMatchObject({ status_id: 5 });
});

it('hooks and one damage strike the same call, but no second damage', async () => {
  const seen: string[] = [];
  store.faults.add({ before: ({ endpoint }) => void seen.push(endpoint) });
  store.faults.add({ times: 1, kind: 'status', status: 500 });
  store.faults.add({ times: 1, kind: 'status', status: 502 });
  const statuses = [await put(), await put(), await put()].map(({ status }) => status);
  expect(statuses).toEqual([500, 502, 200]);
  expect(seen).toHaveLength(3);
});

it('an error of a hook reaches the caller, and the call still ends in the log', async () => {
  store.faults.add({
    before: () => {
      throw new Error('a defect of the test');
    },
  });
  await expect(put()).rejects.toThrow('a defect of the test');
  expect(store.log.inFlight()).toBe(0);
});
