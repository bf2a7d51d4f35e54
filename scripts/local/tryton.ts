// Starts Tryton, a real ERP, as one process on loopback, with a database that fits the simulated store. It always ends
// with this process, even if this process is killed.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { readMapping } from '../packages/mapping-file';
import type { Print } from '../terminal/command';
import { CommandError } from '../terminal/command-error';
import { deleteDatabase, provideDatabase } from './tryton-database';
import { describeTryton } from './tryton-description';
import type { TrytonDescription } from './tryton-description';
import { lastLines, trytonEnvironment, trytonPython, trytonScript } from './tryton-python';

export interface TrytonOptions {
  /** A free port if omitted. */
  readonly port?: number;
  /** Keeps its database for the next start; if omitted, a folder that is deleted at the end. */
  readonly folder?: string;
  /** Replaces the folder's database by an empty one. */
  readonly fresh?: boolean;
  /** What is in the database; by default what the checkout's mapping and the simulated store need. */
  readonly description?: TrytonDescription;
  readonly logFile?: string;
  /** Whether it keeps this process alive; true if omitted. Tryton ends with this process in either case. */
  readonly keepsProcessAlive?: boolean;
  readonly print?: Print;
}

export interface Tryton {
  /** Without a trailing slash; `/<database>/rest/…` follows. */
  readonly url: string;
  readonly port: number;
  readonly database: string;
  /** The key of the REST API for the delivery of orders, with the least rights. */
  readonly key: string;
  /** The key of a user with every right, who stands for the merchant's staff. */
  readonly staffKey: string;
  /** An administrator, for Tryton's own clients. */
  readonly login: string;
  readonly password: string;
  /** The folder of the database, the file `erp.sqlite`. */
  readonly folder: string;
  readonly pid: number;
  /** Resolves when its process has ended, for any cause. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
  /** Ends it immediately. A folder of its own stays. */
  kill(): void;
}

// It starts in 2 s, on a busy machine in some more.
const START_TIMEOUT_MS = 60_000;

/** Resolves once Tryton answers; throws CommandError, with the last lines of its log, when it does not. */
export async function startTryton(options: TrytonOptions = {}): Promise<Tryton> {
  const python = trytonPython();
  const isTemporary = options.folder === undefined;
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'order-replication-tryton-'));
  const discard = () => {
    if (isTemporary) rmSync(folder, { recursive: true, force: true });
  };
  try {
    if (options.fresh === true) deleteDatabase(folder);
    const { deliveryKey, ...access } = await provideDatabase(
      folder,
      options.description ?? describeTryton((await readMapping()).mapping),
      options.print ?? (() => undefined),
    );
    const { child, port } = await serve(python, folder, access.database, options);
    const stop = async () => {
      await end(child);
      discard();
    };
    const url = `http://127.0.0.1:${port}`;
    return {
      ...access,
      url,
      port,
      key: deliveryKey,
      folder,
      pid: child.pid ?? 0,
      ended: endOf(child),
      stop,
      kill: () => kill(child),
    };
  } catch (error) {
    discard();
    throw error;
  }
}

async function serve(python: string, folder: string, database: string, options: TrytonOptions) {
  const logFile = options.logFile ?? join(folder, 'tryton.log');
  const configuration = join(folder, 'tryton.conf');
  writeFileSync(configuration, `[database]\nuri = sqlite://\npath = ${folder}\n`);
  const args = [trytonScript('serve.py'), configuration, database, String(options.port ?? 0)];
  const child = launch(python, args, logFile);
  try {
    const port = await announcedPort(child, logFile);
    if (options.keepsProcessAlive === false) release(child);
    return { child, port };
  } catch (error) {
    kill(child);
    throw error;
  }
}

function launch(python: string, args: readonly string[], logFile: string): ChildProcess {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'w');
  try {
    // A process group of its own: Ctrl-C reaches this process first, which ends it in its turn.
    const detached = process.platform !== 'win32';
    return spawn(python, args, { env: trytonEnvironment(), detached, stdio: ['pipe', 'pipe', log] });
  } finally {
    closeSync(log);
  }
}

/** It prints its port once it answers, so that no other program's answer can be taken for its own. */
async function announcedPort(child: ChildProcess, logFile: string): Promise<number> {
  let timer: NodeJS.Timeout | undefined;
  const problem = await new Promise<string | number>((resolve) => {
    timer = setTimeout(() => resolve(`was not ready after ${START_TIMEOUT_MS / 1_000} s`), START_TIMEOUT_MS);
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('exit', () => resolve('ended before it was ready'));
    child.stdout?.once('data', (line: Buffer) => resolve(Number(line.toString())));
  });
  clearTimeout(timer);
  if (typeof problem === 'number') return problem;
  throw new CommandError(`Tryton ${problem}. The last lines of its log:\n${lastLines(logFile)}`);
}

/** Releases the handles that would keep this process alive: those of the child, and of its streams. */
function release(child: ChildProcess): void {
  child.unref();
  for (const stream of [child.stdin, child.stdout]) {
    if (stream instanceof Socket) stream.unref();
  }
}

const hasEnded = (child: ChildProcess) =>
  child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

const endOf = (child: ChildProcess): Promise<void> =>
  hasEnded(child) ? Promise.resolve() : new Promise((resolve) => child.once('exit', () => resolve()));

/** Its database survives any end: every transaction is whole or absent. */
async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const gone = endOf(child);
  kill(child);
  await gone;
}

function kill(child: ChildProcess): void {
  if (!hasEnded(child)) child.kill('SIGKILL');
}
