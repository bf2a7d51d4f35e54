// `npm start` as somebody who has just cloned this runs it.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

import { freePort, portIsFree } from '../../scripts/local/ports';
import { listen } from '../../simulator/listen';
import { startSimulator } from '../../simulator/index';
import { until } from '../support/until';

jest.setTimeout(150_000);

const root = join(__dirname, '../..');
const command = [process.execPath, '--import', 'tsx', 'scripts/local/start.ts'] as const;

interface Started {
  readonly child: ChildProcess;
  readonly code: Promise<number | null>;
  /** Everything that was printed so far. */
  said(): string;
}

const started: Started[] = [];

/** In a process group of its own, as a shell would start it. */
function start(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Started {
  const [file = '', ...args] = words;
  const child = spawn(file, args, {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
  });
  let text = '';
  const keep = (chunk: Buffer) => (text += chunk.toString());
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const code = once(child, 'exit').then(([exitCode]) => exitCode as number | null);
  const one = { child, code, said: () => text };
  started.push(one);
  return one;
}

afterEach(() => {
  for (const { child } of started.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  }
  for (const port of used.splice(0)) {
    rmSync(join(root, '.local', `ministack-${port}.log`), { force: true });
  }
});

const isUp = ({ said }: Started) => until(() => said().includes('To try while this runs'), 60_000);

/** As a terminal does it: to everything in the foreground. */
const pressCtrlC = ({ child }: Started) => process.kill(-child.pid!, 'SIGINT');

const used: number[] = [];

async function freePorts() {
  const [aws, store] = [await freePort(), await freePort()];
  used.push(aws);
  return { aws, store, options: ['--aws-port', String(aws), '--store-port', String(store)] };
}

/** MiniStack and its workers, which all have its environment. Only Linux shows it; elsewhere the port has to do. */
function processesOf(port: number): string[] {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc').filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`GATEWAY_PORT=${port}\0`);
    } catch {
      return false;
    }
  });
}

const nothingIsLeft = (ports: { aws: number; store: number }) =>
  until(
    async () =>
      processesOf(ports.aws).length === 0 && (await portIsFree(ports.aws)) && (await portIsFree(ports.store)),
  );

it('brings every order to where it belongs and ends with exit code 0, twice at the same time', async () => {
  const ports = [await freePorts(), await freePorts()];
  const runs = ports.map(({ options }) => start([...command, '--once', ...options]));
  for (const { code, said } of runs) {
    expect({ code: await code, said: said() }).toMatchObject({ code: 0 });
    expect(said()).toMatch(/All \d+ orders are as they have to be/);
    expect(said()).toContain('Cancelled is not one of AllowedStatusIds');
    expect(said()).toContain('60 lines, 1 address');
  }
  await Promise.all(ports.map(nothingIsLeft));
});

it('goes on with --keep where the last run ended', async () => {
  const ports = await freePorts();
  const first = start([...command, '--once', '--keep', ...ports.options]);
  expect({ code: await first.code, said: first.said() }).toMatchObject({ code: 0 });
  const second = start([...command, '--once', '--keep', ...ports.options]);
  expect({ code: await second.code, said: second.said() }).toMatchObject({ code: 0 });
  expect(second.said()).toContain('with the 11 orders of the last run');
  expect(second.said()).toMatch(/A poll found \d+ orders? to look at and queued 0\./);
  rmSync(join(root, '.local', 'state', `${ports.aws}-${ports.store}`), { recursive: true });
});

it('stays up and polls until Ctrl-C, which leaves nothing running', async () => {
  const ports = await freePorts();
  const run = start([...command, '--poll-every', '1', ...ports.options]);
  await isUp(run);
  const sent = /npm run (webhook) -- (send --order \d+ --aws-port \d+)/.exec(run.said());
  const words = [
    '--import',
    'tsx',
    `scripts/commands/${sent?.[1]}/command.ts`,
    ...(sent?.[2]?.split(' ') ?? []),
  ];
  const webhook = start([process.execPath, ...words]);
  expect({ code: await webhook.code, said: webhook.said() }).toMatchObject({
    code: 0,
    said: expect.stringContaining('Answer: 200 {"message":"accepted"}') as unknown,
  });
  await fetch(`http://127.0.0.1:${ports.store}/_simulator/orders`, {
    method: 'POST',
    body: '{"lines":[{}]}',
  });
  await until(() => /\(made while this runs\).*stored and advanced/.test(run.said()));

  pressCtrlC(run);
  expect(await run.code).toBe(0);
  await nothingIsLeft(ports);
});

it('ends at once at the second Ctrl-C', async () => {
  const ports = await freePorts();
  const run = start([...command, ...ports.options]);
  await isUp(run);
  pressCtrlC(run);
  pressCtrlC(run);
  await run.code;
  await nothingIsLeft(ports);
});

it('ends with the shell that npm runs it in, which hands no signal on', async () => {
  const ports = await freePorts();
  const line = `${command.map((word) => `'${word}'`).join(' ')} ${ports.options.join(' ')}; exit $?`;
  const run = start(['sh', '-c', line], { npm_lifecycle_event: 'start' });
  await isUp(run);
  run.child.kill('SIGTERM');
  await nothingIsLeft(ports);
});

it('reads a store of the user’s own, and registers nothing there, changes nothing', async () => {
  const simulator = await startSimulator();
  try {
    const { id } = simulator.orders.add({ date_created: Date.now() - 3_600_000 });
    const { storeHash, clientId, accessToken, clientSecret } = simulator.credentials;
    const ports = await freePorts();
    const run = start([...command, '--once', ...ports.options], {
      ...{ BIGCOMMERCE_STORE_HASH: storeHash, BIGCOMMERCE_CLIENT_ID: clientId },
      ...{ BIGCOMMERCE_TOKEN: accessToken, BIGCOMMERCE_CLIENT_SECRET: clientSecret },
      BIGCOMMERCE_API_URL: simulator.url,
    });
    expect({ code: await run.code, said: run.said() }).toMatchObject({ code: 0 });
    expect(simulator.log.count('GET /orders/{id}')).toBeGreaterThan(0);
    expect(simulator.log.entries.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(simulator.log.entries.filter(({ endpoint }) => endpoint.includes('hooks'))).toEqual([]);
    expect(simulator.orders.get(id)?.status_id).toBe(11);
    await nothingIsLeft(ports);
  } finally {
    await simulator.stop();
  }
});

it('names the option when a port is in use', async () => {
  const { port, stop } = await listen(createServer());
  const { code, said } = start([
    ...command,
    '--store-port',
    String(port),
    '--aws-port',
    String(await freePort()),
  ]);
  expect(await code).toBe(1);
  expect(said()).toBe(
    `Port ${port} is in use: end what uses it, or take another with "npm start -- --store-port ${port + 1}".\n`,
  );
  await stop();
});
