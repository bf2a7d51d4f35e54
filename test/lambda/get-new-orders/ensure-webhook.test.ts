// The service's own webhook: registered, kept active, one call a poll, and never a poll's failure.
import { ensureWebhook } from '../../../lambda/get-new-orders/ensure-webhook';
import { createBigCommerce } from '../../../lambda/shared/bigcommerce/client';
import { ConfigurationError } from '../../../lambda/shared/runtime/errors';
import type { Hooks } from '../../../lambda/shared/bigcommerce/webhooks';
import { startSimulator } from '../../../simulator';
import type { Hook, Simulator } from '../../../simulator';
import { NOON } from '../../support/builders';

const scope = 'store/cart/converted';
const destination = 'https://hooks.example.com/dev/cart-converted';
const secret = 'generated-secret-for-tests';
const headers = { 'X-Order-Replication-Secret': secret };

let simulator: Simulator;
let clock: number;
beforeEach(async () => {
  clock = NOON;
  simulator = await startSimulator({ seed: 3, now: () => clock });
});
afterEach(() => simulator.stop());

function aChecker({ token = simulator.credentials.accessToken } = {}) {
  const alerts: { subject: string; message: string }[] = [];
  const lines: { event: string; fields: unknown }[] = [];
  const write = (event: string, fields: unknown) => void lines.push({ event, fields });
  const alert = (one: { subject: string; message: string }) => Promise.resolve(void alerts.push(one));
  const hooks: Hooks = createBigCommerce({
    apiUrl: simulator.url,
    storeHash: simulator.credentials.storeHash,
    quotaReservePercent: 10,
    accessToken: () => Promise.resolve(token),
    sleep: () => Promise.resolve(),
  }).until(Date.now() + 60_000);
  const check = (deps: object = {}) =>
    ensureWebhook(destination, {
      adapters: {
        hooks,
        secrets: { webhookNow: () => Promise.resolve(secret) },
        alerts: { sendHourly: alert },
        log: { info: write, warn: write, error: write },
        ...deps,
      },
    });
  return { check, alerts, lines, hooks };
}

const add = (fields: object = {}): Hook => {
  const made = simulator.hooks.create({ scope, destination, headers, ...fields });
  if ('errors' in made) throw new Error(JSON.stringify(made));
  return made;
};
const registered = () => simulator.hooks.all().map(({ hook }) => hook);

it('a poll registers the webhook when there is none, and sends no alert', async () => {
  add({ destination: 'https://hooks.example.com/staging/cart-converted' });
  const { check, alerts, lines } = aChecker();
  await check();
  expect(registered()).toMatchObject([{}, { scope, destination, headers, is_active: true }]);
  expect(alerts).toEqual([]);
  const { id } = registered()[1]!;
  expect(lines).toEqual([{ event: 'registration.created', fields: { hookId: id, scope } }]);
});

it('the check of a webhook makes one call and changes nothing when the webhook is correct', async () => {
  add();
  const { check, alerts, lines } = aChecker();
  await check();
  expect(simulator.log.entries.map(({ endpoint }) => endpoint)).toEqual(['GET /v3/hooks']);
  expect([alerts, lines]).toEqual([[], []]);
});

it('a poll reactivates a webhook that BigCommerce has deactivated, and reports since when', async () => {
  const { id } = add();
  clock += 3_600_000;
  simulator.hooks.deactivate(id, 'its deliveries failed for 48 hours');
  clock += 7_200_000;
  const { check, alerts, lines } = aChecker();
  await check();
  expect(lines).toEqual([{ event: 'registration.reactivated', fields: { hookId: id, scope } }]);
  expect(registered()).toMatchObject([{ id, is_active: true, headers }]);
  expect(alerts).toHaveLength(1);
  expect(alerts[0]).toMatchObject({ subject: `webhook ${id} was inactive` });
  expect(alerts[0]?.message).toContain(
    `The webhook ${id} (${scope}) was inactive since 2026-01-10T13:00:00.000Z`,
  );
  expect(alerts[0]?.message).toContain('The service activated it again.');
  expect(alerts[0]?.message).toContain('Polls found the orders meanwhile');
  expect(alerts[0]?.message).toContain('look for webhook.rejected and webhook.not_queued');
  expect(alerts[0]?.message).toContain('CheckWebhook=false');
  await check();
  expect(alerts).toHaveLength(1);
});

it('a poll repairs every webhook that delivers to this stack, and no others', async () => {
  const off = { is_active: false };
  const cart = add(off);
  const created = add({ ...off, scope: 'store/order/created' });
  const wildcard = add({ ...off, scope: 'store/order/*' });
  const updated = add({ ...off, scope: 'store/order/updated' });
  const products = add({ ...off, scope: 'store/product/updated' });
  const elsewhere = add({ ...off, destination: 'https://hooks.example.com/prod/cart-converted' });
  await aChecker().check();
  const active = registered().filter(({ is_active }) => is_active);
  expect(active.map(({ id }) => id)).toEqual([cart.id, created.id, wildcard.id, updated.id]);
  expect([products.id, elsewhere.id].map((id) => simulator.hooks.get(id)?.hook)).toEqual([
    products,
    elsewhere,
  ]);
});

it('a poll keeps a webhook that was registered for another scope than the first', async () => {
  add({ scope: 'store/order/statusUpdated' });
  await aChecker().check();
  expect(registered()).toHaveLength(1);
});

it('a poll registers the first scope when no webhook of this stack reports new orders', async () => {
  add({ scope: 'store/product/updated' });
  add({ scope: 'store/order/updated' });
  await aChecker().check();
  const scopes = ['store/product/updated', 'store/order/updated', scope];
  expect(registered().map((hook) => hook.scope)).toEqual(scopes);
});

it('a poll sets the current secret in an active webhook', async () => {
  const { id } = add({ headers: { 'X-Order-Replication-Secret': 'the one before', 'x-firewall': 'pass' } });
  const { check, alerts, lines } = aChecker();
  await check();
  expect(simulator.hooks.get(id)?.hook.headers).toEqual({ ...headers, 'x-firewall': 'pass' });
  expect(alerts).toEqual([]);
  expect(lines).toEqual([{ event: 'registration.secret_updated', fields: { hookId: id, scope } }]);
});

it('a reactivation is complete only when its alert is sent', async () => {
  add({ is_active: false });
  const { check } = aChecker();
  const sent: string[] = [];
  const sendHourly = async ({ subject }: { subject: string }) => {
    await new Promise((resolve) => setImmediate(resolve));
    sent.push(subject);
  };
  await check({ alerts: { sendHourly } });
  expect(sent).toHaveLength(1);
  await check({
    alerts: { sendHourly },
    secrets: { webhookNow: () => Promise.reject(new ConfigurationError('The webhook secret is empty.')) },
  });
  expect(sent).toHaveLength(2);
});

it('a check is complete only when every webhook is, whatever happened to the first', async () => {
  const listed = [1, 2].map((id) => ({ id, scope, destination, is_active: true, headers: {} }));
  const { check, lines } = aChecker();
  const repairHook = async ({ id }: { id: number }) => {
    if (id === 1) throw new Error('down');
    await new Promise((resolve) => setImmediate(resolve));
    return true;
  };
  await check({ hooks: { listHooks: () => Promise.resolve(listed), repairHook } });
  expect(lines.map(({ event }) => event)).toEqual([
    'registration.secret_updated',
    'registration.check_failed',
  ]);
});

it('an alert names no time of deactivation when the store reports none', async () => {
  const hook = { id: 7, scope, destination, is_active: false, headers };
  const { check, alerts } = aChecker();
  const hooks = { listHooks: () => Promise.resolve([hook]), repairHook: () => Promise.resolve(true) };
  await check({ hooks });
  expect(alerts[0]?.message).toContain(
    'The webhook 7 (store/cart/converted) was inactive. The service activated it again',
  );
});

it('a check does not restore a secret that is rotated while it runs', async () => {
  const { id } = add({ headers: { 'X-Order-Replication-Secret': 'the one before' } });
  const { check, hooks } = aChecker();
  let current = 'the one before';
  const listHooks = async () => {
    // First the secret, then the webhook: as the README has it.
    current = secret;
    simulator.hooks.update(id, { headers });
    return hooks.listHooks();
  };
  await check({ hooks: { ...hooks, listHooks }, secrets: { webhookNow: () => Promise.resolve(current) } });
  expect(simulator.hooks.get(id)?.hook.headers).toEqual(headers);
});

it('two checks at the same time register one webhook and send no alert', async () => {
  const checkers = [aChecker(), aChecker()];
  await Promise.all(checkers.map(({ check }) => check()));
  expect(registered()).toHaveLength(1);
  expect(checkers.flatMap(({ alerts }) => alerts)).toEqual([]);
});

it('a registration whose answer was lost counts as done', async () => {
  simulator.faults.add({ endpoint: 'POST /v3/hooks', kind: 'reset', when: 'after' });
  const { check, alerts, lines } = aChecker();
  await check();
  expect(registered()).toHaveLength(1);
  expect([alerts, lines]).toEqual([[], []]);
});

describe('a check of the webhook never throws', () => {
  it('a check does not throw while the store is down, and the next poll checks again', async () => {
    simulator.faults.add({ endpoint: 'GET /v3/hooks', kind: 'status', status: 503, times: 100 });
    const { check, alerts, lines } = aChecker();
    await check();
    expect(alerts).toEqual([]);
    expect(lines).toMatchObject([{ event: 'registration.check_failed' }]);
    expect(JSON.stringify(lines)).toContain('answered 503');
  });

  it('a check does not throw with a wrong token, and reports it', async () => {
    const { check, alerts } = aChecker({ token: 'wrong' });
    await check();
    expect(alerts).toMatchObject([{ subject: 'webhook cannot be checked' }]);
    expect(alerts[0]?.message).toContain('Check BigCommerceToken');
  });

  it('a check does not throw at the limit of ten webhooks, and reports it', async () => {
    for (let index = 0; index < 10; index += 1) add({ destination: `https://hooks.example.com/${index}` });
    const { check, alerts } = aChecker();
    await check();
    expect(registered()).toHaveLength(10);
    expect(alerts[0]?.message).toContain('No more than 10 per scope');
    expect(alerts[0]?.message).toContain('CheckWebhook=false');
  });

  it('a check does not throw when the secret cannot be read, and registers nothing without one', async () => {
    const { check, alerts, lines } = aChecker();
    await check({ secrets: { webhookNow: () => Promise.reject(new Error('Secrets Manager is down')) } });
    expect(JSON.stringify(lines)).toContain('Secrets Manager is down');
    expect(alerts).toEqual([]);
    const empty = new ConfigurationError('The webhook secret is empty.');
    await check({ secrets: { webhookNow: () => Promise.reject(empty) } });
    expect(alerts[0]?.message).toContain('The webhook secret is empty.');
    expect(registered()).toEqual([]);
  });

  it('a check does not throw when the answers cannot be read, and reports it because the cause does not pass on its own', async () => {
    simulator.faults.add({ endpoint: 'GET /v3/hooks', kind: 'html', times: 100 });
    const { check, alerts } = aChecker();
    await check();
    expect(alerts[0]?.message).toContain('unexpected body');
  });

  it('a check does not throw when a webhook vanishes between the read and the change', async () => {
    const { id } = add({ headers: null });
    const { check, hooks, alerts, lines } = aChecker();
    const repairHook: Hooks['repairHook'] = (hook, value) => {
      simulator.hooks.remove(id);
      return hooks.repairHook(hook, value);
    };
    await check({ hooks: { ...hooks, repairHook } });
    expect(lines).toMatchObject([{ event: 'registration.check_failed' }]);
    expect(alerts).toEqual([]);
  });

  it('a check does not throw when a reactivation fails, reports it, and continues with the next webhook', async () => {
    const first = add({ is_active: false });
    const second = add({ is_active: false, scope: 'store/order/created' });
    simulator.faults.add({ endpoint: 'PUT /v3/hooks/{hook}', kind: 'status', status: 503, times: 1 });
    const { check, alerts } = aChecker();
    await check();
    expect(registered()).toMatchObject([{ is_active: false }, { is_active: true }]);
    expect(alerts.map(({ subject }) => subject).sort()).toEqual([
      `webhook ${first.id} was inactive`,
      `webhook ${second.id} was inactive`,
    ]);
    expect(alerts.find(({ subject }) => subject.includes(String(first.id)))?.message).toContain(
      'Activating it failed; the next poll tries again. BigCommerceError: PUT',
    );
  });

  it('a check does not throw when the answer is lost, and still reports the outage', async () => {
    add({ is_active: false });
    simulator.faults.add({ endpoint: 'PUT /v3/hooks/{hook}', kind: 'reset', when: 'after' });
    const { check, alerts } = aChecker();
    await check();
    expect(registered()).toMatchObject([{ is_active: true }]);
    expect(alerts[0]?.message).toContain('was inactive since');
  });
});
