// The Python with Tryton in it, and how this project's scripts for it are run.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { CommandError } from '../terminal/command-error';
import { root } from '../terminal/root';

export const trytonSources = join(root, 'tools', 'tryton');
const venv = join(root, '.venv', 'tryton');

/** The Python with Tryton. Throws CommandError if Tryton is not installed. */
export function trytonPython(): string {
  const python =
    process.platform === 'win32' ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python');
  // The installer writes this file last.
  if (existsSync(python) && existsSync(join(venv, 'installed'))) return python;
  throw new CommandError('Tryton is not installed. Run: node tools/install.mjs --tryton');
}

/** A script of tools/tryton. */
export const trytonScript = (name: string): string => join(trytonSources, name);

/** Only the required variables: settings of another Tryton on this machine must not apply here. */
export function trytonEnvironment(): NodeJS.ProcessEnv {
  const names = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'TEMP', 'SystemRoot'];
  const inherited = names.map((name) => [name, process.env[name]] as const);
  return {
    ...Object.fromEntries(inherited.filter(([, value]) => value !== undefined)),
    PYTHONUNBUFFERED: '1',
    PYTHONUTF8: '1',
    // Python's caches would appear among the sources.
    PYTHONDONTWRITEBYTECODE: '1',
  };
}

/** The end of a log, for an error message. */
export function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trim().split('\n').slice(-15).join('\n');
}
