// Runs a tool of this project's developers: node tools/run.mjs <tool> [options]. Installs what it needs first.
import { spawnSync } from 'child_process';
import { createRequire } from 'module';
import { dirname, join } from 'path';
import { fileURLToPath } from 'url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [name = '', ...args] = process.argv.slice(2);

/** Each file exports `command`; `needs` are options of install.mjs. */
const tools = {
  'generate-template': { file: 'tools/generate-template.ts', needs: [] },
  'generate-docs': { file: 'tools/generate-docs.ts', needs: [] },
  survive: { file: 'test/stories/model/command.ts', needs: [] },
  mutants: { file: 'test/mutants/command.ts', needs: ['--local'] },
  bench: { file: 'bench/command.ts', needs: ['--local', '--tryton'] },
};

async function run({ file, needs }) {
  const installer = join(root, 'tools', 'install.mjs');
  const { status } = spawnSync(process.execPath, [installer, ...needs], { stdio: ['ignore', 2, 2] });
  if (status !== 0) return 1;
  await import('tsx');
  const require = createRequire(import.meta.url);
  const { commandOf, runProgram } = require('../scripts/terminal/program.ts');
  const { processIo } = require('../scripts/terminal/process-io.ts');
  const { printWarningsPlainly } = require('../scripts/terminal/warnings.ts');
  printWarningsPlainly(processIo.note);
  const { command } = require(join(root, file));
  return runProgram(commandOf(command, processIo), args, processIo);
}

if (Object.hasOwn(tools, name)) {
  process.exitCode = await run(tools[name]);
} else {
  console.error(`error: unknown tool '${name}'. The tools are ${Object.keys(tools).join(', ')}.`);
  process.exitCode = 2;
}
