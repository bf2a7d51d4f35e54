// Finds words that this project does not use, and prints what to write instead. It reads every file, and every file's
// name: identifiers are split at their capitals, and a phrase may continue on the next line of a comment or a string.
// `node tools/check-words.mjs [--count] [path ...]`. The list is data: tools/words.json, explained at readPhrase.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const generated = ['.git', '.local', '.venv', 'build', 'coverage', 'node_modules'];

function main(args) {
  const { values, positionals } = parseArgs({
    args,
    options: { count: { type: 'boolean' } },
    allowPositionals: true,
  });
  const { skip, words } = JSON.parse(fs.readFileSync(path.join(root, 'tools/words.json'), 'utf8'));
  const files = listFiles().filter((file) => !isIn(skip, file));
  const chosen = positionals.length === 0 ? files : files.filter((file) => isIn(positionals, file));
  if (chosen.length === 0) return complain(2, `no files to check in ${positionals.join(', ') || root}`);
  const rules = words.map(readRule);
  const hits = chosen.flatMap((file) => findHits(file, rules));
  if (values.count) return printCounts(hits);
  for (const { place, text, rule } of hits) console.log(`${place}: "${text}" -> ${rule.write}`);
  if (hits.length > 0) return complain(1, `words to replace: ${hits.length}, in ${chosen.length} files`);
  console.log(`words to replace: none, in ${chosen.length} files`);
  return 0;
}

/** Whether a file is one of these, or in a folder that is. */
const isIn = (places, file) =>
  places.some((place) => file === place || file.startsWith(`${place.replace(/\/$/, '')}/`));

/** What git tracks or would add; without git, all except what installing and building make. */
function listFiles() {
  const git = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const listed = git.status === 0 ? git.stdout.split('\0').filter(Boolean) : [];
  const files = listed.length > 0 ? listed : walk('');
  return files
    .filter((file) => fs.statSync(path.join(root, file), { throwIfNoEntry: false })?.isFile())
    .sort();
}

function walk(folder) {
  return fs.readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = path.posix.join(folder, entry.name);
    if (!entry.isDirectory()) return [file];
    return generated.includes(entry.name) ? [] : walk(file);
  });
}

const readRule = ({ find, write, except = [], exceptIn = [] }) => ({
  find,
  write,
  exceptIn,
  phrase: readPhrase(find),
  exceptions: except.map(readPhrase),
});

/** "run|runs late" is two words, of which the first has two forms; "slow*" is every word that begins so. */
const readPhrase = (find) =>
  find.split(' ').map((word) => {
    const forms = word.split('|');
    return (one) =>
      forms.some((form) => (form.endsWith('*') ? one.startsWith(form.slice(0, -1)) : one === form));
  });

function findHits(file, rules) {
  const applied = rules.filter(({ exceptIn }) => !isIn(exceptIn, file));
  const inName = findIn(file, applied).map((hit) => ({ ...hit, file, place: `${file} (its name)` }));
  const content = fs.readFileSync(path.join(root, file), 'utf8');
  if (content.includes('\0')) return inName;
  const lineAt = (index) => content.slice(0, index).split('\n').length;
  const inText = findIn(content, applied).map((hit) => ({
    ...hit,
    file,
    place: `${file}:${lineAt(hit.index)}`,
  }));
  return [...inName, ...inText];
}

function findIn(content, rules) {
  const words = splitWords(content);
  return words.flatMap(({ index }, at) =>
    rules.filter((rule) => isHit(rule, words, at)).map((rule) => ({ index, rule, text: textOf(rule, at) })),
  );
  function textOf({ phrase }, at) {
    const last = words[at + phrase.length - 1];
    return content.slice(words[at].index, last.index + last.text.length).replace(/\s+/g, ' ');
  }
}

const isHit = ({ phrase, exceptions }, words, at) =>
  matches(phrase, words, at) &&
  !exceptions.some((exception) => covers(exception, words, at, at + phrase.length));

/** Splits a text into words, at capitals too. `joined`: only spaces, hyphens and marks of comments stand before it. */
function splitWords(content) {
  const readable = content.replace(/\\[a-z]/g, '  ');
  let end = 0;
  return [...readable.matchAll(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g)].map(({ 0: text, index }) => {
    const joined = /^[\s_\-/*#>'"`+]*$/.test(readable.slice(end, index));
    end = index + text.length;
    return { text, index, joined };
  });
}

const matches = (phrase, words, at) =>
  phrase.every((isWord, i) => {
    const word = words[at + i];
    return word !== undefined && (i === 0 || word.joined) && isWord(word.text.toLowerCase());
  });

/** Whether an exception stands where it includes the words from `at` to `end`. */
function covers(exception, words, at, end) {
  const starts = exception.map((_, i) => end - exception.length + i).filter((start) => start <= at);
  return starts.some((start) => start >= 0 && matches(exception, words, start));
}

function printCounts(hits) {
  const rules = new Map();
  for (const hit of hits) rules.set(hit.rule, [...(rules.get(hit.rule) ?? []), hit]);
  for (const [rule, found] of [...rules].sort(([, a], [, b]) => b.length - a.length)) {
    const files = new Set(found.map(({ file }) => file)).size;
    console.log(`${String(found.length).padStart(5)} in ${String(files).padStart(3)} files  ${rule.find}`);
  }
  console.log(`${String(hits.length).padStart(5)} in all`);
  return 0;
}

function complain(exitCode, sentence) {
  console.error(sentence);
  return exitCode;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  if (!error.code?.startsWith('ERR_PARSE_ARGS')) throw error;
  process.exitCode = complain(2, error.message);
}
