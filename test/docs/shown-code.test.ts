// What the pages show as code: command lines that the program accepts, and files, functions and scripts that exist.
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

import { root } from '../../scripts/terminal/root';
import { allCommands, optionNames, runIdle } from '../support/idle-program';
import { codeIn, pages, textOf } from '../support/pages';

const folders = ['.ci', '.github', 'bench', 'cloudformation', 'docs', 'lambda', 'scripts', 'simulator'];
const sources = [...folders, 'test', 'tools'];
const inFolders = sources.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => basename(name)),
);
const fileNames = new Set([...readdirSync(root), ...inFolders]);

/** The words of a command line, without what it leaves to the reader (`…`) and what follows it. */
function wordsOf(line: string): readonly string[] {
  const words = line.match(/'[^']*'|"[^"]*"|\S+/g) ?? [];
  const end = words.findIndex((word) => /^[#|;&]/.test(word));
  return words
    .slice(0, end === -1 ? words.length : end)
    .filter((word) => word !== '…')
    .map((word) => word.replace(/^(['"])(.*)\1$/, '$2'));
}

async function refusedCommands(code: readonly string[]): Promise<readonly string[]> {
  const lines = code.flatMap((line) => /\bnpx order-replication (?!<noun>)(.+)$/.exec(line)?.[1] ?? []);
  const refused: string[] = [];
  // The words of a command alone name it.
  for (const line of lines.filter((one) => !allCommands.some(({ path }) => path === one))) {
    // The commands page shows each command's usage, in which placeholders stand for what is typed.
    const { code: exitCode, noted } = await runIdle(wordsOf(line.replace(/ \[options\].*$/, ' --help')));
    if (exitCode !== 0) refused.push(`${line}: ${noted}`);
  }
  return refused;
}

/** Options that are named with a command, also where `npx order-replication` is omitted, such as `audit --dry-run`. */
function unknownOptions(code: readonly string[]): readonly string[] {
  return allCommands.flatMap(({ path, command }) => {
    const options = optionNames(command);
    return code
      .filter((line) => line.startsWith(`${path} `))
      .flatMap((line) => [...line.matchAll(/(?<= )--[a-z][a-z-]*/g)].map(([name]) => `${path} ${name}`))
      .filter((named) => !options.has(named.slice(path.length + 1)));
  });
}

/** `lambda/shared/{aws,tables}` names two folders. */
function expandBraces(path: string): readonly string[] {
  const [, before, names, after] = /^([^{]*)\{([^}]*)\}(.*)$/.exec(path) ?? [];
  return names === undefined ? [path] : names.split(',').map((name) => `${before}${name}${after}`);
}

/** Paths with a placeholder or a wildcard are no names; a module is imported without its ending. */
function missingFiles(code: readonly string[]): readonly string[] {
  const path = new RegExp(
    `(?<![\\w./<>{}…-])(?:\\./)?(?:${sources.join('|').replaceAll('.', '\\.')})/[^\\s'"\`();]*`,
    'g',
  );
  const paths = code
    .flatMap((line) => line.match(path) ?? [])
    .flatMap((name) => expandBraces(name.replace(/[,.:]$/, '')))
    .filter((name) => !/[<>*$…?=]/.test(name));
  const isThere = (name: string) =>
    existsSync(join(root, name)) || (name.startsWith('./') && existsSync(join(root, `${name}.ts`)));
  const bare = code.filter((line) => /^[\w.-]+\.(?:ts|mjs|cjs)$/.test(line));
  return [...paths.filter((name) => !isThere(name)), ...bare.filter((name) => !fileNames.has(name))];
}

/** `decide` in `lambda/shared/order/rules.ts`: the file has that word. */
function missingNames(text: string): readonly string[] {
  const named = text.matchAll(/`(\w+)`\s+in\s+`((?:[\w.-]+\/)+[\w.-]+\.\w+)`/g);
  return [...named].flatMap(([whole, name = '', file = '']) =>
    existsSync(join(root, file)) && new RegExp(`\\b${name}\\b`).test(textOf(file)) ? [] : [whole],
  );
}

function missingScripts(code: readonly string[]): readonly string[] {
  const { scripts } = JSON.parse(textOf('package.json')) as { readonly scripts: object };
  const tools = textOf('tools/run.mjs');
  const npm = code.flatMap((line) => /^npm (?!ci\b)(?:run )?([a-z-]+)/.exec(line)?.[1] ?? []);
  const tool = code.flatMap((line) => /^node tools\/run\.mjs ([a-z-]+)/.exec(line)?.[1] ?? []);
  return [
    ...npm.filter((name) => !Object.hasOwn(scripts, name)),
    ...tool.filter((name) => !new RegExp(`^  '?${name}'?: \\{`, 'm').test(tools)),
  ];
}

/** The tree of architecture.md: each line is a folder, indented by its depth, and the names of files in it. */
function missingInTree(text: string): readonly string[] {
  const [, tree = ''] = /^## The tree\n+```\n([\s\S]*?)^```/m.exec(text) ?? [];
  const above: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const [, indent = '', folder, names = ''] = /^( *)([\w.-]+)\/(?: +(.*))?$/.exec(line) ?? [];
    if (folder === undefined) return [];
    above.splice(indent.length / 2, above.length, folder);
    const path = above.join('/');
    if (!existsSync(join(root, path))) return [path];
    // Other lines say in words what is in the folder.
    if (!path.startsWith('lambda/')) return [];
    return (names.match(/\S+/g) ?? []).flatMap((name) => {
      const file = `${path}/${name}.ts`;
      return name === '…' || existsSync(join(root, file)) ? [] : [file];
    });
  });
}

it.each(pages)('%s shows only command lines that the program accepts', async (page) => {
  expect(await refusedCommands(codeIn(textOf(page)))).toEqual([]);
});

it.each(pages)('%s names with a command only options that it has', (page) => {
  expect(unknownOptions(codeIn(textOf(page)))).toEqual([]);
});

it.each(pages)('%s names only files and folders that exist', (page) => {
  expect(missingFiles(codeIn(textOf(page)))).toEqual([]);
});

it.each(pages)('%s names with a file only what the file contains', (page) => {
  expect(missingNames(textOf(page))).toEqual([]);
});

// The changelog names the scripts of earlier versions.
it.each(pages.filter((page) => page !== 'CHANGELOG.md'))(
  '%s names only npm scripts and tools that exist',
  (page) => {
    expect(missingScripts(codeIn(textOf(page)))).toEqual([]);
  },
);

it('the tree of the architecture page names files that exist', () => {
  expect(textOf('docs/architecture.md')).toContain('## The tree\n\n```\n');
  expect(missingInTree(textOf('docs/architecture.md'))).toEqual([]);
});

it('each of these checks finds what is wrong on a page', async () => {
  const page = [
    'Run `npx order-replication poll --stag dev`, then `audit --dryrun`, then `npx order-replication messages list`.',
    'See `lambda/shared/order/{rules,laws}.ts`, `laws.ts`, and `guess` in `lambda/shared/order/rules.ts`.',
    'Run `npm run survive` or `node tools/run.mjs renew`.',
    '',
    '## The tree',
    '',
    '```',
    'lambda/',
    '  audit-orders/  index  guess  …',
    'nowhere/         nothing',
    '```',
  ].join('\n');
  const code = codeIn(page);
  expect(await refusedCommands(code)).toEqual([
    expect.stringContaining("unknown option '--stag'"),
    expect.stringContaining("unknown command 'messages'"),
  ]);
  expect(unknownOptions(code)).toEqual(['audit --dryrun']);
  expect(missingFiles(code)).toEqual(['lambda/shared/order/laws.ts', 'laws.ts']);
  expect(missingNames(page)).toEqual(['`guess` in `lambda/shared/order/rules.ts`']);
  expect(missingScripts(code)).toEqual(['survive', 'renew']);
  expect(missingInTree(page)).toEqual(['lambda/audit-orders/guess.ts', 'nowhere']);
});
