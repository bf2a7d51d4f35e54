// node tools/run.mjs generate-docs: writes the pages of docs/ that follow from other files, so that they cannot differ: the
// parameters from the templates, the commands from the program, the mapping from its schema. A test compares.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text as readText } from 'node:stream/consumers';

import { commands } from '../scripts/cli';
import { mappingFile, mappingSchemaFile } from '../scripts/packages/mapping-file';
import { readTemplates } from '../scripts/stack/service-stacks';
import { bootstrapTemplateFile, readTemplate } from '../scripts/stack/template';
import { defineCommand } from '../scripts/terminal/command';
import { root } from '../scripts/terminal/root';
import { cliPage } from './cli-page';
import { configurationPage } from './configuration-page';
import { mappingPage } from './mapping-page';

/** Each generated page, by its path in the project. */
export async function generatedPages(): Promise<Readonly<Record<string, string>>> {
  const [{ replication, delivery }, bootstrap] = await Promise.all([
    readTemplates(),
    readTemplate(bootstrapTemplateFile),
  ]);
  const [schema, example] = await Promise.all([
    readFile(mappingSchemaFile, 'utf8'),
    readFile(mappingFile, 'utf8'),
  ]);
  return {
    'docs/cli.md': await formatted(cliPage(commands)),
    'docs/configuration.md': await formatted(configurationPage(replication, delivery, bootstrap)),
    'docs/erp/mapping.md': await formatted(mappingPage(JSON.parse(schema), example)),
  };
}

export const command = defineCommand({
  name: 'generate-docs',
  summary:
    'Write the pages of docs/ that follow from the templates, the commands and the schema of the mapping',
  options: {},
  examples: [],
  hasReport: false,
  run: async (_options, { note }) => {
    for (const [page, text] of Object.entries(await generatedPages())) {
      await mkdir(dirname(join(root, page)), { recursive: true });
      await writeFile(join(root, page), text);
      note(`${page} is written.`);
    }
    return undefined;
  },
});

/** Formats a page with prettier's program, because jest cannot load its ES module. */
async function formatted(text: string): Promise<string> {
  const program = join(root, 'node_modules', 'prettier', 'bin', 'prettier.cjs');
  const child = spawn(process.execPath, [program, '--stdin-filepath', join(root, 'docs', 'page.md')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(text);
  const [printed, [code]] = await Promise.all([
    readText(child.stdout),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  if (code !== 0) throw new Error(`prettier could not format a page: exit code ${String(code)}.`);
  return printed;
}
