import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener } from 'node:http';
import { createCalls } from '../../../../../lambda/shared/erp/tryton/calls';
import { createHttp } from '../../../../../lambda/shared/erp/tryton/http';
import type { ErpCall, ErpSettings } from '../../../../../lambda/shared/erp/erp';
import { ConfigurationError, ErpError } from '../../../../../lambda/shared/runtime/errors';
import { listen } from '../../../../../simulator/listen';
import type { Listening } from '../../../../../simulator/listen';
import { aMapping } from '../../../../support/sales-order';

const servers: Listening[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function aServer(listener: RequestListener): Promise<Listening> {
  const server = await listen(createServer(listener));
  servers.push(server);
  return server;
}

function connect(url: string, settings: Partial<ErpSettings> = {}, idleMs = 4_000) {
  const whole: ErpSettings = {
    url,
    requestTimeoutMs: 5_000,
    mapping: aMapping(),
    credentials: () => Promise.resolve('{"key":"known-key"}'),
    callsUntil: Infinity,
    now: Date.now,
    ...settings,
  };
  return createCalls(whole, 'my erp', createHttp({ idleMs }));
}

const create = { call: 'create order', method: 'POST', path: 'sale.sale', body: { a: 1 } } as const;

async function errorOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => error,
  );
}

it('sends key, company, domain and fields in the forms that Tryton reads', async () => {
  const seen: IncomingMessage[] = [];
  const server = await aServer((request, response) => {
    seen.push(request);
    response.end('[]');
  });
  const call = connect(`${server.url}/`);
  const domain = [['code', '=', 'ü?']];
  const read = {
    call: 'find',
    method: 'GET',
    path: 'sale.sale',
    domain,
    fields: ['a', 'b.c'],
    company: 1,
  } as const;
  expect(await call(read)).toEqual({ body: [], status: 200 });
  const { url = '', headers } = seen[0]!;
  const { pathname, searchParams } = new URL(url, server.url);
  expect(pathname).toBe('/my%20erp/rest/model/sale.sale');
  expect(searchParams.getAll('f')).toEqual(['a', 'b.c']);
  const base64 = searchParams.get('d') ?? '';
  expect(base64.length % 4).toBe(0);
  expect(JSON.parse(Buffer.from(base64, 'base64url').toString())).toEqual(domain);
  expect(headers).toMatchObject({ authorization: 'bearer known-key', 'accept-language': 'en' });
  expect(Buffer.from(String(headers['x-tryton-context']), 'base64url').toString()).toBe('{"company":1}');
});

it.each([
  ['another key', '{"key":"new-key"}', ['bearer known-key', 'bearer new-key'], undefined],
  ['the same key', '{"key":"known-key"}', ['bearer known-key'], 'configuration'],
])('sends a refused request once more, if %s is fetched', async (_, fresh, keys, failure) => {
  const seen: (string | undefined)[] = [];
  const server = await aServer(({ headers }, response) => {
    seen.push(headers.authorization);
    response.writeHead(headers.authorization === 'bearer new-key' ? 200 : 401).end('{}');
  });
  const credentials = (isFresh = false) => Promise.resolve(isFresh ? fresh : '{"key":"known-key"}');
  const error = await errorOf(connect(server.url, { credentials })(create));
  expect(error instanceof ErpError ? error.failure : error).toBe(failure);
  expect(seen).toEqual(keys);
});

it.each(['', 'secret', '{"key":1}', '{"key":"a b"}', '{"key":"a\\nb"}', '{"other":"secret"}'])(
  'names the form of the credentials and not their value: %j',
  async (text) => {
    const error = await errorOf(
      connect('http://127.0.0.1:1', { credentials: () => Promise.resolve(text) })(create),
    );
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(String(error)).not.toContain('secret');
  },
);

it('closes an idle connection, and waits longer than that for an answer', async () => {
  const sockets = new Set<unknown>();
  const server = await aServer((request, response) => {
    sockets.add(request.socket);
    setTimeout(() => response.end('{}'), 150);
  });
  const call = connect(server.url, {}, 50);
  await call(create);
  await call(create);
  expect(sockets.size).toBe(1);
  const [socket] = [...sockets] as [IncomingMessage['socket']];
  if (!socket.closed) await once(socket, 'close');
  await call(create);
  expect(sockets.size).toBe(2);
});

it('does not follow a redirect, which would carry the key along', async () => {
  let visits = 0;
  const login = await aServer((_, response) => response.end(String((visits += 1))));
  const server = await aServer((_, response) => response.writeHead(307, { location: login.url }).end());
  expect(await errorOf(connect(server.url)(create))).toMatchObject({
    failure: 'configuration',
    provesRefusal: true,
  });
  expect(visits).toBe(0);
});

it('does not know what became of a request that is not answered in time', async () => {
  const server = await aServer(() => undefined);
  const calls: ErpCall[] = [];
  const call = connect(server.url, { requestTimeoutMs: 50, onCall: (one) => calls.push(one) });
  expect(await errorOf(call(create))).toMatchObject({ failure: 'retryable', provesRefusal: false });
  expect(calls).toMatchObject([{ call: 'create order', status: undefined }]);
});

it('does not know what became of a request whose answer comes too slowly', async () => {
  const server = await aServer((_, response) => {
    response.write('{"id":');
    const timer = setInterval(() => response.write(' '), 20);
    response.once('close', () => clearInterval(timer));
  });
  const error = await errorOf(connect(server.url, { requestTimeoutMs: 200 })(create));
  expect(error).toMatchObject({ failure: 'retryable', provesRefusal: false });
});

it('does not know what became of a request whose connection is cut', async () => {
  const server = await aServer((request, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('{"id":', () => request.socket.destroy());
  });
  expect(await errorOf(connect(server.url)(create))).toMatchObject({
    failure: 'retryable',
    provesRefusal: false,
  });
});

it('knows that a request did not reach a server that is not there', async () => {
  const server = await aServer(() => undefined);
  await server.stop();
  const error = await errorOf(connect(server.url)(create));
  expect(error).toMatchObject({
    failure: 'retryable',
    provesRefusal: true,
    message: 'create order: Tryton did not answer (ECONNREFUSED).',
  });
});

it('shows neither the key nor the body in an error of the network', async () => {
  const server = await aServer((request) => request.socket.destroy());
  const error = await errorOf(connect(server.url)({ ...create, body: { name: 'Ada Moss' } }));
  expect(JSON.stringify([String(error), error, (error as Error).cause ?? null])).not.toMatch(/known-key|Ada/);
});

it.each([
  ['the end of all calls', { callsUntil: 1_000 }, {}],
  ['its own time', {}, { notAfter: 1_000 }],
])('sends nothing after %s', async (_, settings, request) => {
  let visits = 0;
  const server = await aServer((__, response) => response.end(String((visits += 1))));
  const call = connect(server.url, { now: () => 1_001, ...settings });
  const error = await errorOf(call({ ...create, ...request }));
  expect(error).toMatchObject({ failure: 'retryable', provesRefusal: true });
  expect(visits).toBe(0);
});
