// Registered webhooks, against the simulator over real HTTP on loopback.
import { createServer } from 'node:http';
import { createBigCommerce } from '../../../../lambda/shared/bigcommerce/client';
import type { BigCommerceError } from '../../../../lambda/shared/runtime/errors';
import { secretOf } from '../../../../lambda/shared/bigcommerce/webhooks';
import { listen } from '../../../../simulator/listen';
import type { Listening } from '../../../../simulator/listen';
import { startSimulator } from '../../../../simulator';
import type { Simulator } from '../../../../simulator';

const scope = 'store/cart/converted';
const destination = 'https://hooks.example.com/dev/cart-converted';
const secret = 'generated-secret-for-tests';

let simulator: Simulator;
let server: Listening | undefined;
beforeEach(async () => {
  simulator = await startSimulator({ seed: 3 });
});
afterEach(async () => {
  await simulator.stop();
  await server?.stop();
  server = undefined;
});

const connect = ({ url = simulator.url, token = simulator.credentials.accessToken } = {}) =>
  createBigCommerce({
    apiUrl: url,
    storeHash: simulator.credentials.storeHash,
    quotaReservePercent: 10,
    accessToken: () => Promise.resolve(token),
    sleep: () => Promise.resolve(),
    timeoutMs: 2_000,
  }).until(Date.now() + 60_000);

const kept = (id: number) => simulator.hooks.get(id)?.hook;

it.each([200, 201] as const)(
  'a webhook is registered with the secret header (answered %i)',
  async (status) => {
    simulator.switches.hookCreatedStatus = status;
    const hook = await connect().registerHook({ scope, destination, secret });
    expect(hook).toMatchObject({ scope, destination, is_active: true });
    expect(kept(hook.id)?.headers).toEqual({ 'X-Order-Replication-Secret': secret });
    expect(simulator.log.entries).toMatchObject([{ method: 'POST', body: { is_active: true } }]);
    expect(await connect().listHooks()).toEqual([hook]);
    expect(await connect().getHook(hook.id)).toEqual(hook);
  },
);

it('an answer about a webhook is read without its wrapper too', async () => {
  server = await listen(
    createServer((_, response) => {
      response.end(JSON.stringify({ id: 7, scope, destination, is_active: true, headers: null }));
    }),
  );
  const hook = await connect(server).registerHook({ scope, destination, secret });
  expect(hook).toEqual({ id: 7, scope, destination, is_active: true, headers: {} });
});

it('webhooks are listed with as few calls as possible', async () => {
  await connect().listHooks();
  expect(simulator.log.entries).toMatchObject([
    { endpoint: 'GET /v3/hooks', query: { limit: '250', page: '1' } },
  ]);
});

it('an API address that leads nowhere is reported as such', async () => {
  server = await listen(createServer((_, response) => response.writeHead(404).end()));
  const store = connect(server);
  for (const call of [() => store.listHooks(), () => store.registerHook({ scope, destination, secret })]) {
    await expect(call()).rejects.toMatchObject({ status: 404, kind: 'permanent' });
  }
});

it('every page of webhooks is listed', async () => {
  const registered = Array.from({ length: 9 }, (_, index) => ({
    scope,
    destination: `${destination}/${index}`,
  }));
  for (const fields of registered) simulator.hooks.create(fields);
  const page = (number: number) => ({
    data: simulator.hooks
      .all()
      .slice(3 * (number - 1), 3 * number)
      .map(({ hook }) => hook),
    meta: { pagination: { total_pages: 3 } },
  });
  server = await listen(
    createServer((request, response) => {
      const number = Number(new URL(request.url ?? '', 'http://x').searchParams.get('page'));
      response.end(JSON.stringify(page(number)));
    }),
  );
  expect((await connect(server).listHooks()).map(({ destination: to }) => to)).toEqual(
    registered.map(({ destination: to }) => to),
  );
});

it.each([
  ['204', '', []],
  ['no list', '{"data":null,"meta":{}}', []],
  [
    'rows that are no webhooks of this kind',
    JSON.stringify({
      data: [
        { id: 'x', scope, destination, is_active: true },
        { id: 1, scope, destination: null, is_active: true },
        { id: 3, scope: 7, destination, is_active: true },
        { id: 4, scope, destination },
        { id: 2, scope, destination, is_active: true, headers: { a: 1 }, updated_at: 9e15 },
        { id: 5, scope, destination, is_active: true, headers: {}, updated_at: -9e15 },
      ],
    }),
    [2, 5].map((id) => ({ id, scope, destination, is_active: true, headers: {} })),
  ],
])('the client lists the webhooks that it can read: %s', async (_, body, expected) => {
  server = await listen(
    createServer((_request, response) => response.writeHead(body === '' ? 204 : 200).end(body)),
  );
  expect(await connect(server).listHooks()).toEqual(expected);
});

describe('the repair of a webhook', () => {
  const registered = async (fields: object) => {
    const made = simulator.hooks.create({ scope, destination, ...fields });
    if ('errors' in made) throw new Error(JSON.stringify(made));
    return (await connect().getHook(made.id))!;
  };

  it('a correct webhook is not changed', async () => {
    const hook = await registered({ headers: { 'x-order-replication-secret': secret } });
    simulator.log.clear();
    expect(await connect().repairHook(hook, secret)).toBe(false);
    expect(simulator.log.count()).toBe(0);
  });

  it.each([
    ['that is inactive', { is_active: false, headers: { 'X-Order-Replication-Secret': secret } }],
    ['with another secret, under whatever case', { headers: { 'x-order-replication-SECRET': 'old' } }],
    ['without headers', { headers: null }],
  ])('a webhook is repaired with one PUT: %s', async (_, fields) => {
    const hook = await registered(fields);
    expect(await connect().repairHook(hook, secret)).toBe(true);
    expect(simulator.log.count('PUT /v3/hooks/{hook}')).toBe(1);
    expect(kept(hook.id)).toMatchObject({
      is_active: true,
      headers: { 'X-Order-Replication-Secret': secret },
    });
    expect(Object.keys(kept(hook.id)?.headers ?? {})).toHaveLength(1);
  });

  it('a repaired webhook keeps the other headers that the merchant gave it', async () => {
    const hook = await registered({ headers: { 'x-firewall': 'let me in' } });
    await connect().repairHook(hook, secret);
    expect(kept(hook.id)?.headers).toEqual({
      'x-firewall': 'let me in',
      'X-Order-Replication-Secret': secret,
    });
  });

  it('a webhook that is only inactive is repaired without a header', async () => {
    const hook = await registered({ is_active: false, headers: { 'X-Order-Replication-Secret': secret } });
    await connect().repairHook(hook, secret);
    expect(simulator.log.of('PUT /v3/hooks/{hook}')).toMatchObject([{ body: { is_active: true } }]);
    expect(simulator.log.of('PUT /v3/hooks/{hook}')[0]?.body).not.toHaveProperty('headers');
  });

  it('a repair reports when the store leaves the webhook inactive', async () => {
    const hook = await registered({ is_active: false });
    server = await listen(createServer((_, response) => response.end(JSON.stringify({ data: hook }))));
    await expect(connect(server).repairHook(hook, secret)).rejects.toThrow('leaves the webhook');
  });

  it('a repair fails when the webhook is gone meanwhile', async () => {
    const hook = await registered({ is_active: false });
    simulator.hooks.remove(hook.id);
    await expect(connect().repairHook(hook, secret)).rejects.toThrow(`PUT /v3/hooks/${hook.id} answered 404`);
  });
});

it('a webhook is deleted, and a missing one is reported', async () => {
  const { id } = await connect().registerHook({ scope, destination, secret });
  expect(await connect().deleteHook(id)).toBe(true);
  expect(await connect().deleteHook(id)).toBe(false);
  expect(await connect().getHook(id)).toBeUndefined();
});

it('a deletion counts as done, whatever the body of its answer', async () => {
  server = await listen(createServer((_, response) => response.writeHead(204).end()));
  expect(await connect(server).deleteHook(1)).toBe(true);
});

describe('errors about webhooks', () => {
  const failure = (call: Promise<unknown>) =>
    call.then(
      () => {
        throw new Error('It did not fail.');
      },
      (error: unknown) => error as BigCommerceError,
    );

  it('a wrong token is reported in words', async () => {
    const error = await failure(connect({ token: 'wrong' }).listHooks());
    expect(error).toMatchObject({ kind: 'configuration', status: 401 });
    expect(error.message).toContain('Check BigCommerceToken');
  });

  it('the limit of ten webhooks, and a second one for the same destination, are reported in words', async () => {
    const register = (path: string) =>
      connect().registerHook({ scope, destination: destination + path, secret });
    for (let made = 0; made < 10; made += 1) await register(`/${made}`);
    const limit = await failure(register('/10'));
    expect(limit).toMatchObject({ kind: 'permanent', status: 422 });
    expect(limit.message).toContain('scope: No more than 10 per scope.');
    expect((await failure(register('/1'))).message).toContain('destination: A webhook for this scope');
  });

  it('an error about a webhook holds nothing of its headers', async () => {
    const errors = { headers: `Invalid value ${secret}`, 'headers.x': secret, scope: 'Invalid scope.' };
    server = await listen(
      createServer((_, response) => response.writeHead(422).end(JSON.stringify({ title: 'No.', errors }))),
    );
    const error = await failure(connect(server).registerHook({ scope, destination, secret }));
    expect(error.message).toContain('No.; headers is refused; headers.x is refused; scope: Invalid scope.');
    expect(error.message).not.toContain(secret);
  });

  it('an answer that cannot be right is reported in words', async () => {
    server = await listen(createServer((_, response) => response.end('{"data":{"id":"x"}}')));
    const error = await failure(connect(server).listHooks());
    expect(error).toMatchObject({ kind: 'retryable' });
    expect(error.message).toContain('unexpected body');
  });
});

it('a call that changes a webhook is never repeated', async () => {
  simulator.faults.add({ endpoint: 'POST /v3/hooks', kind: 'status', status: 503 });
  await expect(connect().registerHook({ scope, destination, secret })).rejects.toThrow('503');
  expect(simulator.log.count('POST /v3/hooks')).toBe(1);
});

it('the secret is found under any case of its header', () => {
  const hook = { id: 1, scope, destination, is_active: true };
  expect(secretOf({ ...hook, headers: { 'X-ORDER-REPLICATION-SECRET': 'x' } })).toBe('x');
  expect(secretOf({ ...hook, headers: { 'x-secret': 'x' } })).toBeUndefined();
});
