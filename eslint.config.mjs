// Beside the usual rules, this file keeps the one-way street: who may import whom, and which files are
// free of clocks, environment and outside libraries.
import js from '@eslint/js';
import { importX } from 'eslint-plugin-import-x';
import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';

/** Only what `allowed` names may be imported; a type may come from anywhere. */
const mayImport = (files, allowed, message) => ({
  files,
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      { patterns: [{ regex: `^(?!(${allowed.join('|')})$)`, message, allowTypeImports: true }] },
    ],
  },
});

const shared = (...names) => `(\\.|\\.\\.|\\.\\./shared)/(${names.join('|')})`;

const noOutsideWorld = (files) => ({
  files,
  rules: {
    'no-restricted-globals': [
      'error',
      ...['process', 'setTimeout', 'setInterval', 'setImmediate', 'fetch'].map((name) => ({
        name,
        message: 'Take it from the deps: this file must run on virtual time, without AWS.',
      })),
    ],
    'no-restricted-properties': [
      'error',
      { object: 'Date', property: 'now', message: 'Take the time from deps.now().' },
      { object: 'Math', property: 'random', message: 'Take chance from the deps.' },
    ],
  },
});

const flows = [
  'lambda/get-new-orders/!(index).ts',
  'lambda/audit-orders/!(index).ts',
  'lambda/new-orders-webhook/{receive,proof,replays,request}.ts',
  'lambda/process-new-orders/!(index).ts',
  'lambda/shared/{listed-pages,find-unreadable,unreadable-orders,note-queued}.ts',
];
const rules = [
  'json',
  'order',
  'personal',
  'errors',
  'retry',
  'quota',
  'call-log',
  'ledger-row',
  'webhook',
  'consignments',
  'content',
  'listed',
  'stored-form',
  'audit',
  'page-sizes',
].map((name) => `lambda/shared/${name}.ts`);
const adapters = [
  'bigcommerce',
  'requests',
  'turns',
  'http',
  'answers',
  'hooks',
  'queue',
  'tables',
  'packing',
  'order-parts',
  'jobs',
  'batch-get',
  'job-rows',
  'stored-orders',
  'audits',
  'ledger',
  'secrets',
  'alerts',
].map((name) => `lambda/shared/${name}.ts`);

export default tseslint.config(
  { ignores: ['build/', '.venv/', '.local/', 'coverage/', 'node_modules/'] },
  js.configs.recommended,
  {
    // A text from outside, such as a shopper's message, must cost no more than its length.
    files: ['lambda/**', 'scripts/**'],
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
      '@typescript-eslint/consistent-type-imports': 'error',
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
    files: ['lambda/**/*.ts'],
    ignores: ['lambda/shared/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: [{ regex: '/index$', message: 'Inner files never import an entry.' }] },
      ],
    },
  },
  mayImport(
    [...rules, 'lambda/shared/log.ts'],
    ['\\./(json|order|errors|consignments|content)', 'node:crypto'],
    'The rules, and what everybody logs by, stand alone.',
  ),
  mayImport(
    ['lambda/shared/config.ts'],
    ['\\./(errors|order|personal)'],
    'config.ts reads, and depends on nobody.',
  ),
  mayImport(
    ['lambda/new-orders-webhook/signature.ts'],
    ['node:crypto'],
    'The signature needs node:crypto and nothing else.',
  ),
  mayImport(
    adapters,
    ['\\./(json|order|errors|retry|log|batch-get|job-rows)', '@aws-sdk/.*', 'axios', 'node:.*'],
    'Adapters do not know each other.',
  ),
  // packing.ts says what of an order is plain, order-parts.ts keeps what its item cannot hold: parts of one adapter.
  mayImport(
    ['lambda/shared/tables.ts'],
    ['\\./(json|order|errors|packing|order-parts|job-rows)', '@aws-sdk/.*', 'node:.*'],
    'Adapters do not know each other.',
  ),
  // ledger-row.ts says what is written, ledger.ts writes it: two halves of one adapter.
  mayImport(
    ['lambda/shared/ledger.ts'],
    ['\\./(order|errors|ledger-row|batch-get)', '@aws-sdk/.*', 'node:.*'],
    'Adapters do not know each other.',
  ),
  // bigcommerce.ts and hooks.ts say what is asked, requests.ts how, turns.ts when, http.ts by what, answers.ts
  // what came back, call-log.ts what is said of it: one adapter.
  mayImport(
    ['lambda/shared/requests.ts'],
    ['\\./(errors|retry|quota|turns|http|answers|call-log)', 'node:.*'],
    'Adapters do not know each other.',
  ),
  mayImport(['lambda/shared/turns.ts'], ['\\./quota'], 'Adapters do not know each other.'),
  mayImport(['lambda/shared/hooks.ts'], ['\\./(order|errors|webhook)'], 'Adapters do not know each other.'),
  mayImport(
    ['lambda/shared/bigcommerce.ts'],
    ['\\./(order|errors|hooks|requests|page-sizes)', 'node:util'],
    'Adapters do not know each other.',
  ),
  mayImport(
    flows,
    [
      shared(
        'order',
        'personal',
        'consignments',
        'content',
        'listed',
        'stored-form',
        'errors',
        'retry',
        'webhook',
        'audit',
      ),
      shared('listed-pages', 'note-queued', 'page-sizes', 'find-unreadable', 'unreadable-orders'),
      '\\./[a-z-]+(?<!index)',
    ],
    'Flows take adapters through their deps: import the type only.',
  ),
  noOutsideWorld([...flows, ...rules, 'lambda/new-orders-webhook/signature.ts']),
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
