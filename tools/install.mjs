// Installs everything that the next command needs, at the versions that this checkout pins. It prints one line when it
// installs something, else nothing. `--local` adds MiniStack, the local emulator of AWS; `--tryton` adds Tryton, an ERP;
// `--lint` adds the linters that npm does not have. It uses no dependencies and no recent syntax: an old Node must get
// far enough to print which version is required.
import { spawnSync } from 'child_process';
import { createHash } from 'crypto';
import fs from 'fs';
import { uptime } from 'os';
import { basename, dirname, join } from 'path';
import { fileURLToPath } from 'url';

import { buildActionlint } from './install-actionlint.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const windows = process.platform === 'win32';
const lockPath = join(root, '.local', 'install.lock');
const lockWaitMs = 10 * 60 * 1000;

const environments = {
  '--local': {
    name: 'local',
    what: 'MiniStack, the local emulator of AWS',
    pinnedBy: ['requirements-local.txt'],
  },
  '--tryton': {
    name: 'tryton',
    what: 'Tryton, an ERP for local runs',
    pinnedBy: ['requirements-tryton.txt'],
  },
  '--lint': {
    name: 'lint',
    what: 'the linters of templates, workflows and shell scripts',
    pinnedBy: ['requirements-lint.txt', 'go.mod', 'go.sum'],
    finish: buildActionlint,
  },
};

function main() {
  checkNode();
  const requested = process.argv.slice(2).map((flag) => {
    const environment = environments[flag];
    if (!environment)
      stop(`error: unknown option '${flag}'. tools/install.mjs has --local, --tryton and --lint.`);
    return environment;
  });
  const complete = () => packagesAreInstalled() && requested.every(environmentIsInstalled);
  if (complete()) return;
  const release = takeLock();
  try {
    if (!packagesAreInstalled()) installPackages();
    requested.filter((one) => !environmentIsInstalled(one)).forEach(installEnvironment);
  } finally {
    release();
  }
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  stop(
    `Node 20.19 or later is needed and this is ${process.versions.node}: ` +
      `install a newer one from https://nodejs.org, or with nvm: "nvm install".`,
  );
}

/** npm writes its hidden lockfile last: if it agrees with ours, `npm ci` has finished. */
function packagesAreInstalled() {
  const locked = lockedPackages(join(root, 'package-lock.json'));
  const installed = lockedPackages(join(root, 'node_modules', '.package-lock.json'));
  if (!locked || !installed) return false;
  const same = (path) => installed[path] && installed[path].version === locked[path].version;
  const mayBeAbsent = (path) => locked[path].optional && !installed[path];
  return (
    Object.keys(locked).every((path) => path === '' || same(path) || mayBeAbsent(path)) &&
    Object.keys(installed).every((path) => locked[path])
  );
}

function lockedPackages(path) {
  try {
    return JSON.parse(fs.readFileSync(path, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

function installPackages() {
  console.log('Installing the npm packages of package-lock.json ...');
  const npm = process.env.npm_execpath || '';
  const options = { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 };
  // With NODE_ENV=production npm would skip the tools that build and deploy.
  const ci = ['ci', '--include=dev', '--no-audit', '--no-fund'];
  const result = /^npm-cli\.c?js$/.test(basename(npm))
    ? spawnSync(process.execPath, [npm, ...ci], options)
    : spawnSync('npm', ci, { ...options, shell: windows });
  if (result.error && result.error.code === 'ENOENT') {
    stop('npm was not found. It comes with Node: install both from https://nodejs.org.');
  }
  if (result.status !== 0) {
    stop(`${output(result)}\nnpm ci failed with the message above. Fix the cause and run the command again.`);
  }
}

/** The marker is written last and contains the installed versions: a killed installation has none. */
function environmentIsInstalled(environment) {
  try {
    return (
      fs.readFileSync(markerPath(environment), 'utf8') === fingerprint(environment) &&
      fs.existsSync(environmentPython(environment))
    );
  } catch {
    return false;
  }
}

const folder = ({ name }) => join(root, '.venv', name);
const markerPath = (environment) => join(folder(environment), 'installed');
const pinPath = (file) => join(root, 'tools', file);
const programs = (environment) => join(folder(environment), windows ? 'Scripts' : 'bin');
const environmentPython = (environment) => join(programs(environment), windows ? 'python.exe' : 'python');
const fingerprint = ({ pinnedBy }) =>
  pinnedBy
    .reduce((hash, file) => hash.update(fs.readFileSync(pinPath(file))), createHash('sha256'))
    .digest('hex');

function installEnvironment(environment) {
  const python = findPython(environment.what);
  console.log(`Installing ${environment.what}, into .venv/${environment.name} ...`);
  fs.rmSync(folder(environment), { recursive: true, force: true });
  fs.mkdirSync(dirname(folder(environment)), { recursive: true });
  const run = running(environment.what);
  run(python, ['-m', 'venv', folder(environment)]);
  const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '--require-hashes', '-r'];
  run([environmentPython(environment)], [...pip, pinPath(environment.pinnedBy[0])]);
  if (environment.finish) environment.finish(folder(environment), programs(environment), run);
  fs.writeFileSync(markerPath(environment), fingerprint(environment));
}

const running =
  (what) =>
  ([command, ...first], args, options) => {
    const defaults = { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 };
    const result = spawnSync(command, [...first, ...args], { ...defaults, ...options });
    if (result.status === 0) return;
    stop(
      `${output(result)}\nInstalling ${what}, failed with the message above. Fix the cause and run the command again.`,
    );
  };

/** The first Python that is new enough and can make virtual environments; stops with a sentence if there is none. */
function findPython(what) {
  const names = ['python3', 'python', 'python3.13', 'python3.12', 'python3.11', 'python3.10'];
  const commands = process.env.PYTHON
    ? [[process.env.PYTHON]]
    : [...names.map((name) => [name]), ...(windows ? [['py', '-3']] : [])];
  const found = commands.map(probePython).filter(Boolean);
  const newEnough = found.filter(({ minor, major }) => major > 3 || (major === 3 && minor >= 10));
  const usable = newEnough.find(({ venv }) => venv);
  if (usable) return usable.command;
  const remedy = 'install it from https://www.python.org/downloads, or name one in the variable PYTHON';
  if (newEnough.length > 0) {
    stop(
      `Python ${version(newEnough[0])} (${newEnough[0].command[0]}) lacks the modules venv and ensurepip, which ` +
        `${what}, needs: on Debian and Ubuntu install the package python3-venv; elsewhere name another Python in ` +
        `the variable PYTHON.`,
    );
  }
  if (found.length > 0) {
    stop(`Python 3.10 or later is needed for ${what}, and ${version(found[0])} was found: ${remedy}.`);
  }
  const tried = process.env.PYTHON ? `PYTHON names none: ${process.env.PYTHON}` : 'none was found';
  stop(`Python 3.10 or later is needed for ${what}, and ${tried}: ${remedy}.`);
}

const version = ({ major, minor }) => `${major}.${minor}`;

function probePython(command) {
  const question =
    'import importlib.util as u, sys; ' +
    'print(sys.version_info[0], sys.version_info[1], all(map(u.find_spec, ("venv", "ensurepip"))))';
  const [name, ...args] = command;
  const result = spawnSync(name, [...args, '-c', question], { encoding: 'utf8', timeout: 20000 });
  const answer = /^(\d+) (\d+) (True|False)/.exec(result.stdout || '');
  return (
    answer && { command, major: Number(answer[1]), minor: Number(answer[2]), venv: answer[3] === 'True' }
  );
}

/** Two installations at the same time would damage each other's folders: the second waits for the first. */
function takeLock() {
  fs.mkdirSync(dirname(lockPath), { recursive: true });
  const giveUpAt = Date.now() + lockWaitMs;
  for (let said = false; ; sleep(200)) {
    if (createLock()) return () => fs.rmSync(lockPath, { force: true });
    const owner = lockOwner();
    if (owner === undefined) {
      fs.rmSync(lockPath, { force: true });
      continue;
    }
    if (Date.now() > giveUpAt) {
      stop(
        `Another installation (process ${owner}) has not ended within 10 min. If none is running, delete .local/install.lock.`,
      );
    }
    if (!said) console.log(`Waiting for another installation (process ${owner}) ...`);
    said = true;
  }
}

/** Whether this process has the lock. Another process that saw the same dead owner may still remove it. */
function createLock() {
  try {
    fs.writeFileSync(lockPath, String(process.pid), { flag: 'wx' });
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
  sleep(50);
  return lockOwner() === process.pid;
}

/** The running process that has the lock; undefined if it was killed or the machine was restarted since. */
function lockOwner() {
  try {
    const startedAt = fs.statSync(lockPath).mtimeMs;
    if (startedAt < Date.now() - uptime() * 1000) return undefined;
    const owner = Number(fs.readFileSync(lockPath, 'utf8'));
    if (owner === 0) return Date.now() - startedAt < 2000 ? 'unknown' : undefined;
    process.kill(owner, 0);
    return owner;
  } catch (error) {
    return error.code === 'EPERM' ? 'unknown' : undefined;
  }
}

function sleep(milliseconds) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

const output = (result) => [result.stdout, result.stderr, result.error].filter(Boolean).join('\n').trim();

class Stop extends Error {}

function stop(sentence) {
  throw new Stop(sentence);
}

try {
  main();
} catch (error) {
  if (!(error instanceof Stop)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
