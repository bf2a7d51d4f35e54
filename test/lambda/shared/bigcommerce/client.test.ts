// The BigCommerce client against the simulator, over real HTTP on loopback.
import { parseListedOrder } from '../../../../lambda/shared/bigcommerce/parse-order';
import { createServer } from 'node:http';
import type { RequestListener, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { createBigCommerce } from '../../../../lambda/shared/bigcommerce/client';
import { BigCommerceError, DoubtfulListError } from '../../../../lambda/shared/runtime/errors';
import { createHttp } from '../../../../lambda/shared/bigcommerce/http';
import type { HttpRequest } from '../../../../lambda/shared/bigcommerce/http';
import { createLog } from '../../../../lambda/shared/runtime/log';
import { createRequests } from '../../../../lambda/shared/bigcommerce/request';
import type { RequestsOptions } from '../../../../lambda/shared/bigcommerce/request';
import { listen } from '../../../../simulator/listen';
import type { Listening } from '../../../../simulator/listen';
import { startSimulator } from '../../../../simulator';
import type { Simulator, SimulatorOptions } from '../../../../simulator';
import { catchLines, parsed } from '../../../support/log-lines';

let simulator: Simulator | undefined;
let server: Listening | undefined;
afterEach(async () => {
  await simulator?.stop();
  simulator = undefined;
  await server?.stop();
  server = undefined;
});

/** A client that waits on paper only: its clock jumps, and the pauses it asked for are listed. */
function connect(apiUrl: string, storeHash: string, options: Partial<RequestsOptions> = {}) {
  const pauses: number[] = [];
  let waitedMs = 0;
  const bigCommerce = createBigCommerce({
    apiUrl,
    storeHash,
    quotaReservePercent: 10,
    accessToken: () => Promise.resolve('token'),
    sleep: (ms) => Promise.resolve((pauses.push(ms), (waitedMs += ms))),
    now: () => Date.now() + waitedMs,
    random: () => 1,
    timeoutMs: 2_000,
    ...options,
  });
  return { bigCommerce, store: bigCommerce.until(Date.now() + 3_600_000), pauses };
}

async function aStore(options: SimulatorOptions = {}, clientOptions: Partial<RequestsOptions> = {}) {
  const started = await startSimulator({ seed: 7, ...options });
  simulator = started;
  const { accessToken, storeHash } = started.credentials;
  const accessTokenOf = () => Promise.resolve(accessToken);
  return {
    simulator: started,
    ...connect(started.url, storeHash, { accessToken: accessTokenOf, ...clientOptions }),
  };
}

/** A server that answers as the test says, for what no store would do. */
async function anApi(listener: RequestListener, options: Partial<RequestsOptions> = {}) {
  server = await listen(createServer(listener));
  return connect(server.url, 'abc', options);
}

const failure = async (call: Promise<unknown>): Promise<BigCommerceError> => {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof BigCommerceError))
    throw new Error(`expected a BigCommerceError, got ${String(error)}`);
  return error;
};

describe('reading', () => {
  it('the integers of an order and its lines are read with every digit, in any notation', async () => {
    const bodies = new Map([
      ['/orders/7', '{"id":7,"status_id":11,"external_id":820982911946154508,"text":"1234567890123456789"}'],
      ['/products', '[{"id":1,"external_id":9007199254740993,"price":12.5,"many":12345678901234567.5}]'],
    ]);
    const { store } = await anApi(({ url = '' }, response) => {
      const path = [...bodies.keys()].find((end) => url.split('?')[0]!.endsWith(end)) ?? '';
      response.setHeader('content-type', 'application/json').end(bodies.get(path));
    });
    expect((await store.getOrder(7)).order?.raw).toEqual({
      id: 7,
      status_id: 11,
      external_id: 820_982_911_946_154_508n,
      text: '1234567890123456789',
    });
    expect(await store.getLines(7)).toEqual([
      { id: 1, external_id: 9_007_199_254_740_993n, price: 12.5, many: Number('12345678901234567.5') },
    ]);
  });

  it('an order whose id is beyond 2^53 counts as unreadable', async () => {
    const { store } = await anApi((_, response) => {
      response.end('[{"id":9007199254740993,"status_id":11},{"id":8,"status_id":11}]');
    });
    const { orders, unreadable } = await store.listOrders({ minId: 0 });
    expect([orders.map(({ id }) => id), unreadable]).toEqual([[8], 1]);
  });

  it('orders are counted by status, empty statuses included', async () => {
    const { store, simulator } = await aStore();
    simulator.orders.add({ status_id: 11 });
    simulator.orders.add({ status_id: 11 });
    const counts = await store.countOrders();
    expect(counts.get(11)).toBe(2);
    expect(counts.get(7)).toBe(0);
  });

  it.each([
    ['204 (a defect of the sample: it stored "")', {}],
    ['an empty list', { emptyList: 'array' }],
  ])('the client reads %s as an empty list', async (_, switches) => {
    const { store, simulator } = await aStore({ switches: switches as never });
    const order = simulator.orders.add({ status_id: 11, coupons: [] });
    expect(await store.getCoupons(order.id)).toEqual([]);
    expect(await store.listOrders({ statusId: 7, minId: 0 })).toEqual({
      orders: [],
      unreadable: 0,
      isLast: true,
    });
  });

  it('an order is read with the time at which its GET began, and a 404 is an answer', async () => {
    const { store, simulator } = await aStore();
    const order = simulator.orders.add({ status_id: 11, staff_notes: 'ü😀', customer_message: '' });
    const before = Date.now();
    const read = await store.getOrder(order.id);
    expect(read.order).toMatchObject({
      id: order.id,
      statusId: 11,
      raw: { id: order.id, status_id: 11, staff_notes: 'ü😀', customer_message: '' },
    });
    expect(read.readAt).toBeGreaterThanOrEqual(before);
    // When it began, not when the answer was in.
    expect(read.readAt).toBeLessThanOrEqual(simulator.log.of('GET /orders/{id}', order.id)[0]!.startedAt);
    expect((await store.getOrder(999_999)).order).toBeUndefined();
  });

  it('every line of an order of 260 is read, in order (a defect of the sample: lines beyond 50 were lost)', async () => {
    const { store, simulator } = await aStore();
    const lines = Array.from({ length: 260 }, (_, index) => ({ name: `line ${index}` }));
    const order = simulator.orders.add({ status_id: 11, lines });
    const read = await store.getLines(order.id);
    expect(read.map(({ name }) => name)).toEqual(lines.map(({ name }) => name));
    expect(simulator.log.count('GET /orders/{id}/products')).toBe(2);
  });

  it('every line is read from a store that cuts its pages to 50, whatever page size is requested', async () => {
    const rows = Array.from({ length: 120 }, (_, id) => ({ id }));
    const { store } = await anApi((request, response) => {
      const page = Number(new URL(request.url ?? '', 'http://x').searchParams.get('page'));
      response.end(JSON.stringify(rows.slice((page - 1) * 50, page * 50)));
    });
    expect(await store.getLines(1)).toEqual(rows);
  });

  it('a list ends at a page that brings nothing new, from a store that knows no pages', async () => {
    const rows = Array.from({ length: 60 }, (_, id) => ({ id }));
    const { store } = await anApi((_, response) => response.end(JSON.stringify(rows)));
    expect(await store.getLines(1)).toEqual(rows);
  });

  it('a status is listed by ascending id from the last one seen', async () => {
    const { store, simulator } = await aStore();
    const ids = Array.from({ length: 3 }, () => simulator.orders.add({ status_id: 11 }).id);
    simulator.orders.add({ status_id: 7 });
    const page = await store.listOrders({ statusId: 11, minId: ids[0]!, modifiedSince: 0, createdSince: 0 });
    expect(page.orders.map(({ id }) => id)).toEqual(ids);
    expect(simulator.log.entries[0]?.query).toEqual({
      status_id: '11',
      min_id: String(ids[0]),
      min_date_modified: '1970-01-01T00:00:00+00:00',
      min_date_created: '1970-01-01T00:00:00+00:00',
      sort: 'id:asc',
      limit: '250',
    });
  });

  it.each(['inclusive', 'exclusive'] as const)(
    'the client lists the orders of an id range, %s bounds',
    async (idBounds) => {
      const { store, simulator } = await aStore({ switches: { idBounds } });
      const ids = Array.from({ length: 5 }, () => simulator.orders.add({ status_id: 11 }).id);
      const third = ids[2]!;
      const page = await store.listOrders({ minId: third - 1, maxId: third + 1 });
      const expected = idBounds === 'inclusive' ? ids.slice(1, 4) : [third];
      expect(page.orders.map(({ id }) => id)).toEqual(expected);
      expect(simulator.log.entries[0]?.query).toMatchObject({
        min_id: String(third - 1),
        max_id: String(third + 1),
      });
    },
  );

  it('rows without a usable id are set aside, and the rest is kept', async () => {
    const rows = [{ id: 1 }, { id: '2' }, { id: -3 }, null, { id: 1e300 }];
    const { store } = await anApi((_, response) => response.end(JSON.stringify(rows)));
    expect(await store.listOrders({ statusId: 11, minId: 0 })).toMatchObject({
      orders: [{ id: 1 }],
      unreadable: 4,
    });
  });

  it('each request carries what BigCommerce requires of every call', async () => {
    let headers: Record<string, unknown> = {};
    const { store } = await anApi((request, response) => {
      headers = request.headers;
      response.end('[]');
    });
    await store.getCoupons(1);
    expect(headers).toMatchObject({
      accept: 'application/json',
      'x-auth-token': 'token',
      'user-agent': 'order-replication',
    });
  });
});

describe('an order that the store does not show with an include', () => {
  type Refuse = (response: ServerResponse) => unknown;

  /** Refuses the GET of order 100 with `include`, and counts how it is asked for. */
  async function aStoreThatRefuses(refuse: Refuse, options: Partial<RequestsOptions> = {}) {
    const asked: string[] = [];
    const connected = await anApi((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
      const include = searchParams.get('include');
      const id = Number(pathname.split('/').pop());
      asked.push(`${id} ${include ?? 'plainly'}`);
      if (include !== null && id === 100) refuse(response);
      else response.end(JSON.stringify({ id, status_id: 11 }));
    }, options);
    return { ...connected, asked };
  }
  const withLines = '100 consignments.line_items,fees';
  const withFees = '100 fees';

  it.each<[string, Refuse]>([
    ['500 (K3a)', (response) => response.writeHead(500).end()],
    ['400', (response) => response.writeHead(400).end('[{"status":400,"message":"No such include."}]')],
    ['413', (response) => response.writeHead(413).end()],
    ['a connection that breaks', (response) => response.destroy()],
    ['half an answer', (response) => response.end('{"id":100,"status_id":11,"consignm')],
    ['an error under 200', (response) => response.end('[{"status":500,"message":"Failed."}]')],
    ['nothing in time', () => undefined],
  ])('an order is read without an include that the store refuses: %s', async (_, refuse) => {
    const { store, asked, pauses } = await aStoreThatRefuses(refuse, { timeoutMs: 200 });
    expect((await store.getOrder(100)).order?.raw).toEqual({ id: 100, status_id: 11 });
    expect(asked.filter((form) => form !== withFees)).toEqual([withLines, '100 plainly']);
    // No more waits than further tries.
    expect(pauses.length).toBeLessThanOrEqual(2);
  });

  it('an order is read without a refused include for the rest of the invocation, while other orders come with it', async () => {
    const { store, asked } = await aStoreThatRefuses((response) => response.writeHead(500).end());
    await store.getOrder(100);
    await store.getOrder(100);
    await store.getOrder(101);
    expect(asked).toEqual([
      withLines,
      withFees,
      '100 plainly',
      '100 plainly',
      '101 consignments.line_items,fees',
    ]);
  });

  it('each include is refused alone, and an order whose lines are refused still comes with its fees', async () => {
    const asked: (string | null)[] = [];
    const { store } = await anApi((request, response) => {
      const include = new URL(request.url ?? '', 'http://x').searchParams.get('include');
      asked.push(include);
      if (include?.includes('line_items') === true) response.writeHead(500).end();
      else response.end(JSON.stringify({ id: 100, status_id: 11, fees: [{ id: 1 }] }));
    });
    expect((await store.getOrder(100)).order).toMatchObject({
      fees: [{ id: 1 }],
      raw: { fees: [{ id: 1 }] },
    });
    expect(asked).toEqual(['consignments.line_items,fees', 'fees']);
  });

  it('an order that is read without a refused include carries the time at which the answered GET began', async () => {
    const clock = { now: 1_000 };
    const refuse: Refuse = (response) => {
      clock.now += 5_000;
      return response.writeHead(500).end();
    };
    const { store } = await aStoreThatRefuses(refuse, { now: () => clock.now });
    expect((await store.getOrder(100)).readAt).toBe(11_000);
  });

  it.each([401, 403, 404, 429])('a %i does not count as the refusal of an include', async (status) => {
    const { store, asked } = await aStoreThatRefuses((response) => response.writeHead(status).end());
    await store.getOrder(100).catch(() => undefined);
    expect(new Set(asked)).toEqual(new Set([withLines]));
  });

  it('an order is read without includes from the first call on when that is requested', async () => {
    const { store, asked } = await aStoreThatRefuses((response) => response.writeHead(500).end());
    await store.getOrder(101, { plainly: true });
    expect(asked).toEqual(['101 plainly']);
  });

  it('an order that is refused also without any include fails as it does without', async () => {
    const { store, simulator } = await aStore();
    const order = simulator.orders.add({ status_id: 11 });
    simulator.faults.add({ kind: 'status', status: 400 });
    expect(await failure(store.getOrder(order.id))).toMatchObject({ kind: 'permanent', status: 400 });
    const asked = simulator.log.entries.map(({ query }) => query['include']);
    expect(asked).toEqual(['consignments.line_items,fees', 'fees', undefined]);
  });
});

describe('forms of lists', () => {
  const answering = (body: unknown) => anApi((_, response) => response.end(JSON.stringify(body)));

  it('an object whose names are all whole numbers is a list, in the order of its numbers', async () => {
    const { store } = await answering({ 0: { id: 7 }, 2: { id: 9 }, 10: { id: 3 } });
    const rows = [{ id: 7 }, { id: 9 }, { id: 3 }];
    expect(await store.getLines(1)).toEqual(rows);
    expect(await store.getShippingAddresses(1)).toEqual(rows);
    expect((await store.listOrders({ minId: 0 })).orders.map(({ raw }) => raw)).toEqual(rows);
  });

  it.each([null, '', false, []])('a status whose count is %j is not counted as empty', async (count) => {
    const { store } = await answering({
      statuses: [
        { id: 11, count },
        { id: 7, count: '0' },
      ],
    });
    expect([...(await store.countOrders())]).toEqual([[7, 0]]);
  });

  it('a count is read from numbered statuses too', async () => {
    const { store } = await answering({ statuses: { 0: { id: 11, count: 4 }, 3: { id: 7, count: 0 } } });
    expect([...(await store.countOrders())]).toEqual([
      [11, 4],
      [7, 0],
    ]);
  });

  it.each([{}, null, false, '', 0])(
    '%j is no empty list: it is asked for again, and then the call fails as doubtful',
    async (body) => {
      let asked = 0;
      const { store } = await anApi((_, response) => response.end(((asked += 1), JSON.stringify(body))));
      expect(await failure(store.listOrders({ minId: 0, once: true }))).toBeInstanceOf(DoubtfulListError);
      asked = 0;
      expect(await failure(store.listOrders({ minId: 0 }))).toBeInstanceOf(DoubtfulListError);
      expect(asked).toBe(4);
      expect(await failure(store.getCoupons(1))).toMatchObject({ kind: 'retryable', status: 200 });
    },
  );

  it.each([
    [[{ status: 500, message: 'Something went wrong.' }]],
    [[{ id: '1' }, { name: 'x' }]],
    [{ 0: { title: 'An error', type: 'about:blank' } }],
  ])('a list of orders with rows and no usable id among them is no answer: %j', async (body) => {
    const { store } = await answering(body);
    expect((await failure(store.listOrders({ minId: 0 }))).kind).toBe('retryable');
  });

  it('an error next to a valid row counts as a row without a usable id', async () => {
    const { store } = await answering([{ id: 5, status_id: 11 }, { message: 'could not be rendered' }]);
    expect(await store.listOrders({ minId: 0 })).toEqual({
      orders: [parseListedOrder({ id: 5, status_id: 11 })],
      unreadable: 1,
      isLast: true,
    });
  });

  it.each(['getLines', 'getShippingAddresses', 'getCoupons'] as const)(
    'an error among the rows of %s makes the answer an error',
    async (name) => {
      const { store } = await answering([{ id: 1 }, { status: 500, message: 'x', details: {} }]);
      expect((await failure(store[name](1))).kind).toBe('retryable');
    },
  );

  it('a row without an id that holds anything other than an error is a row', async () => {
    const rows = [{ code: 'SPRING', type: 2 }];
    const { store } = await answering(rows);
    expect(await store.getCoupons(1)).toEqual(rows);
  });

  it.each([
    [{ status: 500, title: 'x' }],
    [{ statuses: [{ status: 500, message: 'x' }] }],
    [{ statuses: {} }],
  ])('a count of no statuses is no count: %j', async (body) => {
    const { store } = await answering(body);
    expect((await failure(store.countOrders())).kind).toBe('retryable');
  });

  it('a list of webhooks that holds an error is no list of webhooks', async () => {
    const { store } = await answering({ data: [{ status: 500, title: 'x', errors: {} }], meta: {} });
    expect((await failure(store.listHooks())).kind).toBe('retryable');
  });

  it('two coupons with the id 0 are both read', async () => {
    const rows = [
      { id: 0, code: 'A' },
      { id: 0, code: 'B' },
      { id: 4, code: 'C' },
      { id: 4, code: 'D' },
    ];
    const { store } = await answering(rows);
    expect(await store.getCoupons(1)).toEqual(rows);
  });

  it('coupons without a usable id are read from every page, and a line that moves to the next page once', async () => {
    const coupons = Array.from({ length: 60 }, (_, index) => ({ id: 0, code: `C${index}` }));
    const lines = Array.from({ length: 60 }, (_, index) => ({ id: index + 1 }));
    const { store } = await anApi((request, response) => {
      const isCoupons = request.url?.includes('coupons') === true;
      const page = Number(new URL(request.url ?? '', 'http://x').searchParams.get('page'));
      // A line was added before all others after the first page had been read.
      const shift = isCoupons || page === 1 ? 0 : 1;
      const rows: readonly object[] = isCoupons ? coupons : lines;
      response.end(JSON.stringify(rows.slice((page - 1) * 50 - shift, page * 50 - shift)));
    });
    expect(await store.getCoupons(1)).toEqual(coupons);
    expect(await store.getLines(1)).toEqual(lines);
  });
});

describe('pages that are too large', () => {
  it('lists of an order are read again from their start in smaller pages, each asked for once', async () => {
    const { store, simulator } = await aStore();
    const lines = Array.from({ length: 130 }, (_, index) => ({ name: `line ${index}` }));
    const order = simulator.orders.add({ status_id: 11, lines });
    simulator.faults.add({ limitFrom: 100, kind: 'status', status: 504 });
    const read = await store.getLines(order.id);
    expect(read.map(({ name }) => name)).toEqual(lines.map(({ name }) => name));
    const asked = simulator.log.entries.map(({ query }) => [Number(query['limit']), Number(query['page'])]);
    expect(asked).toEqual([
      ...Array.from({ length: 4 }, () => [250, 1]),
      [125, 1],
      [62, 1],
      [62, 2],
      [62, 3],
    ]);
  });

  it('a list that fails in every size fails with its first error', async () => {
    const { store, simulator } = await aStore();
    const order = simulator.orders.add({ status_id: 11 });
    simulator.faults.add({ kind: 'status', status: 504, times: 4 });
    simulator.faults.add({ kind: 'status', status: 500 });
    expect(await failure(store.getCoupons(order.id))).toMatchObject({ status: 504 });
    expect(simulator.log.count()).toBe(4 + 7);
  });

  it.each([401, 403, 404, 429])('a %i says nothing about the size of a page', async (status) => {
    const { store, simulator } = await aStore();
    const order = simulator.orders.add({ status_id: 11 });
    simulator.faults.add({ kind: 'status', status });
    await failure(store.getCoupons(order.id));
    expect(new Set(simulator.log.entries.map(({ query }) => query['limit']))).toEqual(new Set(['250']));
  });

  it('a page of fewer than 50 is the last one only where as many were asked for', async () => {
    const { store, simulator } = await aStore();
    for (let order = 0; order < 9; order += 1) simulator.orders.add({ status_id: 11 });
    const isLast = async (limit: number) => (await store.listOrders({ minId: 0, limit })).isLast;
    expect([await isLast(250), await isLast(10), await isLast(9), await isLast(3)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

it('a request is cut off at the deadline of its invocation', async () => {
  const timeouts: number[] = [];
  const http = (request: HttpRequest) => {
    timeouts.push(request.timeoutMs);
    return Promise.resolve({ status: 200, text: '[]', headers: {} });
  };
  const { bigCommerce } = connect('http://127.0.0.1:1', 'abc', { http, now: () => 5_000, timeoutMs: 10_000 });
  for (const left of [60_000, 9_000, 40]) await bigCommerce.until(5_000 + left).getCoupons(1);
  await bigCommerce
    .until(5_000 + 700)
    .putStatus(1, 9, Infinity)
    .catch(() => undefined);
  expect(timeouts).toEqual([10_000, 9_000, 40, 700]);
});

it('an answer that is larger than memory allows fails the call', async () => {
  const answer = JSON.stringify([{ id: 1, code: 'x'.repeat(5_000) }]);
  const small = await anApi((_, response) => response.end(answer), { http: createHttp(4_000) });
  expect((await failure(small.store.getCoupons(1))).message).toContain('maxContentLength');
  await server?.stop();
  const large = await anApi((_, response) => response.end(answer), { http: createHttp(6_000) });
  expect(await large.store.getCoupons(1)).toHaveLength(1);
});

it('the client calls only the configured address, wherever the links of an order lead', async () => {
  const urls: string[] = [];
  const send = createHttp();
  const http = (request: HttpRequest) => (urls.push(request.url), send(request));
  const { store, simulator } = await aStore({ switches: { linkHost: 'foreign' } }, { http });
  const { id } = simulator.orders.add({ status_id: 11 });
  await store.getOrder(id);
  await store.listOrders({ minId: 0 });
  await Promise.all([store.getLines(id), store.getShippingAddresses(id), store.getCoupons(id)]);
  expect(urls.filter((url) => !url.startsWith(`${simulator.url}/stores/`))).toEqual([]);
  expect(urls).toHaveLength(5);
});

describe('setting a status', () => {
  it('setting a status sends the status id alone, and returns the answer', async () => {
    const { store, simulator } = await aStore();
    const order = simulator.orders.add({ status_id: 11 });
    const answer = await store.putStatus(order.id, 9, Date.now() + 2_000);
    expect(answer).toMatchObject({ id: order.id, statusId: 9, raw: { id: order.id, status_id: 9 } });
    expect(simulator.log.of('PUT /orders/{id}')[0]?.body).toEqual({ status_id: 9 });
  });

  it('setting a status is not sent after its time', async () => {
    const { store, simulator } = await aStore();
    const order = simulator.orders.add({ status_id: 11 });
    expect(await store.putStatus(order.id, 9, Date.now() - 1)).toBe('too-late');
    expect(simulator.log.count()).toBe(0);
  });

  it.each([
    [{ kind: 'status', status: 500 }, 'retryable'],
    [{ kind: 'status', status: 400 }, 'permanent'],
    [{ kind: 'status', status: 401 }, 'configuration'],
    [{ kind: 'rateLimit' }, 'retryable'],
    [{ kind: 'reset', when: 'before' }, 'retryable'],
    [{ kind: 'reset', when: 'after' }, 'retryable'],
    [{ kind: 'truncated' }, 'retryable'],
  ] as const)(
    'setting a status is never repeated, nor turned into anything else: %j',
    async (fault, kind) => {
      const { store, simulator } = await aStore();
      const order = simulator.orders.add({ status_id: 11 });
      simulator.faults.add({ ...fault, times: 1 });
      expect((await failure(store.putStatus(order.id, 9, Date.now() + 2_000))).kind).toBe(kind);
      expect(simulator.log.entries.map(({ endpoint }) => endpoint)).toEqual(['PUT /orders/{id}']);
    },
  );
});

describe('reads that are repeated (a defect of the sample: no timeout)', () => {
  it.each([
    { kind: 'status', status: 500 },
    { kind: 'status', status: 502, form: 'html' },
    { kind: 'status', status: 503, form: 'empty' },
    { kind: 'status', status: 504 },
    { kind: 'status', status: 408 },
    { kind: 'reset', when: 'before' },
    { kind: 'reset', when: 'during' },
    { kind: 'reset', when: 'after' },
    { kind: 'truncated' },
    { kind: 'html' },
    { kind: 'empty' },
  ] as const)('a read is repeated after %j', async (fault) => {
    const { store, simulator } = await aStore({}, { timeoutMs: 300 });
    const order = simulator.orders.add({ status_id: 11 });
    simulator.faults.add({ ...fault, times: 2 });
    expect((await store.getOrder(order.id)).order?.id).toBe(order.id);
    expect(simulator.log.count()).toBe(3);
  });

  it('a hanging read is repeated only once, because it delays the others of its endpoint', async () => {
    const { store, simulator } = await aStore({}, { timeoutMs: 200 });
    const order = simulator.orders.add({ status_id: 11 });
    simulator.faults.add({ kind: 'hang', times: 3 });
    expect((await failure(store.getOrder(order.id))).kind).toBe('retryable');
    expect(simulator.log.count()).toBe(2);
    expect((await store.getOrder(order.id)).order?.id).toBe(order.id);
    expect(simulator.log.count()).toBe(4);
  });

  it('a read is sent four times in total, with pauses that grow', async () => {
    const { store, simulator, pauses } = await aStore();
    const order = simulator.orders.add({ status_id: 11 });
    simulator.faults.add({ kind: 'status', status: 500 });
    const error = await failure(store.getOrder(order.id));
    expect(error).toMatchObject({ kind: 'retryable', status: 500 });
    expect(simulator.log.count()).toBe(4);
    expect(pauses).toEqual([500, 1000, 2000]);
  });

  it.each([400, 405, 406, 409, 413, 415, 422, 501, 505, 507])(
    'a read is not repeated after a %i',
    async (status) => {
      const { store, simulator } = await aStore();
      simulator.faults.add({ kind: 'status', status });
      expect(await failure(store.getOrder(100, { plainly: true }))).toMatchObject({
        kind: 'permanent',
        status,
      });
      expect(simulator.log.count()).toBe(1);
    },
  );

  it('a read waits as long as a 429 requires, by the longer of its headers', async () => {
    const { store, simulator, pauses } = await aStore();
    const order = simulator.orders.add({ status_id: 11 });
    simulator.faults.add({ kind: 'rateLimit', mode: 'all', resetMs: 7_000, retryAfterSeconds: 3, times: 1 });
    await store.getOrder(order.id);
    // And some: containers that get the same answer at the same time must not all act on it at the same time.
    expect(pauses).toEqual([expect.closeTo(7_250, -2)]);
  });

  it('a list that is requested once also waits as long as a 429 requires', async () => {
    const { store, simulator, pauses } = await aStore();
    simulator.orders.add({ status_id: 11 });
    simulator.faults.add({ kind: 'rateLimit', mode: 'all', resetMs: 7_000, retryAfterSeconds: 3, times: 1 });
    expect((await store.listOrders({ minId: 0, limit: 1, once: true })).orders).toHaveLength(1);
    expect(pauses).toEqual([expect.closeTo(7_250, -2)]);
    simulator.faults.add({ kind: 'status', status: 500, times: 1 });
    await failure(store.listOrders({ minId: 0, limit: 1, once: true }));
    expect(simulator.log.count()).toBe(3);
  });

  it('a read pauses after a 429 without any header (a defect of the sample: 700 requests a second)', async () => {
    const { store, simulator, pauses } = await aStore();
    simulator.faults.add({ kind: 'rateLimit', mode: 'none' });
    await failure(store.getOrder(100));
    expect(simulator.log.count()).toBe(4);
    expect(pauses).toEqual([500, 1000, 2000].map((ms) => expect.closeTo(ms, -2) as number));
  });

  it('no call of the container is sent while a 429 requires a pause', async () => {
    const { store, simulator, pauses } = await aStore();
    const order = simulator.orders.add({ status_id: 11 });
    simulator.faults.add({ kind: 'rateLimit', mode: 'all', resetMs: 9_000, retryAfterSeconds: 3, times: 1 });
    await failure(store.putStatus(order.id, 9, Infinity));
    await store.getLines(order.id);
    expect(pauses).toEqual([expect.closeTo(9_250, -2)]);
  });

  it('a call gives up immediately when the pause is longer than the time left', async () => {
    const { bigCommerce, simulator } = await aStore();
    simulator.faults.add({ kind: 'rateLimit', mode: 'all', resetMs: 20_000 });
    const error = await failure(bigCommerce.until(Date.now() + 10_000).getOrder(100));
    expect(error).toMatchObject({ kind: 'retryable', status: 429 });
    expect(simulator.log.count()).toBe(1);
  });

  it('a call sends nothing when no time is left', async () => {
    const { bigCommerce, simulator } = await aStore();
    expect((await failure(bigCommerce.until(Date.now() - 1).getOrder(100))).message).toContain('too little');
    expect(simulator.log.count()).toBe(0);
  });
});

describe('errors', () => {
  it.each([
    ['array', '[{"status":400,"message":"The field is invalid."}]', ': The field is invalid.'],
    ['object', '{"status":400,"title":"JSON data is missing","errors":{}}', ': JSON data is missing'],
    ['html', '<html>Bad</html>', '.'],
    ['empty', '', '.'],
  ])('an error is one clear sentence, from the %s form', async (_, body, said) => {
    const { store } = await anApi((_request, response) => response.writeHead(400).end(body));
    expect((await failure(store.getOrder(100))).message).toBe(`GET /v2/orders/100 answered 400${said}`);
  });

  it.each([
    [401, 'BigCommerceToken'],
    [403, 'BigCommerceStoreHash'],
    [301, 'BigCommerceApiUrl'],
  ])('a configuration error names what to check: %i', async (status, parameter) => {
    const { store } = await anApi((_, response) =>
      response.writeHead(status, { location: 'https://elsewhere.example/' }).end(),
    );
    const error = await failure(store.getOrder(100));
    expect(error).toMatchObject({ kind: 'configuration', status });
    expect(error.message).toContain(parameter);
  });

  it('an error never carries the token, also not in its cause', async () => {
    const { store } = await anApi((request) => request.socket.destroy(), {
      accessToken: () => Promise.resolve('very-secret-token'),
    });
    const error = await failure(store.getOrder(100));
    expect(JSON.stringify([error, error.message, error.stack, error.cause])).not.toContain(
      'very-secret-token',
    );
    expect(error.message).toMatch(/^GET \/v2\/orders\/100 got no answer \(ECONNRESET/);
  });

  it('an error is retryable when the body is another order, or no order', async () => {
    for (const body of ['{"id":101,"status_id":11}', '[]', '{"id":100}', '{"id":100,"status_id":"11"}']) {
      const { store } = await anApi((_, response) => response.end(body));
      expect((await failure(store.getOrder(100))).kind).toBe('retryable');
      await server?.stop();
    }
  });
});

it('the token is fetched again when BigCommerce refuses it, and the call is sent once more', async () => {
  const asked: (boolean | undefined)[] = [];
  const { store, simulator } = await aStore();
  const order = simulator.orders.add({ status_id: 11 });
  const rotated = connect(simulator.url, simulator.credentials.storeHash, {
    accessToken: (fresh) =>
      Promise.resolve((asked.push(fresh), fresh ? simulator.credentials.accessToken : 'old')),
  });
  expect((await rotated.store.getOrder(order.id)).order?.id).toBe(order.id);
  expect(asked).toEqual([false, true]);
  expect(store).toBeDefined();
});

it('the next call works after a token that could not be fetched', async () => {
  const { simulator } = await aStore();
  const order = simulator.orders.add({ status_id: 11 });
  const { accessToken, storeHash } = simulator.credentials;
  let asked = 0;
  const { store } = connect(simulator.url, storeHash, {
    accessToken: () => {
      asked += 1;
      return asked === 1
        ? Promise.reject(new Error('Secrets Manager is down'))
        : Promise.resolve(accessToken);
    },
  });
  await expect(store.getOrder(order.id)).rejects.toThrow('Secrets Manager is down');
  expect((await store.getOrder(order.id)).order?.id).toBe(order.id);
});

it('a PUT is not sent when its token came too late', async () => {
  const { simulator } = await aStore();
  const order = simulator.orders.add({ status_id: 11 });
  const clock = { now: 1_000 };
  const { store } = connect(simulator.url, simulator.credentials.storeHash, {
    now: () => clock.now,
    accessToken: () => {
      clock.now += 500;
      return Promise.resolve(simulator.credentials.accessToken);
    },
  });
  expect(await store.putStatus(order.id, 9, 1_499)).toBe('too-late');
  expect(simulator.log.count()).toBe(0);
});

it('a refusal without headers does not mean that there is no quota', async () => {
  const { store, simulator } = await aStore({ latencyMs: 20 }, { now: Date.now, sleep: wait });
  const order = simulator.orders.add({ status_id: 11 });
  simulator.faults.add({ kind: 'rateLimit', mode: 'none', times: 1 });
  await Promise.all([store.getOrder(order.id), store.getLines(order.id), store.getCoupons(order.id)]);
  const [, second, third] = simulator.log.entries;
  // The one after the refusal looks alone, too.
  expect(third!.startedAt).toBeGreaterThanOrEqual(second!.endedAt ?? Infinity);
});

it('one call per endpoint is in flight, and endpoints run in parallel', async () => {
  const { store, simulator } = await aStore({ latencyMs: 20 });
  const ids = Array.from({ length: 5 }, () => simulator.orders.add({ status_id: 11 }).id);
  await Promise.all(
    ids.flatMap((id) => [store.getOrder(id), store.getLines(id), store.putStatus(id, 9, Infinity)]),
  );
  for (const endpoint of ['GET /orders/{id}', 'GET /orders/{id}/products', 'PUT /orders/{id}']) {
    expect(simulator.log.maxInFlight(endpoint)).toBe(1);
  }
  expect(simulator.log.maxInFlight()).toBe(3);
});

it('the first call of a container is sent alone, because it shows the quota', async () => {
  const { store, simulator } = await aStore({ latencyMs: 20 }, { now: Date.now, sleep: wait });
  const order = simulator.orders.add({ status_id: 11 });
  await Promise.all([store.getOrder(order.id), store.getLines(order.id), store.getCoupons(order.id)]);
  const [first, ...others] = simulator.log.entries;
  for (const { startedAt } of others) expect(startedAt).toBeGreaterThanOrEqual(first?.endedAt ?? Infinity);
});

describe('the log line of each request', () => {
  const inAnHour = () => Date.now() + 3_600_000;
  const someLog = () => createLog('OrderReplication-dev', { requestId: 'request-1' });
  const answersIn = (lines: readonly string[]) =>
    parsed(lines).map(({ level, event, status, error }) => [level, event, status ?? error]);

  afterEach(() => jest.restoreAllMocks());

  it('a request is logged with what was requested, its answer, its duration, and the quota that is left', async () => {
    const { bigCommerce, simulator } = await aStore({ quota: { requests: 150, windowMs: 30_000 } });
    const order = simulator.orders.add({ status_id: 11 });
    const lines = catchLines();
    await bigCommerce.until(inAnHour(), someLog()).getLines(order.id);
    const [line] = parsed(lines);
    expect(line).toEqual({
      timestamp: expect.any(String) as unknown,
      level: 'INFO',
      event: 'bigcommerce.answered',
      requestId: 'request-1',
      orderId: order.id,
      method: 'GET',
      endpoint: 'GET products',
      path: `/v2/orders/${order.id}/products`,
      status: 200,
      duration_ms: expect.any(Number) as unknown,
      quota_left: 149,
      CallLatency: line?.['duration_ms'],
      QuotaLeft: 149,
      _aws: expect.any(Object) as unknown,
    });
    expect(lines.join()).toContain(
      '"Metrics":[{"Name":"CallLatency","Unit":"Milliseconds"},{"Name":"QuotaLeft"',
    );
    expect(lines).toHaveLength(1);
  });

  it("a request about an order is logged under the order's id", async () => {
    const { bigCommerce, simulator } = await aStore();
    const { id } = simulator.orders.add({ status_id: 11 });
    const lines = catchLines();
    const store = bigCommerce.until(inAnHour(), someLog());
    await store.countOrders();
    await store.listOrders({ statusId: 11, minId: 0 });
    await store.listHooks();
    await store.getOrder(id);
    await store.getCoupons(id);
    await store.getShippingAddresses(id);
    await store.putStatus(id, 9, Infinity);
    const orderIds = parsed(lines).map(({ endpoint, orderId }) => [endpoint, orderId]);
    expect(orderIds).toEqual([
      ['GET count', undefined],
      ['GET orders', undefined],
      ['GET hooks', undefined],
      ['GET order', id],
      ['GET coupons', id],
      ['GET shipping_addresses', id],
      ['PUT order', id],
    ]);
  });

  it('each repeated request is logged too', async () => {
    const { bigCommerce, simulator } = await aStore();
    const order = simulator.orders.add({ status_id: 11 });
    simulator.faults.add({ kind: 'status', status: 500, times: 1 });
    simulator.faults.add({ kind: 'truncated', times: 1 });
    const lines = catchLines();
    await bigCommerce.until(inAnHour(), someLog()).getOrder(order.id);
    expect(answersIn(lines)).toEqual([
      ['WARN', 'bigcommerce.answered', 500],
      ['WARN', 'bigcommerce.answered', 200],
      ['INFO', 'bigcommerce.answered', 200],
    ]);
  });

  it('a request that is repeated with a new token is logged too', async () => {
    const { simulator } = await aStore();
    const { id } = simulator.orders.add({ status_id: 11 });
    const { accessToken, storeHash } = simulator.credentials;
    const rotated = { accessToken: (fresh?: boolean) => Promise.resolve(fresh ? accessToken : 'old') };
    const { bigCommerce } = connect(simulator.url, storeHash, rotated);
    const lines = catchLines();
    await bigCommerce.until(inAnHour(), someLog()).getOrder(id);
    expect(answersIn(lines).map(([level, , status]) => [level, status])).toEqual([
      ['WARN', 401],
      ['INFO', 200],
    ]);
  });

  it('a 404 is logged as an answer', async () => {
    const { bigCommerce } = await aStore();
    const lines = catchLines();
    await bigCommerce.until(inAnHour(), someLog()).getOrder(999_999);
    expect(answersIn(lines)).toEqual([['INFO', 'bigcommerce.answered', 404]]);
  });

  it.each([
    [{ kind: 'hang' }, 'timeout'],
    [{ kind: 'reset', when: 'before' }, 'ECONNRESET'],
  ] as const)(
    'a request without an answer is logged with the reason in a word: %j',
    async (fault, reason) => {
      const { bigCommerce, simulator } = await aStore({}, { timeoutMs: 200 });
      simulator.faults.add({ ...fault, times: 1 });
      const lines = catchLines();
      await failure(bigCommerce.until(inAnHour(), someLog()).putStatus(100, 9, Infinity));
      expect(answersIn(lines)).toEqual([['WARN', 'bigcommerce.unanswered', reason]]);
      expect(parsed(lines)[0]).toMatchObject({ orderId: 100, CallLatency: expect.any(Number) as unknown });
      expect(parsed(lines)[0]).not.toHaveProperty('QuotaLeft');
    },
  );

  it('a request that is not sent is not logged', async () => {
    const { bigCommerce } = await aStore();
    const lines = catchLines();
    await bigCommerce.until(inAnHour(), someLog()).putStatus(100, 9, Date.now() - 1);
    await failure(bigCommerce.until(Date.now() - 1, someLog()).getOrder(100));
    expect(lines).toEqual([]);
  });

  it('a logged request holds nothing secret or personal', async () => {
    server = await listen(
      createServer((_, response) =>
        response
          .writeHead(422, { 'set-cookie': 'Ada', 'x-rate-limit-requests-left': 'Ada' })
          .end('[{"status":422,"message":"Ada"}]'),
      ),
    );
    const accessToken = () => Promise.resolve('Ada');
    const options = { apiUrl: server.url, storeHash: 'abc', quotaReservePercent: 0, accessToken };
    const lines = catchLines();
    const request = { method: 'POST', endpoint: 'POST customers', path: '/v3/customers' } as const;
    const personal = { query: { email: 'Ada@example.com' }, body: { name: 'Ada' }, read: () => true };
    await failure(createRequests(options)(someLog())({ ...request, ...personal }, inAnHour()));
    expect(answersIn(lines)).toEqual([['WARN', 'bigcommerce.answered', 422]]);
    expect(lines.join()).not.toContain('Ada');
  });

  it('requests are logged only where there is a log, because a command in a terminal prints its own lines', async () => {
    const { store, simulator } = await aStore();
    const order = simulator.orders.add({ status_id: 11 });
    const lines = catchLines();
    await store.getOrder(order.id);
    expect(lines).toEqual([]);
  });
});
