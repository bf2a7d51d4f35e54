// backfill against the deployed service: history is copied by the stack's own worker, and its statuses stay.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { Status } from '../../lambda/shared/order/status';
import { backfill } from '../../scripts/commands/backfill/command';
import { startBackfill } from '../../scripts/commands/backfill/start';
import { QUEUED_AT_ONCE } from '../../scripts/commands/backfill/run';
import type { Command } from '../../scripts/terminal/command';
import { root } from '../../scripts/terminal/root';
import { pause, resume } from '../../scripts/commands/pause/command';
import { runCommand } from '../support/run-command';
import { deployedFunctions } from '../../scripts/local/deployed-functions';
import type { DeployedFunctions } from '../../scripts/local/deployed-functions';
import { startLocalService } from './local-service';
import type { LocalService } from './local-service';
import { until } from '../support/until';

let service: LocalService;
let functions: DeployedFunctions;
let port: string;

beforeAll(async () => {
  // History is from before the first contact; orders that are selected by their dates are still copied.
  service = await startLocalService({ IgnoreOrdersCreatedBefore: '2025-06-01' });
  functions = deployedFunctions(service);
  port = String(service.mini.port);
}, 60_000);

afterAll(() => service.stop());

jest.setTimeout(60_000);

const { Cancelled, AwaitingFulfillment, AwaitingShipment, Completed, Shipped } = Status;

/** Each part of this file has a month of its own. */
const addAll = (month: string, statuses: readonly number[]) =>
  statuses.map(
    (status_id) => service.simulator.orders.add({ status_id, date_created: `${month}-10T12:00:00Z` }).id,
  );

const run = (...args: string[]): Promise<string> => runCommand(backfill, [...args, '--aws-port', port]);

const window = (month: string) => ['--from', `${month}-01`, '--to', `${month}-28`];
const states = (ids: readonly number[]) =>
  Promise.all(ids.map(async (id) => (await service.ledgerRow(id))?.state));
const statuses = (ids: readonly number[]) => ids.map((id) => service.simulator.orders.get(id)?.status_id);
const reads = (id: number) => service.simulator.log.of('GET /orders/{id}', id).length;
const puts = (id: number) => service.simulator.log.of('PUT /orders/{id}', id).length;
const times = <T>(count: number, value: T) => Array.from({ length: count }, () => value);

describe('a backfill', () => {
  const month = '2025-01';
  let [copied, left]: [number[], number[]] = [[], []];
  let said: string;

  beforeAll(async () => {
    copied = addAll(month, [
      ...times(20, Completed),
      ...times(20, Shipped),
      ...times(10, AwaitingFulfillment),
    ]);
    left = addAll(month, times(10, Cancelled));
    said = await run(...window(month));
  });

  it('a backfill copies whole orders, whatever IgnoreOrdersCreatedBefore is', async () => {
    expect(await states(copied)).toEqual(times(50, 'copied'));
    expect(await service.snapshot(copied[0]!)).toMatchObject({
      products: service.simulator.orders.lines(copied[0]!).map(({ id }) => ({ id })),
      replication: { state: 'copied', source: 'backfill' },
    });
  });

  it('a backfill leaves every status unchanged', () => {
    expect(statuses(copied)).toEqual([
      ...times(20, Completed),
      ...times(20, Shipped),
      ...times(10, AwaitingFulfillment),
    ]);
    expect(copied.map(puts)).toEqual(times(50, 0));
  });

  it('a backfill excludes void orders, and reports the outcome of every order', async () => {
    expect(await states(left)).toEqual(times(10, undefined));
    expect(said).toMatch(/^About 60 orders created from 2025-01-01/);
    expect(said).toMatch(/\nOrders +60\nCopied +50\nExcluded +10 void status \(Cancelled\)\n/);
    expect(said).toMatch(
      /\nTo check that no order is missing: npx order-replication audit --stage dev --aws-port \d+ --from 2025-01-01$/,
    );
  });

  it('a backfill reads each order once from the store', () => {
    expect(copied.map(reads)).toEqual(times(50, 1));
  });

  it('a second backfill queues no order that the ledger knows', async () => {
    expect(await run(...window(month))).toMatch(
      /\nOrders +60\nExcluded +50 already copied, 10 void status \(Cancelled\)\n/,
    );
    expect(copied.map(reads)).toEqual(times(50, 1));
  });

  it('a backfill with --advance does not advance orders from before IgnoreOrdersCreatedBefore that it copied', async () => {
    const waiting = copied.slice(40);
    expect(await run(...window(month), '--status', '11', '--advance')).toContain('10 already copied');
    expect(statuses(waiting)).toEqual(times(10, AwaitingFulfillment));
    expect(waiting.map(puts)).toEqual(times(10, 0));
  });

  it('a backfill with --advance advances orders that wait', async () => {
    const waiting = addAll('2025-08', times(10, AwaitingFulfillment));
    expect(await run(...window('2025-08'), '--status', '11', '--advance')).toMatch(
      /\nOrders +10\nReplicated +10,/,
    );
    expect(statuses(waiting)).toEqual(times(10, AwaitingShipment));
    expect(waiting.map(puts)).toEqual(times(10, 1));
  });
});

describe('two backfills', () => {
  it('two backfills that run together copy each order once, and both finish', async () => {
    const ids = addAll('2025-07', times(20, Completed));
    const said = await Promise.all([run(...window('2025-07')), run(...window('2025-07'))]);
    for (const text of said) expect(text).toMatch(/\nOrders +20\nCopied +20\n/);
    expect(await states(ids)).toEqual(times(20, 'copied'));
    expect(statuses(ids)).toEqual(times(20, Completed));
  });
});

describe('new orders', () => {
  it('an order that a backfill copied is advanced by the next poll', async () => {
    const ids = addAll('2025-06', times(5, AwaitingFulfillment));
    expect(await run(...window('2025-06'))).toMatch(/\nCopied +5\n/);
    await service.stack.poll();
    await until(async () => (await states(ids)).every((state) => state === 'replicated'));
    expect(statuses(ids)).toEqual(times(5, AwaitingShipment));
  });
});

describe('a backfill that is killed', () => {
  const month = '2025-02';

  /** The command as a process of its own. */
  const start = (): ChildProcess =>
    spawn(
      process.execPath,
      [join('scripts', 'order-replication.mjs'), 'backfill', ...window(month), '--aws-port', port],
      { cwd: root, stdio: 'ignore' },
    );

  it('a backfill that is killed is continued by the next run, and copies each order once', async () => {
    const ids = addAll(month, times(60, Completed));
    await functions.pauseWorker();
    const child = start();
    await until(async () => (await states(ids)).filter((state) => state === 'queued').length >= 30);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await functions.resumeWorker();
    await until(async () => (await states(ids)).includes('copied'));
    const said = await run(...window(month));
    expect(said).toContain('Two runs are harmless.\nContinuing the backfill of ');
    expect(said).toMatch(/\nOrders +60\nCopied +60\n/);
    expect(await states(ids)).toEqual(times(60, 'copied'));
    // What was queued at the very moment of the kill was not noted, and was queued again.
    const twice = ids.map(reads).filter((count) => count > 1);
    expect(twice.length).toBeLessThanOrEqual(QUEUED_AT_ONCE);
    expect(Math.max(...ids.map(reads))).toBeLessThanOrEqual(2);
  });

  it('a backfill that has finished starts again at the next run', async () => {
    expect(await run(...window(month))).not.toContain('Continues');
  });

  it('a backfill with --restart starts again', async () => {
    await functions.pauseWorker();
    const [id] = addAll('2025-03', [Completed]);
    const stop = new AbortController();
    const request = {
      stage: 'dev' as const,
      stackName: undefined,
      region: undefined,
      local: true,
      awsPort: service.mini.port,
      from: '2025-03-01',
      to: '2025-03-28',
      status: undefined,
      ids: undefined,
      advance: false,
      restart: false,
      dryRun: false,
    };
    const terminal = { note: () => undefined, ask: () => Promise.reject(new Error('No question.')) };
    const stopped = startBackfill(request, terminal, stop.signal);
    await until(async () => (await states([id!]))[0] === 'queued');
    stop.abort(new Error('Interrupted.'));
    await expect(stopped).rejects.toThrow('Interrupted.');
    await functions.resumeWorker();
    const said = await run(...window('2025-03'), '--restart');
    expect(said).not.toContain('Continues');
    expect(said).toMatch(/\nOrders +1\n/);
    expect(await run(...window('2025-03'))).not.toContain('Continues');
  });
});

describe('--ids', () => {
  it('a backfill with --ids copies these orders, and names those that the store does not have', async () => {
    const [id] = addAll('2025-04', [Completed]);
    expect(await run('--ids', `999999,${id}`)).toMatch(
      /\nOrders +2\nCopied +1\nNot found +order 999999 is not in the store\n/,
    );
    expect(await states([id!])).toEqual(['copied']);
  });
});

describe('a dry run', () => {
  it('a dry run of a backfill reports what it would queue and what that costs, and writes nothing', async () => {
    const ids = addAll('2025-05', [Completed, Shipped, Cancelled]);
    const said = await run(...window('2025-05'), '--dry-run');
    expect(said).toMatch(
      /\nTo queue +2\nExcluded +1 void status \(Cancelled\)\nCalls +about 7 of BigCommerce/,
    );
    expect(said).toMatch(/\nTime +at least 1 s, at a quota of 1,000,000 calls per 30 s, of which 10 % /);
    expect(await states(ids)).toEqual([undefined, undefined, undefined]);
    expect(await run(...window('2025-05'))).not.toContain('Continues');
  });
});

describe('a backfill without anything to do', () => {
  it('a backfill without any order to copy reports that the store has no such order', async () => {
    expect(await run('--from', '2019-01-01', '--to', '2019-12-31')).toContain(
      'The store lists no matching order. Nothing was copied.',
    );
  });
});

describe('a paused stack', () => {
  const paused = (command: Command) => runCommand(command, ['--aws-port', port]);

  it('a backfill of a paused stack is refused, except as a dry run', async () => {
    await paused(pause);
    await expect(run('--from', '2025-01-01')).rejects.toThrow(
      'is paused, so no order would be copied. Resume it first: npx order-replication resume --stage dev',
    );
    expect(await run('--from', '2025-01-01', '--dry-run')).toContain('Dry run');
    await paused(resume);
  });
});
