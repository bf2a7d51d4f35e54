// webhook: each command against the simulator, and its message where something is in the way.
import { createServer } from 'node:http';
import { createBigCommerce } from '../../../../lambda/shared/bigcommerce/client';
import { createSecrets } from '../../../../lambda/shared/aws/secrets';
import { createClients, localClients } from '../../../../scripts/service/clients';
import { CommandError } from '../../../../scripts/terminal/command-error';
import { signWebhook, startSimulator } from '../../../../simulator';
import type { Simulator } from '../../../../simulator';
import type { Service } from '../../../../scripts/service/service';
import { webhook } from '../../../../scripts/commands/webhook/command';
import { enable, remove } from '../../../../scripts/commands/webhook/change';
import { create } from '../../../../scripts/commands/webhook/create';
import type { WebhookFlow } from '../../../../scripts/commands/webhook/deps';
import { list, show } from '../../../../scripts/commands/webhook/inspect';
import { send } from '../../../../scripts/commands/webhook/send';
import type { Ask } from '../../../../scripts/terminal/ask';
import type { Report } from '../../../../scripts/terminal/command';
import { runLine } from '../../../support/run-noun';
import { NOON } from '../../../support/builders';
import { listen } from '../../../../simulator/listen';

const scope = 'store/cart/converted';
const destination = 'https://abc123.execute-api.eu-west-1.amazonaws.com/prod/cart-converted';
const secret = 'generated-secret-for-tests';
const headers = { 'X-Order-Replication-Secret': secret };

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({ seed: 3 });
});
afterEach(() => simulator.stop());

/** A deployed stack with this store, as the commands see it. */
function aService({
  url = destination,
  clientSecret = simulator.credentials.clientSecret,
  parameters = {},
} = {}): Service {
  const { accessToken, storeHash } = simulator.credentials;
  const credentials = { clientId: 'id', accessToken, clientSecret };
  return {
    stackName: 'OrderReplication-prod',
    outputs: {
      WebhookUrl: url,
      WebhooksTableName: 'OrderReplication-prod-Webhooks',
      LedgerTableName: 'OrderReplication-prod-Ledger',
      CartConvertedWebhookFunctionName: 'OrderReplication-prod-CartConvertedWebhook',
    },
    parameters: {
      BigCommerceApiUrl: simulator.url,
      BigCommerceStoreHash: storeHash,
      CheckWebhook: 'true',
      ...parameters,
    },
    secrets: {
      bigCommerce: () => Promise.resolve(credentials),
      accessToken: () => Promise.resolve(accessToken),
      webhook: () => Promise.resolve(secret),
      webhookNow: () => Promise.resolve(secret),
    },
    store: createBigCommerce({
      apiUrl: simulator.url,
      storeHash,
      quotaReservePercent: 0,
      sleep: () => Promise.resolve(),
      accessToken: () => Promise.resolve(accessToken),
    }).until(Date.now() + 60_000),
    clients: createClients(),
  };
}

interface Ran {
  readonly report: Report;
  /** The notes, and then the lines of the report. */
  readonly said: string;
}

const noOneAsks: Ask = (question) => Promise.reject(new Error(`No question was expected: ${question}`));

/** All fields that a request may have; each flow takes its own of them. */
const aRequest = { scope, id: undefined as number | undefined, orderId: 100, yes: true };
type Request = typeof aRequest;

async function runFlow(
  flow: WebhookFlow<Request>,
  request: Partial<Request>,
  service: Service,
  ask: Ask,
): Promise<Ran> {
  const notes: string[] = [];
  const recommend = (command: string) => `npx order-replication ${command} --stage prod`;
  const deps = { service, ask, recommend, note: (line: string) => void notes.push(line) };
  const report = await flow({ ...aRequest, ...request }, deps);
  return { report, said: [...notes, ...report.lines].join('\n') };
}

/** Runs a command that succeeds, and returns what it wrote. */
async function run(
  flow: WebhookFlow<Request>,
  request: Partial<Request> = {},
  service = aService(),
  ask = noOneAsks,
): Promise<string> {
  const { report, said } = await runFlow(flow, request, service, ask);
  expect(report.problem).toBeUndefined();
  return said;
}

/** The data of a command, as `--output json` prints it. */
const dataOf = async (flow: WebhookFlow<Request>, request: Partial<Request> = {}, service = aService()) =>
  (await runFlow(flow, request, service, noOneAsks)).report.data;

/** Why a command fails. */
async function refusal(
  flow: WebhookFlow<Request>,
  request: Partial<Request> = {},
  service = aService(),
  ask = noOneAsks,
): Promise<string> {
  try {
    const { report, said } = await runFlow(flow, request, service, ask);
    if (report.problem !== undefined) return report.problem;
    throw new Error(`It was not refused: ${said}`);
  } catch (error) {
    if (error instanceof CommandError) return error.message;
    throw error;
  }
}

const add = (fields: object = {}) => {
  const made = simulator.hooks.create({ scope, destination, headers, ...fields });
  if ('errors' in made) throw new Error(JSON.stringify(made));
  return made;
};
const registered = () => simulator.hooks.all().map(({ hook }) => hook);
const writes = () => simulator.log.entries.filter(({ method }) => method !== 'GET').length;

describe('create', () => {
  it("webhook create registers the stack's own URL with the secret header", async () => {
    expect(await run(create)).toMatch(/^Registered: webhook \d+, store\/cart\/converted to https:/);
    expect(registered()).toMatchObject([{ scope, destination, headers, is_active: true }]);
  });

  it('webhook create changes nothing if the webhook is right', async () => {
    await run(create);
    const before = registered();
    expect(await run(create)).toContain('Nothing to change');
    expect([registered(), writes()]).toEqual([before, 1]);
  });

  it.each([
    ['inactive', { is_active: false }],
    ['without the current secret', { headers: { 'X-Order-Replication-Secret': 'the one before' } }],
  ])('webhook create repairs a webhook that is %s', async (wrong, fields) => {
    const { id } = add(fields);
    expect(await run(create)).toContain(`It was ${wrong}`);
    expect(registered()).toMatchObject([{ id, is_active: true, headers }]);
  });

  it('webhook create sets the current secret on all webhooks of the stack, so that one command completes a rotation', async () => {
    const old = { 'X-Order-Replication-Secret': 'the one before' };
    add({ headers: old });
    add({ headers: old, scope: 'store/order/created' });
    add({ headers: old, destination: 'https://hooks.example.com/old' });
    expect((await run(create)).split('\n')).toHaveLength(2);
    expect(registered().map((hook) => hook.headers)).toEqual([headers, headers, old]);
  });

  it('webhook create registers another scope in addition to the first', async () => {
    add();
    await run(create, { scope: 'store/order/created' });
    expect(registered().map((hook) => hook.scope)).toEqual([scope, 'store/order/created']);
  });

  it('webhook create notes that there is no client secret', async () => {
    expect(await run(create, {}, aService({ clientSecret: '' }))).toContain(
      'BigCommerceClientSecret is empty',
    );
  });

  it('webhook create finds a webhook that a poll has registered at the same moment', async () => {
    const service = aService();
    const registerHook: typeof service.store.registerHook = (registration) => {
      add();
      return aService().store.registerHook(registration);
    };
    const said = await run(create, {}, { ...service, store: { ...service.store, registerHook } });
    expect(said).toContain('Nothing to change');
    expect(registered()).toHaveLength(1);
  });

  it('webhook create explains the limit of ten webhooks', async () => {
    for (let made = 0; made < 10; made += 1) add({ destination: `https://hooks.example.com/${made}` });
    const said = await refusal(create);
    expect(said).toContain('No more than 10 per scope');
    expect(said).toContain('To see them: npx order-replication webhook list --stage prod');
  });

  it('webhook create registers a local run with a simulated store', async () => {
    const url = 'http://127.0.0.1:4566/_aws/execute-api/local/dev/cart-converted';
    expect(await run(create, {}, aService({ url }))).toContain('Registered');
  });

  it('webhook create throws any other error unchanged', async () => {
    simulator.faults.add({ endpoint: 'POST /v3/hooks', kind: 'status', status: 503 });
    await expect(run(create)).rejects.toThrow(/answered 503/);
  });

  it('webhook create names a missing output of the stack', async () => {
    const service = aService();
    const said = await refusal(create, {}, { ...service, outputs: {} });
    expect(said).toContain('OrderReplication-prod has no output WebhookUrl');
  });

  it('webhook create registers no local run with a real store', async () => {
    const url = 'http://127.0.0.1:4566/_aws/execute-api/local/dev/cart-converted';
    const parameters = { BigCommerceApiUrl: 'https://api.bigcommerce.com' };
    expect(await refusal(create, {}, aService({ url, parameters }))).toContain('is a real one');
    expect(simulator.log.count()).toBe(0);
  });
});

describe('list', () => {
  it('webhook list marks the webhooks of the stack and inactive ones', async () => {
    add();
    add({ destination: 'https://hooks.example.com/old', is_active: false });
    const [headings, first, second] = (await run(list)).split('\n');
    expect(headings).toMatch(/^Id +Scope +Active +This stack +Destination$/);
    expect(first).toMatch(/^\d+ +store\/cart\/converted +yes +yes +https:.*cart-converted$/);
    expect(second).toMatch(/^\d+ +store\/cart\/converted +NO +no +https:.*example\.com\/old$/);
  });

  it('webhook list --output json has the webhooks of the stack and inactive ones', async () => {
    const { id } = add();
    expect(await dataOf(list)).toEqual({
      webhooks: [{ id, scope, destination, isThisStack: true, isActive: true }],
    });
  });

  it('webhook list explains why its result may be empty', async () => {
    add();
    simulator.credentials.clientId = 'another-api-account';
    expect(await run(list)).toContain('BigCommerce shows no webhook that another API account created');
  });
});

describe('show', () => {
  it("webhook show prints the stack's own webhook, and no value of a header", async () => {
    add({ headers: { ...headers, 'x-firewall': 'let me in' } });
    const said = await run(show);
    expect(said).toMatch(/Active +yes/);
    expect(said).toMatch(/Destination +https:.*cart-converted \(this stack\)/);
    expect(said).toMatch(/Last change +20\d\d-\d\d-\d\dT/);
    expect(said).toMatch(/Headers +X-Order-Replication-Secret, x-firewall/);
    expect(said).toMatch(/Secret header +the stack's/);
    expect(said).not.toMatch(/let me in|generated-secret/);
  });

  it.each([
    [{ 'X-Order-Replication-Secret': 'old' }, /Secret header +NOT the stack's/],
    [null, /Secret header +none/],
  ])("webhook show reports a secret that is not the stack's: %j", async (given, expected) => {
    const { id } = add({ headers: given });
    const said = await run(show, { id });
    expect(said).toMatch(expected);
    expect(said).toContain(`To fix: npx order-replication webhook enable ${id} --stage prod`);
  });

  it('webhook show reports what BigCommerce does not return, and another destination', async () => {
    const hook = {
      id: 7,
      scope,
      destination: 'https://hooks.example.com/old',
      is_active: false,
      headers: {},
    };
    const service = aService();
    const store = { ...service.store, getHook: () => Promise.resolve(hook) };
    const said = await run(show, { id: 7 }, { ...service, store });
    expect(said).toMatch(/Last change +unknown: BigCommerce does not report it/);
    expect(said).toMatch(/Destination +https:\/\/hooks\.example\.com\/old$/m);
    expect(said).toMatch(/Active +NO$/m);
  });

  it('webhook show reports that webhooks of another API account are not visible', async () => {
    const { id } = add();
    simulator.credentials.clientId = 'another-api-account';
    const said = await refusal(show, { id });
    expect(said).toContain(`This API account has no webhook ${id}`);
    expect(said).toContain('another API account');
  });

  it('webhook show recommends the command that registers a missing webhook', async () => {
    expect(await refusal(show)).toContain(
      'To register one: npx order-replication webhook create --stage prod',
    );
  });

  it('webhook show --output json has names of headers and ISO times, and no value of a header', async () => {
    const { id } = add({ headers: { ...headers, 'x-firewall': 'let me in' } });
    const data = await dataOf(show, { id });
    expect(data).toEqual({
      id,
      scope,
      destination,
      isThisStack: true,
      isActive: true,
      changedAt: expect.stringMatching(/^20.*Z$/) as string,
      headers: ['X-Order-Replication-Secret', 'x-firewall'],
      secretHeader: 'current',
    });
    expect(JSON.stringify(data)).not.toMatch(/let me in|generated-secret/);
  });
});

describe('enable', () => {
  it("webhook enable enables the stack's own webhook", async () => {
    const { id } = add({ is_active: false });
    expect(await run(enable)).toMatch(new RegExp(`Repaired: webhook ${id}.* It was inactive`));
    expect(registered()).toMatchObject([{ is_active: true, headers }]);
    expect(await run(enable, { id })).toContain('Nothing to change');
    expect(writes()).toBe(1);
  });

  it('webhook enable sends the secret to no other address', async () => {
    const { id } = add({ destination: 'https://hooks.example.com/old', is_active: false, headers: null });
    expect(await refusal(enable, { id })).toContain('does not belong to this stack');
    expect(registered()).toMatchObject([{ is_active: false, headers: null }]);
  });
});

describe('delete', () => {
  it('webhook delete deletes one webhook, and notes that the next poll registers it again', async () => {
    add();
    expect(await run(remove)).toMatch(/CheckWebhook=false\.\nDeleted: webhook \d+/);
    expect(registered()).toEqual([]);
  });

  it('webhook delete reports that another command has deleted the webhook meanwhile', async () => {
    add();
    const service = aService();
    const store = { ...service.store, deleteHook: () => Promise.resolve(false) };
    expect(await refusal(remove, {}, { ...service, store })).toContain('This API account has no webhook');
  });

  it('webhook delete deletes the webhook of the named scope', async () => {
    add();
    add({ scope: 'store/order/created' });
    add({ scope: 'store/order/created', destination: 'https://hooks.example.com/old' });
    await run(remove, { scope: 'store/order/created' });
    expect(registered()).toMatchObject([{ scope }, { destination: 'https://hooks.example.com/old' }]);
  });

  it('webhook delete deletes a webhook of another destination by its id', async () => {
    const { id } = add({ destination: 'https://hooks.example.com/old' });
    expect(await run(remove, { id })).toBe(
      `Deleted: webhook ${id}, ${scope} to https://hooks.example.com/old.`,
    );
  });

  it('webhook delete prints no note while another webhook of the stack exists', async () => {
    const { id } = add();
    add({ scope: 'store/order/statusUpdated' });
    expect(await run(remove, { id })).not.toContain('CheckWebhook');
  });

  it('webhook delete prints no note if polls do not check the webhook', async () => {
    add();
    const said = await run(remove, {}, aService({ parameters: { CheckWebhook: 'false' } }));
    expect(said).not.toContain('CheckWebhook');
  });
});

describe('delete without --yes', () => {
  it('webhook delete without --yes shows the webhook, and deletes it after its id is typed', async () => {
    const { id } = add();
    const asked: string[] = [];
    const answer: Ask = (question) => {
      asked.push(question);
      return Promise.resolve(String(id));
    };
    expect(await run(remove, { yes: false }, aService(), answer)).toContain(`It would delete webhook ${id},`);
    expect(asked).toEqual([`To delete it, type ${id}: `]);
    expect(registered()).toEqual([]);
  });

  it('webhook delete without --yes deletes nothing after any other answer', async () => {
    add();
    const answer = () => Promise.resolve('yes');
    expect(await refusal(remove, { yes: false }, aService(), answer)).toContain('Nothing was changed');
    expect(registered()).toHaveLength(1);
  });
});

describe('send', () => {
  async function aReceiver(status: number, body = '{"message":"x"}') {
    const received: { method: string | undefined; headers: Record<string, unknown>; body: string }[] = [];
    const server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        received.push({ method: request.method, headers: request.headers, body: text });
        response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end(body);
      });
    });
    return { received, ...(await listen(server)) };
  }

  it("webhook send delivers a webhook that is signed like BigCommerce's, and prints the answer", async () => {
    const { received, url, stop } = await aReceiver(200, '{"message":"accepted"}');
    try {
      const said = await run(send, { orderId: 100 }, aService({ url }));
      await run(send, { orderId: 100 }, aService({ url }));
      expect(said).not.toMatch(/generated-secret|sim-client-secret/);
      expect(said).toMatch(/Answer: 200 {"message":"accepted"} after \d+ ms/);
      expect(said).toContain('OrderReplication-prod-Webhooks');
      expect(await dataOf(send, { orderId: 100 }, aService({ url }))).toEqual({
        destination: url,
        scope,
        orderId: 100,
        status: 200,
        body: '{"message":"accepted"}',
        durationMs: expect.any(Number) as number,
      });
    } finally {
      await stop();
    }
    const [{ method, headers: given, body }, again] = received as [
      (typeof received)[number],
      (typeof received)[number],
    ];
    expect(method).toBe('POST');
    expect(given['content-type']).toBe('application/json');
    expect(again.headers['webhook-id']).not.toBe(given['webhook-id']);
    const { clientSecret, storeHash } = simulator.credentials;
    const stamp = Number(given['webhook-timestamp']);
    expect(Math.abs(Date.now() / 1000 - stamp)).toBeLessThan(60);
    expect(given['webhook-signature']).toBe(
      signWebhook(clientSecret, String(given['webhook-id']), stamp, body),
    );
    expect(given).not.toHaveProperty('x-order-replication-secret');
    expect(JSON.parse(body)).toMatchObject({
      producer: `stores/${storeHash}`,
      scope,
      data: { type: 'cart', orderId: 100 },
    });
  });

  it("webhook send signs with AWS's time, whatever the clock of this machine shows", async () => {
    const { clientSecret, accessToken } = simulator.credentials;
    const SecretString = JSON.stringify({ clientId: 'id', accessToken, clientSecret });
    const aws = await listen(
      createServer((_, response) => {
        response.setHeader('date', new Date(NOON).toUTCString());
        response.setHeader('content-type', 'application/x-amz-json-1.1');
        response.end(JSON.stringify({ SecretString }));
      }),
    );
    const clients = localClients(aws.url);
    const secrets = createSecrets(clients.secretsManager, {
      bigCommerceSecretArn: 'one',
      webhookSecretArn: 'two',
    });
    const { received, url, stop } = await aReceiver(200);
    await run(send, { orderId: 100 }, { ...aService({ url }), clients, secrets }).finally(stop);
    clients.destroy();
    await aws.stop();
    const { headers, body } = received[0]!;
    const seconds = Number(headers['webhook-timestamp']);
    expect(seconds).toBeGreaterThanOrEqual(NOON / 1000);
    expect(seconds).toBeLessThan(NOON / 1000 + 3_600);
    expect(JSON.parse(body)).toMatchObject({ created_at: seconds });
  });

  it('webhook send uses the secret header without a client secret, and reports that', async () => {
    const { received, url, stop } = await aReceiver(200);
    const said = await run(send, { orderId: 100 }, aService({ url, clientSecret: '' })).finally(stop);
    expect(said).toContain('with the secret header');
    expect(received[0]?.headers).toMatchObject({ 'x-order-replication-secret': secret });
    expect(received[0]?.headers).not.toHaveProperty('webhook-signature');
  });

  it.each([
    [401, 'could not authenticate the webhook'],
    [503, 'could not queue the order'],
    [403, 'The address does not exist'],
    [404, 'The address does not exist'],
    [302, 'would count this as a failure'],
    [500, 'would count this as a failure'],
  ])('webhook send fails at %i with an explanation', async (status, meaning) => {
    const { url, stop } = await aReceiver(status);
    expect(await refusal(send, { orderId: 100 }, aService({ url })).finally(stop)).toContain(meaning);
  });

  it('webhook send fails if the service ignores the webhook, because nothing is queued', async () => {
    const { url, stop } = await aReceiver(200, '{"message":"ignored"}');
    const said = await refusal(send, { orderId: 100 }, aService({ url })).finally(stop);
    expect(said).toMatch(/queued nothing.*log group/);
  });

  it('webhook send shortens a long answer', async () => {
    const { url, stop } = await aReceiver(200, 'x'.repeat(10_000));
    expect((await run(send, { orderId: 100 }, aService({ url })).finally(stop)).length).toBeLessThan(1_000);
  });

  it('webhook send names the address that did not answer', async () => {
    const { url, stop } = await aReceiver(200);
    await stop();
    expect(await refusal(send, { orderId: 100 }, aService({ url }))).toContain(`No answer from ${url}`);
  });
});

describe('the command line', () => {
  it.each([
    ['', /^Usage: order-replication webhook \[options\] \[command\]/],
    ['frob', /error: unknown command 'frob'/],
    ['toString', /error: unknown command 'toString'/],
    ['create 5', /error: unexpected argument '5'/],
    ['show 5 6', /error: unexpected argument '6'/],
    ['show five', /error: the id of a webhook is a number, not 'five'/],
    ['delete 0', /error: the id of a webhook is a number, not '0'/],
    ['enable 5x', /error: the id of a webhook is a number, not '5x'/],
    ['send', /error: required option '--order <id>' not specified/],
    ['send 100', /error: required option '--order <id>' not specified/],
    ['send --order 5 100', /error: unexpected argument '100'/],
    ['send --order 1.5', /'--order <id>' argument '1.5' is invalid. It must be a whole number/],
    ['send --order 0', /'--order <id>' argument '0' is invalid. It must be a whole number/],
    ['show --scope store/product/updated', /Allowed choices are store\/cart\/converted/],
    ['list --aws-port x', /'--aws-port <port>' argument 'x' is invalid. It must be a whole number/],
    ['list --aws-port=', /'--aws-port <port>' argument '' is invalid. It must be a whole number/],
    ['list --frob', /error: unknown option '--frob'/],
    ['list --stage qa', /'--stage <stage>' argument 'qa' is invalid. Allowed choices are dev, staging, prod/],
    ['list --local --stage=', /'--stage <stage>' argument '' is invalid. Allowed choices are dev/],
  ])('the webhook command line %j is wrong usage, which is found before any call', async (line, expected) => {
    const { code, said } = await runLine(webhook, line);
    expect(said).toMatch(expected);
    expect(code).toBe(2);
  });

  it('the webhook commands report that no service runs on this machine', async () => {
    const { port, stop } = await listen(createServer());
    await stop();
    const { code, said } = await runLine(webhook, `list --aws-port ${port}`);
    expect(said).toContain('Start it with "npm start"');
    expect(code).toBe(1);
  });
});
