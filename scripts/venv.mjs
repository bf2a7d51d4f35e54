// Runs a tool of the lint environment that scripts/install.mjs --lint made:
// `node scripts/venv.mjs cfn-lint [arguments]`. Without arguments it checks the templates.
import { spawnSync } from 'child_process';
import fs from 'fs';
import { dirname, join } from 'path';
import { fileURLToPath } from 'url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const environment = join(root, '.venv', 'lint');

function main([tool, ...args]) {
  if (!tool) return complain('usage: node scripts/venv.mjs cfn-lint [arguments]');
  const [command, ...first] = commandOf(tool);
  if (![command, ...first].every((file) => fs.existsSync(file))) {
    return complain(`${tool} is not installed: run "node scripts/install.mjs --lint".`);
  }
  const options = { cwd: root, stdio: 'inherit' };
  const { status } = spawnSync(command, [...first, ...(args.length > 0 ? args : templates())], options);
  return status === null ? 1 : status;
}

/** The script is handed to Python: the path that its first line holds breaks when the checkout moves. */
const commandOf = (tool) =>
  process.platform === 'win32'
    ? [join(environment, 'Scripts', `${tool}.exe`)]
    : [join(environment, 'bin', 'python'), join(environment, 'bin', tool)];

const templates = () =>
  fs
    .readdirSync(join(root, 'cloudformation'))
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join('cloudformation', name));

function complain(sentence) {
  console.error(sentence);
  return 2;
}

process.exitCode = main(process.argv.slice(2));
