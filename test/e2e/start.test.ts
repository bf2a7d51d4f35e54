// `npm start` as a user runs it in a fresh clone. start.slow.test.ts has a run that continues an earlier one.
import { createServer } from 'node:http';

import { freePort } from '../../scripts/local/ports';
import { listen } from '../../simulator/listen';
import { startSimulator } from '../../simulator/index';
import { until } from '../support/until';
import { freePorts, isUp, nothingIsLeft, program, run, startCommand, stopAll } from './start-command';
import type { Started } from './start-command';

jest.setTimeout(150_000);

afterEach(stopAll);

/** As a terminal does it: to everything in the foreground. */
const pressCtrlC = ({ child }: Started) => process.kill(-child.pid!, 'SIGINT');

it('npm start brings every order to its status and exits with code 0, also twice at the same time', async () => {
  const ports = [await freePorts(), await freePorts()];
  const runs = ports.map(({ options }) => run([...startCommand, '--once', ...options]));
  for (const { code, printed } of runs) {
    expect({ code: await code, printed: printed() }).toMatchObject({ code: 0 });
    expect(printed()).toMatch(/All \d+ orders are as expected/);
    expect(printed()).toContain('Cancelled is not one of AllowedStatusIds');
    expect(printed()).toContain('60 lines, 1 address');
  }
  await Promise.all(ports.map(nothingIsLeft));
});

it('npm start stays up and polls until Ctrl-C, which leaves nothing running', async () => {
  const ports = await freePorts();
  const service = run([...startCommand, '--poll-every', '1', ...ports.options]);
  await isUp(service);
  const [, words = ''] =
    /npx order-replication (webhook send --order \d+ --aws-port \d+)/.exec(service.printed()) ?? [];
  const webhook = run([...program, ...words.split(' ')]);
  expect({ code: await webhook.code, printed: webhook.printed() }).toMatchObject({
    code: 0,
    printed: expect.stringContaining('Answer: 200 {"message":"accepted"}') as unknown,
  });
  await fetch(`http://127.0.0.1:${ports.store}/_simulator/orders`, {
    method: 'POST',
    body: '{"lines":[{}]}',
  });
  await until(() => /\(made during this run\).*stored and advanced/.test(service.printed()));

  pressCtrlC(service);
  expect(await service.code).toBe(0);
  await nothingIsLeft(ports);
});

it('npm start ends immediately at the second Ctrl-C', async () => {
  const ports = await freePorts();
  const service = run([...startCommand, ...ports.options]);
  await isUp(service);
  pressCtrlC(service);
  pressCtrlC(service);
  await service.code;
  await nothingIsLeft(ports);
});

it('npm start ends with the shell in which npm runs it, although that shell forwards no signal', async () => {
  const ports = await freePorts();
  const line = `${startCommand.map((word) => `'${word}'`).join(' ')} ${ports.options.join(' ')}; exit $?`;
  const service = run(['sh', '-c', line], { npm_lifecycle_event: 'start' });
  await isUp(service);
  service.child.kill('SIGTERM');
  await nothingIsLeft(ports);
});

it('npm start reads a store of the user, registers no webhook there and changes nothing', async () => {
  const simulator = await startSimulator();
  try {
    const { id } = simulator.orders.add({ date_created: Date.now() - 3_600_000 });
    const { storeHash, clientId, accessToken, clientSecret } = simulator.credentials;
    const ports = await freePorts();
    const service = run([...startCommand, '--once', ...ports.options], {
      BIGCOMMERCE_STORE_HASH: storeHash,
      BIGCOMMERCE_CLIENT_ID: clientId,
      BIGCOMMERCE_TOKEN: accessToken,
      BIGCOMMERCE_CLIENT_SECRET: clientSecret,
      BIGCOMMERCE_API_URL: simulator.url,
    });
    expect({ code: await service.code, printed: service.printed() }).toMatchObject({ code: 0 });
    expect(simulator.log.count('GET /orders/{id}')).toBeGreaterThan(0);
    expect(simulator.log.entries.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(simulator.log.entries.filter(({ endpoint }) => endpoint.includes('hooks'))).toEqual([]);
    expect(simulator.orders.get(id)?.status_id).toBe(11);
    await nothingIsLeft(ports);
  } finally {
    await simulator.stop();
  }
});

it('npm start names the option that changes a port when that port is in use', async () => {
  const { port, stop } = await listen(createServer());
  const { code, printed } = run([
    ...startCommand,
    '--store-port',
    String(port),
    '--aws-port',
    String(await freePort()),
  ]);
  expect(await code).toBe(1);
  expect(printed()).toBe(
    `Port ${port} is in use. End the program that uses it, or use another port: npx order-replication start --store-port ${port + 1}\n`,
  );
  await stop();
});
