// The developer tool `mutants`: breaks one rule after the other in a copy of the project, and says which tests notice.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineCommand } from '../../scripts/terminal/command';
import { text, withDefault } from '../../scripts/terminal/options';
import { root } from '../../scripts/terminal/root';
import { CommandError } from '../../scripts/terminal/command-error';
import { GROUPS, jestArguments, patternsWithoutTests } from './groups';
import type { TestRun } from './groups';
import { MUTANTS } from './mutants';
import type { Mutant } from './mutant';

const COPIED = [
  'lambda',
  'scripts',
  'simulator',
  'tools',
  'test',
  'cloudformation',
  'docs',
  'erp',
  '.github',
  'CHANGELOG.md',
  'README.md',
  'package.json',
  'jest.config.mjs',
  'jest.slow.config.mjs',
  'tsconfig.json',
];

export const command = defineCommand({
  name: 'mutants',
  summary:
    'Break each rule of test/mutants/mutants.ts on purpose, in a copy, and run the tests, which must notice',
  options: { rule: withDefault(text('<text>', 'only the rules whose names contain it'), '') },
  examples: [],
  hasReport: false,
  run: async ({ rule }) => {
    await tryMutants(rule);
    return undefined;
  },
});

async function tryMutants(named: string): Promise<void> {
  const mutants = MUTANTS.filter(({ rule }) => rule.includes(named));
  if (mutants.length === 0) throw new CommandError(`No rule has "${named}" in its name.`);
  const [unmatched] = patternsWithoutTests(root);
  if (unmatched !== undefined)
    throw new CommandError(`No test file matches ${unmatched}: see test/mutants/groups.ts.`);
  const copies = Array.from({ length: availableParallelism() }, copyOfTheProject);
  try {
    if ((await noticedBy(copies[0] ?? root)).includes(true)) {
      throw new CommandError('The tests fail with nothing broken.');
    }
    const survivors = await breakAll(mutants, copies);
    if (survivors > 0) throw new CommandError(`${survivors} of ${mutants.length} were not noticed.`);
  } finally {
    for (const copy of copies) rmSync(copy, { recursive: true, force: true });
  }
}

/** One mutant at a time in each copy; prints a line each, and returns how many no test noticed. */
async function breakAll(mutants: readonly Mutant[], copies: readonly string[]): Promise<number> {
  console.log('| broken on purpose | tests of rules | stories |\n| --- | --- | --- |');
  const waiting = [...mutants];
  let survivors = 0;
  const work = async (copy: string) => {
    for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
      const noticed = await noticedWith(mutant, copy);
      console.log(`| ${mutant.rule} | ${noticed.map((one) => (one ? 'notice' : '')).join(' | ')} |`);
      if (!noticed.includes(true)) survivors += 1;
    }
  };
  await Promise.all(copies.map(work));
  return survivors;
}

function copyOfTheProject(): string {
  const copy = mkdtempSync(join(tmpdir(), 'mutants-'));
  for (const name of COPIED) cpSync(join(root, name), join(copy, name), { recursive: true });
  for (const name of ['node_modules', '.venv']) symlinkSync(join(root, name), join(copy, name));
  return copy;
}

async function noticedWith({ file, from, to }: Mutant, copy: string): Promise<readonly boolean[]> {
  const path = join(copy, file);
  const source = readFileSync(path, 'utf8');
  writeFileSync(
    path,
    source.replace(from, () => to),
  );
  try {
    return await noticedBy(copy);
  } finally {
    writeFileSync(path, source);
  }
}

const noticedBy = async (copy: string) => [
  await fails(GROUPS.rules, copy),
  await fails(GROUPS.stories, copy),
];

/** Whether the tests of a group fail. */
async function fails(runs: readonly TestRun[], copy: string): Promise<boolean> {
  for (const run of runs) if (await runFails(run, copy)) return true;
  return false;
}

/** Whether one run of jest fails; that tests ran at all shows in jest's own count. One core for each copy. */
async function runFails(run: TestRun, copy: string): Promise<boolean> {
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const options = ['--bail', '--silent', '--maxWorkers=1', ...jestArguments(run)];
  const child = spawn(process.execPath, [jest, ...options], { cwd: copy });
  let said = '';
  child.stderr.on('data', (text) => (said += String(text)));
  const [code] = (await once(child, 'close')) as [number | null];
  if (!/^Tests: /m.test(said)) throw new CommandError(`The tests did not run:\n${said.slice(-2_000)}`);
  return code !== 0;
}
