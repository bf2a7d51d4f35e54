// Makes the ready database of Tryton, once: some 20 s. If several processes need the same one, one of them makes it.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Print } from '../terminal/command';
import { CommandError } from '../terminal/command-error';
import type { TrytonDescription } from './tryton-description';
import { lastLines, trytonEnvironment, trytonPython, trytonScript } from './tryton-python';

/** A lock without a process id was not written completely; a newer one may be. */
const WRITE_MS = 2_000;
/** Making takes some 20 s: an older lock is that of a process whose id another one has now. */
const MAKE_MS = 10 * 60_000;

/**
 * Makes the database in the folder `ready` if it is not there: `erp.sqlite` and `access.json`.
 * Throws CommandError, with the last lines of the log, if that fails.
 */
export async function ensureReadyDatabase(
  ready: string,
  description: TrytonDescription,
  print: Print,
): Promise<void> {
  const lock = `${ready}.lock`;
  mkdirSync(dirname(ready), { recursive: true });
  while (!isReady(ready)) {
    if (!takeLock(lock)) {
      await sleep(200);
      continue;
    }
    try {
      if (!isReady(ready)) await makeReady(ready, description, print);
    } finally {
      rmSync(lock, { force: true });
    }
  }
}

const isReady = (folder: string) => existsSync(join(folder, 'access.json'));

/** The lock only saves work: two makers do not disturb each other, since a database appears in one step. */
function takeLock(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  if (!isHeld(lock)) rmSync(lock, { force: true });
  return false;
}

function isHeld(lock: string): boolean {
  try {
    const ageMs = Date.now() - statSync(lock).mtimeMs;
    const owner = Number(readFileSync(lock, 'utf8'));
    return owner === 0 ? ageMs < WRITE_MS : ageMs < MAKE_MS && isAlive(owner);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function makeReady(ready: string, description: TrytonDescription, print: Print): Promise<void> {
  print('Setting up Tryton once: modules, company, accounts, products, shop (some 20 s) ...');
  deleteDeadDrafts(ready);
  const draft = `${ready}.${process.pid}.${randomUUID()}`;
  mkdirSync(draft);
  try {
    writeFileSync(join(draft, 'description.json'), JSON.stringify(description, null, 2));
    await runMaker(draft);
    renameSync(draft, ready);
  } catch (error) {
    // Another process made the same one in the meantime.
    if (!isReady(ready)) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** The drafts of killed processes. */
function deleteDeadDrafts(ready: string): void {
  for (const name of readdirSync(dirname(ready))) {
    const [digest, owner, unique] = name.split('.');
    if (digest !== basename(ready) || unique === undefined || isAlive(Number(owner))) continue;
    rmSync(join(dirname(ready), name), { recursive: true, force: true });
  }
}

async function runMaker(folder: string): Promise<void> {
  const logFile = `${folder}.log`;
  const log = openSync(logFile, 'w');
  const child = spawn(trytonPython(), [trytonScript('make-database.py'), folder], {
    env: trytonEnvironment(),
    // Its standard input closes with this process: then it ends.
    stdio: ['pipe', log, log],
  });
  closeSync(log);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  const end = lastLines(logFile);
  rmSync(logFile);
  if (code === 0) return;
  throw new CommandError(
    `Tryton could not be set up. The last lines of the log:\n${end}\nFix the cause and run the command again.`,
  );
}
