// Runs a linter that tools/install.mjs --lint installed: `node tools/venv.mjs cfn-lint [arguments]`. Without arguments it
// checks all files of its kind.
import { spawnSync } from 'child_process';
import fs from 'fs';
import { dirname, join } from 'path';
import { fileURLToPath } from 'url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const windows = process.platform === 'win32';
const programs = join(root, '.venv', 'lint', windows ? 'Scripts' : 'bin');

const linters = {
  // The dashboard's body is no template: generate-template writes it into one.
  'cfn-lint': () => filesIn('cloudformation', '.json').filter((file) => !file.endsWith('dashboard.json')),
  // By default it looks for pyflakes, and there is no Python in the workflows.
  actionlint: () => [
    `-shellcheck=${program('shellcheck')}`,
    '-pyflakes=',
    ...filesIn('.github/workflows', '.yml'),
  ],
  zizmor: () => ['--offline', '--no-progress', '--strict-collection', '--persona=auditor', '.github'],
  shellcheck: () => ['.ci/run', ...filesIn('scripts', '.sh')],
};

function main([linter, ...args]) {
  const defaults = linters[linter];
  if (!defaults) {
    return complain(`usage: node tools/venv.mjs ${Object.keys(linters).join('|')} [arguments]`);
  }
  const [command, ...first] = commandOf(program(linter));
  if (![command, ...first].every((file) => fs.existsSync(file))) {
    return complain(`${linter} is not installed. Run: node tools/install.mjs --lint`);
  }
  const options = { cwd: root, stdio: 'inherit' };
  const { status } = spawnSync(command, [...first, ...(args.length > 0 ? args : defaults())], options);
  return status === null ? 1 : status;
}

const program = (name) => join(programs, windows ? `${name}.exe` : name);

/** A script is run by Python: the path in its first line is wrong after the checkout has moved. */
const commandOf = (file) => (isScript(file) ? [join(programs, 'python'), file] : [file]);

const isScript = (file) => fs.existsSync(file) && fs.readFileSync(file).subarray(0, 2).toString() === '#!';

const filesIn = (folder, ending) =>
  fs
    .readdirSync(join(root, folder))
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => join(folder, name));

function complain(sentence) {
  console.error(sentence);
  return 2;
}

process.exitCode = main(process.argv.slice(2));
