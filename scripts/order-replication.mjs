#!/usr/bin/env node
// The program of a checkout: `npx order-replication <command>`. Installs what is missing, then runs cli.ts in this
// process, so that signals, the exit code and the user's folder are its own. Plain old JavaScript, so that an old Node
// still gets far enough to say what is missing.
import { spawnSync } from 'child_process';
import { createRequire } from 'module';
import { dirname, join } from 'path';
import { fileURLToPath } from 'url';

const scripts = dirname(fileURLToPath(import.meta.url));
const args = process.argv.slice(2);

/** Installs what is missing, quietly as to stdout, which is for results. Returns the exit code. */
function install() {
  const isHelp = args.includes('--help') || args.includes('-h');
  const more = args[0] === 'start' && !isHelp ? ['--local'] : [];
  const installer = join(scripts, '..', 'tools', 'install.mjs');
  // 2 is stderr, for both of the installer's streams.
  const { status, error } = spawnSync(process.execPath, [installer, ...more], { stdio: ['ignore', 2, 2] });
  if (error) throw error;
  return status === null ? 1 : status;
}

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
