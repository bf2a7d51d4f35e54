// The generated pages of docs/ are those that the templates and the commands of now give.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { commands } from '../../scripts/cli';
import { root } from '../../scripts/terminal/root';
import { readTemplate } from '../../scripts/stack/template';
import { configurationPage } from '../../tools/configuration-page';
import { generatedPages } from '../../tools/generate-docs';

it.each(['docs/cli.md', 'docs/configuration.md'])('%s is what generate-docs writes now', async (page) => {
  const pages = await generatedPages();
  expect(readFileSync(join(root, page), 'utf8')).toBe(pages[page]);
});

it('the page of commands has a section for each command of the program', async () => {
  const { 'docs/cli.md': page } = await generatedPages();
  const names = commands.flatMap((one) =>
    'commands' in one ? one.commands.map(({ name }) => `### ${one.name} ${name}`) : [`## ${one.name}`],
  );
  const headings = page?.split('\n').filter((line) => line.startsWith('##'));
  expect(headings).toEqual(expect.arrayContaining(names));
});

it('the page of parameters has a row for each parameter of both templates', async () => {
  const { 'docs/configuration.md': page } = await generatedPages();
  const { Parameters } = await readTemplate();
  for (const name of Object.keys(Parameters)) expect(page).toContain(`| \`${name}\``);
});

it('a parameter that is in no group of its template is refused by name', async () => {
  const template = await readTemplate();
  const more = { ...template, Parameters: { ...template.Parameters, Forgotten: { Type: 'String' } } };
  expect(() => configurationPage(more, template)).toThrow(
    'In no parameter group of the template: Forgotten.',
  );
});
