// `npm start` as a process of its own, as a user runs it in a fresh clone, and what it leaves behind.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { freePort, portIsFree } from '../../scripts/local/ports';
import { root } from '../../scripts/terminal/root';
import { until } from '../support/until';

/** The program, as npx runs it. */
export const program = [process.execPath, 'scripts/order-replication.mjs'] as const;

export const startCommand = [...program, 'start'] as const;

export interface Started {
  readonly child: ChildProcess;
  readonly code: Promise<number | null>;
  /** Everything that was printed so far. */
  printed(): string;
}

/** Ports of one run, and the options that name them. */
export interface Ports {
  readonly aws: number;
  readonly store: number;
  readonly erp: number;
  readonly options: readonly string[];
}

const started: Started[] = [];
const usedLogs: string[] = [];

/** Runs a command in a process group of its own, as a shell would. */
export function run(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Started {
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
  const one = { child, code, printed: () => text };
  started.push(one);
  return one;
}

/** Kills what still runs, and removes the logs. For `afterEach`. */
export function stopAll(): void {
  for (const { child } of started.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  }
  for (const log of usedLogs.splice(0)) rmSync(join(root, '.local', log), { force: true });
}

export async function freePorts(): Promise<Ports> {
  const [aws, store, erp] = [await freePort(), await freePort(), await freePort()];
  usedLogs.push(`ministack-${aws}.log`, `tryton-${erp}.log`);
  const options = ['--aws-port', String(aws), '--store-port', String(store), '--erp-port', String(erp)];
  return { aws, store, erp, options };
}

export const isUp = ({ printed }: Started) =>
  until(() => printed().includes('To try while this runs'), 120_000);

/** Waits until no process of a run is left and its ports are free. */
export const nothingIsLeft = ({ aws, store, erp }: Ports) =>
  until(async () => {
    const free = await Promise.all([aws, store, erp].map((port) => portIsFree(port)));
    return processesOf(aws).length === 0 && free.every(Boolean);
  });

/** MiniStack and its workers, which all have its environment. Only Linux shows it; elsewhere the port must do. */
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
