// Starts MiniStack, the stand-in for AWS, as one process on loopback, and promises that it ends when we do,
// however we end.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

import { root } from '../terminal/root';
import { CommandError } from '../terminal/command-error';
import { freePort } from './ports';

export interface MiniStackOptions {
  /** A free one if left out. */
  readonly port?: number;
  /** Where its contents are kept from one start to the next; nothing is kept if left out. */
  readonly stateDir?: string;
  readonly logFile?: string;
  /** Whether it asks IAM what a caller may do; if left out, everybody may do everything. */
  readonly enforceIam?: boolean;
  /** Whether this process stays up as long as it; if left out, it does. MiniStack ends with this process either way. */
  readonly keepsProcessAlive?: boolean;
}

export interface MiniStack {
  readonly endpoint: string;
  readonly port: number;
  /** Its process and, on Linux and macOS, its process group, which the Lambda workers share. */
  readonly pid: number;
  /** Forgets everything that was made in it. */
  reset(): Promise<void>;
  stop(): Promise<void>;
  /** At once, without saving; for a second Ctrl-C. */
  kill(): void;
}

// It starts in 0.3 s; a laden machine takes some seconds.
const startTimeoutMs = 60_000;
const saveTimeoutMs = 5_000;
const pythonOf = (venv: string) =>
  process.platform === 'win32' ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python');

// Our end of its standard input closes when we die, even by SIGKILL; it then ends itself and its workers.
const leash = `
import atexit, os, shutil, signal, sys, threading, time
def hold():
    sys.stdin.buffer.read()
    atexit.register(shutil.rmtree, os.environ['TMPDIR'], True)
    if not hasattr(os, 'killpg'):
        os._exit(0)
    os.killpg(0, signal.SIGTERM)
    time.sleep(5)
    os.killpg(0, signal.SIGKILL)
threading.Thread(target=hold, daemon=True).start()
from ministack.app import main
sys.argv = ['ministack']
main()
`;

/** Resolves once MiniStack answers; throws, with the last lines of its log, when it does not. */
export async function startMiniStack(options: MiniStackOptions = {}): Promise<MiniStack> {
  const python = pythonOf(join(root, '.venv', 'local'));
  if (!existsSync(python)) {
    throw new CommandError('MiniStack is not installed: run "node tools/install.mjs --local".');
  }
  const port = options.port ?? (await freePort());
  const endpoint = `http://127.0.0.1:${port}`;
  const temporary = mkdtempSync(join(tmpdir(), 'order-replication-'));
  const logFile = options.logFile ?? join(temporary, 'ministack.log');
  const child = launch(python, environment(port, temporary, options), logFile);
  if (options.keepsProcessAlive === false) release(child);
  const discard = () => rmSync(temporary, { recursive: true, force: true });
  const stop = async () => {
    // Where nothing is kept there is nothing to wait for.
    await end(child, options.stateDir === undefined ? 'SIGKILL' : 'SIGTERM');
    discard();
  };
  try {
    await ready(child, endpoint, logFile);
  } catch (error) {
    await stop();
    throw error;
  }
  const reset = async () => {
    const answer = await fetch(`${endpoint}/_ministack/reset`, { method: 'POST' });
    if (!answer.ok) throw new Error(`MiniStack answered ${answer.status} when it was to be emptied.`);
  };
  const kill = () => {
    signal(child, 'SIGKILL');
    discard();
  };
  return { endpoint, port, pid: child.pid ?? 0, reset, stop, kill };
}

/** Only what is needed: MiniStack hands its whole environment on to the functions. */
function environment(
  port: number,
  temporary: string,
  { stateDir, enforceIam = false }: MiniStackOptions,
): NodeJS.ProcessEnv {
  const state = stateDir && {
    PERSIST_STATE: '1',
    STATE_DIR: stateDir,
    S3_PERSIST: '1',
    S3_DATA_DIR: join(stateDir, 's3'),
  };
  const passedOn = ['HOME', 'LANG', 'SystemRoot'].map((name) => [name, process.env[name]] as const);
  return {
    ...Object.fromEntries(passedOn.filter(([, value]) => value !== undefined)),
    // It runs the functions with the first `node` it finds: this one.
    PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
    TMPDIR: temporary,
    TEMP: temporary,
    BIND_HOST: '127.0.0.1',
    MINISTACK_HOST: '127.0.0.1',
    GATEWAY_PORT: String(port),
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AUTH: String(enforceIam),
    IOT_MTLS_ENABLED: '0',
    NODE_OPTIONS: '--no-deprecation',
    PYTHONUNBUFFERED: '1',
    ...state,
  };
}

function launch(python: string, env: NodeJS.ProcessEnv, logFile: string): ChildProcess {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'w');
  try {
    // A process group of its own: its workers can be ended with it, and Ctrl-C reaches us first.
    const detached = process.platform !== 'win32';
    return spawn(python, ['-c', leash], { env, detached, stdio: ['pipe', log, log] });
  } finally {
    closeSync(log);
  }
}

/** The handles that would keep this process up: the child's own, and our end of its standard input. */
function release(child: ChildProcess): void {
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
}

async function ready(child: ChildProcess, endpoint: string, logFile: string): Promise<void> {
  let failure: Error | undefined;
  child.once('error', (error) => (failure = error));
  const giveUpAt = Date.now() + startTimeoutMs;
  while (!failure && !ended(child) && Date.now() < giveUpAt) {
    // Its own line as well as its answer: on a port that another took meanwhile, the other would answer.
    if (readFileSync(logFile, 'utf8').includes(`Running on ${endpoint}`) && (await healthy(endpoint))) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  const lastLines = readFileSync(logFile, 'utf8').trim().split('\n').slice(-15).join('\n');
  const what =
    ended(child) || failure ? 'ended before it was ready' : `was not ready after ${startTimeoutMs / 1000} s`;
  throw new CommandError(`MiniStack ${what}. The last lines of its log:\n${lastLines}`);
}

async function healthy(endpoint: string): Promise<boolean> {
  try {
    return (await fetch(`${endpoint}/_ministack/health`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}

const ended = (child: ChildProcess) =>
  child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

async function end(child: ChildProcess, how: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (!ended(child)) {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    const impatience = setTimeout(() => signal(child, 'SIGKILL'), saveTimeoutMs);
    // To MiniStack alone, so that it saves its state with its workers at rest; they follow below.
    child.kill(how);
    await gone;
    clearTimeout(impatience);
  }
  signal(child, 'SIGKILL');
}

/** To the whole group; a group that is already gone is what we want. */
function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(name);
    else process.kill(-child.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
