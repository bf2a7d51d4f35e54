// Writes the pages of docs/ that follow from other files, so that they cannot differ from them: the parameters from the
// templates. A test compares.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';

import { bootstrapTemplateFile, readTemplate } from '../scripts/stack/template';
import { root } from '../scripts/terminal/command';
import { configurationPage } from './configuration-page';

/** Each generated page, by its path in the project. */
export async function generatedPages(): Promise<Readonly<Record<string, string>>> {
  const [stack, bootstrap] = await Promise.all([readTemplate(), readTemplate(bootstrapTemplateFile)]);
  return {
    'docs/configuration.md': await formatted(configurationPage(stack, bootstrap)),
  };
}

/** Writes all pages. Returns their paths. */
export async function generateDocs(): Promise<readonly string[]> {
  const pages = Object.entries(await generatedPages());
  await Promise.all(pages.map(([page, text]) => writeFile(join(root, page), text)));
  return pages.map(([page]) => page);
}

async function formatted(text: string): Promise<string> {
  const options = await resolveConfig(join(root, 'docs', 'page.md'));
  return format(text, { ...options, parser: 'markdown' });
}
