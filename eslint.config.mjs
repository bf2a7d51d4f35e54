// In addition to the usual rules, this file keeps the walls: which folder imports which, and which files are free of
// clocks, environment and outside libraries. The zones come from the folders, so that a new one is under them at once.
import { readdirSync } from 'node:fs';
import js from '@eslint/js';
import { importX } from 'eslint-plugin-import-x';
import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';

const S = 'lambda/shared';
const dirs = (path) =>
  readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
/** Rules and types without a clock or a client; an adapter may use them all. */
const rules = ['order', 'delivery'];
const adapters = dirs(S).filter((name) => !['runtime', 'steps', ...rules].includes(name));
const packages = dirs('lambda').filter((name) => name !== 'shared');

/** The files of `target` import from themselves and from `allowed`, and from no other folder of the project. */
const only = (target, ...allowed) => ({
  target: `./${target}`,
  from: '.',
  except: ['./node_modules', `./${target}`, ...allowed.map((path) => `./${path}`)],
  message: 'docs/architecture.md says which folder imports which.',
});

/** The small files at the top of the simulator, without those that put it together. */
const simulatorTop = readdirSync('simulator', { withFileTypes: true })
  .filter((entry) => entry.isFile() && !/^(index|server|admin|create)\.ts$/.test(entry.name))
  .map(({ name }) => `simulator/${name}`);

/** From the innermost folder of scripts/ to the outermost that a command may use. */
const chain = ['terminal', 'stack', 'service', 'packages'].map((name) => `scripts/${name}`);
const apart = 'bench and test do not import each other.';
const zones = [
  only(`${S}/runtime`),
  only(`${S}/order`, `${S}/runtime`),
  only(`${S}/delivery`, `${S}/order`, `${S}/runtime`),
  only(`${S}/steps`, S),
  ...adapters.map((name) => only(`${S}/${name}`, ...rules.map((rule) => `${S}/${rule}`), `${S}/runtime`)),
  ...packages.map((name) => only(`lambda/${name}`, S)),
  only('simulator'),
  only('simulator/orders', ...simulatorTop),
  only('simulator/webhooks', 'simulator/orders', ...simulatorTop),
  ...chain.map((folder, nth) => only(folder, ...chain.slice(0, nth), S, 'cloudformation')),
  ...dirs('scripts/commands').map((name) => only(`scripts/commands/${name}`, ...chain, S, 'cloudformation')),
  only('scripts/local', ...chain, 'scripts/commands', 'simulator', S, 'cloudformation'),
  only('tools', 'scripts', 'simulator', S),
  { target: './bench', from: './test', message: apart },
  { target: './test', from: './bench', message: apart },
];

const typesOnly = (regex) => ({
  regex,
  message: 'Flows take adapters through their deps: import the type only.',
  allowTypeImports: true,
});

/** Rules and flows: they run on virtual time, without AWS. */
const pure = [`${S}/{order,delivery,steps}/**/*.ts`, ...packages.map((name) => `lambda/${name}/!(index).ts`)];

export default tseslint.config(
  { ignores: ['build/', '.venv/', '.local/', 'coverage/', 'node_modules/'] },
  js.configs.recommended,
  {
    // A text from outside, such as a shopper's message, must cost no more than its length.
    files: ['lambda/**', 'scripts/**', 'simulator/**'],
    plugins: { regexp },
    rules: {
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential' }],
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver': { node: { extensions: ['.ts'] } } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      'import-x/consistent-type-specifier-style': ['error', 'prefer-top-level'],
      'no-restricted-syntax': [
        'error',
        ...['SpreadElement > ArrayExpression', 'SpreadElement > ObjectExpression'].map((selector) => ({
          selector,
          message: 'Name the fields themselves, one per line.',
        })),
      ],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': ['error', { zones }],
      'max-lines-per-function': ['warn', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-depth': ['error', 3],
      eqeqeq: 'error',
    },
  },
  {
    files: ['lambda/**/*.ts'],
    ignores: ['lambda/shared/config.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only config.ts reads the environment.' },
      ],
    },
  },
  {
    files: pure,
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            typesOnly(`^\\.\\./(shared/)?(${adapters.join('|')})/`),
            typesOnly('^(@aws-sdk/|axios)'),
            { regex: '/index$', message: 'Inner files never import an entry.' },
          ],
        },
      ],
      'no-restricted-globals': [
        'error',
        ...['process', 'setTimeout', 'setInterval', 'setImmediate', 'fetch'].map((name) => ({
          name,
          message: 'Take it from the deps: this file must run on virtual time, without AWS.',
        })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Take the time from the deps.' },
        { object: 'Math', property: 'random', message: 'Take chance from the deps.' },
        { object: 'process', property: 'env', message: 'Only config.ts reads the environment.' },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  { files: ['**/*.mjs'], languageOptions: { globals: { process: 'readonly', console: 'readonly' } } },
  { files: ['**/*.cjs'], languageOptions: { globals: { require: 'readonly', module: 'writable' } } },
);
