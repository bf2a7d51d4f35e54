import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const program = join(__dirname, '../../tools/check-imports.mjs');

let checkout: string;

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'check-imports-'));
});

afterEach(() => rmSync(checkout, { recursive: true }));

/** Writes the files, and returns what the check says of them. */
function check(files: Record<string, string>) {
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(checkout, file)), { recursive: true });
    writeFileSync(join(checkout, file), content);
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, checkout], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

const circleOf = (...files: string[]) => ({
  status: 1,
  stdout: `import circle:\n  ${[...files, files[0]].join('\n  -> ')}\n`,
});

it('a tree without circles passes, also when two ways lead to the same file', () => {
  expect(
    check({
      'lambda/a.ts': `import { b } from './b';\nimport { c } from './shared/c';\nexport const a = b + c;`,
      'lambda/b.ts': `import { c } from './shared/c';\nexport const b = c;`,
      'lambda/shared/c.ts': `import fs from 'node:fs';\nimport axios from 'axios';\nexport const c = 1;`,
    }),
  ).toEqual({ status: 0, stdout: 'import circles: none, in 3 files\n', stderr: '' });
});

it('a circle of values is printed file by file', () => {
  const result = check({
    'lambda/a.ts': `import { b } from './b';\nexport const a = () => b;`,
    'lambda/b.ts': `import { c } from '../scripts/c';\nexport const b = () => c;`,
    'scripts/c.ts': `import { a } from '../lambda/a';\nexport const c = () => a;`,
    'scripts/d.ts': `import { a } from '../lambda/a';\nexport const d = () => a;`,
  });
  expect(result).toMatchObject(circleOf('lambda/a.ts', 'lambda/b.ts', 'scripts/c.ts'));
  expect(result.stderr).toBe('import circles: 1, in 4 files\n');
});

describe('circles of every kind of import', () => {
  const kinds: readonly [kind: string, a: string, b: string][] = [
    ['type imports', `import type { B } from './b';`, `import { type A } from './a';`],
    ['import() types', `export type A = import('./b').B;`, `export type B = typeof import('./a');`],
    ['re-exports', `export * from './b';`, `export { a } from './a';`],
    ['re-exported types', `export type { B } from './b';`, `export type * from './a';`],
    ['dynamic imports', `export const b = () => import('./b');`, `export const a = () => import('./a');`],
    ['imports for their effects', `import './b';`, `import './a';`],
    ['calls of require', `const b = require('./b');`, `import a = require('./a');`],
  ];
  const folder = (kind: string) => `test/${kind.replace(/\W/g, '-')}`;
  let stdout: string | undefined;

  beforeEach(() => {
    stdout ??= check(
      Object.fromEntries(
        kinds.flatMap(([kind, a, b]) => [
          [`${folder(kind)}/a.ts`, a],
          [`${folder(kind)}/b.ts`, b],
        ]),
      ),
    ).stdout;
  });

  it.each(kinds)('a circle of %s is found', (kind) => {
    expect(stdout).toContain(circleOf(`${folder(kind)}/a.ts`, `${folder(kind)}/b.ts`).stdout);
  });
});

it('a file that imports itself is a circle', () => {
  expect(
    check({ 'bench/a.ts': `import type { A } from './a';\nexport interface A { a?: A }` }),
  ).toMatchObject(circleOf('bench/a.ts'));
});

it('an index is found by its folder, and a file by its ending', () => {
  expect(
    check({
      'simulator/index.ts': `import './server.js';`,
      'simulator/server.ts': `import '../tools/run.mjs';`,
      'tools/run.mjs': `import '../simulator';`,
    }),
  ).toMatchObject(circleOf('simulator/index.ts', 'simulator/server.ts', 'tools/run.mjs'));
});

it('each file on a circle is printed, and no file that only leads to one', () => {
  const { stdout } = check({
    'lambda/a.ts': `import './b';\nimport './d';`,
    'lambda/b.ts': `import './c';`,
    'lambda/c.ts': `import './b';`,
    'lambda/d.ts': `import './e';`,
    'lambda/e.ts': `import './d';`,
  });
  expect(stdout).toBe(
    'import circle:\n  lambda/b.ts\n  -> lambda/c.ts\n  -> lambda/b.ts\n' +
      'import circle:\n  lambda/d.ts\n  -> lambda/e.ts\n  -> lambda/d.ts\n',
  );
});

it('an import in a comment or in a string does not count', () => {
  expect(
    check({
      'lambda/a.ts': `import './b';`,
      'lambda/b.ts': `// import './a';\nexport const text = "import './a'"; export const sign = /[\`]/;`,
    }),
  ).toMatchObject({ status: 0 });
});

it('an import behind a regular expression that holds a quote is found', () => {
  expect(
    check({
      'lambda/a.ts': `import './b';`,
      'lambda/b.ts': 'export const sign = /[`]/;\nexport type A = import("./a").A;\nexport const end = "`";',
    }),
  ).toMatchObject(circleOf('lambda/a.ts', 'lambda/b.ts'));
});

it('a folder without sources is an error of usage', () => {
  expect(check({ 'docs/a.ts': '' })).toEqual({
    status: 2,
    stdout: '',
    stderr: `no source files in ${checkout}\n`,
  });
});
