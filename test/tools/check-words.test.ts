import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const tools = join(__dirname, '../../tools');

let checkout: string;

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'check-words-'));
  for (const name of ['check-words.mjs', 'words.json']) {
    mkdirSync(join(checkout, 'tools'), { recursive: true });
    copyFileSync(join(tools, name), join(checkout, 'tools', name));
  }
});

afterEach(() => rmSync(checkout, { recursive: true }));

function write(files: Record<string, string | Buffer>): void {
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(checkout, file)), { recursive: true });
    writeFileSync(join(checkout, file), content);
  }
}

function check(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(checkout, 'tools/check-words.mjs'), ...args],
    { encoding: 'utf8' },
  );
  return { status, stdout, stderr };
}

it('a tree of plain words passes', () => {
  write({ 'lambda/a.ts': '// Reads the order again.\nexport const readAgain = 1;\n' });
  expect(check()).toEqual({ status: 0, stdout: 'words to replace: none, in 2 files\n', stderr: '' });
});

it('a word is printed with its file, its line and its replacement', () => {
  write({ 'docs/a.md': 'One.\nTwo.\nThe alarm told staff.\n' });
  expect(check()).toEqual({
    status: 1,
    stdout: 'docs/a.md:3: "told" -> report, notify, print; or name the source\n',
    stderr: 'words to replace: 1, in 2 files\n',
  });
});

describe('in a text', () => {
  const identifiers: readonly [text: string, word: string][] = [
    ['interface Wish {}', 'Wish'],
    ['const deployWishes = 1;', 'Wishes'],
    ['await hooks.setRight(hook);', 'setRight'],
    ['setAllRight(hooks)', 'setAllRight'],
    ['const youngOrders = 1;', 'young'],
    ['fateOf(order)', 'fate'],
    ['takeUpPage()', 'takeUp'],
    ['giveBack(reference)', 'giveBack'],
    ['{ ReferencesGivenBack: 1 }', 'GivenBack'],
    ['left_out', 'left_out'],
    ['const PARKED_AT = 1;', 'PARKED'],
    ['deps.park(reference)', 'park'],
    ['noteQueued(ids)', 'noteQueued'],
  ];
  const phrases: readonly [text: string, word: string][] = [
    ['// what was left\n// out of it', 'left // out'],
    ['/**\n * It is to\n * be read. */', 'is to * be'],
    [`'It goes ' +\n  'on.'`, `goes ' + 'on`],
    ['"a\\ntold"', 'told'],
    ['A dead letter is no letter.', 'letter'],
  ];
  const plain: readonly string[] = [
    'the dead letter, two dead letters, DeadLetterQueue, deadLetters, DEAD_LETTERS',
    'letters and digits, a small letter, capital letters',
    'It takes up to five minutes.',
    'orders were left. Out of ten, one failed',
    'Sparks amend retold youngster',
    'behold(s), goes, on, at once, tells',
  ];
  const texts = [...[...identifiers, ...phrases].map(([text]) => text), ...plain];
  const fileOf = (text: string) => `texts/${texts.indexOf(text)}.md`;
  let found = '';

  /** All texts are read by one run: a process for each would take seconds. */
  beforeEach(() => {
    write(Object.fromEntries(texts.map((text) => [fileOf(text), text])));
    if (found === '') found = check('texts').stdout;
  });

  const wordsFoundIn = (text: string) =>
    found
      .split('\n')
      .filter((line) => line.startsWith(`${fileOf(text)}:`))
      .map((line) => /"(.*)" ->/.exec(line)?.[1]);

  it.each(identifiers)('an identifier is split into words: %s', (text, word) => {
    expect(wordsFoundIn(text)).toEqual([word]);
  });

  it.each(phrases)(
    'a phrase is found over the ends of lines, and a word after an escape: %j',
    (text, word) => {
      expect(wordsFoundIn(text)).toEqual([word]);
    },
  );

  it.each(plain)('other words are no finding: %s', (text) => {
    expect(wordsFoundIn(text)).toEqual([]);
  });
});

it('the name of a file is checked like its text', () => {
  write({ 'scripts/backfill-judge.ts': '' });
  expect(check().stdout).toBe('scripts/backfill-judge.ts (its name): "judge" -> classify\n');
});

it('locked versions, installed packages and binary files are not read', () => {
  write({
    'package-lock.json': 'told',
    'node_modules/a/index.js': 'told',
    'build/a.js': 'told',
    'picture.png': Buffer.from('told\0'),
  });
  expect(check()).toMatchObject({ status: 0 });
});

it('in a repository the files that git ignores are not read, and new files are', () => {
  expect(spawnSync('git', ['init', '--quiet', checkout]).status).toBe(0);
  write({ '.gitignore': 'ignored.ts\n', 'ignored.ts': 'told', 'new.ts': 'told' });
  expect(check().stdout).toMatch(/^new\.ts:1: "told".*\n$/);
});

it('only the named files and folders are read when some are named', () => {
  write({ 'docs/a.md': 'told', 'docs/b.md': 'told', 'docs-old/a.md': 'told' });
  expect(check('docs').stdout.match(/^\S+/gm)).toEqual(['docs/a.md:1:', 'docs/b.md:1:']);
  expect(check('docs/b.md').stdout.match(/^\S+/gm)).toEqual(['docs/b.md:1:']);
});

it('a rule may except a file or a folder', () => {
  const words = [{ find: 'blue', write: 'green', exceptIn: ['CHANGELOG.md', 'history/'] }];
  write({ 'tools/words.json': JSON.stringify({ skip: ['tools'], words }) });
  write({ 'CHANGELOG.md': 'blue', 'history/a.md': 'blue', 'a.md': 'blue' });
  expect(check().stdout).toBe('a.md:1: "blue" -> green\n');
});

it('--count prints how often each word occurs, the most frequent first', () => {
  write({ 'a.md': 'told anew', 'b.md': 'told' });
  expect(check('--count')).toEqual({
    status: 0,
    stdout: '    2 in   2 files  told\n    1 in   1 files  anew\n    3 in all\n',
    stderr: '',
  });
});

it.each([
  ['a path without files', 'nowhere', /^no files to check in nowhere\n$/],
  ['an unknown option', '--counts', /Unknown option '--counts'/],
])('%s is an error of usage', (_, argument, message) => {
  const { status, stderr } = check(argument);
  expect(stderr).toMatch(message);
  expect(status).toBe(2);
});

it('the checks of words and of imports use no word that is in the list', () => {
  for (const name of ['check-imports.mjs', 'check-words.mjs']) {
    copyFileSync(join(tools, name), join(checkout, 'tools', name));
  }
  expect(check('tools')).toMatchObject({ status: 0 });
});
