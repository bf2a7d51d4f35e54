import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const tools = join(__dirname, '../../tools');
const packages = { '': {}, 'node_modules/one': { version: '1.0.0' } };

let checkout: string;

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'install-'));
  mkdirSync(join(checkout, 'tools'));
  for (const name of ['install.mjs', 'install-actionlint.mjs']) {
    copyFileSync(join(tools, name), join(checkout, 'tools', name));
  }
  writeFileSync(join(checkout, 'tools/requirements-local.txt'), 'ministack==1\n');
  writeFileSync(join(checkout, 'tools/requirements-tryton.txt'), 'trytond==1\n');
  for (const name of ['requirements-lint.txt', 'go.mod', 'go.sum']) {
    writeFileSync(join(checkout, 'tools', name), '');
  }
  mkdirSync(join(checkout, 'node_modules'));
  writeJson('package-lock.json', { packages });
  writeJson('node_modules/.package-lock.json', { packages });
});

afterEach(() => rmSync(checkout, { recursive: true }));

const at = (path: string) => join(checkout, path);
const writeJson = (path: string, content: unknown) => writeFileSync(at(path), JSON.stringify(content));

/** A program that answers as a Python of that version would, and notes what it is to install. */
function fakePython(version = '3 12 True'): string {
  const file = at('python');
  writeFileSync(
    file,
    `#!/bin/sh
case "$2" in
  venv) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
  pip) /bin/sleep 0.2; echo "$*" >> '${at('pip.log')}'; echo "$3" >> '${at('installed.log')}'; [ ! -f '${at('go')}' ] || cp '${at('go')}' "\${0%/*}" ;;
  *) echo ${version} ;;
esac
`,
  );
  chmodSync(file, 0o755);
  return file;
}

/** A program that stands in for npm: it "installs" what the lockfile says. */
function fakeNpm(): string {
  const file = at('npm-cli.js');
  writeFileSync(
    file,
    `const fs = require('fs');
    fs.appendFileSync('npm.log', process.argv.slice(2).join(' ') + '\\n');
    fs.mkdirSync('node_modules', { recursive: true });
    fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json');`,
  );
  return file;
}

/** A Go that comes with the linters and "builds" actionlint; `fails`: or does not. */
function fakeGo({ fails = false } = {}) {
  const build = fails
    ? 'echo no network; exit 1'
    : `echo "$*" >> '${at('go.log')}'; touch "$GOBIN/actionlint"`;
  writeFileSync(at('go'), `#!/bin/sh\nmkdir -p "$GOCACHE" "$GOPATH"\n${build}\n`, { mode: 0o755 });
}

function install(
  flags: readonly string[],
  env: Record<string, string> = {},
  nodeFlags: readonly string[] = [],
) {
  const result = spawnSync(process.execPath, [...nodeFlags, at('tools/install.mjs'), ...flags], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ...env },
  });
  return { code: result.status, said: result.stdout + result.stderr };
}

const installations = () =>
  existsSync(at('installed.log')) ? readFileSync(at('installed.log'), 'utf8').trim().split('\n').length : 0;

it('the installer prints nothing if everything is installed', () => {
  expect(install([])).toEqual({ code: 0, said: '' });
});

it('the installer reports in one sentence that this Node is too old', () => {
  const older = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.4' } })`;
  const { code, said } = install([], {}, ['--import', `data:text/javascript,${encodeURIComponent(older)}`]);
  expect(code).toBe(1);
  expect(said).toMatch(/^Node 20\.19 or later is needed and this is 18\.20\.4: [^\n]+\n$/);
});

it('the installer runs npm ci if the installed packages differ from the lockfile, and reports that', () => {
  const npm_execpath = fakeNpm();
  writeJson('package-lock.json', { packages: { ...packages, 'node_modules/two': { version: '2.0.0' } } });
  expect(install([], { npm_execpath }).said).toBe('Installing the npm packages of package-lock.json ...\n');
  expect(readFileSync(at('npm.log'), 'utf8')).toMatch(/^ci /);
  expect(install([], { npm_execpath }).said).toBe('');
});

it('the installer accepts a missing package that only another platform needs', () => {
  const binary = { version: '1.0.0', optional: true };
  writeJson('package-lock.json', { packages: { ...packages, 'node_modules/win32': binary } });
  expect(install([]).said).toBe('');
});

it.each([
  [
    'is missing',
    { PATH: '/nonexistent' },
    /^Python 3\.10 or later is needed for [^\n]+ none was found: [^\n]+\n$/,
  ],
  [
    'is too old',
    { version: '3 9 True' },
    /^Python 3\.10 or later is needed for [^\n]+ 3\.9 was found: [^\n]+\n$/,
  ],
  [
    'has no venv',
    { version: '3 11 False' },
    /^Python 3\.11 [^\n]+ lacks the modules venv and ensurepip[^\n]+\n$/,
  ],
])(
  'the installer reports in one sentence that Python %s',
  (_, { PATH, version }: { PATH?: string; version?: string }, sentence) => {
    const env = version === undefined ? { PATH: PATH ?? '' } : { PYTHON: fakePython(version) };
    const { code, said } = install(['--local'], env);
    expect(code).toBe(1);
    expect(said).toMatch(sentence);
  },
);

it('the installer adds Tryton only with --tryton, and in one sentence says where', () => {
  const env = { PYTHON: fakePython() };
  expect(install(['--local'], env).said).not.toContain('Tryton');
  expect(install(['--local', '--tryton'], env).said).toMatch(
    /^Installing Tryton, [^\n]+ into \.venv\/tryton \.\.\.\n$/,
  );
  expect(install(['--tryton'], env).said).toBe('');
});

it('the installer installs MiniStack once, and again when its pinned version changes', () => {
  const env = { PYTHON: fakePython() };
  expect(install(['--local'], env).said).toMatch(/^Installing MiniStack[^\n]+\n$/);
  expect(install(['--local'], env).said).toBe('');
  writeFileSync(at('tools/requirements-local.txt'), 'ministack==2\n');
  install(['--local'], env);
  expect(installations()).toBe(2);
});

describe('what Python installs', () => {
  const requirementsOf = (name: string) =>
    readFileSync(join(tools, name), 'utf8')
      .replaceAll('\\\n', ' ')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
  /** One spelling of a name and a version, which pip and the files write in their own ways. */
  const nameOf = (text: string) => text.toLowerCase().replaceAll('_', '-');
  const files = ['requirements-local.txt', 'requirements-tryton.txt', 'requirements-lint.txt'];

  it.each(['--local', '--tryton', '--lint'])('pip refuses a package without a hash, with %s', (flag) => {
    fakeGo();
    install([flag], { PYTHON: fakePython() });
    const [installation] = readFileSync(at('pip.log'), 'utf8').split('\n');
    expect(installation).toMatch(
      /^-m pip install .*--require-hashes -r .*requirements-(local|tryton|lint)\.txt$/,
    );
  });

  it.each(files)('%s pins each version, with the hashes of its files', (file) => {
    const lines = requirementsOf(file);
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) {
      expect(line).toMatch(
        /^[\w-]+==[\w.]+( ; python_version (<|>=) "3\.1[12]")?( +--hash=sha256:[0-9a-f]{64})+$/,
      );
    }
  });

  it('a linter that needs a later Python is also pinned for Python 3.10', () => {
    const ofZizmor = requirementsOf('requirements-lint.txt').filter((line) => line.startsWith('zizmor'));
    expect(ofZizmor.map((line) => line.split(' --hash')[0]?.trim())).toEqual([
      'zizmor==1.30.1 ; python_version < "3.11"',
      'zizmor==1.32.0 ; python_version >= "3.11"',
    ]);
  });

  it.each([
    ['MiniStack', 'local'],
    ['Tryton', 'tryton'],
  ])('all packages that come with %s are pinned at the installed version', (_, name) => {
    const python = join(tools, '../.venv', name, process.platform === 'win32' ? 'Scripts' : 'bin', 'python');
    const { stdout } = spawnSync(python, ['-m', 'pip', 'freeze'], { encoding: 'utf8' });
    const brought = stdout.trim().split('\n').map(nameOf);
    const pinned = requirementsOf(`requirements-${name}.txt`).map((line) => nameOf(line.split(' ')[0]!));
    expect(brought).toContain(pinned[0]);
    expect(brought.filter((one) => !pinned.includes(one))).toEqual([]);
  });
});

it('the installer builds actionlint with a Go that it removes again, with its caches', () => {
  const env = { PYTHON: fakePython() };
  fakeGo();
  expect(install(['--lint'], env).said).toMatch(/^Installing the linters[^\n]+\n$/);
  expect(readFileSync(at('go.log'), 'utf8')).toMatch(/^install .* tool\n$/);
  expect(existsSync(at('.venv/lint/bin/actionlint'))).toBe(true);
  expect(existsSync(at('.venv/lint/go'))).toBe(false);
  expect(readFileSync(at('installed.log'), 'utf8')).toBe('install\nuninstall\n');
  expect(install(['--lint'], env).said).toBe('');
});

it('the installer installs the linters again when a pinned version changes, in any of the files', () => {
  const env = { PYTHON: fakePython() };
  fakeGo();
  install(['--lint'], env);
  writeFileSync(at('tools/go.sum'), 'another hash');
  expect(install(['--lint'], env).said).toMatch(/^Installing the linters/);
});

it('the installer reports why actionlint could not be built, and tries again the next time', () => {
  const env = { PYTHON: fakePython() };
  fakeGo({ fails: true });
  const { code, said } = install(['--lint'], env);
  expect(code).toBe(1);
  expect(said).toMatch(/no network\n.*Fix the cause and run the command again/s);
  fakeGo();
  expect(install(['--lint'], env).code).toBe(0);
});

it('the installer replaces an environment whose installation was killed, and ignores the lock of a dead process', () => {
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  mkdirSync(at('.venv/local/bin'), { recursive: true });
  writeFileSync(at('.venv/local/bin/python'), 'half a file');
  mkdirSync(at('.local'));
  writeFileSync(at('.local/install.lock'), String(dead));
  expect(install(['--local'], { PYTHON: fakePython() }).code).toBe(0);
  expect(installations()).toBe(1);
  expect(existsSync(at('.local/install.lock'))).toBe(false);
});

it('two installers at the same time install once', async () => {
  const env = { PATH: process.env['PATH'], PYTHON: fakePython() };
  const codes = await Promise.all(
    [1, 2].map(
      () =>
        new Promise((resolve) => {
          spawn(process.execPath, [at('tools/install.mjs'), '--local'], { env }).on('exit', resolve);
        }),
    ),
  );
  expect(codes).toEqual([0, 0]);
  expect(installations()).toBe(1);
});
