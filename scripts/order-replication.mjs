#!/usr/bin/env node
// The program of a checkout: `npx order-replication <command>`. Installs missing packages, then runs cli.ts in this
// process, so that signals, the exit code and the working folder are its own. It uses no recent syntax: an old Node must
// get far enough to print which version is required.
import { spawnSync } from 'child_process';
import { createRequire } from 'module';
import { dirname, join } from 'path';
import { fileURLToPath } from 'url';

const scripts = dirname(fileURLToPath(import.meta.url));
const args = process.argv.slice(2);

/** Installs missing packages and writes only to stderr: stdout is for results. Returns the exit code. */
function install() {
  const isHelp = args.includes('--help') || args.includes('-h');
  const isStart = args[0] === 'start' && !isHelp;
  const options = isStart ? ['--local', ...(usesErp() ? ['--tryton'] : [])] : [];
  const installer = join(scripts, '..', 'tools', 'install.mjs');
  // 2 is stderr, for both of the installer's streams.
  const { status, error } = spawnSync(process.execPath, [installer, ...options], { stdio: ['ignore', 2, 2] });
  if (error) throw error;
  return status === null ? 1 : status;
}

/** Tryton is the only ERP that runs on this machine. */
const usesErp = () => args.some((arg) => arg === '--erp' || arg.startsWith('--erp='));

async function run() {
  const code = install();
  if (code !== 0) {
    process.exitCode = code;
    return;
  }
  // From here on TypeScript can be imported.
  await import('tsx');
  await createRequire(import.meta.url)('./cli.ts').main(args);
}

void run();
