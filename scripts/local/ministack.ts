// Starts MiniStack, the local emulator of AWS, as one process on loopback. It always ends with this process, even if this
// process is killed.
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
  /** A free port if omitted. */
  readonly port?: number;
  /** The folder that keeps its contents for the next start; if omitted, nothing is kept. */
  readonly stateDir?: string;
  readonly logFile?: string;
  /** Whether it enforces IAM permissions; false if omitted. */
  readonly enforceIam?: boolean;
  /** Whether it keeps this process alive; true if omitted. MiniStack ends with this process in either case. */
  readonly keepsProcessAlive?: boolean;
}

export interface MiniStack {
  readonly endpoint: string;
  readonly port: number;
  /** Its process and, on Linux and macOS, its process group, which the Lambda workers share. */
  readonly pid: number;
  /** Deletes all its contents. */
  reset(): Promise<void>;
  stop(): Promise<void>;
  /** Ends it immediately, without saving; for a second Ctrl-C. */
  kill(): void;
}

// It starts in 0.3 s, on a busy machine in some seconds.
const startTimeoutMs = 60_000;
const saveTimeoutMs = 5_000;
const pythonOf = (venv: string) =>
  process.platform === 'win32' ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python');

// When this process ends, even by SIGKILL, the standard input of MiniStack closes: then it ends itself and its workers.
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
    throw new CommandError('MiniStack is not installed. Run: node tools/install.mjs --local');
  }
  const port = options.port ?? (await freePort());
  const endpoint = `http://127.0.0.1:${port}`;
  const temporary = mkdtempSync(join(tmpdir(), 'order-replication-'));
  const logFile = options.logFile ?? join(temporary, 'ministack.log');
  const child = launch(python, environment(port, temporary, options), logFile);
  if (options.keepsProcessAlive === false) release(child);
  const discard = () => rmSync(temporary, { recursive: true, force: true });
  const stop = async () => {
    // If nothing is kept, no saving has to finish.
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
    if (!answer.ok) throw new Error(`MiniStack answered ${answer.status} to a reset.`);
  };
  const kill = () => {
    signal(child, 'SIGKILL');
    discard();
  };
  return { endpoint, port, pid: child.pid ?? 0, reset, stop, kill };
}

/** Only the required variables: MiniStack passes its whole environment to the functions. */
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
  const inherited = ['HOME', 'LANG', 'SystemRoot'].map((name) => [name, process.env[name]] as const);
  return {
    ...Object.fromEntries(inherited.filter(([, value]) => value !== undefined)),
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
    // A process group of its own: its workers can be ended with it, and Ctrl-C reaches this process first.
    const detached = process.platform !== 'win32';
    return spawn(python, ['-c', leash], { env, detached, stdio: ['pipe', log, log] });
  } finally {
    closeSync(log);
  }
}

/** Releases the handles that would keep this process alive: that of the child, and that of its standard input. */
function release(child: ChildProcess): void {
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
}

async function ready(child: ChildProcess, endpoint: string, logFile: string): Promise<void> {
  let failure: Error | undefined;
  child.once('error', (error) => (failure = error));
  const giveUpAt = Date.now() + startTimeoutMs;
  while (!failure && !ended(child) && Date.now() < giveUpAt) {
    // The line in its log as well as its answer: another program may have taken the port and answer there.
    if (readFileSync(logFile, 'utf8').includes(`Running on ${endpoint}`) && (await healthy(endpoint))) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  const lastLines = readFileSync(logFile, 'utf8').trim().split('\n').slice(-15).join('\n');
  const problem =
    ended(child) || failure ? 'ended before it was ready' : `was not ready after ${startTimeoutMs / 1000} s`;
  throw new CommandError(`MiniStack ${problem}. The last lines of its log:\n${lastLines}`);
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
    const timeout = setTimeout(() => signal(child, 'SIGKILL'), saveTimeoutMs);
    // Only to MiniStack, so that it saves its state while its workers are idle; they are ended below.
    child.kill(how);
    await gone;
    clearTimeout(timeout);
  }
  signal(child, 'SIGKILL');
}

/** Signals the whole group; it is no error if the group has already ended. */
function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(name);
    else process.kill(-child.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
